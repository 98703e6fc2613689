"""File systems of a test's own: small ones that get full, and one on a file whose power can be cut."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.wants import lacking

SIZE_BYTES = 24 << 20
# Without these a mount begins to write by itself; the journal must be written by a synchronisation alone.
_MAKE = (
    "mkfs.ext4",
    "-q",
    "-F",
    "-N",
    "4096",
    "-J",
    "size=4",
    "-E",
    "lazy_itable_init=0,lazy_journal_init=0",
)
_NEVER = "commit=300"


@contextmanager
def mounted(where: Path, options: str, *, source: Path | None = None) -> Iterator[Path]:
    """Mount a file system of its own for the length of a block; skip where that is not allowed.

    Args:
        where: The directory, which is made.
        options: Of the mount.
        source: An image of an ext4 file system; None is an empty tmpfs.
    """
    kind, device = ("ext4", str(source)) if source else ("tmpfs", "tmpfs")
    where.mkdir(exist_ok=True)
    command = ["mount", "-t", kind, "-o", options, device, str(where)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        lacking("mounting", "a full, read-only or unpowered disk wants a file system of its own")
    try:
        yield where
    finally:
        # A test that failed may have left a process there: lazily, so that nothing stays mounted.
        if subprocess.run(["umount", str(where)], capture_output=True, check=False).returncode:
            subprocess.run(["umount", "--lazy", str(where)], check=True)


class LoopDisk:
    """An ext4 file system in a file, which nothing writes back but a synchronisation.

    Args:
        directory: Where its image, the images of its cuts and the mount point lie.
    """

    def __init__(self, directory: Path) -> None:
        self.where = directory / "disk"
        self._directory = directory
        self._image = directory / "image"
        self._cuts = 0

    @contextmanager
    def powered(self) -> Iterator[Path]:
        """Make the file system and mount it for the length of a block."""
        if shutil.which(_MAKE[0]) is None:
            lacking("mkfs.ext4", "a power cut wants a file system that can be mounted twice")
        with self._image.open("wb") as image:
            image.truncate(SIZE_BYTES)
        subprocess.run([*_MAKE, str(self._image)], check=True, capture_output=True)
        with mounted(self.where, f"loop,{_NEVER}", source=self._image) as where:
            yield where

    def cut(self) -> Path:
        """Copy what the disk holds at this moment, whatever the mounted file system still has in memory."""
        self._cuts += 1
        copy = self._directory / f"cut-{self._cuts}"
        subprocess.run(["cp", "--sparse=always", str(self._image), str(copy)], check=True)
        return copy

    @contextmanager
    def back(self, cut: Path) -> Iterator[Path]:
        """Mount a cut at the same place, as after the power came back; its image is removed at the end."""
        try:
            with mounted(self.where, f"loop,{_NEVER}", source=cut) as where:
                yield where
        finally:
            cut.unlink()
