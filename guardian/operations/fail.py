"""After a failed apply: hold first, then what was chosen: leave it, ask, go back, or go on."""

from dataclasses import dataclass, replace

from guardian.domain.decide import decide
from guardian.domain.engine import ApplyOptions
from guardian.domain.incident import Incident
from guardian.domain.journal import Kind
from guardian.domain.receipt import Receipt
from guardian.domain.recovery import Limits, Strategy
from guardian.domain.run import Outcome
from guardian.domain.standing import Hold
from guardian.domain.steps import AskHuman
from guardian.errors import DeclinedError, ExitCode, GuardianError, InterruptedRunError, UnrecordedError
from guardian.operations.aftermath import tell_drift
from guardian.operations.course import Course, Recovery, plan_object, undecided
from guardian.operations.moved_on import seen_at
from guardian.operations.offer import HOLD, choices_of
from guardian.operations.prepare import Prepared
from guardian.operations.recover import recover
from guardian.operations.runs import load_run
from guardian.operations.session import Session, close_run
from guardian.operations.situation import Gathered, gather

RESTORE = "restore"
STRATEGIES = {
    RESTORE: Strategy.AUTO,
    "reapply": Strategy.REAPPLY,
    "destroy-created": Strategy.DESTROY_CREATED,
    "retry": Strategy.RETRY,
    "record": Strategy.RECORD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a failed apply ended after all."""

    outcome: Outcome
    exit_code: ExitCode
    receipt: Receipt | None = None
    snapshot_id: str | None = None


HELD = Ending(outcome=Outcome.FAILED_HELD, exit_code=ExitCode.FAILED_HELD)
INTERRUPTED = Ending(outcome=Outcome.INTERRUPTED, exit_code=ExitCode.INTERRUPTED)
INCOMPLETE = Ending(outcome=Outcome.RESTORE_INCOMPLETE, exit_code=ExitCode.RESTORE_INCOMPLETE)


def fail(
    session: Session,
    prepared: Prepared,
    incident: Incident,
    *,
    on_failure: str,
    options: ApplyOptions,
    limits: Limits,
    attended: bool,
) -> Ending:
    """Hold the project first, whatever comes then: a second failure must find it held."""
    hold(session, reason_of(incident), run_id=session.run_id)
    attended = attended and on_failure == "ask"
    ending = _end(
        session,
        prepared,
        incident,
        on_failure=on_failure,
        options=options,
        limits=limits,
        attended=attended,
    )
    close_run(session, ending.outcome, ending.exit_code)
    return ending


def hold(session: Session, reason: str, *, run_id: str | None) -> None:
    """Put the project on hold."""
    session.record(
        Kind.HELD,
        {
            "hold": Hold(
                reason=reason,
                by=str(session.context.identity.actor()),
                since=session.context.clock.now(),
                run_id=run_id,
            ).to_json()
        },
    )


def release_own_hold(session: Session) -> None:
    """Lift the hold that this run set when it was interrupted: it ended well after all."""
    present = session.standing.hold
    if present is not None and present.run_id == session.run_id:
        session.record(Kind.RELEASED, {"reason": "the run was interrupted, and ended well all the same"})


def _end(
    session: Session,
    prepared: Prepared,
    incident: Incident,
    *,
    on_failure: str,
    options: ApplyOptions,
    limits: Limits,
    attended: bool,
) -> Ending:
    if not incident.interrupted:
        tell_drift(session, prepared)
    gathered = _gathered(session, prepared, limits)
    if gathered is None or incident.interrupted:
        return INTERRUPTED if incident.interrupted else HELD
    chosen = _ask(session, gathered, limits) if on_failure == "ask" else on_failure
    if chosen not in STRATEGIES:
        return HELD
    wanted = replace(limits, strategy=STRATEGIES[chosen])
    plan = decide(gathered.situation, wanted)
    for step in plan.steps:
        if isinstance(step, AskHuman):
            error = undecided(step)
            session.record(Kind.NOTE, {"text": f"nothing was undone: {error.message}"})
            session.context.audience.note(f"nothing was undone: {error.message}; next: {error.hint}")
            return HELD
    course = Course(
        session=session,
        gathered=gathered,
        plan=plan,
        limits=wanted,
        options=options,
        approve=attended,
        dry_run=False,
        started_s=session.context.clock.monotonic_s(),
        attended=attended,
    )
    session.context.audience.recovery(plan)
    return _recover_now(course)


def _gathered(session: Session, prepared: Prepared, limits: Limits) -> Gathered | None:
    """Work out the way back, so that it is on record; None when even that cannot be done."""
    try:
        gathered = gather(
            session,
            target=prepared.baseline,
            run=load_run(session.project, session.run_id),
            limits=limits,
            look=True,
        )
        plan = decide(gathered.situation, limits)
        session.record(Kind.RECOVERY_PLANNED, {"plan": plan_object(plan), "on": seen_at(gathered)})
    except UnrecordedError:
        raise
    except GuardianError as error:
        text = f"no way back could be worked out yet: {error.message}"
        session.record(Kind.NOTE, {"text": text})
        session.context.audience.note(text)
        return None
    return gathered


def _ask(session: Session, gathered: Gathered, limits: Limits) -> str:
    """Ask what to do; who hangs up or presses Ctrl-C has chosen nothing, and nothing is what holding does."""
    try:
        return session.context.audience.choose("What now?", choices_of(gathered, limits))
    except InterruptedRunError:
        session.context.audience.note("no answer: everything stays as it is")
        return HOLD


def _recover_now(course: Course) -> Ending:
    session = course.session
    try:
        recovery = recover(course)
    except UnrecordedError:
        raise
    except (DeclinedError, InterruptedRunError) as error:
        session.context.audience.note(f"everything stays as it is: {error.message}")
        return HELD
    except GuardianError as error:
        # The first failure stays in view; this one is told beside it and recorded as the run's end.
        text = f"the recovery stopped: {error.message}"
        session.record(Kind.NOTE, {"text": text})
        session.context.audience.note(f"{text}; next: {error.hint}" if error.hint else text)
        return INCOMPLETE
    return _ending(course, recovery)


def _ending(course: Course, recovery: Recovery) -> Ending:
    if recovery.went_on:
        return Ending(
            outcome=Outcome.APPLIED,
            exit_code=ExitCode.OK,
            receipt=recovery.receipt,
            snapshot_id=recovery.snapshot_id,
        )
    if recovery.proven:
        return Ending(outcome=Outcome.RESTORED, exit_code=ExitCode.RESTORED, receipt=recovery.receipt)
    if recovery.incident is not None and recovery.incident.interrupted:
        return INTERRUPTED
    if recovery.incident is not None and course.plan.strategy is Strategy.RETRY:
        return HELD
    if course.plan.strategy is Strategy.DESTROY_CREATED and recovery.incident is None:
        return replace(HELD, receipt=recovery.receipt)  # it did what was asked, and more differs
    return replace(INCOMPLETE, receipt=recovery.receipt)


def reason_of(incident: Incident) -> str:
    """Say in one line why the project is on hold."""
    if incident.interrupted:
        return "the apply was interrupted"
    if incident.causes:
        first = incident.causes[0]
        return f"apply failed: {first.summary}" + (f" ({first.address})" if first.address else "")
    if incident.exit_code < 0:
        return f"Terraform was killed by signal {-incident.exit_code}"
    return f"apply failed with exit code {incident.exit_code}"
