"""Reads a settings file as YAML, with the line of each value, from anybody's hands.

Works on parser events, never on composed or constructed objects: no recursion for a deep file to exhaust,
no tag that builds anything, and an alias is paid for with the size of what it repeats.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guardian.errors import SettingsError

MAX_FILE_BYTES = 1024 * 1024
MAX_ALIASES = 50
MAX_NODES = 10_000
MAX_DEPTH = 16
_TAGS = frozenset({"map", "seq", "str", "int", "float", "bool", "null"})

Trail = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A settings file.

    Attributes:
        values: The top-level mapping.
        lines: Line, from 1, of each key and list item by its path; of an alias, that of the alias.
    """

    path: Path
    values: dict[str, Any]
    lines: dict[Trail, int]

    def place(self, trail: Trail) -> str:
        """Return `file:line` of the nearest known ancestor of `trail`."""
        while trail and trail not in self.lines:
            trail = trail[:-1]
        return f"{self.path}:{self.lines[trail]}" if trail else str(self.path)


def read_document(path: Path) -> Document:
    """Read `path`; an empty file is an empty document.

    Raises:
        SettingsError: Unreadable, too large, not YAML, or YAML that a settings file has no use for.
    """
    import yaml

    text = _read_text(path)
    reader = _Reader(path)
    try:
        values = reader.document(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise SettingsError(f"{where}: not valid YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not valid YAML: {str(error).splitlines()[0]}") from error
    return Document(path=path, values=values, lines=reader.lines)


def _read_text(path: Path) -> str:
    try:
        # A named pipe in the place of the file must be refused, not waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise SettingsError(f"{path}: not a regular file")
            body = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    if len(body) > MAX_FILE_BYTES:
        raise SettingsError(f"{path}: larger than {MAX_FILE_BYTES} bytes; that is no settings file")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text (byte {error.start})") from error


@dataclass(slots=True)
class _Reader:
    """One pass over the events of one file."""

    path: Path
    lines: dict[Trail, int] = field(default_factory=dict)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    aliases: int = 0
    nodes: int = 0

    def document(self, events: Iterator[Any]) -> dict[str, Any]:
        import yaml

        values: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._error(event, "more than one document in the file")
            elif isinstance(event, yaml.NodeEvent):
                values = self._node(event, events, ())
        if values is None:
            return {}
        if not isinstance(values, dict):
            raise SettingsError(f"{self.path}: must be keys and values at its top level")
        return values

    def _node(self, event: Any, events: Iterator[Any], trail: Trail) -> Any:
        import yaml

        self.lines.setdefault(trail, _line(event))
        before = self.nodes
        self._count(event, 1)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if len(trail) > MAX_DEPTH:
            raise self._error(event, f"nested deeper than {MAX_DEPTH} levels")
        if event.tag is not None and event.tag.removeprefix("tag:yaml.org,2002:") not in _TAGS:
            raise self._error(event, f"the tag `{event.tag}` is not allowed")
        value: Any
        if isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(events, trail)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(events, trail)
        else:
            value = self._scalar(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, self.nodes - before)
        return value

    def _mapping(self, events: Iterator[Any], trail: Trail) -> dict[str, Any]:
        import yaml

        found: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error(event, "a key must be plain text")
            self._count(event, 1)
            key = event.value
            if key in found:
                raise self._error(event, f"the key `{key}` is given twice")
            here = (*trail, key)
            self.lines[here] = _line(event)
            found[key] = self._node(next(events), events, here)
        return found

    def _sequence(self, events: Iterator[Any], trail: Trail) -> list[Any]:
        import yaml

        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events, (*trail, len(items))))
        return items

    def _alias(self, event: Any) -> Any:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise self._error(event, f"more than {MAX_ALIASES} aliases")
        if event.anchor not in self.anchors:
            raise self._error(event, f"the alias `*{event.anchor}` has no anchor before it")
        value, size = self.anchors[event.anchor]
        self._count(event, size)
        return value

    def _scalar(self, event: Any) -> Any:
        import yaml

        loader: Any = yaml.SafeLoader("")
        tag = event.tag or loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        node = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark)
        kind = tag.rpartition(":")[2]
        try:
            if kind == "null":
                return None
            if kind == "bool":
                return loader.construct_yaml_bool(node)
            if kind == "int":
                return loader.construct_yaml_int(node)
            if kind == "float":
                return loader.construct_yaml_float(node)
        except (ValueError, KeyError, OverflowError) as error:
            raise self._error(event, f"not a value of type {kind}") from error
        return event.value  # text, and what YAML 1.1 takes for a timestamp

    def _count(self, event: Any, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise self._error(event, f"more than {MAX_NODES} values, aliases counted each time")

    def _error(self, event: Any, what: str) -> SettingsError:
        return SettingsError(f"{self.path}:{_line(event)}: {what}")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
