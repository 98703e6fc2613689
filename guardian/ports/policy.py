"""The project's policy, in whatever language it is written."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from guardian.domain.review.policy import Finding


class PolicyEngine(Protocol):
    """Rules of one language.

    A policy that cannot be evaluated is never a pass: whatever keeps a rule from an answer is a `PolicyError`
    that names the rule or its file. Takes bounded time and memory, whatever the rules do. Changes nothing,
    and gives the rules nothing to read or to reach but the changes.
    """

    @property
    def summary(self) -> str:
        """What there is, for a person: `2 rules in JMESPath`."""
        ...

    def check(self) -> None:
        """Compile the rules, without a plan.

        Raises:
            PolicyError: One of them cannot be used as it stands.
        """
        ...

    def judge(self, changes: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
        """Return each match, without exceptions from rules.

        Args:
            changes: Documents of `domain.review.policy_input`, iterated once and not kept. All of a plan:
                a rule may count them, or look for one beside another.

        Raises:
            PolicyError: A rule cannot be evaluated, over one of them or at all.
        """
        ...
