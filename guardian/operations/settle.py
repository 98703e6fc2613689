"""Settle a run that was cut short: put it into words and on hold before anything else is written."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.domain.incident import Incident, StateRecord
from guardian.domain.journal import Kind, Record
from guardian.domain.plan import Action
from guardian.domain.run import Outcome, Progress, progress_of, unfinished_creations
from guardian.domain.run_class import RunClass
from guardian.domain.standing import Hold
from guardian.errors import ExitCode, RefusedError
from guardian.operations.context import Context
from guardian.operations.held import engine_of
from guardian.operations.outlived import take_over, wait_for_end
from guardian.operations.runs import Run, evidence_of, load_run
from guardian.operations.session import Place
from guardian.repository.project import Project

_WORDS = {
    RunClass.APPLIED: "its Terraform ended well, and what it applied is known to be good",
    RunClass.FAILED: "its Terraform failed, and the project is on hold",
    RunClass.NOT_STARTED: "it had changed nothing",
}


def settle_cut_short(
    context: Context, place: Place, project: Project, *, wait: bool = False, moved_on: bool = False
) -> Run | None:
    """Give the newest run an end when its guardian died before it could write one.

    Called with the lease held, so the run's guardian writes nothing more. A run that never began to apply
    changed nothing and is closed as an error. One whose Terraform told how it ended gets that end. Any other
    is an incident, in doubt, and puts the project on hold.

    Args:
        context: The ports.
        place: A private directory of the run that settles.
        project: Whose newest run.
        wait: Whether to wait for an engine that still works, instead of refusing.
        moved_on: Whether others changed the state since, so that it proves nothing of the run.

    Returns:
        The run as it is settled; None when there was nothing to settle.

    Raises:
        RefusedError: Its engine still works on this machine; nothing is settled yet.
        InterruptedRunError: A signal ended the waiting.
    """
    head = project.log.head()
    last = head.standing.last_run if head else None
    if head is None or last is None or not last.is_open:
        return None
    run = load_run(project, last.id)
    if not run.began:
        _close(project, run.id, Outcome.ERROR, ExitCode.ERROR)
    elif _arrived(run):
        _finish(project, run, head.standing.hold)
    else:
        if wait:
            wait_for_end(context, run)
        _settle_apply(context, place, project, run, moved_on=moved_on)
    return load_run(project, last.id)


def _settle_apply(context: Context, place: Place, project: Project, run: Run, *, moved_on: bool) -> None:
    for record in run.records:
        if record.kind is Kind.ENGINE_STARTED:
            _refuse_living_engine(context, record)
    found = evidence_of(context, run)
    if found is not None and found.running:
        raise _still_works("Terraform", run.id)
    if run.operation == "apply" and run.incident is None and found is not None and not moved_on:
        settled = take_over(context, place, project, run, found)
        if settled is not None:
            context.audience.note(f"run {run.id} was cut short: its guardian died; {_WORDS[settled]}")
            return
    standing = project.log.standing()
    if standing.open_incident is None:
        incident = _in_words(run, found.events if found is not None else ())
        project.log.append(Kind.INCIDENT_OPENED, {"incident": incident.to_json()}, run_id=run.id)
    if standing.hold is None:
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


def _in_words(run: Run, events: Sequence[Mapping[str, Any]]) -> Incident:
    changes = run.changes
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
    if not record.actor.shares_boot_with(context.identity.actor()):
        return
    engine = engine_of(record)
    if not context.identity.is_dead(engine):
        raise _still_works(f"Terraform (pid {engine.pid})", str(record.run_id))


def _still_works(engine: str, run_id: str) -> RefusedError:
    return RefusedError(
        f"{engine} of run {run_id} still works, though its guardian died",
        hint="guardian run resume    # waits for its end, and takes the run over",
    )


def _close(project: Project, run_id: str, outcome: Outcome, exit_code: ExitCode) -> None:
    project.log.append(Kind.RUN_CLOSED, {"outcome": str(outcome), "exit_code": int(exit_code)}, run_id=run_id)
