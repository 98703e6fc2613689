"""After a failed apply: hold, ask, or restore at once."""

from dataclasses import dataclass

from guardian.domain.engine import ApplyOptions
from guardian.domain.incident import Incident
from guardian.domain.journal import Kind
from guardian.domain.recovery import Choice, Receipt
from guardian.domain.run import Outcome
from guardian.domain.snapshot import Snapshot
from guardian.domain.standing import Hold
from guardian.domain.state import State
from guardian.errors import ExitCode, GuardianError, InterruptedRunError, UnrecordedError
from guardian.operations.prepare import Prepared
from guardian.operations.recover import recover
from guardian.operations.session import Session, close_run
from guardian.operations.way import Way, way_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a failed apply ended after all."""

    outcome: Outcome
    exit_code: ExitCode
    receipt: Receipt | None = None


def fail(
    session: Session,
    prepared: Prepared,
    incident: Incident,
    after: Snapshot | None,
    *,
    after_state: State | None,
    on_failure: str,
    options: ApplyOptions,
) -> Ending:
    """Hold the project first, whatever comes then: a second failure must find it held."""
    way = way_back(
        session,
        prepared.baseline,
        incident,
        before=prepared.before.state,
        after=after,
        after_state=after_state,
    )
    if way is not None:
        session.record(Kind.RECOVERY_PLANNED, {"plan": {"steps": [way.step.to_json()]}})
    hold(session, _reason(incident), run_id=session.run_id)
    if incident.interrupted:
        close_run(session, Outcome.INTERRUPTED, ExitCode.INTERRUPTED)
        return Ending(outcome=Outcome.INTERRUPTED, exit_code=ExitCode.INTERRUPTED)
    chosen = on_failure
    if on_failure == "ask":
        chosen = _ask(session, way)
    if chosen == "restore" and way is None:
        session.context.audience.note("there is no known-good snapshot to restore: the project is on hold")
    if chosen != "restore" or way is None:
        close_run(session, Outcome.FAILED_HELD, ExitCode.FAILED_HELD)
        return Ending(outcome=Outcome.FAILED_HELD, exit_code=ExitCode.FAILED_HELD)
    return _restore_now(session, way, options)


def _ask(session: Session, way: Way | None) -> str:
    """Ask what to do; who hangs up or presses Ctrl-C has chosen nothing, and nothing is what holding does."""
    try:
        return session.context.audience.choose("What now?", choices(way))
    except InterruptedRunError:
        session.context.audience.note("no answer: everything stays as it is")
        return "hold"


def choices(way: Way | None) -> tuple[Choice, ...]:
    """Return what a person can do now, the safe choice first."""
    held = Choice(
        key="hold", text="hold: leave everything as it is, refuse further applies (guardian restore later)"
    )
    if way is None:
        return (held,)
    text = "restore: plan the baseline's configuration on the present state, for these addresses only"
    return held, Choice(key="restore", text=text, addresses=way.step.addresses)


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


def _restore_now(session: Session, way: Way, options: ApplyOptions) -> Ending:
    try:
        recovery = recover(session, way, approve=False, dry_run=False, options=options)
    except UnrecordedError:
        raise
    except GuardianError as error:
        # The first failure stays in view; this one is told beside it and recorded as the run's end.
        session.record(Kind.NOTE, {"text": f"the recovery stopped: {error.message}"})
        session.context.audience.note(f"the recovery stopped: {error.message}")
        close_run(session, Outcome.RESTORE_INCOMPLETE, ExitCode.RESTORE_INCOMPLETE)
        return Ending(outcome=Outcome.RESTORE_INCOMPLETE, exit_code=ExitCode.RESTORE_INCOMPLETE)
    if recovery.proven:
        close_run(session, Outcome.RESTORED, ExitCode.RESTORED)
        return Ending(outcome=Outcome.RESTORED, exit_code=ExitCode.RESTORED, receipt=recovery.receipt)
    if recovery.incident is not None and recovery.incident.interrupted:
        close_run(session, Outcome.INTERRUPTED, ExitCode.INTERRUPTED)
        return Ending(outcome=Outcome.INTERRUPTED, exit_code=ExitCode.INTERRUPTED)
    close_run(session, Outcome.RESTORE_INCOMPLETE, ExitCode.RESTORE_INCOMPLETE)
    return Ending(
        outcome=Outcome.RESTORE_INCOMPLETE, exit_code=ExitCode.RESTORE_INCOMPLETE, receipt=recovery.receipt
    )


def _reason(incident: Incident) -> str:
    if incident.interrupted:
        return "the apply was interrupted"
    if incident.causes:
        first = incident.causes[0]
        return f"apply failed: {first.summary}" + (f" ({first.address})" if first.address else "")
    if incident.exit_code < 0:
        return f"Terraform was killed by signal {-incident.exit_code}"
    return f"apply failed with exit code {incident.exit_code}"
