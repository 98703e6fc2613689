"""Prove, before anything is begun, that what a way back reads is whole."""

from guardian.domain.journal import Kind
from guardian.domain.snapshot import Snapshot
from guardian.repository.journal import read_run
from guardian.repository.project import Project


def refuse_damaged_baseline(project: Project) -> None:
    """Refuse to apply while the way back from a failure could not be taken.

    Raises:
        StoreCorruptError: Something that the baseline is made of is damaged or missing.
    """
    baseline = project.log.standing().baseline
    if baseline is not None:
        project.refuse_damaged(baseline, what="the baseline")


def refuse_damaged_target(project: Project, named: Snapshot | None) -> None:
    """Refuse a way back that could not be finished from what the store holds.

    Args:
        project: Which.
        named: The snapshot that was asked for; None for the way back from the last failure, which reads the
            baseline, and the failed run's own snapshots for what it changed.

    Raises:
        StoreCorruptError: Something that they are made of is damaged or missing.
    """
    if named is not None:
        project.refuse_damaged(named.id, what="snapshot")
        return
    refuse_damaged_baseline(project)
    standing = project.log.standing()
    run_id = standing.open_incident.run_id if standing.open_incident else None
    if run_id is None and standing.last_run is not None and standing.last_run.is_open:
        run_id = standing.last_run.id
    if run_id is None:
        return
    for record in read_run(project.log, run_id):
        if record.kind is Kind.SNAPSHOT_COMMITTED:
            project.refuse_damaged(record.body["snapshot_id"], what=f"run {run_id} is unclear: its snapshot")
