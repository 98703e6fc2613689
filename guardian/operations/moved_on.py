"""Notice that somebody else wrote the state between the failure and the way back."""

from typing import Any

from guardian.domain.journal import Kind
from guardian.domain.snapshot import Purpose
from guardian.errors import RecoveryRefusedError
from guardian.operations.runs import load_run
from guardian.operations.session import Session
from guardian.operations.situation import Gathered


def refuse_moved_on(session: Session, gathered: Gathered, *, approved_by_person: bool) -> None:
    """Refuse a way back onto a state that moved since the failure, until it was planned again.

    A plan that a person is about to read is such a plan; without a terminal `--dry-run` makes and records it.

    Raises:
        RecoveryRefusedError: The state moved, and nobody has seen a plan on it.
    """
    known, present = session.entered.known_state, gathered.before.facts
    last = session.entered.last_snapshot
    if gathered.situation.run is None or known is None or present is None or gathered.sound is not None:
        return
    if last is None or last.purpose == Purpose.BEFORE or _wrote_since(session, last.record):
        return  # a run was cut short after its snapshot: what it wrote nobody has vouched for
    if (present.serial, present.sha256) == (known.serial, known.sha256):
        return
    words = (
        f"the state moved since the failure: serial {known.serial} was recorded, it is at {present.serial} "
        "now, and no run here wrote that"
    )
    if approved_by_person:
        session.context.audience.note(f"{words}; the plan below is made on what is there now")
        return
    if _was_planned_on(session, seen_at(gathered)):
        return
    raise RecoveryRefusedError(
        words,
        code="moved_on",
        hint="guardian restore --dry-run    # plans on what is there now and shows it; then guardian restore",
    )


def seen_at(gathered: Gathered) -> dict[str, Any] | None:
    """Return which moment of the state a recovery was planned on, for its record; None for no state."""
    facts = gathered.before.facts
    return None if facts is None else {"serial": facts.serial, "sha256": facts.sha256}


def _wrote_since(session: Session, number: int) -> bool:
    """Tell whether a step of a recovery began after a record of the log: it may have written the state."""
    return any(each.kind is Kind.STEP_STARTED for each in session.project.log.read(number + 1))


def _was_planned_on(session: Session, moment: dict[str, Any] | None) -> bool:
    """Tell whether the run just before this one planned a recovery on this very moment of the state."""
    last = session.entered.last_run
    if last is None or last.operation != "restore":
        return False
    records = load_run(session.project, last.id).records
    return any(each.kind is Kind.RECOVERY_PLANNED and each.body.get("on") == moment for each in records)
