"""Take over an apply whose guardian died: Terraform's own words, the state as it is, and a recorded end."""

import threading
from dataclasses import replace

from guardian.domain.engine import EngineOutcome, Evidence
from guardian.domain.journal import Kind
from guardian.domain.run import Outcome, progress_of, unfinished_creations
from guardian.domain.run_class import RunClass
from guardian.domain.snapshot import Purpose, Snapshot
from guardian.domain.state import EMPTY, facts_of, parse_state
from guardian.errors import BackendError, ExitCode, InterruptedRunError, WrongStateError
from guardian.operations import capture, stranded
from guardian.operations.context import Context
from guardian.operations.execute import Executed, incident_of
from guardian.operations.fail import hold, reason_of, release_own_hold
from guardian.operations.runs import Run, evidence_of
from guardian.operations.scene import reach
from guardian.operations.session import Place, Reading, Session, close_run, read_state
from guardian.operations.situation import snapshots_of
from guardian.repository.journal import RunJournal
from guardian.repository.project import Project

PAUSE_S = 0.5


def wait_for_end(context: Context, run: Run) -> None:
    """Wait until the orphaned engine has ended, and show its events meanwhile; it is not interrupted.

    Raises:
        InterruptedRunError: A signal ended the waiting; the engine works on.
    """
    shown, pause = 0, threading.Event()
    while (found := evidence_of(context, run)) is not None and found.running:
        if not shown:
            context.audience.note(f"Terraform of run {run.id} still works: waiting for its end")
            context.audience.applying(run.changes)
        for event in found.events[shown:]:
            context.audience.engine_event(event)
        shown = len(found.events)
        if signal := context.interruption.requested():
            raise InterruptedRunError(
                f"interrupted by {signal}: nobody waits for Terraform any more, which works on",
                hint="guardian run resume",
            )
        pause.wait(PAUSE_S)


def take_over(
    context: Context, place: Place, project: Project, run: Run, evidence: Evidence
) -> RunClass | None:
    """Write the end of a run by its evidence, under its own name; None when that does not tell it.

    A good end is promoted, a failed one is an incident and puts the project on hold: as its own guardian
    would have done.
    """
    started = any(each.kind is Kind.ENGINE_STARTED for each in run.records)
    if not started and not evidence.events and evidence.outcome is None:
        # Its guardian had the word written and died before it started anything: Terraform's streams are made
        # before it is, and its first line comes before its first change.
        project.log.append(
            Kind.NOTE, {"text": "its guardian died before it started Terraform"}, run_id=run.id
        )
        _close(project, run, Outcome.ERROR, ExitCode.ERROR)
        return RunClass.NOT_STARTED
    if evidence.outcome is None:
        return None
    with RunJournal(project.log, run.id) as journal:
        session = Session(
            context=context,
            project=project,
            journal=journal,
            run_id=run.id,
            run_dir=place.path,
            entered=project.log.standing(),
        )
        settled = _finish(session, run, evidence, evidence.outcome)
    if settled is not None:
        context.workplace.close_run(run.id)  # all that it held is on record now
    return settled


def _finish(session: Session, run: Run, evidence: Evidence, outcome: EngineOutcome) -> RunClass | None:
    before, after = snapshots_of(session, run.id)
    if before is None:
        return None
    context, project = session.context, session.project
    interrupted = outcome.interrupted or any(each.kind is Kind.INTERRUPTED for each in run.records)
    outcome = replace(outcome, interrupted=interrupted)
    if all(each.kind is not Kind.ENGINE_EXITED for each in run.records):
        for event in evidence.events[len(run.events) :]:
            session.journal.event(dict(event))
        session.record(Kind.ENGINE_EXITED, {"exit_code": outcome.exit_code, "interrupted": interrupted})
    backend = capture.load_backend(project, before)
    where = reach(context, session.place, backend)
    present, unreadable = None, ""
    try:
        present = read_state(context, where, backend)
    except (WrongStateError, BackendError) as error:
        unreadable = error.message
    if after is None and present is not None and present.facts is not None:
        after = _snapshot(session, before, present)
    executed = Executed(
        outcome=outcome,
        progress=progress_of(run.changes, evidence.events, ended_well=outcome.exit_code == 0),
        creating=unfinished_creations(evidence.events),
        after=present,
        unreadable=unreadable,
        plan_json=None,
        stranded_object=stranded.keep(session, outcome),
    )
    if executed.went_well and after is not None:
        release_own_hold(session)
        words = f"Terraform outlived its guardian and ended well, {len(executed.progress.done)} done"
        session.record(Kind.PROMOTED, {"snapshot_id": after.id, "evidence": [words]})
        close_run(session, Outcome.APPLIED, ExitCode.OK)
        return RunClass.APPLIED
    first = _reading(project, before)
    if not executed.progress.touched and present is not None and present.facts == first.facts:
        close_run(session, Outcome.ERROR, ExitCode.ERROR)
        return RunClass.NOT_STARTED
    incident = incident_of(session, where, backend, first, executed)
    if session.standing.hold is None:
        hold(session, reason_of(incident), run_id=run.id)
    if interrupted:
        close_run(session, Outcome.INTERRUPTED, ExitCode.INTERRUPTED)
    else:
        close_run(session, Outcome.FAILED_HELD, ExitCode.FAILED_HELD)
    return RunClass.FAILED


def _snapshot(session: Session, before: Snapshot, present: Reading) -> Snapshot:
    project = session.project
    return capture.commit(
        session,
        purpose=Purpose.AFTER,
        source=capture.source_of(before),
        state=capture.store_state(project, present, before.state or before.refreshed),
        refreshed=None,
        plan=before.plan,
        variables=before.variables_object,
    )


def _reading(project: Project, before: Snapshot) -> Reading:
    if before.state is None:
        return Reading(body=None, source="backend", state=EMPTY, facts=None)
    body = project.get_state(before.state)
    state = parse_state(body)
    return Reading(body=body, source=before.state.source, state=state, facts=facts_of(body, state))


def _close(project: Project, run: Run, outcome: Outcome, exit_code: ExitCode) -> None:
    project.log.append(Kind.RUN_CLOSED, {"outcome": str(outcome), "exit_code": int(exit_code)}, run_id=run.id)
