"""Run directories on the local disk."""

import fcntl
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from guardian.errors import UsageError

PASSING = "passing"
BEING_MADE_S = 60.0


def write_new(path: Path, body: bytes) -> None:
    """Write a file for its owner alone where there is none; leave none that is torn.

    Raises:
        UsageError: Something is there already, which stays as it is, or it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}", hint="name a file that is not there yet"
        ) from error
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot write {path}: {error.strerror}",
        hint=f"free space on its disk, or make {path.parent} writable; then run the command again",
    )


class DiskWorkplace:
    """Implements `ports.workplace.Workplace` below one directory, `<base>/runs`."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._held: dict[str, int] = {}

    def open_run(self, run_id: str) -> Path:
        """See the port."""
        return self._open(self._base / "runs" / run_id)

    def open_passing(self, name: str) -> Path:
        """See the port; its owner is alive as long as the lock on it is held."""
        path = self._open(self._base / PASSING / name)
        held = self._lock(path)
        if held is not None:
            self._held[name] = held
        self._sweep(path.parent)
        return path

    def _sweep(self, passing: Path) -> None:
        """Remove what killed ones left; one that is just being made is not locked yet."""
        for each in passing.iterdir():
            try:
                is_new = time.time() - each.stat().st_mtime < BEING_MADE_S
            except OSError:
                continue
            if not is_new and (fallen := self._lock(each)) is not None:
                shutil.rmtree(each, ignore_errors=True)
                os.close(fallen)

    def close_passing(self, name: str) -> None:
        """See the port."""
        shutil.rmtree(self._base / PASSING / name, ignore_errors=True)
        if (held := self._held.pop(name, None)) is not None:
            os.close(held)

    def _lock(self, path: Path) -> int | None:
        """Lock a directory without waiting; None where somebody holds it, or it is gone."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return descriptor

    def _open(self, path: Path) -> Path:
        try:
            self._base.mkdir(parents=True, mode=0o700, exist_ok=True)
            ignore = self._base / ".gitignore"
            # What is in here is secret; a full disk may have left the file empty.
            if not ignore.exists() or not ignore.stat().st_size:
                self.replace(ignore, b"*\n")
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.mkdir(mode=0o700)
        except OSError as error:
            raise UsageError(
                f"cannot make the run's private directory {path}: {error.strerror}",
                hint="make its parent writable, or free space on its disk",
            ) from error
        return path

    def write(self, path: Path, body: bytes) -> None:
        """See the port."""
        write_new(path, body)

    def replace(self, path: Path, body: bytes) -> None:
        """See the port."""
        # Not the pid: it is 1 in every container, and what a killed guardian left must stand in nobody's way.
        beside = path.with_name(f".{path.name}.{token_hex(8)}")
        self.write(beside, body)
        try:
            beside.replace(path)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            raise UsageError(
                f"cannot write {path}: {error.strerror}", hint="name another place for it"
            ) from error

    def read(self, path: Path) -> bytes:
        """See the port."""
        try:
            return path.read_bytes()
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror}") from error

    def remove(self, path: Path) -> bool:
        """See the port."""
        try:
            path.unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def kept_runs(self) -> tuple[str, ...]:
        """See the port."""
        try:
            return tuple(sorted(each.name for each in (self._base / "runs").iterdir() if each.is_dir()))
        except OSError:
            return ()

    def close_run(self, run_id: str) -> None:
        """See the port."""
        shutil.rmtree(self._base / "runs" / run_id, ignore_errors=True)
