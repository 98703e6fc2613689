"""File calls that fail at a chosen one, and a model of the disk that knows what a power cut would leave."""

import os
import stat
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from guardian.adapters.store.files import FileCalls
from guardian.adapters.store.local import LocalStore

T = TypeVar("T")


class Disk:
    """What is certain to be there after a power cut: contents by inode, names by directory.

    Stricter than any real file system: nothing is durable that was not synchronised by name.
    """

    def __init__(self) -> None:
        self.dirty: set[int] = set()
        self.unnamed: set[Path] = set()

    def lost(self, path: Path) -> list[Path]:
        """Return what a power cut would take of a file: its contents, or any name on the way to it."""
        return [each for each in (path, *path.parents) if each in self.unnamed] + (
            [path] if path.stat().st_ino in self.dirty else []
        )


class FaultyFiles(FileCalls):
    """The real calls, numbered, on a disk that is watched.

    Args:
        disk: The model to keep; shared by the processes of one scenario.
        fail_at: Number of the call that fails, from 1; 0 never.
        how: `before`: the call does nothing. `after`: it is done, and reported as failed.
        error: What is raised.
        lasting: Whether every later call of those counted fails as well.
        counted: Names of the calls that are counted and may fail; empty is all of them.
        write_bytes: The most that one write takes.
        skip_fsync_of: A mutant: these are never synchronised.
    """

    def __init__(
        self,
        disk: Disk,
        *,
        fail_at: int = 0,
        how: Literal["before", "after"] = "before",
        error: Callable[[], BaseException] = OSError,
        lasting: bool = False,
        counted: Collection[str] = (),
        write_bytes: int = 1 << 30,
        skip_fsync_of: Literal["", "files", "directories"] = "",
    ) -> None:
        self.calls: list[str] = []
        self._disk = disk
        self._fail_at = fail_at
        self._how = how
        self._error = error
        self._lasting = lasting
        self._counted = counted
        self._write_bytes = write_bytes
        self._skipped = skip_fsync_of

    def mkdir(self, path: Path) -> None:
        self._call("mkdir", lambda: super(FaultyFiles, self).mkdir(path))
        self._disk.unnamed.add(path)

    def open(self, path: Path, flags: int) -> int:
        def opened() -> int:
            descriptor = FileCalls.open(self, path, flags)
            if flags & os.O_CREAT:
                self._disk.dirty.add(os.fstat(descriptor).st_ino)
            return descriptor

        return self._call("open", opened)

    def read(self, descriptor: int, size_bytes: int) -> bytes:
        return self._call("read", lambda: FileCalls.read(self, descriptor, size_bytes))

    def write(self, descriptor: int, part: memoryview) -> int:
        return self._call("write", lambda: FileCalls.write(self, descriptor, part[: self._write_bytes]))

    def fsync(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        directory = stat.S_ISDIR(status.st_mode)
        if self._skipped == ("directories" if directory else "files"):
            return
        self._call("fsync directory" if directory else "fsync", lambda: FileCalls.fsync(self, descriptor))
        self._disk.dirty.discard(status.st_ino)
        if directory:
            self._disk.unnamed -= {each for each in self._disk.unnamed if _is_in(each, status)}

    def close(self, descriptor: int) -> None:
        self._call("close", lambda: FileCalls.close(self, descriptor))

    def link(self, source: Path, target: Path) -> None:
        def linked() -> None:
            FileCalls.link(self, source, target)
            self._disk.unnamed.add(target)

        self._call("link", linked)

    def unlink(self, path: Path) -> None:
        self._call("unlink", lambda: FileCalls.unlink(self, path))

    def _call(self, name: str, call: Callable[[], T]) -> T:
        if self._counted and name not in self._counted:
            return call()
        self.calls.append(name)
        number = len(self.calls)
        failing = number == self._fail_at or (self._lasting and number > self._fail_at > 0)
        if failing and self._how == "before":
            raise self._error()
        try:
            return call()
        finally:
            if failing:
                raise self._error()


@dataclass
class Promises:
    """What was to be written, and what of it was promised to be there: bodies by key."""

    tried: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    made: dict[str, bytes] = field(default_factory=dict)

    def copy(self) -> "Promises":
        tried = defaultdict(set, {key: set(bodies) for key, bodies in list(self.tried.items())})
        return Promises(tried=tried, made=dict(self.made))

    def broken_by(self, store: LocalStore) -> list[str]:
        """Return the keys that are not there as promised, and those that are half there."""
        there = {key: store.get(key) for key in store.list("")}
        lost = [f"{key} is lost" for key, body in self.made.items() if there.get(key) != body]
        return lost + [f"{key} is torn" for key, body in there.items() if body not in self.tried[key]]


class WatchedStore(LocalStore):
    """The local store, which remembers what it was given and what it promised.

    Args:
        root: As ever.
        files: As ever.
        promises: Where to remember it; shared by the guardians of one scenario.
        on_promise: Called after each write that returned.
    """

    def __init__(
        self,
        root: Path,
        *,
        files: FileCalls,
        promises: Promises,
        on_promise: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(root, files=files)
        self._promises = promises
        self._on_promise = on_promise

    def put_if_absent(self, key: str, body: bytes) -> bool:
        self._promises.tried[key].add(bytes(body))
        written = super().put_if_absent(key, body)
        if written:
            self._promises.made[key] = bytes(body)
        self._on_promise()
        return written


def _is_in(path: Path, directory: os.stat_result) -> bool:
    return os.path.samestat(path.parent.stat(), directory)
