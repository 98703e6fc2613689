"""Turns Terraform's two syntaxes into expressions that know their line; all parsing is python-hcl2's.

An expression is a node of the parser's raw tree, a `Template`, or a plain string (a JSON literal). Nothing
else here looks into HCL text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

UNKNOWN = "\0"
"""Stands in a value for what cannot be known; no text of Terraform's can hold it."""

MAX_SOURCE_BYTES = 4 * 1024 * 1024
_MAX_ENDS = 64

Node = Any


class SyntaxUnreadableError(Exception):
    """The parser does not take the text; the message names the line where it knows it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed text and where its first line lies in its file (from 1; 0 where lines mean nothing)."""

    text: str
    first_line: int

    def line(self, node: Node) -> int:
        """Return the line of a node in the file."""
        return self.first_line + node.meta.line - 1 if self.first_line else 0

    def excerpt(self, node: Node) -> str:
        """Return a node's own words on one line, cut where they are long."""
        words = " ".join(self.text[node.meta.start_pos : node.meta.end_pos].split())
        return words if len(words) <= 80 else words[:79] + "…"  # noqa: PLR2004 - one screen line


@dataclass(frozen=True, slots=True)
class Template:
    """Text with interpolations: literal strings and expressions in turn, each expression with its source."""

    parts: tuple[str | tuple[Source, Node], ...]


def kind(node: Node) -> str:
    """Return the grammar's name of a node; empty for a token and for anything that is no node."""
    return str(getattr(node, "data", ""))


def branches(node: Node) -> list[Node]:
    """Return the children that mean something: no punctuation, no comments."""
    return [child for child in node.children if kind(child) not in {"", "new_line_or_comment"}]


def word(node: Node) -> str:
    """Return an identifier, or the text of a quoted label."""
    return "".join(str(token) for token in node.scan_values(lambda token: token.type != "DBLQUOTE"))


def text_of(body: bytes) -> str:
    """Return the text of a file as the parser is given it.

    Raises:
        SyntaxUnreadableError: Too large.
    """
    if len(body) > MAX_SOURCE_BYTES:
        raise SyntaxUnreadableError(f"{len(body)} bytes")
    return body.decode(errors="replace").removeprefix("\ufeff").replace("\r\n", "\n")


def parse_hcl(text: str) -> Node:
    """Return the tree of a file.

    Raises:
        SyntaxUnreadableError: Not HCL as the parser knows it, or nested too deeply for it.
    """
    import hcl2
    from lark.exceptions import LarkError

    try:
        return hcl2.parses_to_tree(text)
    except LarkError as error:
        line = getattr(error, "line", -1)
        raise SyntaxUnreadableError(f"line {line}" if line > 0 else "syntax") from error
    except RecursionError as error:
        raise SyntaxUnreadableError("nested too deeply") from error


def parse_template(text: str, first_line: int) -> Template:
    """Split the text of a heredoc, a template file or a JSON string at its interpolations.

    Where an interpolation ends only the parser can tell: the shortest end that it accepts is the end.
    """
    parts: list[str | tuple[Source, Node]] = []
    position = 0
    while (start := text.find("${", position)) >= 0:
        if text.startswith("$", start - 1) and start > position:
            parts.append(text[position : start + 2])
            position = start + 2
            continue
        found = _interpolation(text, start, first_line + text.count("\n", 0, start) if first_line else 0)
        if found is None:
            return Template((*parts, text[position:start], UNKNOWN))
        expression, end = found
        parts += [text[position:start], expression]
        position = end
    parts.append(text[position:])
    return Template(tuple(part for part in parts if part != ""))


def _interpolation(text: str, start: int, line: int) -> tuple[tuple[Source, Node], int] | None:
    end = start
    for _ in range(_MAX_ENDS):
        end = text.find("}", end) + 1
        if end == 0:
            return None
        candidate = f"x = ({text[start + 2 : end - 1].strip('~')})\n"
        try:
            tree = parse_hcl(candidate)
        except SyntaxUnreadableError:
            continue
        attribute = branches(branches(tree)[0])[0]
        return (Source(candidate, line), branches(attribute)[-1]), end
    return None


def descend(node: Node) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Yield every node below `node` with its ancestors, nearest last, in the order of the text."""
    waiting: list[tuple[Node, tuple[Node, ...]]] = [(node, ())]
    while waiting:
        current, above = waiting.pop()
        yield current, above
        below = (*above, current)
        waiting.extend((child, below) for child in reversed(branches(current)))
