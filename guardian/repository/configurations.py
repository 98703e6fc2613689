"""Configurations by content, file by file: an unchanged file costs one question, no bytes."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from guardian.domain import fields
from guardian.domain.configuration import CapturedConfiguration, ConfigurationFile
from guardian.domain.snapshot import ConfigurationRef
from guardian.errors import ConfigurationError, StoreCorruptError
from guardian.repository import documents
from guardian.repository.keys import object_key
from guardian.repository.objects import ObjectKind, Objects, Referent, at_once


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEntry:
    """One file of a stored configuration."""

    path: str
    object: str
    bytes: int
    executable: bool


class Configurations:
    """Stores captured configurations and lists them again."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def put(self, captured: CapturedConfiguration) -> ConfigurationRef:
        """Store every file, then the tree that lists them.

        Raises:
            ConfigurationError: A file could not be read any more.
        """
        files = at_once(self._put_file, captured.files)
        tree = documents.written({"format": documents.FORMAT, "files": files}, "tree")
        return ConfigurationRef(
            tree=self._objects.put(ObjectKind.TREE, tree),
            root=captured.root,
            files=len(files),
            bytes=sum(each["bytes"] for each in files),
            left_out=captured.left_out,
            var_files=captured.var_files,
            lock_file=captured.lock_file,
        )

    def files(self, ref: ConfigurationRef) -> tuple[ConfigurationFile, ...]:
        """List the files, sorted by path; each is fetched and verified when it is read."""
        return tuple(
            ConfigurationFile(
                path=each.path,
                executable=each.executable,
                size_bytes=each.bytes,
                read=partial(self._objects.get, ObjectKind.FILE, each.object, limit_bytes=each.bytes),
            )
            for each in self.entries(ref)
        )

    def entries(self, ref: ConfigurationRef) -> tuple[TreeEntry, ...]:
        """Read the tree."""
        where = object_key(ref.tree)
        document = documents.parse(self._objects.get(ObjectKind.TREE, ref.tree), where=where)
        documents.checked(document, "tree", where=where)
        try:
            return tuple(
                TreeEntry(
                    path=fields.text(each, "path"),
                    object=fields.text(each, "object"),
                    bytes=fields.whole(each, "bytes"),
                    executable=fields.flag(each, "executable"),
                )
                for each in document["files"]
            )
        except (ValueError, KeyError, TypeError) as error:
            raise StoreCorruptError(f"{where} is not a list of files: {error}") from error

    def referents(self, ref: ConfigurationRef) -> tuple[Referent, ...]:
        """Return every object that the configuration is made of."""
        files = tuple((ObjectKind.FILE, each.object) for each in self.entries(ref))
        return ((ObjectKind.TREE, ref.tree), *files)

    def _put_file(self, file: ConfigurationFile) -> dict[str, Any]:
        try:
            body = file.read()
        except OSError as error:
            raise ConfigurationError(f"{file.path} cannot be read: {error.strerror}") from error
        return {
            "path": file.path,
            "object": self._objects.put(ObjectKind.FILE, body),
            "bytes": len(body),
            "executable": file.executable,
        }
