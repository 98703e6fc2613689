"""The whole of a project: every record of its log, and everything that its snapshots refer to."""

from collections.abc import Iterator

from guardian.errors import NotFoundError
from guardian.repository.history import History, read_history
from guardian.repository.keys import snapshot_prefix
from guardian.repository.project import Project
from guardian.repository.verification import DAMAGE, Finding


def check_project(project: Project, *, read_data: bool) -> Iterator[Finding]:
    """Yield what is wrong with a project, as it is found.

    The chain of the log is verified and its standings are folded again; each snapshot that counts is loaded,
    and its referents are verified.

    Args:
        project: Which.
        read_data: Also read every byte of every snapshot, shared ones once.
    """
    history = read_history(project)
    yield from history.findings
    yield from check_snapshots(project, history, read_data=read_data)


def check_snapshots(project: Project, history: History, *, read_data: bool) -> Iterator[Finding]:
    """Yield what is wrong with the snapshots that count, newest first."""
    for snapshot_id in reversed(history.committed):
        try:
            snapshot = project.snapshot(snapshot_id)
        except (NotFoundError, *DAMAGE) as error:
            key = snapshot_prefix(project.state_id) + snapshot_id
            yield Finding(key=key, problem=error.message, snapshot_id=snapshot_id, code=error.code)
            continue
        yield from project.verify(snapshot, read_data=read_data)
