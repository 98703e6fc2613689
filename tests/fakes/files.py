"""File calls that fail at a chosen one, and a model of the disk that knows what a power cut would leave."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

from guardian.adapters.store.files import FileCalls

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
        write_bytes: int = 1 << 30,
        skip_fsync_of: Literal["", "files", "directories"] = "",
    ) -> None:
        self.calls: list[str] = []
        self._disk = disk
        self._fail_at = fail_at
        self._how = how
        self._error = error
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
        self.calls.append(name)
        failing = len(self.calls) == self._fail_at
        if failing and self._how == "before":
            raise self._error()
        try:
            return call()
        finally:
            if failing:
                raise self._error()


def _is_in(path: Path, directory: os.stat_result) -> bool:
    return os.path.samestat(path.parent.stat(), directory)
