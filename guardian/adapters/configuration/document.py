"""What one configuration file says that matters to a capture: calls, strings, and values behind them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guardian.adapters.configuration.syntax import (
    Node,
    Source,
    SyntaxUnreadableError,
    Template,
    branches,
    descend,
    kind,
    parse_hcl,
    parse_template,
    text_of,
    word,
)

# Source: https://developer.hashicorp.com/terraform/language/functions (filesystem, hash and crypto functions)
FILE_FUNCTIONS = frozenset(
    {
        "file",
        "filebase64",
        "filebase64sha256",
        "filebase64sha512",
        "fileexists",
        "filemd5",
        "fileset",
        "filesha1",
        "filesha256",
        "filesha512",
        "templatefile",
    }
)

# Blocks whose strings name no file that a plan reads; a module's own source is in the manifest.
_SILENT_BLOCKS = frozenset({"backend", "cloud", "required_providers"})


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression and where it stands.

    Attributes:
        node: A node, a `Template` or a literal string.
        line: From 1; 0 when unknown.
        attribute: Name of the attribute that it is the value of, directly or in a list; else empty.
    """

    node: Node
    source: Source
    line: int = 0
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a file function."""

    function: str
    arguments: tuple[Expression, ...]
    line: int
    excerpt: str


@dataclass(slots=True)
class Document:
    """One file's findings.

    Attributes:
        calls: Of file functions, in the order of the text.
        strings: Every quoted text that is not a label.
        local_values: By name.
        defaults: Of variables, by name.
        arguments: Attributes of module blocks by call, then by name.
        providers: Attributes of provider blocks by label, then by name.
        attributes: Outside all blocks, by name.
    """

    calls: list[Call] = field(default_factory=list)
    strings: list[Expression] = field(default_factory=list)
    local_values: dict[str, Expression] = field(default_factory=dict)
    defaults: dict[str, Expression] = field(default_factory=dict)
    arguments: dict[str, dict[str, Expression]] = field(default_factory=dict)
    providers: dict[str, dict[str, Expression]] = field(default_factory=dict)
    attributes: dict[str, Expression] = field(default_factory=dict)


def read_document(path: str, body: bytes) -> Document:
    """Read a `.tf`, `.tf.json` or `.tfvars` file.

    Raises:
        SyntaxUnreadableError: Not what Terraform or the parser takes.
    """
    text = text_of(body)
    document = Document()
    if Path(path).suffix == ".json":
        try:
            _read_json(document, json.loads(text))
        except (ValueError, RecursionError, AttributeError) as error:
            raise SyntaxUnreadableError("JSON") from error
    else:
        _read_hcl(document, text)
    return document


def read_template(text: str) -> Document:
    """Read the calls in a template file."""
    document = Document()
    _scan(document, parse_template(text, 1), Source(text, 1), "", 1)
    return document


def _read_hcl(document: Document, text: str) -> None:
    source = Source(text, 1)
    tree = parse_hcl(text)
    for body in branches(tree):
        for item in branches(body):
            if kind(item) == "attribute":
                name, expression = _attribute(item, source)
                document.attributes[name] = expression
            else:
                _read_block(document, item, source)
    _scan(document, tree, source, "", 0)


def _read_block(document: Document, block: Node, source: Source) -> None:
    *heads, body = branches(block)
    words = [word(head) for head in heads]
    inside = dict(_attribute(item, source) for item in branches(body) if kind(item) == "attribute")
    if words[0] == "locals":
        document.local_values |= inside
    elif words[0] == "variable" and len(words) > 1 and "default" in inside:
        document.defaults[words[1]] = inside["default"]
    elif words[0] == "module" and len(words) > 1:
        document.arguments[words[1]] = inside
    elif words[0] == "provider" and len(words) > 1:
        document.providers[words[1]] = inside


def _attribute(node: Node, source: Source) -> tuple[str, Expression]:
    name, value = branches(node)
    return word(name), Expression(value, source, source.line(node), word(name))


def _scan(document: Document, node: Node, source: Source, attribute: str, line: int) -> None:
    """Collect calls and strings below a node, a template or a literal."""
    if isinstance(node, Template):
        document.strings.append(Expression(node, source, line, attribute))
        for part in node.parts:
            if not isinstance(part, str):
                _scan(document, part[1], part[0], "", 0)
        return
    for found, above in descend(node):
        if any(_is_silent(each) for each in above):
            continue
        name = kind(found)
        if name == "function_call":
            _add_call(document, found, source)
        elif name == "string" and above and kind(above[-1]) != "block":
            document.strings.append(Expression(found, source, source.line(found), _attribute_above(above)))
        elif name.startswith("heredoc_template"):
            token = str(found.children[0])
            if ".." in token or any(function in token for function in FILE_FUNCTIONS):
                _scan(document, parse_template(token, source.line(found)), source, "", source.line(found))


def _is_silent(node: Node) -> bool:
    if kind(node) == "block":
        return word(branches(node)[0]) in _SILENT_BLOCKS
    return False


def _attribute_above(above: tuple[Node, ...]) -> str:
    """Name the attribute whose value the string is, itself or as an item of a list."""
    for node in reversed(above):
        if kind(node) == "attribute":
            return word(branches(node)[0])
        if kind(node) not in {"expr_term", "tuple", "conditional"}:
            return ""
    return ""


def _add_call(document: Document, node: Node, source: Source) -> None:
    parts = branches(node)
    function = word(parts[0])
    if function not in FILE_FUNCTIONS or len(parts) < 2 or kind(parts[1]) != "arguments":  # noqa: PLR2004 - name and arguments
        return
    values = branches(parts[1])
    arguments = tuple(Expression(value, source, source.line(node)) for value in values)
    excerpt = f"{function}({source.excerpt(values[0])}{', …' if len(values) > 1 else ''})"
    document.calls.append(Call(function, arguments, source.line(node), excerpt))


def _read_json(document: Document, value: Any) -> None:
    nowhere = Source("", 0)
    for name, defaults in _json_blocks(value.get("variable")):
        if isinstance(defaults.get("default"), str):
            document.defaults[name] = Expression(defaults["default"], nowhere, 0, name)
    for name, arguments in _json_blocks(value.get("module")):
        document.arguments[name] = dict(_json_strings(arguments))
    for each in value.get("locals") if isinstance(value.get("locals"), list) else [value.get("locals") or {}]:
        document.local_values |= dict(_json_strings(each))
    document.attributes = dict(_json_strings(value))
    _scan_json(document, value, "")


def _json_blocks(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for group in value if isinstance(value, list) else [value or {}]:
        for name, bodies in group.items():
            for body in bodies if isinstance(bodies, list) else [bodies]:
                yield name, body


def _json_strings(body: dict[str, Any]) -> Iterator[tuple[str, Expression]]:
    for name, value in body.items():
        if isinstance(value, str):
            yield name, Expression(parse_template(value, 0), Source("", 0), 0, name)


def _scan_json(document: Document, value: Any, name: str) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            if key != "//" and key not in _SILENT_BLOCKS:
                _scan_json(document, each, key)
    elif isinstance(value, list):
        for each in value:
            _scan_json(document, each, name)
    elif isinstance(value, str) and re.search(r"\$\{|\.\.|^/", value):
        _scan(document, parse_template(value, 0), Source(value, 0), name, 0)
