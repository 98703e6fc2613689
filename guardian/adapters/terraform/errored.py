"""The file that Terraform leaves beside the configuration when it cannot save a state: `errored.tfstate`.

Terraform overwrites the one of an earlier failure without a word. That one may hold what no record has, so
that it is moved out of the way before an apply begins, and back again where the way stayed free.
"""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from guardian.errors import EngineError

NAME = "errored.tfstate"

Identity = tuple[int, ...]


def identity(root: Path) -> Identity | None:
    """Tell one file of that name from the next; None when there is none."""
    try:
        seen = os.lstat(root / NAME)
    except OSError:
        return None
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def set_aside(root: Path) -> Path | None:
    """Rename an older file to `errored.tfstate.<when it was written>`, and return where it lies now.

    Returns:
        None when there is none, or when it is a directory: Terraform cannot overwrite that.

    Raises:
        EngineError: It cannot be renamed; nothing may be applied then.
    """
    older = root / NAME
    try:
        seen = os.lstat(older)
    except OSError:
        return None
    if stat.S_ISDIR(seen.st_mode):
        return None
    aside = _free_name(root, datetime.fromtimestamp(seen.st_mtime, tz=UTC))
    try:
        older.rename(aside)
    except OSError as error:
        raise EngineError(
            f"{older} is there from an earlier failure and cannot be set aside: {error.strerror}; "
            "Terraform would overwrite it",
            hint=f"mv {older} SOMEWHERE    # it may hold what no record has; then the same command again",
        ) from error
    return aside


def put_back(aside: Path) -> Path | None:
    """Give an older file its name back where nothing took it; return where it stays otherwise."""
    older = aside.with_name(NAME)
    if not os.path.lexists(older):
        try:
            aside.rename(older)
        except OSError:
            return aside
        return None
    if not aside.is_symlink():
        aside.chmod(0o600)
    return aside


def _free_name(root: Path, written: datetime) -> Path:
    stem = f"{NAME}.{written:%Y%m%dT%H%M%SZ}"
    names = (f"{stem}-{number}" if number else stem for number in range(1_000_000))
    return next(root / each for each in names if not os.path.lexists(root / each))
