"""The project's policy: rules in JMESPath, and Rego. Each language is loaded only where it is used."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guardian.domain.review.policy import PolicyRule
    from guardian.ports.policy import PolicyEngine


def policy_engines(
    rules: "tuple[PolicyRule, ...]", rego: Iterable[Path], *, timeout_s: int
) -> "tuple[PolicyEngine, ...]":
    """Return what judges a plan; nothing where there is no policy.

    Args:
        rules: Rules in JMESPath.
        rego: Files, and directories of `*.rego` files.
        timeout_s: After that an evaluation of Rego is ended.

    Raises:
        PolicyError: A rule does not compile, or a file cannot be read.
    """
    engines: list[PolicyEngine] = []
    if rules:
        from guardian.adapters.policy.rules import JmespathRules

        engines.append(JmespathRules(rules))
    if places := tuple(rego):
        from guardian.adapters.policy.rego import RegoPolicy
        from guardian.adapters.policy.rego_files import read_modules

        engines.append(RegoPolicy(read_modules(places), timeout_s=timeout_s))
    return tuple(engines)
