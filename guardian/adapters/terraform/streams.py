"""The two files that receive an engine's output, and the reading of them while it runs.

Files and not pipes: an engine whose parent is killed finishes its work and leaves its events on disk; one
that writes into a broken pipe dies with its state unsaved. Nobody synchronises them with the disk: they
outlive guardian and Terraform, and prove nothing after a power cut, when only the journal counts.
"""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from guardian.errors import EngineError

CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """Where one process writes; both files are private (0600) and may hold secrets."""

    stdout: Path
    stderr: Path

    def read_whole(self) -> bytes:
        """Return the standard output of a command that succeeded.

        Terraform does not notice that a full disk took only a part of it: half a state would be taken for the
        state. So one more byte must find its place.

        Raises:
            EngineError: The disk takes no more.
        """
        try:
            body = self.stdout.read_bytes()
            with self.stdout.open("ab") as file:
                file.write(b"\n")
        except OSError as error:
            raise EngineError(
                f"the engine's output in {self.stdout} may be cut: {error.strerror}",
                hint="free space on its disk, then run the command again",
            ) from error
        return body

    def remove(self) -> None:
        """Delete both, for commands whose output was read whole."""
        self.stdout.unlink(missing_ok=True)
        self.stderr.unlink(missing_ok=True)


def open_streams(run_dir: Path, verb: str) -> tuple[Streams, BinaryIO, BinaryIO]:
    """Create `<nn>-<verb>.stdout` and `.stderr` in the run's private directory, numbered in order of start.

    Raises:
        EngineError: The directory cannot be written.
    """
    try:
        run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        stem, stdout = _first_free(run_dir, verb.replace(" ", "-"))
        streams = Streams(stdout=stem.with_suffix(".stdout"), stderr=stem.with_suffix(".stderr"))
        stderr = os.fdopen(os.open(streams.stderr, CREATE, 0o600), "wb")
    except OSError as error:
        raise EngineError(
            f"cannot create the engine's output files in {run_dir}: {error.strerror}",
            hint="free space on its disk, or make it writable",
        ) from error
    return streams, stdout, stderr


def _first_free(run_dir: Path, verb: str) -> tuple[Path, BinaryIO]:
    """Create the next file for standard output; another process may be started at the same moment."""
    taken = (each.name.partition("-")[0] for each in run_dir.glob("*-*.stdout"))
    number = 1 + max((int(each) for each in taken if each.isdigit()), default=0)
    while True:
        stem = run_dir / f"{number:02}-{verb}"
        try:
            return stem, os.fdopen(os.open(stem.with_suffix(".stdout"), CREATE, 0o600), "wb")
        except FileExistsError:
            number += 1


class Tail:
    """Hands over each complete line of a growing file, once and in order."""

    def __init__(self, file: BinaryIO, on_line: Callable[[bytes], None]) -> None:
        self._file = file
        self._on_line = on_line
        self._rest: list[bytes] = []
        self._lines: deque[bytes] = deque()

    def advance(self) -> bool:
        """Hand over what was added; tell whether anything was."""
        added = self._file.read()
        if added:
            *complete, rest = added.split(b"\n")
            if complete:
                complete[0] = b"".join(self._rest) + complete[0]
                self._rest = []
                self._lines.extend(complete)
            self._rest.append(rest)
        moved = bool(self._lines)
        while self._lines:
            self._on_line(self._lines.popleft())
        return moved

    def finish(self) -> None:
        """Hand over what is left, a last line without a newline too."""
        self.advance()
        last = b"".join(self._rest)
        self._rest = []
        if last:
            self._on_line(last)
