"""Terraform's lock on a local state: a file lock on the state file, and a file beside it that says whose.

Source: `internal/states/statemgr/filesystem.go` and `filesystem_lock_unix.go`.
"""

import fcntl
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from guardian.adapters.terraform.lock_info import held
from guardian.errors import BackendError

FLOCK = "hhqqi4x"
"""`struct flock` of 64-bit Linux: type, whence, start, length, pid."""

OFD_SETLK = 37
"""Linux's F_OFD_SETLK: a traditional lock is lost when any descriptor of the file is closed here."""


def info_path(state: Path) -> Path:
    """Return the file that says who holds the lock."""
    return state.with_name(f".{state.name.removeprefix('.')}.lock.info")


@contextmanager
def file_lock(path: Path, info: str) -> Iterator[bool]:
    """Hold the lock for a block. Only a file can be locked, so that a missing one is made, as Terraform does.

    Yields:
        Whether the file was made; one that is still empty at the end goes again, for an empty state file
        would read as a lost record.

    Raises:
        StateLockedError: Somebody else holds it.
        BackendError: It cannot be taken.
    """
    about = info_path(path)
    try:
        descriptor, made = _open(path)
    except OSError as error:
        raise _cannot_lock(path, error) from error
    try:
        _take(descriptor, path)
        try:
            _write_private(path, about, info)
            yield made
        finally:
            # Before the lock goes: afterwards both files may be the next holder's.
            with suppress(OSError):
                about.unlink(missing_ok=True)
            with suppress(OSError):
                if made and os.fstat(descriptor).st_size == 0:
                    path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def remove_leftover(path: Path) -> None:
    """Remove the file that says whose a lock was, under the lock: it may be the next holder's by now.

    Raises:
        StateLockedError: Somebody holds the lock.
        BackendError: It cannot be removed.
    """
    about = info_path(path)
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        about.unlink(missing_ok=True)  # a lock wants a file
        return
    except OSError as error:
        raise _cannot_lock(path, error) from error
    try:
        _take(descriptor, path)
        about.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_lock(path, error) from error
    finally:
        os.close(descriptor)


def is_file_locked(path: Path) -> bool:
    """Tell whether another process holds the lock, without taking it; True where that cannot be asked."""
    if not sys.platform.startswith("linux"):
        return True
    return _asked(path) is not None


def holder_pid(path: Path) -> int:
    """Return the process that holds the lock, 0 where that cannot be told."""
    found = _asked(path) if sys.platform.startswith("linux") else None
    return max(found or 0, 0)


def _asked(path: Path) -> int | None:
    """Ask for the holder's pid; None when nobody holds the lock, -1 when it is no process's own."""
    try:
        with path.open("rb") as file:
            kind, *_, pid = struct.unpack(FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, _flock()))
    except OSError:
        return None
    return None if kind == fcntl.F_UNLCK else int(pid)


def _open(path: Path) -> tuple[int, bool]:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), True
    except FileExistsError:
        return os.open(path, os.O_RDWR), False


def _take(descriptor: int, path: Path) -> None:
    try:
        if sys.platform.startswith("linux"):
            fcntl.fcntl(descriptor, OFD_SETLK, _flock())
        else:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_the_state = os.path.samestat(os.fstat(descriptor), path.stat())
    except (BlockingIOError, PermissionError) as error:
        raise held(_read(info_path(path))) from error
    except OSError as error:
        raise _cannot_lock(path, error) from error
    if not is_the_state:
        # Another holder took the file away between opening and locking: this one is nobody's state.
        raise held(None)


def _flock() -> bytes:
    """Return the whole file, for writing."""
    return struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)


def _write_private(state: Path, about: Path, text: str) -> None:
    try:
        about.touch(mode=0o600)
        about.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _cannot_lock(state, error) from error


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _cannot_lock(path: Path, error: OSError) -> BackendError:
    return BackendError(
        f"cannot lock the state {path}: {error.strerror or error}",
        hint="free its disk, or mend the permissions of the file and its directory",
    )
