"""Gathers files from disk without following links, and lists what it leaves behind.

Paths are absolute strings here: a capture touches thousands of them. What ends up where on another machine
(`target`) may differ from where it lies (`source`) only for Terraform's data directory.
"""

import errno
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from guardian.adapters.configuration.names import is_own_name
from guardian.domain.configuration import CaptureLimits, ConfigurationFile, LeftOut
from guardian.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Entry:
    """A file to capture: where it will lie, and how to read it now."""

    target: str
    size_bytes: int
    executable: bool
    read: Callable[[], bytes]


class Collection:
    """Files by target path, and what was left out by path and detail."""

    def __init__(self, *, root: str, limits: CaptureLimits, exclude: Iterable[Path]) -> None:
        self._root = root
        self._limits = limits
        self._exclude = frozenset(os.path.realpath(path) for path in exclude)
        self._walked: set[str] = set()
        self._total_bytes = 0
        self.entries: dict[str, Entry] = {}
        self.left_out: dict[tuple[str, str], LeftOut] = {}

    def add_tree(self, source: str, *, target: str | None = None) -> None:
        """Add a directory with everything below it, apart from what is Terraform's, git's or guardian's own.

        Args:
            source: Absolute, normalised path.
            target: Where it will lie; None for the same place.

        Raises:
            ConfigurationError: Over the limits.
        """
        if self._is_linked(source):
            return
        waiting = [(source, source if target is None else target)]
        while waiting:
            directory, below = waiting.pop()
            if directory in self._walked:
                continue
            self._walked.add(directory)
            try:
                with os.scandir(directory) as found:
                    entries = list(found)
            except OSError as error:
                self.leave(below, "unreadable", error.strerror or "")
                continue
            for entry in entries:
                if is_own_name(entry.name) or entry.path in self._exclude:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, os.path.join(below, entry.name)))  # noqa: PTH118 - hot loop on strings
                else:
                    self._add(entry.path, f"{below}/{entry.name}", entry.stat(follow_symlinks=False))

    def add_file(self, path: str) -> None:
        """Add one file that was named explicitly."""
        if path in self.entries or path in self._exclude or self._is_linked(path):
            return
        try:
            found = os.lstat(path)
        except OSError as error:
            self.leave(path, "unreadable", error.strerror or "")
            return
        self._add(path, path, found)

    def add_bytes(self, target: str, body: bytes) -> None:
        """Add a file whose content is not the one on disk, replacing what was there."""
        self._keep(Entry(target, len(body), executable=False, read=lambda: body))

    def leave(self, path: str, reason: str, detail: str = "") -> None:
        """List something as not captured, once."""
        self.left_out.setdefault((path, detail), LeftOut(path=path, reason=reason, detail=detail))

    def holds(self, path: str) -> bool:
        """Tell whether a path lies in a directory that was captured as a whole, or was captured itself."""
        return path in self.entries or any(
            path == each or path.startswith(f"{each}/") for each in self._walked
        )

    def files(self, base: str) -> tuple[ConfigurationFile, ...]:
        """Return what was gathered, by path below `base`."""
        return tuple(
            ConfigurationFile(
                path=os.path.relpath(entry.target, base),
                executable=entry.executable,
                size_bytes=entry.size_bytes,
                read=entry.read,
            )
            for _, entry in sorted(self.entries.items())
        )

    def _is_linked(self, path: str) -> bool:
        """Tell (and list) whether the way from the root module to `path` goes through a symlink."""
        common = os.path.commonpath([self._root, path])
        step = common
        for part in os.path.relpath(path, common).split("/"):
            step = os.path.normpath(f"{step}/{part}")
            if Path(step).is_symlink():
                self.leave(step, "symlink", f"-> {Path(step).readlink()}")
                return True
        return False

    def _add(self, source: str, target: str, found: os.stat_result) -> None:
        if stat.S_ISLNK(found.st_mode):
            self.leave(target, "symlink", f"-> {Path(source).readlink()}")
        elif not stat.S_ISREG(found.st_mode):
            self.leave(target, "special", "not a regular file")
        elif not target.isprintable() and not _is_unicode(target):
            self.leave(
                os.fsencode(target).decode(errors="backslashreplace"), "special", "its name is not UTF-8"
            )
        elif found.st_size > self._limits.max_file_bytes:
            limit = self._limits.max_file_bytes
            self.leave(
                target, "too_large", f"{found.st_size} bytes, the limit is {limit} (capture.max_file_bytes)"
            )
        elif not os.access(source, os.R_OK):
            self.leave(target, "unreadable", os.strerror(errno.EACCES))
        else:
            read = partial(_read_regular, source, self._limits.max_file_bytes)
            self._keep(Entry(target, found.st_size, bool(found.st_mode & stat.S_IXUSR), read))

    def _keep(self, entry: Entry) -> None:
        replaced = self.entries.get(entry.target)
        self._total_bytes += entry.size_bytes - (replaced.size_bytes if replaced else 0)
        self.entries[entry.target] = entry
        if len(self.entries) > self._limits.max_files:
            raise self._too_much(f"more than {self._limits.max_files} files", "capture.max_files")
        if self._total_bytes > self._limits.max_total_bytes:
            raise self._too_much(f"more than {self._limits.max_total_bytes} bytes", "capture.max_total_bytes")

    def _too_much(self, what: str, key: str) -> ConfigurationError:
        parents = Counter(
            "/".join(each.target.split("/")[: self._root.count("/") + 2]) for each in self.entries.values()
        )
        place, count = parents.most_common(1)[0]
        return ConfigurationError(
            f"the configuration of {self._root} has {what}, {count} of the files below {place}",
            hint=f"raise {key} in guardian.yaml, or move what is no configuration elsewhere",
        )


def _is_unicode(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read_regular(path: str, max_bytes: int) -> bytes:
    """Read a file that was regular and small when it was found, and may have been exchanged since."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "no longer a regular file", path)
        body = file.read(max_bytes + 1)
    if len(body) > max_bytes:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)
    return body
