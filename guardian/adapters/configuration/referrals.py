"""Finds what an expression refers to: variables, locals, and everything that only a plan knows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from guardian.adapters.configuration.syntax import (
    UNKNOWN,
    Node,
    Source,
    Template,
    branches,
    descend,
    kind,
    parse_template,
    word,
)

UNREADABLE = "?"
"""Root of what the parser cannot see into."""

_TRAVERSALS = frozenset(
    {"get_attr_expr_term", "index_expr_term", "attr_splat_expr_term", "full_splat_expr_term"}
)


@dataclass(frozen=True, slots=True)
class Referral:
    """A name that an expression uses.

    Attributes:
        root: `var`, `local`, `data`, a resource's type, ...; `UNREADABLE` where it cannot be told.
        name: What follows the root.
        words: The reference as it is written, for a person.
        line: From 1; 0 when unknown.
    """

    root: str
    name: str
    words: str
    line: int


def referrals(value: Any, source: Source | None) -> Iterator[Referral]:
    """Yield what a node of HCL, with all below it, or a value of JSON refers to.

    Args:
        value: The node or the value.
        source: The node's source; None for JSON.
    """
    if source is not None:
        yield from _of_node(value, source)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key != "//":
                yield from referrals(key, None)
                yield from referrals(each, None)
    elif isinstance(value, list):
        for each in value:
            yield from referrals(each, None)
    elif isinstance(value, str):
        yield from _of_template(parse_template(value, 0), value, 0)


def _of_node(node: Node, source: Source) -> Iterator[Referral]:
    for found, above in descend(node):
        if kind(found).startswith("heredoc_template"):
            text, line = str(found.children[0]), source.line(found)
            yield from _of_template(parse_template(text, line), text, line)
        elif kind(found) == "identifier":
            name = word(found)
            chain = _chain(above)
            if chain and not _is_bound(name, above):
                attribute = branches(chain[0])[1]
                yield Referral(
                    name,
                    word(branches(attribute)[0]) if kind(attribute) == "get_attr" else "",
                    source.excerpt(chain[-1]),
                    source.line(found),
                )


def _of_template(template: Template, text: str, line: int) -> Iterator[Referral]:
    # Directives (`%{ if ... }`) of such a text are not parsed here, nor is what the parser gave up on.
    if UNKNOWN in template.parts or "%{" in text.replace("%%{", ""):
        yield Referral(UNREADABLE, "", "a template that cannot be followed", line)
    for part in template.parts:
        if not isinstance(part, str):
            yield from _of_node(part[1], part[0])


def _chain(above: tuple[Node, ...]) -> list[Node]:
    """Return the traversals that begin at an identifier, innermost first; none when it stands alone."""
    found: list[Node] = []
    below = above[-1] if above else None
    for node in reversed(above[:-1]):
        if kind(node) in _TRAVERSALS and branches(node)[0] is below:
            found.append(node)
        elif kind(node) != "expr_term" or len(branches(node)) > 1:
            break
        below = node
    return found


def _is_bound(name: str, above: tuple[Node, ...]) -> bool:
    """Tell whether a `for` around the identifier binds it; its own collection is evaluated before."""
    for node, inner in zip(above, (*above[1:], None), strict=True):
        if kind(node) in {"for_tuple_expr", "for_object_expr"}:
            introduction = branches(node)[0]
            bound = {word(each) for each in branches(introduction) if kind(each) == "identifier"}
            if name in bound and inner is not introduction:
                return True
    return False
