"""The guards before an apply, fed from the log and recorded in it."""

from typing import NoReturn

from guardian.domain.engine import Backend, WorkingDirectory
from guardian.domain.guards import other_state, wrong_state
from guardian.domain.journal import Kind, Standing
from guardian.errors import HeldError, WrongStateError
from guardian.operations.break_glass import is_remembered
from guardian.operations.session import Reading, Session, read_state

PUT_BACK = "guardian restore --strategy record"
SHOWN_DIGITS = 12


def refuse_held(session: Session, standing: Standing) -> None:
    """Refuse while the project is on hold."""
    hold = standing.hold
    if hold is None:
        return
    session.record(Kind.GUARDED, {"guard": "hold", "verdict": "refused", "detail": hold.reason})
    way = "guardian restore    # the way back; or, once it is mended: guardian release --reason '...'"
    if hold.run_id is None:  # a person's: no run failed, and there is nothing to go back from
        way = "guardian release --reason '...'    # once that is over; then guardian apply again"
    if session.context.glass is not None:
        way = "guardian restore --break-glass --reason '...'    # the way back"
        if is_remembered(session.project, hold.run_id):
            way = "once the store answers: guardian status    # nothing lifts this hold without the store"
    raise HeldError(
        f"{session.project.descriptor.name} is on hold since {hold.since:%Y-%m-%d %H:%M} UTC "
        f"by {hold.by}: {hold.reason}",
        hint=way,
    )


def refuse_other_state(session: Session, standing: Standing, present: Reading) -> None:
    """Refuse to restore onto a state that is not the project's, or not a later moment of it.

    How many instances a failed run left is no reason to refuse its way back.
    """
    verdict = other_state(standing.known_state, present.facts)
    if verdict is not None:
        _refuse_state(session, standing, verdict)


def refuse_wrong_state(session: Session, standing: Standing, present: Reading) -> None:
    """Refuse a state that cannot be the successor of the one the log knows."""
    verdict = wrong_state(standing.known_state, present.facts)
    if verdict is not None:
        _refuse_state(session, standing, verdict)


def read_sound_state(
    session: Session, standing: Standing, where: WorkingDirectory, backend: Backend
) -> Reading:
    """Read the state; refuse an empty or torn one with the snapshot that has the record before it.

    Raises:
        WrongStateError: It cannot be read as a state.
    """
    try:
        return read_state(session.context, where, backend)
    except WrongStateError as error:
        session.record(Kind.GUARDED, {"guard": "wrong_state", "verdict": "refused", "detail": error.message})
        if error.hint.startswith(PUT_BACK):
            error.hint = _put_back(standing)
        raise


def _refuse_state(session: Session, standing: Standing, verdict: str) -> NoReturn:
    session.record(Kind.GUARDED, {"guard": "wrong_state", "verdict": "refused", "detail": verdict})
    raise state_refusal(standing, verdict)


def state_refusal(standing: Standing, verdict: str) -> WrongStateError:
    """Return the error for a state that is not the project's, with both ways out."""
    return WrongStateError(
        verdict,
        hint=f"{_put_back(standing)}; or, if the present state is right: "
        "guardian snapshot create --accept-state --reason '...'",
    )


def _put_back(standing: Standing) -> str:
    newest = standing.last_snapshot
    record = f"the record of snapshot {newest.id[:SHOWN_DIGITS]}" if newest else "the newest known record"
    return f"{PUT_BACK}    # puts {record} back"
