"""Apply one saved plan: events into the journal as they come, the state read again whatever happened."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from guardian.domain.engine import ApplyOptions, Backend, ChildProcess, EngineOutcome, WorkingDirectory
from guardian.domain.incident import Incident, StateRecord, diagnose, record_of
from guardian.domain.journal import Kind
from guardian.domain.plan import PlannedChange
from guardian.domain.run import Progress, progress_of, unfinished_creations
from guardian.domain.state import EMPTY
from guardian.errors import BackendError, GuardianError, WrongStateError
from guardian.operations import stranded
from guardian.operations.lock_watch import LockWatch
from guardian.operations.plan import Planned
from guardian.operations.session import Reading, Session, read_state, recorded_or_in_doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What one apply of a saved plan did.

    Attributes:
        outcome: How the engine ended.
        progress: How far each instance came.
        creating: Addresses whose creation was cut off.
        after: The state afterwards; None when it could not be read.
        unreadable: Why it could not, or empty.
        plan_json: `show -json` of the plan, None when it could not be made.
        stranded_object: Id of the kept state that the engine could not save, or empty.
    """

    outcome: EngineOutcome
    progress: Progress
    creating: tuple[str, ...]
    after: Reading | None
    unreadable: str
    plan_json: bytes | None
    stranded_object: str = ""

    @property
    def went_well(self) -> bool:
        """Tell whether the engine succeeded and its record was saved, is there and can be read."""
        recorded = self.after is not None and self.after.facts is not None
        return self.outcome.exit_code == 0 and recorded and self.outcome.stranded_state is None


def execute(
    session: Session,
    where: WorkingDirectory,
    backend: Backend,
    planned: Planned,
    options: ApplyOptions,
    *,
    step: str,
    render: bool = False,
) -> Executed:
    """Apply exactly the file of `planned`; "applying" is durable before the engine starts.

    Args:
        session: The run.
        where: Where it was planned.
        backend: Where the state lives.
        planned: What to apply.
        options: Terraform's options.
        step: Which step this is, for the journal.
        render: Whether the plan's JSON is made beside the apply, for the snapshot after it.
    """
    context = session.context
    session.stop_if_interrupted()
    session.record(Kind.APPLYING, {"plan_sha256": planned.file.sha256, "step": step})
    context.audience.applying(planned.summary.changes)
    # Paused since the last record, this guardian may have been taken over: no log stops what starts now.
    session.project.log.confirm()
    with recorded_or_in_doubt(session), ThreadPoolExecutor(max_workers=2) as beside:
        # `show -json` loads every provider's schema, 2 to 4 s: it runs beside the apply, not before it.
        shown = None
        if render and planned.json is None:
            shown = beside.submit(context.engine.show_plan_json, where, planned.path)
        watch = LockWatch(session, where, backend, beside) if options.lock else None
        outcome, events = _run_engine(session, where, planned.path, options, watch)
        seen = _look(session, where, backend, planned.summary.changes, outcome, events)
        return replace(seen, plan_json=_rendered(session, shown) if shown is not None else planned.json)


def _rendered(session: Session, shown: Future[bytes]) -> bytes | None:
    """Wait for the plan's JSON; do without it when it cannot be made."""
    try:
        return shown.result()
    except GuardianError as error:
        session.context.audience.note(f"the plan's JSON could not be made: {error.message}")
        return None


def _run_engine(
    session: Session,
    where: WorkingDirectory,
    plan: Path,
    options: ApplyOptions,
    watch: LockWatch | None,
) -> tuple[EngineOutcome, list[Mapping[str, Any]]]:
    events: list[Mapping[str, Any]] = []

    def take(event: Mapping[str, Any]) -> None:
        events.append(event)
        session.journal.event(dict(event))
        session.context.audience.engine_event(event)
        if watch is not None:
            watch.event(event)

    def started(child: ChildProcess) -> None:
        if watch is not None:
            watch.child = child
        session.record(
            Kind.ENGINE_STARTED,
            {
                "pid": child.pid,
                "started": child.started,
                "stdout": str(child.stdout),
                "stderr": str(child.stderr),
            },
        )

    outcome = session.context.engine.apply(
        where,
        plan=plan,
        options=options,
        on_start=started,
        on_event=take,
    )
    session.record(Kind.ENGINE_EXITED, {"exit_code": outcome.exit_code, "interrupted": outcome.interrupted})
    return outcome, events


def _look(
    session: Session,
    where: WorkingDirectory,
    backend: Backend,
    changes: Sequence[PlannedChange],
    outcome: EngineOutcome,
    events: Sequence[Mapping[str, Any]],
) -> Executed:
    after, unreadable = None, ""
    try:
        after = read_state(session.context, where, backend)
    except (WrongStateError, BackendError) as error:
        unreadable = error.message
    kept = stranded.keep(session, outcome)
    return Executed(
        outcome=outcome,
        progress=progress_of(changes, events, ended_well=outcome.exit_code == 0),
        creating=unfinished_creations(events),
        after=after,
        unreadable=unreadable,
        plan_json=None,
        stranded_object=kept,
    )


def incident_of(
    session: Session, where: WorkingDirectory, backend: Backend, before: Reading, executed: Executed
) -> Incident:
    """Put a failed apply into words, and record it."""
    after = executed.after
    if after is None:
        record = StateRecord.UNREADABLE
    else:
        record = record_of(
            before.facts,
            after.facts,
            executed.progress,
            stranded=executed.outcome.stranded_state is not None,
        )
    incident = diagnose(
        run_id=session.run_id,
        outcome=executed.outcome,
        progress=executed.progress,
        creating=executed.creating,
        before=before.state,
        after=after.state if after else EMPTY,
        record=record,
        lock_left=lock_left(session, where, backend),
    )
    incident = replace(incident, stranded_object=executed.stranded_object)
    session.record(Kind.INCIDENT_OPENED, {"incident": incident.to_json()})
    stranded.let_go(session, executed.outcome, executed.stranded_object)
    session.context.audience.incident(incident)
    return incident


def lock_left(session: Session, where: WorkingDirectory, backend: Backend) -> str:
    """Say who holds Terraform's lock now; empty when nobody does."""
    try:
        return session.context.backend.lock_holder(where, backend)
    except BackendError as error:
        return f"unknown: {error.message}"
