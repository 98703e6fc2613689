"""Finds the settings file of a root module."""

import os
import stat
from pathlib import Path

from guardian.errors import SettingsError

FILE_NAMES = ("guardian.yaml", ".guardian.yaml")


def find_file(root: Path) -> Path | None:
    """Search from `root` upwards, up to the top of its git checkout or of the file system.

    Raises:
        SettingsError: Both names in one directory, or a file that somebody else left in a directory that
            everybody can write to: it could name a program to run as the engine.
    """
    start = Path(os.path.realpath(root))
    for directory in (start, *start.parents):
        found = [directory / name for name in FILE_NAMES if os.path.lexists(directory / name)]
        if len(found) > 1:
            raise SettingsError(
                f"{found[0]} and {found[1].name} are both there", hint=f"keep one: rm {found[1]}"
            )
        if found:
            _refuse_planted(found[0])
            return found[0]
        if os.path.lexists(directory / ".git"):
            return None
    return None


def _refuse_planted(path: Path) -> None:
    try:
        owner, directory = path.stat().st_uid, path.parent.stat()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    if directory.st_mode & stat.S_IWOTH and owner not in {os.getuid(), 0, directory.st_uid}:
        raise SettingsError(
            f"{path} belongs to another user, in a directory that everybody can write to",
            hint="move it beside the root module, or remove it",
        )
