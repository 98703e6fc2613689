"""What an apply left on disk when its guardian died: its streams, and whether it still writes to them.

Terraform outlives a killed guardian, so its own words are the truth about a run that the journal does not
finish.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guardian.adapters.terraform.events import EventReader
from guardian.domain.engine import EngineOutcome, Evidence
from guardian.domain.run import told_exit_code

_PROC = Path("/proc")
_STREAM = "*-apply.stdout"


def read_evidence(run_dir: Path, *, errored: Path, proc: Path = _PROC) -> Evidence | None:
    """Read what the first apply of a run left in its private directory.

    Args:
        run_dir: The directory, as the journal names it.
        errored: Where the engine leaves a state that it cannot save.
        proc: Linux's process file system; without it nothing is said to run.

    Returns:
        None when this machine does not have the directory. Without a stream no apply was ever started.
    """
    if not run_dir.is_dir():
        return None
    streams = sorted(run_dir.glob(_STREAM))
    if not streams:
        return Evidence(running=False, events=(), outcome=None)
    # Asked first: what ends in between has written everything by the time it is read.
    running = _is_written(streams[0], proc)
    events: list[Mapping[str, Any]] = []
    reader = EventReader(events.append)
    for line in streams[0].read_bytes().splitlines():
        reader.line(line)
    code = None if running else told_exit_code(events)
    outcome = None
    if code is not None:
        kept = errored if _is_of_this_run(errored, run_dir) else None
        if reader.dumped_state is not None:
            kept = streams[0]
        outcome = EngineOutcome(exit_code=code, diagnostics=tuple(reader.diagnostics), stranded_state=kept)
    return Evidence(running=running, events=tuple(events), outcome=outcome)


def _is_written(stream: Path, proc: Path) -> bool:
    """Tell whether any process has the file open."""
    wanted = stream.stat()
    for each in proc.glob("[0-9]*/fd/1"):
        try:
            seen = each.stat()
        except OSError:
            continue  # it ended, or is another user's
        if (seen.st_dev, seen.st_ino) == (wanted.st_dev, wanted.st_ino):
            return True
    return False


def _is_of_this_run(errored: Path, run_dir: Path) -> bool:
    """Tell whether a state that could not be saved is not from before the run."""
    began_ns = min((each.lstat().st_mtime_ns for each in run_dir.iterdir() if each.is_file()), default=0)
    return errored.is_file() and errored.lstat().st_mtime_ns >= began_ns
