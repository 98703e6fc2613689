"""A directory as a blob store: whole files or none, on the disk before a write returns.

A body is written to `tmp/`, synchronised, and then linked to its name: the link is the moment of
appearance, fails when the name is taken, and is the same on every POSIX file system. A rename would
overwrite. What a killed process leaves in `tmp/` is never a blob.
"""

import contextlib
import errno
import os
import secrets
import shlex
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from guardian.adapters.store.files import FileCalls, unreachable
from guardian.adapters.store.keys import RESERVED, checked_key, checked_prefix, is_key
from guardian.errors import BlobMissingError, StoreCorruptError, StoreUnreachableError

_PART_BYTES = 1 << 20
_ABANDONED_S = 86_400
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
# Some network file systems have no such call: their directories are written through.
_NO_DIRECTORY_SYNC = {errno.EINVAL, errno.EOPNOTSUPP}
# A directory above the store may be closed to us; then somebody else made what is in it, long ago.
_NOT_OURS = {errno.EACCES, errno.EPERM}


class LocalStore:
    """Implements `BlobStore` below one directory, which the first write makes.

    Args:
        root: The directory; its parents are made as well.
        seen: What was seen in it before; without the directory it then does not answer, and makes none.
        files: The file system, for tests that count or fail its calls.
    """

    def __init__(self, root: Path, *, seen: Sequence[str] = (), files: FileCalls | None = None) -> None:
        self._address = str(root)
        self._root = root.resolve()
        self._seen = tuple(seen)
        self._files = files or FileCalls()
        self._durable: set[Path] = set()

    @property
    def address(self) -> str:
        """The directory, as it was given."""
        return self._address

    def put_if_absent(self, key: str, body: bytes) -> bool:
        """Write `body` unless the key exists; on the disk, with every directory above it, on return."""
        path = self._path(key)
        self._prepare()
        self._make_directory(path.parent)
        while True:
            # Most writes of content-addressed objects meet their own object: reading is cheaper than writing.
            there = self._read(path)
            if there is None and self._write(path, body):
                return True
            if there is not None:
                break
        if there != body:
            return False
        # Another process may have linked it a moment ago and not yet synchronised the directory.
        self._sync_directory(path.parent)
        return True

    def get(self, key: str) -> bytes:
        """Return the body; raise `BlobMissingError` when there is none."""
        body = self._read(self._path(key))
        if body is None:
            raise BlobMissingError(f"{key} is not in the store {self.address}")
        return body

    def exists(self, key: str) -> bool:
        """Tell whether `key` holds a body."""
        path = self._path(key)
        try:
            return stat.S_ISREG(path.lstat().st_mode)
        except OSError as error:
            if self._is_absence(error):
                return False
            raise unreachable(error, path) from error

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[str]:
        """Yield keys in byte order, one directory at a time."""
        directory = checked_prefix(prefix).rpartition("/")[0]
        return self._walk(f"{directory}/" if directory else "", prefix, start_after)

    def delete(self, key: str) -> None:
        """Unlink the file; its directory stays, and is synchronised on return."""
        path = self._path(key)
        try:
            self._files.unlink(path)
        except OSError as error:
            if not self._is_absence(error):
                raise unreachable(error, path) from error
        # Also when it was gone already: an unlink that was cut off is not durable yet.
        if path.parent.is_dir():
            self._sync_directory(path.parent)

    def _walk(self, directory: str, prefix: str, start_after: str) -> Iterator[str]:
        for name in self._names(self._root / directory):
            key = directory + name
            # What guardian did not make (`lost+found`, `.git`) is not even opened; nor is `tmp`.
            if not is_key(key.removesuffix("/")):
                continue
            if name.endswith("/"):
                # Every key in it begins with `key`: when `start_after` is greater and does not, all are less.
                passed = key < start_after and not start_after.startswith(key)
                if not passed and key.startswith(prefix[: len(key)]):
                    yield from self._walk(key, prefix, start_after)
            elif key.startswith(prefix) and key > start_after:
                yield key

    def _names(self, directory: Path) -> tuple[str, ...]:
        """Return the names in a directory, those of directories with a `/`, in the byte order of keys."""
        try:
            with os.scandir(directory) as entries:
                found = [
                    f"{each.name}/" if each.is_dir(follow_symlinks=False) else each.name
                    for each in entries
                    if each.is_dir(follow_symlinks=False) or each.is_file(follow_symlinks=False)
                ]
        except OSError as error:
            if self._is_absence(error):
                return ()
            raise unreachable(error, directory) from error
        return tuple(sorted(found))

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _read(self, path: Path) -> bytes | None:
        """Return the body of a file, None when there is none."""
        try:
            # O_NONBLOCK: a FIFO that somebody put there must not hold guardian for ever.
            with self._opened(path, os.O_RDONLY | os.O_NONBLOCK) as descriptor:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise StoreCorruptError(
                        f"{path} is not a regular file", hint="remove it: guardian did not make it"
                    )
                return b"".join(iter(lambda: self._files.read(descriptor, _PART_BYTES), b""))
        except OSError as error:
            if self._is_absence(error):
                return None
            raise unreachable(error, path) from error

    def _is_absence(self, error: OSError) -> bool:
        """Tell whether a failed read means that there is no such key (a key above it may be a body)."""
        absent = isinstance(error, FileNotFoundError) or (
            isinstance(error, NotADirectoryError) and self._root.is_dir()
        )
        if absent:
            self._refuse_absent()
        return absent

    def _refuse_absent(self) -> None:
        """Tell a directory that is not mounted from a store that is empty, or still to be made."""
        if not self._seen:
            return
        try:
            self._root.stat()
        except FileNotFoundError as error:
            raise StoreUnreachableError(
                f"there is no directory {self.address} (is it mounted?), and this machine saw in it: "
                f"{', '.join(self._seen)}",
                hint=f"mount it; where it is gone for good: mkdir -p {shlex.quote(self.address)} && "
                "guardian store check",
            ) from error
        except OSError:
            return  # what is asked of it next says why

    def _write(self, path: Path, body: bytes) -> bool:
        """Make `path` appear with `body`; return False when the name is taken, or the body swept away."""
        unfinished = self._root / RESERVED / secrets.token_hex(16)
        try:
            with self._opened(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as descriptor:
                self._write_all(descriptor, body)
                self._files.fsync(descriptor)
            if not self._link(unfinished, path):
                return False
        except OSError as error:
            raise unreachable(error, path) from error
        finally:
            # A leftover is harmless, and the failure that is on its way must not be hidden by this one.
            with contextlib.suppress(OSError):
                self._files.unlink(unfinished)
        self._sync_directory(path.parent)
        return True

    def _write_all(self, descriptor: int, body: bytes) -> None:
        rest = memoryview(body)
        while rest:
            written = self._files.write(descriptor, rest)
            if written == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            rest = rest[written:]

    def _link(self, unfinished: Path, path: Path) -> bool:
        try:
            self._files.link(unfinished, path)
        except FileExistsError:
            return False
        except FileNotFoundError:
            # A guardian with a wrong clock took the file for one that died long ago: it is written again.
            if unfinished.exists():
                raise
            return False
        except OSError as error:
            closed = error.errno == errno.EPERM and not os.access(path.parent, os.W_OK | os.X_OK)
            if error.errno not in _NO_LINKS or closed:
                raise
            raise StoreUnreachableError(
                f"the file system of {self._root} has no hard links, without which two guardians could "
                f"overwrite each other ({error.strerror})",
                hint="set GUARDIAN_STORE to a directory on another file system, or to s3://bucket/prefix",
            ) from error
        return True

    def _prepare(self) -> None:
        """Make the root with its `.gitignore` (it holds secrets), and clear what died long ago."""
        if self._root / RESERVED in self._durable:
            return
        self._refuse_absent()
        self._make_directory(self._root / RESERVED)
        ignore = self._root / ".gitignore"
        if self._read(ignore) is None:
            self._write(ignore, b"*\n")
        for name in self._names(self._root / RESERVED):
            unfinished = self._root / RESERVED / name
            with contextlib.suppress(OSError):
                if time.time() - unfinished.lstat().st_mtime > _ABANDONED_S:
                    self._files.unlink(unfinished)

    def _make_directory(self, directory: Path) -> None:
        """Make a directory and its parents, and wait until the name of each is on the disk.

        From the root down also of those that are there already, once: another process may have made them a
        moment ago. What exists above the root is not ours.
        """
        ours = directory == self._root or self._root in directory.parents
        if directory in self._durable or (not ours and directory.is_dir()):
            return
        self._make_directory(directory.parent)
        # mkdir tells "exists" from "denied" below the root; above it a closed directory denies both.
        if self._root in directory.parents or not directory.is_dir():
            try:
                self._files.mkdir(directory)
            except FileExistsError:
                if not directory.is_dir():
                    error = NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
                    raise unreachable(error, directory) from None
            except OSError as error:
                raise unreachable(error, directory) from error
        self._sync_directory(directory.parent)
        self._durable.add(directory)

    def _sync_directory(self, directory: Path) -> None:
        tolerated = _NO_DIRECTORY_SYNC | (_NOT_OURS if directory in self._root.parents else set())
        try:
            with self._opened(directory, os.O_RDONLY | os.O_DIRECTORY) as descriptor:
                self._files.fsync(descriptor)
        except OSError as error:
            if error.errno not in tolerated:
                raise unreachable(error, directory) from error

    @contextlib.contextmanager
    def _opened(self, path: Path, flags: int) -> Iterator[int]:
        descriptor = self._files.open(path, flags)
        try:
            yield descriptor
        except BaseException:
            with contextlib.suppress(OSError):
                self._files.close(descriptor)
            raise
        self._files.close(descriptor)
