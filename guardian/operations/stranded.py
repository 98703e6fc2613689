"""States that an engine could not save: kept in the store, told, and used before anything older."""

from collections.abc import Iterable, Iterator, Sequence

from guardian.domain.engine import EngineOutcome
from guardian.domain.incident import Incident
from guardian.domain.journal import Kind, Record
from guardian.domain.state import parse_state
from guardian.domain.stranded import state_in
from guardian.errors import GuardianError, StoreCorruptError
from guardian.operations.session import Session
from guardian.repository.objects import ObjectKind
from guardian.repository.project import Project


def keep(session: Session, outcome: EngineOutcome) -> str:
    """Put the state that an engine could not save into the store, and read it back.

    Returns:
        The id of its object; empty when there is none, or when what the engine left is no whole state.

    Raises:
        UsageError: It cannot be read.
        StoreError: It cannot be stored, or does not read back; the engine's file stays.
    """
    if outcome.set_aside is not None:
        _say(session, f"an older errored.tfstate was in the way, and is kept as {outcome.set_aside}")
    if outcome.stranded_state is None:
        return ""
    left = session.context.workplace.read(outcome.stranded_state)
    body = state_in(left)
    kept = session.project.put(ObjectKind.STATE, left if body is None else body)
    if session.project.get(ObjectKind.STATE, kept) != (left if body is None else body):
        raise StoreCorruptError("the state that could not be saved does not read back from the store")
    if body is None:
        _say(session, f"what Terraform left of a state that it could not save is torn; kept as object {kept}")
        return ""
    session.record(Kind.NOTE, {"text": f"a state that could not be saved is kept as object {kept}"})
    return kept


def let_go(session: Session, outcome: EngineOutcome, kept: str) -> None:
    """Remove the engine's own file of a state that the store has and an incident names.

    A checkout is no place for secrets, and pushed by hand it would race with the way back.
    """
    left, workplace = outcome.stranded_state, session.context.workplace
    if left is None or not kept or left.is_relative_to(session.run_dir):
        return  # the run's own directory goes as a whole
    try:
        same = state_in(workplace.read(left)) == session.project.get(ObjectKind.STATE, kept)
    except GuardianError:
        same = False
    words = "is removed" if same and workplace.remove(left) else "was not removed: it is not needed any more"
    _say(session, f"the state that could not be saved is in the store; {left} {words}")


def newest(project: Project, runs: Iterable[Sequence[Record]], *, above: int, lineage: str) -> str:
    """Return the object id of the newest kept state that no record has; empty when there is none.

    A way back may strand its own state too: its is newer than that of the run that failed.

    Args:
        project: Whose store.
        runs: The records of the failed run and of all after it.
        above: The highest serial that was ever recorded.
        lineage: Of the record; empty when it has none.
    """
    found = ""
    for kept in (each for records in runs for each in _kept(records)):
        state = parse_state(project.get(ObjectKind.STATE, kept))
        if state.serial > above and lineage in {"", state.lineage}:
            found, above = kept, state.serial
    return found


def _kept(records: Sequence[Record]) -> Iterator[str]:
    for each in records:
        if each.kind is Kind.INCIDENT_OPENED:
            kept = Incident.from_json(each.body["incident"]).stranded_object
            if kept:
                yield kept


def _say(session: Session, text: str) -> None:
    session.record(Kind.NOTE, {"text": text})
    session.context.audience.note(text)
