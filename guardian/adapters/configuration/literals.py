"""What an expression of either syntax says without any computation."""

import json
from collections.abc import Mapping
from typing import Any

from guardian.adapters.configuration.evaluate import evaluate
from guardian.adapters.configuration.scope import TemplateScope
from guardian.adapters.configuration.syntax import UNKNOWN, branches, kind, parse_template, word

# Tokens in which blanks mean something; to others the parser leaves the blanks before them.
_VERBATIM = frozenset({"STRING_CHARS", "HEREDOC_TEMPLATE", "HEREDOC_TEMPLATE_TRIM"})


def literal(value: Any) -> str | None:
    """Return the text of a literal (`true`, `12`, a string without interpolation), None for anything else.

    Args:
        value: A node of HCL, a value of JSON, or None.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if kind(value) == "expr_term" and len(branches(value)) == 1:
        return literal(branches(value)[0])
    if kind(value) in {"literal_value", "identifier"}:
        return word(value)
    found = alternatives(value)
    return found[0] if len(found) == 1 and UNKNOWN not in found[0] else None


def alternatives(value: Any) -> list[str]:
    """Return what an expression can be, as far as constants and conditions tell; else `UNKNOWN`.

    Args:
        value: A node of HCL or a value of JSON.
    """
    if isinstance(value, str):
        return evaluate(parse_template(value, 0), TemplateScope())
    if isinstance(value, int | float):
        return [str(value)]
    return evaluate(value, TemplateScope()) if kind(value) else [UNKNOWN]


def entries(value: Any) -> Mapping[str, Any]:
    """Return the entries of an object by their literal keys; none for anything else."""
    if isinstance(value, dict):
        return value
    while kind(value) == "expr_term" and len(branches(value)) == 1:
        value = branches(value)[0]
    if kind(value) != "object":
        return {}
    pairs = (branches(each) for each in branches(value) if kind(each) == "object_elem")
    named = ((literal(branches(key)[0]), each) for key, each in pairs)
    return {name: each for name, each in named if name is not None}


def words_of(value: Any) -> tuple[str, ...]:
    """Return what an expression or block is made of, for comparison: neither layout nor comments count.

    Args:
        value: A node of HCL or a value of JSON.
    """
    if not kind(value):
        return (json.dumps(value, sort_keys=True),)
    tokens = value.scan_values(lambda token: token.type != "NL_OR_COMMENT")
    return tuple(str(each) if each.type in _VERBATIM else str(each).strip() for each in tokens)
