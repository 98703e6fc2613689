"""Private places on this machine: run directories and the files in them."""

from pathlib import Path
from typing import Protocol


class Workplace(Protocol):
    """Owns the directory in which runs keep plan files and engine streams, all of them secret."""

    def open_run(self, run_id: str) -> Path:
        """Make and return the run's private directory (0700)."""
        ...

    def open_passing(self, name: str) -> Path:
        """Make and return a private directory (0700) for what records nothing, `plan` and `review`.

        It goes with `close_passing`; one whose owner was killed goes when a later one is opened.
        """
        ...

    def close_passing(self, name: str) -> None:
        """Remove a directory of `open_passing`; what cannot be removed stays for the next one."""
        ...

    def write(self, path: Path, body: bytes) -> None:
        """Create a file (0600) that must not exist yet."""
        ...

    def replace(self, path: Path, body: bytes) -> None:
        """Write a file (0600), whole or not at all, over whatever is there."""
        ...

    def read(self, path: Path) -> bytes:
        """Return a file's content; raise `UsageError` when it cannot be read."""
        ...

    def remove(self, path: Path) -> bool:
        """Remove a file; tell whether it is gone."""
        ...

    def kept_runs(self) -> tuple[str, ...]:
        """Return the ids of the runs whose directories are still there, oldest first."""
        ...

    def close_run(self, run_id: str) -> None:
        """Remove the run's directory; what cannot be removed stays."""
        ...
