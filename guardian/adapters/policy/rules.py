"""The rules of guardian.yaml: JMESPath over one change at a time."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jmespath.exceptions import JMESPathError, JMESPathTypeError
from jmespath.parser import ParsedResult

from guardian.adapters.policy.expression import compiled
from guardian.domain.review.policy import Finding, PolicyRule
from guardian.errors import PolicyError

_NO_MATCH: tuple[Any, ...] = ("", [], {})


class JmespathRules:
    """Implements `ports.policy.PolicyEngine`; compiled once, searched in each change."""

    def __init__(self, rules: tuple[PolicyRule, ...]) -> None:
        self._rules = tuple((each, compiled(each)) for each in rules)

    @property
    def summary(self) -> str:
        """See the port."""
        return f"{len(self._rules)} {'rule' if len(self._rules) == 1 else 'rules'} in JMESPath"

    def check(self) -> None:
        """See the port. What does not compile was refused when this was made."""

    def judge(self, changes: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
        """See the port."""
        return tuple(found for each in changes for found in self._matches(each))

    def _matches(self, change: Mapping[str, Any]) -> Iterator[Finding]:
        for rule, expression in self._rules:
            if _holds(rule, expression, change):
                yield Finding(
                    rule=rule.name, effect=rule.effect, address=change["address"], message=rule.message
                )


def _holds(rule: PolicyRule, expression: ParsedResult, change: Mapping[str, Any]) -> bool:
    try:
        result = expression.search(change)
    except (JMESPathError, TypeError, ArithmeticError, RecursionError) as error:
        where = f"{rule.place}: the rule {rule.name!r}"
        raise PolicyError(
            f"{where} cannot be evaluated for {change['address']}: {_words(error)}",
            hint="let it ask first whether the value is there: after.name && contains(after.name, 'x')",
        ) from error
    return result is not None and result is not False and result not in _NO_MATCH


def _words(error: Exception) -> str:
    """Say what happened without the value that it happened with."""
    if isinstance(error, JMESPathTypeError):
        wanted = " or ".join(error.expected_types)
        return f"{error.function_name}() was given {error.actual_type}, and takes {wanted}"
    if isinstance(error, JMESPathError):
        return str(error).partition("\n")[0]
    return type(error).__name__
