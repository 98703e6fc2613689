"""A policy of plain Python."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from guardian.domain.review.policy import Effect, Finding
from guardian.errors import PolicyError


class FakePolicy:
    """Implements `PolicyEngine`: one rule that matches where the predicate holds."""

    def __init__(
        self,
        matches: Callable[[Mapping[str, Any]], bool],
        *,
        rule: str = "rule",
        effect: Effect = Effect.DENY,
        message: str = "no",
    ) -> None:
        self._matches = matches
        self._made = (rule, effect, message)
        self.seen = 0

    @property
    def summary(self) -> str:
        return "1 rule in Python"

    def check(self) -> None:
        pass

    def judge(self, changes: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
        rule, effect, message = self._made
        found = []
        for each in changes:
            self.seen += 1
            try:
                matches = self._matches(each)
            except (TypeError, KeyError) as error:
                raise PolicyError(f"the rule {rule!r} cannot be evaluated for {each['address']}") from error
            if matches:
                found.append(Finding(rule=rule, effect=effect, address=each["address"], message=message))
        return tuple(found)
