"""Computes what a path expression can be, as far as constants, locals and variables tell.

A value is a list of alternatives. What cannot be known inside one is `UNKNOWN`, so that the
directory before it can still be found.
"""

import json
import posixpath
from collections.abc import Iterator
from itertools import product
from typing import Protocol

from guardian.adapters.configuration.syntax import UNKNOWN, Node, Template, branches, kind

_NOTHING_KNOWN = [UNKNOWN]
_MAX_ALTERNATIVES = 32
_MAX_DEPTH = 24


class Scope(Protocol):
    """What names mean in one module."""

    def resolve(self, root: str, name: str, depth: int) -> list[str]:
        """Return the alternatives of `root.name` (`path.module`, `local.x`, `var.x`); empty when unknown."""
        ...


def evaluate(node: Node, scope: Scope, depth: int = 0) -> list[str]:
    """Return the alternatives of an expression; never empty.

    Args:
        node: A node, a `Template`, or a literal string.
        scope: What names mean where it stands.
        depth: How many steps led here; cycles end at a bound.
    """
    if isinstance(node, str):
        return [node]
    if depth > _MAX_DEPTH:
        return _NOTHING_KNOWN
    if isinstance(node, Template):
        parts = (part if isinstance(part, str) else part[1] for part in node.parts)
        return _concatenate([evaluate(part, scope, depth + 1) for part in parts])
    return _evaluate_node(node, scope, depth + 1) or _NOTHING_KNOWN


def _evaluate_node(node: Node, scope: Scope, depth: int) -> list[str]:
    name, parts = kind(node), branches(node)
    if name == "string":
        return _concatenate([_string_part(part, scope, depth) for part in parts])
    if name in {"expr_term", "interpolation"} and len(parts) == 1:
        return evaluate(parts[0], scope, depth)
    if name == "conditional":
        return _bounded(evaluate(parts[1], scope, depth) + evaluate(parts[2], scope, depth))
    if name == "get_attr_expr_term":
        return _attribute(parts, scope, depth)
    if name == "function_call":
        return _call(parts, scope, depth)
    if name == "int_lit":
        return [str(node.children[0])]
    return []


def _string_part(part: Node, scope: Scope, depth: int) -> list[str]:
    child = part.children[0]
    if kind(child) == "interpolation":
        return evaluate(child, scope, depth)
    if kind(child):
        return _NOTHING_KNOWN  # a template directive
    text = str(child)
    if text.startswith(("$${", "%%{")):
        return [text[1:]]
    try:
        # HCL's escapes are JSON's, but for \U.
        return [json.loads(f'"{text}"', strict=False)]
    except ValueError:
        return _NOTHING_KNOWN


def _attribute(parts: list[Node], scope: Scope, depth: int) -> list[str]:
    owner, attribute = parts
    inner = branches(owner)
    if len(inner) != 1 or kind(inner[0]) != "identifier" or kind(branches(attribute)[0]) != "identifier":
        return []
    return scope.resolve(str(inner[0].children[0]), str(branches(attribute)[0].children[0]), depth)


def _call(parts: list[Node], scope: Scope, depth: int) -> list[str]:
    function = "".join(str(token) for token in parts[0].children)
    if len(parts) != 2 or kind(parts[1]) != "arguments":  # noqa: PLR2004 - a name and its arguments
        return []
    arguments = branches(parts[1])
    if function in {"abspath", "pathexpand", "tostring", "trimspace", "nonsensitive"}:
        return evaluate(arguments[0], scope, depth)
    if function in {"dirname", "basename"}:
        change = posixpath.dirname if function == "dirname" else posixpath.basename
        return [change(each) for each in evaluate(arguments[0], scope, depth)]
    if function in {"try", "coalesce"}:
        return _bounded([each for argument in arguments for each in evaluate(argument, scope, depth)])
    if function == "join":
        return _join(arguments, scope, depth)
    if function == "format":
        return _format(arguments, scope, depth)
    return []


def _join(arguments: list[Node], scope: Scope, depth: int) -> list[str]:
    separators = evaluate(arguments[0], scope, depth)
    items = branches(arguments[1]) if len(arguments) == 2 else []  # noqa: PLR2004 - separator and list
    if len(items) != 1 or kind(items[0]) != "tuple" or len(separators) != 1:
        return []
    interleaved: list[list[str]] = []
    for item in branches(items[0]):
        interleaved += [separators, evaluate(item, scope, depth)]
    return _concatenate(interleaved[1:])


def _format(arguments: list[Node], scope: Scope, depth: int) -> list[str]:
    formats = evaluate(arguments[0], scope, depth)
    values = [evaluate(each, scope, depth) for each in arguments[1:]]
    if len(formats) != 1:
        return []
    literals = formats[0].split("%s")
    if len(literals) != len(values) + 1 or any("%" in each for each in literals):
        return []
    parts = [[literals[0]]]
    for value, literal in zip(values, literals[1:], strict=True):
        parts += [value, [literal]]
    return _concatenate(parts)


def _concatenate(parts: list[list[str]]) -> list[str]:
    return _bounded("".join(each) for each in product(*parts))


def _bounded(alternatives: Iterator[str] | list[str]) -> list[str]:
    found: dict[str, None] = {}
    for each in alternatives:
        found[each] = None
        if len(found) > _MAX_ALTERNATIVES:
            return _NOTHING_KNOWN
    return list(found)
