"""The configuration files of one module, parsed only as far as a question needs them.

The parser is slow, so bytes are looked at first: a file that can only name files of its own directory tells a
capture nothing, for that directory is taken as a whole.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from guardian.adapters.configuration.document import FILE_FUNCTIONS, Document, Expression, read_document
from guardian.adapters.configuration.names import CONFIGURATION_SUFFIXES
from guardian.adapters.configuration.syntax import SyntaxUnreadableError

# Attributes that name a file or directory of the machine, for absolute paths; relative ones are seen anyway.
PATH_ATTRIBUTES = frozenset(
    {
        "file",
        "filename",
        "script",
        "scripts",
        "source",
        "source_dir",
        "source_file",
        "template_file",
        "working_dir",
    }
)

_FUNCTION = rb"\b(?:" + "|".join(sorted(FILE_FUNCTIONS)).encode() + rb")\s*\("
FUNCTION_CALL = re.compile(_FUNCTION)
# Such a call names a file below the module or below the root module, both of which are taken whole.
_INNER_CALL = re.compile(_FUNCTION + rb'\s*"(?:\$\{path\.(?:module|root)\}/)?[\w-][\w./ -]*"')
_OUTWARD = re.compile(
    rb"(?<!\.)\.\.(?!\.)|\b(?:" + "|".join(sorted(PATH_ATTRIBUTES)).encode() + rb')"?\s*[=:]\s*\[?\s*"[/~]'
)
# Mostly the source of a local module, relative to the module that calls it.
_SOURCE = re.compile(rb'\bsource\s*=\s*"(\.\.?/[\w./-]*)"')


def read_bodies(directory: str, unreadable: Callable[[str, str], None]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each configuration file, sorted by name; links are not followed.

    Args:
        directory: Absolute path.
        unreadable: Called with the path of each file that cannot be read, and why.
    """
    for name in sorted(os.listdir(directory)):  # noqa: PTH208 - names are wanted
        path = Path(directory, name)
        if name.endswith(CONFIGURATION_SUFFIXES) and path.is_file() and not path.is_symlink():
            try:
                yield name, path.read_bytes()
            except OSError as error:
                unreadable(str(path), error.strerror or "")


class ModuleSources:
    """One directory with configuration files."""

    def __init__(
        self, directory: str, *, is_held: Callable[[str], bool], unreadable: Callable[[str, str], None]
    ) -> None:
        """Read the names and bytes of the directory's configuration.

        Args:
            directory: Absolute path.
            is_held: Tells whether a path is captured already.
            unreadable: Called once with the path of each file that cannot be parsed, and why.
        """
        self.directory = directory
        self._is_held = is_held
        self._unreadable = unreadable
        self._documents: dict[str, Document] = {}
        self._bodies = dict(read_bodies(directory, unreadable))

    def outward(self) -> Iterator[tuple[str, Document]]:
        """Yield each file that may name files elsewhere, parsed."""
        for name, body in self._bodies.items():
            calls, inner_calls = len(FUNCTION_CALL.findall(body)), len(_INNER_CALL.findall(body))
            if calls > inner_calls or _OUTWARD.search(_SOURCE.sub(self._without_held, body)):
                yield name, self._document(name)

    def _without_held(self, source: re.Match[bytes]) -> bytes:
        held = self._is_held(os.path.normpath(f"{self.directory}/{os.fsdecode(source[1])}"))
        return b"" if held else source[0]

    def mentioning(self, words: frozenset[str]) -> Iterator[tuple[str, Document]]:
        """Yield each file in which one of the words stands, parsed."""
        if words:
            pattern = re.compile(
                b"|".join(rb"\b" + re.escape(word.encode()) + rb"\b" for word in sorted(words))
            )
            for name, body in self._bodies.items():
                if pattern.search(body):
                    yield name, self._document(name)

    def local_value(self, name: str) -> Expression | None:
        """Return the definition of `local.name`."""
        found = (document.local_values.get(name) for _, document in self._defining(b"locals", name))
        return next((each for each in found if each), None)

    def default(self, name: str) -> Expression | None:
        """Return the default of `var.name`."""
        found = (document.defaults.get(name) for _, document in self._defining(b"variable", name))
        return next((each for each in found if each), None)

    def argument(self, call: str, name: str) -> Expression | None:
        """Return what the module call `call` passes as variable `name`."""
        found = (
            document.arguments.get(call, {}).get(name) for _, document in self._defining(b"module", call)
        )
        return next((each for each in found if each), None)

    def _defining(self, block: bytes, name: str) -> Iterator[tuple[str, Document]]:
        for file, body in self._bodies.items():
            if block in body and name.encode() in body:
                yield file, self._document(file)

    def _document(self, name: str) -> Document:
        if name not in self._documents:
            path = f"{self.directory}/{name}"
            self._documents[name] = Document()
            try:
                self._documents[name] = read_document(path, self._bodies[name])
            except SyntaxUnreadableError as error:
                self._unreadable(path, str(error))
        return self._documents[name]
