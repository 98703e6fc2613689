"""The blocks of one module in Terraform's order, parsed only where a word says that the answer can be."""

import os
import re
from collections.abc import Iterator

from guardian.adapters.configuration.blocks import Block, read_blocks
from guardian.adapters.configuration.sources import read_bodies
from guardian.adapters.configuration.syntax import SyntaxUnreadableError

# Source: https://developer.hashicorp.com/terraform/language/files/override
_OVERRIDE = re.compile(r"(?:^|_)override\.(?:tf|tofu)(?:\.json)?$")


def is_override(name: str) -> bool:
    """Tell whether Terraform merges a file of that name into the others."""
    return _OVERRIDE.search(name) is not None


class ModuleFiles:
    """One directory with configuration files.

    Attributes:
        directory: Absolute path.
        unreadable: Names of the files that could not be read or parsed so far, each with the reason.
    """

    def __init__(self, directory: str) -> None:
        """Read names and bytes; nothing is parsed yet. A directory that cannot be listed is unreadable."""
        self.directory = directory
        self.unreadable: dict[str, str] = {}
        self._parsed: dict[str, list[Block]] = {}
        try:
            found = list(read_bodies(directory, self._leave))
        except OSError as error:
            self._leave(directory, error.strerror or "")
            found = []
        # Terraform merges override files into the others, in the order of their names.
        self._bodies = dict(sorted(found, key=lambda each: (is_override(each[0]), each[0])))

    @property
    def names(self) -> list[str]:
        """The names of all files, override files last."""
        return list(self._bodies)

    def blocks(self, wanted: str, *words: str) -> Iterator[Block]:
        """Yield the blocks of a kind from the files in which all of the words stand; override files last."""
        for name, body in self._bodies.items():
            # A word of JSON may be spelled with escapes, and JSON is cheap to parse.
            if name.endswith(".json") or all(each.encode() in body for each in (wanted, *words)):
                yield from (each for each in self._blocks(name) if each.kind == wanted)

    def mentioning(self, pattern: str) -> list[str]:
        """Return the names of the files whose text a regular expression finds something in."""
        compiled = re.compile(pattern.encode())
        return [name for name, body in self._bodies.items() if compiled.search(body)]

    def _blocks(self, name: str) -> list[Block]:
        if name not in self._parsed:
            self._parsed[name] = []
            try:
                self._parsed[name] = read_blocks(name, self._bodies[name])
            except SyntaxUnreadableError as error:
                self._leave(name, str(error))
        return self._parsed[name]

    def _leave(self, path: str, reason: str) -> None:
        self.unreadable[os.path.relpath(path, self.directory) if os.path.isabs(path) else path] = reason  # noqa: PTH117 - a string
