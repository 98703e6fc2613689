"""Writes a captured configuration out again, file by file, never outside the directory it is given.

Every step down goes through a directory descriptor opened with O_NOFOLLOW: a symlink that appears in the
meantime is refused by the kernel, not by a check that it could win against.
"""

import contextlib
import errno
import os
from collections.abc import Iterable
from pathlib import Path

from guardian.domain.configuration import ConfigurationFile
from guardian.errors import ConfigurationError, StoreCorruptError

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def lay_out(files: Iterable[ConfigurationFile], base: Path) -> None:
    """Write each file below `base`, 0600 or 0700, in directories of 0700.

    Raises:
        StoreCorruptError: A path that would leave `base`, or that is taken.
        ConfigurationError: The disk does not take it.
    """
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    top = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for file in files:
            parts = _parts(file.path)
            try:
                _write(file, parts, top)
            except OSError as error:
                if error.errno in {errno.EEXIST, errno.ELOOP, errno.ENOTDIR, errno.EISDIR}:
                    raise StoreCorruptError(
                        f"{file.path!r} cannot be laid out: its place is taken"
                    ) from error
                raise ConfigurationError(f"{base}/{file.path} cannot be written: {error.strerror}") from error
    finally:
        os.close(top)


def _parts(path: str) -> list[str]:
    parts = path.split("/")
    if any(part in {"", ".", ".."} for part in parts) or "\0" in path:
        raise StoreCorruptError(f"the path {path!r} would leave the directory it belongs in")
    return parts


def _write(file: ConfigurationFile, parts: list[str], top: int) -> None:
    directory = os.dup(top)
    try:
        for part in parts[:-1]:
            # What is there is a directory of an earlier file; anything else is refused by the open below.
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, 0o700, dir_fd=directory)
            below = os.open(part, _DIRECTORY, dir_fd=directory)
            os.close(directory)
            directory = below
        descriptor = os.open(parts[-1], _NEW_FILE, 0o700 if file.executable else 0o600, dir_fd=directory)
        with os.fdopen(descriptor, "wb") as out:
            out.write(file.read())
    finally:
        os.close(directory)
