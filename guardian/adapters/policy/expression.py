"""Compiles a rule's JMESPath, and refuses what compiles and can never match as it was meant."""

import difflib
from collections.abc import Iterator
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from jmespath.parser import ParsedResult

from guardian.domain.review.policy import PolicyRule
from guardian.domain.review.policy_input import FIELDS
from guardian.errors import PolicyError

# Of these the parts after the first are evaluated on the result of the part before, not on the change.
_CHAINS = frozenset(
    {"subexpression", "index_expression", "projection", "filter_projection", "value_projection", "pipe"}
)


def compiled(rule: PolicyRule) -> ParsedResult:
    """Return a rule's expression, compiled.

    Raises:
        PolicyError: It does not compile, or asks for what no change has.
    """
    where = f"{rule.place}: the rule {rule.name!r}"
    try:
        parsed = jmespath.compile(rule.match)
        fault = next(_faults(parsed.parsed, of_change=True), None)
    except JMESPathError as error:
        words = str(error).partition("\n")[0].rstrip(":")
        raise PolicyError(
            f"{where} is not JMESPath: {words}",
            hint="text stands in single quotes, a number in backquotes: name == 'a' && size > `5`",
        ) from error
    except RecursionError as error:
        raise PolicyError(f"{where} is nested too deeply", hint="make it several rules") from error
    if fault is not None:
        raise PolicyError(f"{where} would never match as it is meant: {fault[0]}", hint=fault[1])
    return parsed


def _faults(node: Any, *, of_change: bool) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with an expression, each with what mends it.

    Args:
        node: A node of JMESPath's tree.
        of_change: Whether it is evaluated on the whole change.
    """
    kind, parts = node["type"], [each for each in node["children"] if isinstance(each, dict)]
    if kind in _CHAINS - {"pipe"} and parts[0]["type"] == "not_expression":
        yield "`!a.b` is the `b` of `!a`, and that has none", "write `!(a.b)`"
    if kind == "field" and of_change and node["value"] not in FIELDS:
        yield f"a change has no `{node['value']}`", _meant(node["value"])
    if kind == "function_expression" and node["value"] not in Functions.FUNCTION_TABLE:
        yield f"there is no function {node['value']}()", "https://jmespath.org/specification.html#functions"
    for number, each in enumerate(parts):
        inherits = kind != "expref" and (number == 0 or kind not in _CHAINS)
        yield from _faults(each, of_change=of_change and inherits)


def _meant(field: str) -> str:
    close = difflib.get_close_matches(field, FIELDS, n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"an attribute is `after.{field}` or `before.{field}`; text stands in single quotes: '{field}'"
