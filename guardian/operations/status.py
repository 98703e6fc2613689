"""One screen about a project: baseline, last run, hold, lease, what to type next."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from guardian.domain.journal import Kind, Standing
from guardian.domain.remembered import Remembered
from guardian.domain.run import Progress
from guardian.domain.run_class import RunClass, class_by_end
from guardian.operations.held import engine_of
from guardian.operations.runs import Run, load_run
from guardian.ports.system import Identity
from guardian.repository.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a project stands; `next_command` is what to type, `reason` why.

    Attributes:
        run_class: What the last run came to, None before the first.
        progress: How far it came, while no record closes it.
        holder_died: Whether who holds the lease is proven dead.
        spooled: How many runs wait on this machine to be flushed.
        unusable: Why the newest approval cannot be used, empty where it can or where there is none.
    """

    project: str
    standing: Standing
    next_command: str
    reason: str
    run_class: RunClass | None = None
    progress: Progress = field(default_factory=Progress)
    holder_died: bool = False
    spooled: int = 0
    unusable: str = ""


def status_of(project: Project, *, identity: Identity | None = None, now: datetime | None = None) -> Status:
    """Read the newest record of the log, and the records of a run that is open; nothing else is needed.

    Args:
        project: Which.
        identity: Tells whether the holder of the lease is dead; without it every holder counts as alive.
        now: By this machine's clock, tells whether an approval expired; without it none is next.

    Raises:
        StoreCorruptError: The project's log is gone.
    """
    project.refuse_lost_log()
    head = project.log.head()
    standing = head.standing if head else Standing()
    lease = standing.lease
    died = lease is not None and identity is not None and identity.is_dead(lease.holder)
    last = standing.last_run
    run_class = class_by_end(last.operation, last.outcome) if last is not None else None
    run = load_run(project, last.id) if last is not None and run_class is None else None
    unusable = _unusable(project, standing, now)
    approved = standing.approval is not None and now is not None and not unusable
    command, reason = _next(standing, died=died, engine=_living_engine(run, identity), approved=approved)
    return Status(
        project=project.descriptor.name,
        standing=standing,
        next_command=command,
        reason=reason,
        run_class=run.run_class if run is not None else run_class,
        progress=run.progress if run is not None else Progress(),
        holder_died=died,
        unusable=unusable,
    )


def _unusable(project: Project, standing: Standing, now: datetime | None) -> str:
    if standing.approval is None:
        return ""
    from guardian.domain.approval import out_of_time, overtaken
    from guardian.operations.approvals import approval_of

    approval = approval_of(project.log.record(standing.approval.record))
    late = out_of_time(approval, now) if now is not None else ""
    if why := late or overtaken(approval, standing.known_state):
        return why
    return "the project is on hold" if standing.hold is not None else ""


def beside_a_spool(status: Status, runs: int) -> Status:
    """Return the status with the runs that wait to be flushed, which comes before anything else."""
    if not runs:
        return status
    reason = "what was applied while the store was down is not in the store yet"
    return replace(status, spooled=runs, next_command="guardian flush", reason=reason)


def remembered_status(seen: Remembered) -> Status:
    """Return where a project stood when this machine saw it last, for while the store does not answer."""
    last = seen.standing.last_run
    return Status(
        project=seen.descriptor.name,
        standing=seen.standing,
        next_command="guardian status",
        reason="once the store answers; what cannot wait: guardian apply --break-glass --reason '...'",
        run_class=class_by_end(last.operation, last.outcome) or RunClass.IN_DOUBT if last else None,
        unusable="the store does not answer" if seen.standing.approval is not None else "",
    )


def _living_engine(run: Run | None, identity: Identity | None) -> str:
    """Name a Terraform of the run that still works on this machine; empty where that is not known."""
    if run is None or identity is None:
        return ""
    for record in run.records:
        if record.kind is Kind.ENGINE_STARTED and record.actor.shares_boot_with(identity.actor()):
            engine = engine_of(record)
            if not identity.is_dead(engine):
                return f"its Terraform (pid {engine.pid}) still works"
    return ""


def _next(standing: Standing, *, died: bool, engine: str, approved: bool) -> tuple[str, str]:
    last = standing.last_run
    if standing.lease is not None and not died and last is not None and last.is_open:
        return f"guardian run show {last.id}", "a run is under way, or its guardian died"
    if last is not None and last.is_open:
        more = f", and {engine}: this waits for its end" if engine else ""
        return "guardian run resume", f"run {last.id} was cut short: its guardian died{more}"
    if standing.open_incident is not None:
        return "guardian restore", f"run {standing.open_incident.run_id} failed and is not mended"
    if standing.hold is not None:
        return "guardian release --reason '...'", f"on hold: {standing.hold.reason}"
    if approved:
        return "guardian apply --require-approval", "a plan is approved, and not applied yet"
    if standing.baseline is None and standing.last_snapshot is not None:
        # The snapshot's plan had changes, or the run after it failed: another one would say the same.
        return "guardian apply", "nothing is known to be good yet: an apply that goes well makes the baseline"
    if standing.baseline is None:
        return "guardian snapshot create", "there is no known-good snapshot yet"
    return "guardian apply", "nothing is in the way"
