"""What a run came to, as one of four words; the one that claims least when the log does not tell."""

from enum import StrEnum

from guardian.domain.run import Outcome


class RunClass(StrEnum):
    """Exactly one fits a run.

    `not_started`: nothing was applied, and nothing was changed. `applied`: it arrived where it was to arrive,
    with evidence. `failed`: how far it came is known, and it did not arrive. `in_doubt`: an apply began, and
    how it ended is not known.
    """

    NOT_STARTED = "not_started"
    APPLIED = "applied"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"


_BY_OUTCOME = {
    Outcome.APPLIED: RunClass.APPLIED,
    Outcome.FAILED_HELD: RunClass.FAILED,
    Outcome.RESTORE_INCOMPLETE: RunClass.FAILED,
}
_CHANGES_NOTHING = frozenset({Outcome.NO_CHANGES, Outcome.PLANNED, Outcome.REFUSED, Outcome.ERROR})


def class_by_end(operation: str, outcome: str | None) -> RunClass | None:
    """Return the class that a recorded end tells alone; None where the run's records must be read.

    Args:
        operation: The run's command.
        outcome: As recorded; None while no record closes the run.
    """
    if outcome in _CHANGES_NOTHING:
        return RunClass.NOT_STARTED
    if outcome == Outcome.RESTORED:
        return RunClass.FAILED if operation == "apply" else RunClass.APPLIED
    return _BY_OUTCOME[Outcome(outcome)] if outcome in _BY_OUTCOME else None


def class_of(
    *,
    operation: str,
    outcome: str | None,
    began: bool,
    arrived: bool,
    ended: bool,
    touched: bool,
    failed: bool,
    known: bool,
) -> RunClass:
    """Class a run by what its records say.

    Args:
        operation: Its command; an apply that was restored failed, a restore that was arrived.
        outcome: As recorded; None while no record closes the run.
        began: "applying" is recorded.
        arrived: A promotion, or a receipt that proves, is recorded.
        ended: The end of its first apply is recorded.
        touched: That apply began to change something.
        failed: A failure of it is recorded.
        known: The failure's record says what became of the state.
    """
    if not began:
        return RunClass.NOT_STARTED
    if failed and not known:
        return RunClass.IN_DOUBT
    if outcome in _BY_OUTCOME:
        return _BY_OUTCOME[Outcome(outcome)]
    if failed and (operation == "apply" or not arrived):
        return RunClass.FAILED
    if arrived:
        return RunClass.APPLIED
    # Its own guardian closes a run only when it knows: without a failure, nothing was changed. A restore that
    # was cut short is closed by the next one, and the failure is that of the run before it.
    closed = outcome is not None and outcome != Outcome.INTERRUPTED
    return RunClass.NOT_STARTED if closed or (ended and not touched) else RunClass.IN_DOUBT
