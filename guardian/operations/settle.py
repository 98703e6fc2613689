"""Settle a run that was cut short: put it into words and on hold before anything else is written."""

from guardian.domain.actor import Actor
from guardian.domain.incident import Incident, StateRecord
from guardian.domain.journal import Kind, Record
from guardian.domain.plan import Action
from guardian.domain.run import Outcome, Progress, progress_of, unfinished_creations
from guardian.domain.standing import Hold
from guardian.errors import ExitCode, RefusedError
from guardian.operations.context import Context
from guardian.operations.runs import Run, adopt_events, load_run
from guardian.repository.project import Project


def settle_cut_short(context: Context, project: Project) -> None:
    """Give the newest run an end when its guardian died before it could write one.

    Called with the lease held, so the run's guardian writes nothing more. A run that never began to apply
    changed nothing and is closed as an error. One that began is an incident and puts the project on hold.

    Raises:
        RefusedError: Its engine still works on this machine; nothing is settled yet.
    """
    head = project.log.head()
    last = head.standing.last_run if head else None
    if head is None or last is None or not last.is_open:
        return
    run = load_run(project, last.id)
    if not run.began:
        _close(project, run.id, Outcome.ERROR, ExitCode.ERROR)
        return
    if _arrived(run):
        _finish(project, run, head.standing.hold)
        return
    for record in run.records:
        if record.kind is Kind.ENGINE_STARTED:
            _refuse_living_engine(context, record)
    if head.standing.open_incident is None:
        incident = _in_words(context, run)
        project.log.append(Kind.INCIDENT_OPENED, {"incident": incident.to_json()}, run_id=run.id)
    if head.standing.hold is None:
        hold = Hold(
            reason=f"run {run.id} was cut short: what it changed is in doubt",
            by=str(context.identity.actor()),
            since=context.clock.now(),
            run_id=run.id,
        )
        project.log.append(Kind.HELD, {"hold": hold.to_json()}, run_id=run.id)
    _close(project, run.id, Outcome.INTERRUPTED, ExitCode.INTERRUPTED)
    context.audience.note(f"run {run.id} was cut short: its guardian died, what it changed is in doubt")


def _arrived(run: Run) -> bool:
    """Tell whether its good end is on record and only its closing is missing."""
    return any(
        each.kind is Kind.PROMOTED or (each.kind is Kind.RECEIPT and each.body["proven"])
        for each in run.records
    )


def _finish(project: Project, run: Run, hold: Hold | None) -> None:
    """Write what was left: the release of the hold that the recovery mended, and the end."""
    if hold is not None and hold.run_id is not None:
        project.log.append(Kind.RELEASED, {"reason": "restored and proven"}, run_id=run.id)
    if run.operation == "restore":
        _close(project, run.id, Outcome.RESTORED, ExitCode.OK)
    elif run.incident is not None:
        _close(project, run.id, Outcome.RESTORED, ExitCode.RESTORED)
    else:
        _close(project, run.id, Outcome.APPLIED, ExitCode.OK)


def _in_words(context: Context, run: Run) -> Incident:
    changes = run.changes
    events = adopt_events(context, run)
    if events:
        progress = progress_of(changes, events, ended_well=False)
        creating = unfinished_creations(events)
    elif run.is_complete:
        progress = run.progress
        creating = unfinished_creations(run.events)
    else:
        known = run.progress
        # The last events are lost with the machine that had them: whatever was planned may have been begun.
        progress = Progress(
            done=known.done, failed=known.failed, in_flight=known.in_flight + known.not_started
        )
        creating = tuple(
            each.address
            for each in changes
            if each.address in progress.in_flight and each.action in {Action.CREATE, Action.REPLACE}
        )
    return Incident(
        run_id=run.id,
        exit_code=-1,
        interrupted=True,
        causes=(),
        progress=progress,
        tainted=(),
        record=StateRecord.UNKNOWN,
        creating=creating,
    )


def _refuse_living_engine(context: Context, record: Record) -> None:
    """Refuse while the engine of a dead guardian still works on this machine."""
    starter, me = record.actor, context.identity.actor()
    if starter.host != me.host or starter.boot_id != me.boot_id:
        return
    engine = Actor(
        user=starter.user,
        host=starter.host,
        pid=int(record.body["pid"]),
        boot_id=starter.boot_id,
        started=int(record.body["started"]),
    )
    if not context.identity.is_dead(engine):
        raise RefusedError(
            f"Terraform (pid {engine.pid}) of run {record.run_id} still works, though its guardian died",
            hint="wait for it to end: it saves its state by itself; then guardian status",
        )


def _close(project: Project, run_id: str, outcome: Outcome, exit_code: ExitCode) -> None:
    project.log.append(Kind.RUN_CLOSED, {"outcome": str(outcome), "exit_code": int(exit_code)}, run_id=run_id)
