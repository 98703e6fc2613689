"""The heads that this user saw, one small file each in the user's state home."""

import contextlib
import json
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from guardian.domain.remembered import Remembered

FORMAT = 1
MOST_BYTES = 1 << 20


def state_home(environment: Mapping[str, str]) -> Path:
    """Return guardian's directory in the user's state home.

    Source: XDG Base Directory Specification: a relative path in XDG_STATE_HOME is to be ignored.
    """
    given = environment.get("XDG_STATE_HOME", "")
    if given and Path(given).is_absolute():
        return Path(given) / "guardian"
    home = environment.get("HOME", "")
    return (Path(home) if home else Path.home()) / ".local" / "state" / "guardian"


class DiskHeads:
    """Implements `HeadMemory` in `<base>/heads/<digest of the store>/<digest of the project>.json`.

    Args:
        base: guardian's directory in the user's state home.
        scope: Tells stores of one address apart: the endpoint of an S3 service that is not AWS's.
        note: Told once, in words, when nothing can be written.
    """

    def __init__(self, base: Path, *, scope: str = "", note: Callable[[str], None] = lambda _: None) -> None:
        self._base = base / "heads"
        self._scope = scope
        self._note = note
        self._told = False

    def recall(self, store: str, project: str) -> Remembered | None:
        """See the port."""
        document = _read(self._path(store, project))
        if document is None or (document.get("store"), document.get("project")) != (store, project):
            return None
        return _remembered(document)

    def remember(self, store: str, project: str, seen: Remembered) -> None:
        """See the port."""
        document = {"format": FORMAT, "store": store, "project": project, "remembered": seen.to_json()}
        path = self._path(store, project)
        try:
            _write(path, json.dumps(document, indent=1).encode("ascii") + b"\n")
        except OSError as error:
            if not self._told:
                self._told = True
                self._note(
                    f"what was seen of the store cannot be remembered in {self._base}: {error.strerror}; "
                    "a store that is put back to an earlier day would not be noticed from here"
                )

    def forget(self, store: str, project: str) -> None:
        """See the port."""
        with contextlib.suppress(OSError):
            self._path(store, project).unlink()

    def known(self, store: str) -> tuple[Remembered, ...]:
        """See the port."""
        try:
            files = sorted(self._directory(store).glob("*.json"))
        except OSError:
            return ()
        documents = (_read(each) for each in files)
        found = (_remembered(each) for each in documents if each is not None and each.get("store") == store)
        return tuple(sorted((each for each in found if each), key=lambda each: each.descriptor.name))

    def _directory(self, store: str) -> Path:
        return self._base / _name(f"{self._scope}\0{store}" if "://" in store else store)

    def _path(self, store: str, project: str) -> Path:
        return self._directory(store) / f"{_name(project)}.json"


def _name(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _read(path: Path) -> dict[str, Any] | None:
    """Return a memory, None for one that is missing, torn, of another format, or no file at all."""
    try:
        # O_NONBLOCK: a FIFO that somebody put there must not hold guardian for ever.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            document = json.loads(file.read(MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and document.get("format") == FORMAT else None


def _remembered(document: Mapping[str, Any]) -> Remembered | None:
    try:
        return Remembered.from_json(document["remembered"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def _write(path: Path, body: bytes) -> None:
    """Write a whole file or none, on the disk on return; a reader sees the one before or this one."""
    for directory in (path.parents[2], path.parents[1], path.parent):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.stem[:16]}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise
