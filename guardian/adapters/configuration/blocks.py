"""The blocks of a module in both syntaxes, as far as a way back asks; parsing is python-hcl2's."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from guardian.adapters.configuration.modules import Module, read_modules
from guardian.adapters.configuration.names import CONFIGURATION_SUFFIXES
from guardian.adapters.configuration.syntax import (
    Node,
    SyntaxUnreadableError,
    branches,
    descend,
    kind,
    parse_hcl,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block.

    Attributes:
        words: Its type and its labels.
        text: Its own text; empty in JSON.
        file: Path of its file.
        line: Where it begins; 0 in JSON.
        arguments: Texts of its attributes, by name; in JSON their values.
        blocks: Nested blocks.
        references: Roots and first names of what it refers to, nested blocks included: `("var", "region")`.
        body: The JSON value; None in HCL.
    """

    words: tuple[str, ...]
    text: str
    file: Path
    line: int
    arguments: Mapping[str, Any]
    blocks: tuple["Block", ...] = ()
    references: frozenset[tuple[str, str]] = frozenset()
    body: Any = None


@dataclass(slots=True)
class ModuleBlocks:
    """The blocks of one module's directory, and the files that could not be parsed."""

    blocks: list[Block] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def of(self, *words: str) -> list[Block]:
        """Return the blocks that begin with these words."""
        return [each for each in self.blocks if each.words[: len(words)] == words]


def modules_of(root: Path) -> tuple[Module, ...]:
    """Return the modules of an unpacked root module."""
    return read_modules(str(root), str(root / ".terraform"))


def resource_prefix(module: Module) -> str:
    """Return how addresses in a module begin, without keys: `module.a.module.b.`."""
    return "".join(f"module.{each}." for each in module.key.split(".")) if module.key else ""


def read_blocks(directory: Path) -> ModuleBlocks:
    """Read the configuration files of one directory, in the order of their names."""
    found = ModuleBlocks()
    for path in sorted(directory.iterdir()) if directory.is_dir() else ():
        if not path.name.endswith(CONFIGURATION_SUFFIXES) or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8", errors="replace").removeprefix("\ufeff")
            found.blocks += _json(path, text) if path.name.endswith(".json") else _hcl(path, text)
        except (SyntaxUnreadableError, ValueError, AttributeError):
            found.unreadable.append(str(path))
    return found


def block_of_expression(within: Block, name: str, value: Any) -> Block:
    """Return one attribute of a block as a block of its own, with what its expression alone refers to."""
    if within.body is not None:
        return _json_block(within.words, {name: value}, within.file)
    (found,) = _hcl(within.file, f"{within.words[0]} {{\n{name} = {value}\n}}\n")
    return replace(found, line=within.line)


def _hcl(path: Path, text: str) -> list[Block]:
    text = text.replace("\r\n", "\n")
    return [
        _block(item, text, path)
        for body in branches(parse_hcl(text))
        for item in branches(body)
        if kind(item) == "block"
    ]


def _block(node: Node, text: str, path: Path) -> Block:
    *heads, body = branches(node)
    arguments: dict[str, str] = {}
    nested = []
    for item in branches(body):
        if kind(item) == "attribute":
            name, value = branches(item)
            arguments[_word(name)] = text[value.meta.start_pos : value.meta.end_pos]
        elif kind(item) == "block":
            nested.append(_block(item, text, path))
    return Block(
        words=tuple(_word(each) for each in heads),
        text=text[node.meta.start_pos : node.meta.end_pos],
        file=path,
        line=node.meta.line,
        arguments=arguments,
        blocks=tuple(nested),
        references=frozenset(_references(body)),
    )


def _references(node: Node) -> Iterator[tuple[str, str]]:
    for found, _ in descend(node):
        if kind(found) != "get_attr_expr_term":
            continue
        root, attribute = branches(found)
        inner = branches(root)
        if kind(root) == "expr_term" and len(inner) == 1 and kind(inner[0]) == "identifier":
            yield _word(inner[0]), _word(attribute).lstrip(".")


def _word(node: Node) -> str:
    return "".join(str(token) for token in node.scan_values(lambda token: token.type != "DBLQUOTE"))


def _json(path: Path, text: str) -> list[Block]:
    document: dict[str, Any] = json.loads(text)
    found = []
    for name, value in document.items():
        for labels, body in _bodies(value, _LABELS.get(name, 0)):
            found.append(_json_block((name, *labels), body, path))
    return found


_LABELS = {"resource": 2, "data": 2, "variable": 1, "provider": 1, "module": 1, "output": 1}
_NESTED = {"lifecycle": 0, "provisioner": 1, "required_providers": 0}


def _json_block(words: tuple[str, ...], body: Any, path: Path) -> Block:
    inside = body if isinstance(body, dict) else {}
    nested = [
        _json_block((name, *labels), each, path)
        for name, depth in _NESTED.items()
        if name in inside
        for labels, each in _bodies(inside[name], depth)
    ]
    arguments = {name: each for name, each in inside.items() if name not in _NESTED}
    references = frozenset(_json_references(body))
    return Block(
        words=words,
        text="",
        file=path,
        line=0,
        arguments=arguments,
        blocks=tuple(nested),
        references=references,
        body=body,
    )


def _bodies(value: Any, depth: int) -> Iterator[tuple[tuple[str, ...], Any]]:
    for group in value if isinstance(value, list) else [value]:
        if depth == 0:
            yield (), group
            continue
        for label, below in group.items():
            for labels, body in _bodies(below, depth - 1):
                yield (label, *labels), body


def _json_references(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _json_references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _json_references(each)
    elif isinstance(value, str) and "${" in value:
        yield from _references(parse_hcl(f"x = {json.dumps(value)}\n"))
