"""Blocks of a configuration file in either syntax, with their own text: what may be compared and copied."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardian.adapters.configuration.syntax import (
    Node,
    Source,
    SyntaxUnreadableError,
    branches,
    kind,
    parse_hcl,
    text_of,
    word,
)

# In JSON only the kind of a block tells how many levels of objects are labels.
# Source: https://developer.hashicorp.com/terraform/language/syntax/json
_LABELS = {
    "data": 2,
    "dynamic": 1,
    "ephemeral": 2,
    "module": 1,
    "provider": 1,
    "provisioner": 1,
    "resource": 2,
    "variable": 1,
}


@dataclass(frozen=True, slots=True)
class Block:
    """A block and where it stands.

    Attributes:
        kind: `resource`, `provider`, ...
        labels: Its labels.
        file: Name of its file.
        line: From 1; 0 in JSON.
        attributes: Nodes of HCL, or values of JSON (nested blocks among them), by name.
        source: Its text; None in JSON.
        node: Its node; in JSON its body.
    """

    kind: str
    labels: tuple[str, ...]
    file: str
    line: int
    attributes: Mapping[str, Any]
    source: Source | None
    node: Node

    @property
    def place(self) -> str:
        """Where it stands, for a person."""
        return place(self.file, self.line)

    def nested(self, wanted: str) -> list["Block"]:
        """Return the blocks of a kind right inside this one."""
        if self.source is None:
            return list(_json_blocks(wanted, self.attributes.get(wanted), self.file))
        return [
            _hcl_block(each, self.source, self.file)
            for each in branches(branches(self.node)[-1])
            if kind(each) == "block" and word(branches(each)[0]) == wanted
        ]

    def text(self, *, label: str | None = None) -> str:
        """Return the block's own words; of HCL alone.

        Args:
            label: Stands in place of the first label; None for the label as it is.
        """
        source: Source = self.source  # type: ignore[assignment]
        start, end = self.node.meta.start_pos, self.node.meta.end_pos
        if label is None:
            return source.text[start:end]
        old = branches(self.node)[1].meta
        return f'{source.text[start : old.start_pos]}"{label}"{source.text[old.end_pos : end]}'


def place(file: str, line: int) -> str:
    """Spell a place in a file for a person; JSON has no lines."""
    return f"{file}:{line}" if line else file


def read_blocks(name: str, body: bytes) -> list[Block]:
    """Return the blocks of a file, in the order of the text.

    Args:
        name: Name of the file; tells the syntax.
        body: Its content.

    Raises:
        SyntaxUnreadableError: Not what Terraform or the parser takes.
    """
    text = text_of(body)
    if Path(name).suffix != ".json":
        source = Source(text, 1)
        items = [item for inner in branches(parse_hcl(text)) for item in branches(inner)]
        return [_hcl_block(item, source, name) for item in items if kind(item) == "block"]
    try:
        document = json.loads(text)
        tops = document if isinstance(document, list) else [document]
        return [
            block
            for top in tops
            for wanted, value in top.items()
            for block in _json_blocks(wanted, value, name)
        ]
    except (ValueError, RecursionError, AttributeError) as error:
        raise SyntaxUnreadableError("JSON") from error


def _hcl_block(node: Node, source: Source, file: str) -> Block:
    *heads, body = branches(node)
    words = [word(head) for head in heads]
    attributes = {}
    for item in branches(body):
        if kind(item) == "attribute":
            name, value = branches(item)
            attributes[word(name)] = value
    return Block(words[0], tuple(words[1:]), file, source.line(node), attributes, source, node)


def _json_blocks(wanted: str, value: Any, file: str) -> Iterator[Block]:
    """Yield the blocks that a property stands for: objects and lists of objects below its labels."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while waiting:
        labels, current = waiting.pop(0)
        for each in current if isinstance(current, list) else [current]:
            if not isinstance(each, dict):
                continue
            if len(labels) == _LABELS.get(wanted, 0):
                yield Block(wanted, labels, file, 0, each, None, each)
            else:
                waiting.extend(((*labels, key), below) for key, below in each.items() if key != "//")
