"""The whole of a project: every record of its log, and everything that its snapshots refer to."""

from collections.abc import Iterator

from guardian.domain.journal import Kind, Standing, advance
from guardian.errors import NotFoundError
from guardian.repository.keys import log_prefix, snapshot_prefix
from guardian.repository.project import Project
from guardian.repository.verification import DAMAGE, Finding


def check_project(project: Project, *, read_data: bool) -> Iterator[Finding]:
    """Yield what is wrong with a project, as it is found.

    The chain of the log is verified and its standings are folded again; each snapshot that a record names is
    loaded, and its referents are verified.

    Args:
        project: Which.
        read_data: Also read every byte of every snapshot, shared ones once.
    """
    named: dict[str, None] = {}
    standing = Standing()
    try:
        for record in project.log.read():
            standing = advance(
                standing, record.kind, record.body, number=record.number, at=record.at, run_id=record.run_id
            )
            if standing != record.standing:
                yield Finding(
                    key=project.log.key(record.number),
                    problem=f"record {record.number} carries a standing that its predecessors do not give",
                )
                standing = record.standing
            if record.kind is Kind.SNAPSHOT_COMMITTED:
                named[record.body["snapshot_id"]] = None
    except DAMAGE as error:
        yield Finding(key=log_prefix(project.state_id), problem=error.message)
    for snapshot_id in reversed(named):
        yield from _check_snapshot(project, snapshot_id, read_data=read_data)


def _check_snapshot(project: Project, snapshot_id: str, *, read_data: bool) -> Iterator[Finding]:
    try:
        snapshot = project.snapshot(snapshot_id)
    except (NotFoundError, *DAMAGE) as error:
        key = snapshot_prefix(project.state_id) + snapshot_id
        yield Finding(key=key, problem=error.message, snapshot_id=snapshot_id)
        return
    yield from project.verify(snapshot, read_data=read_data)
