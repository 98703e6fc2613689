"""Work out where to go back to, and what may be touched on the way."""

from collections.abc import Iterable
from dataclasses import dataclass

from guardian.domain.address import resource_of
from guardian.domain.incident import Incident, StateRecord
from guardian.domain.plan import PlannedChange
from guardian.domain.recovery import Reapply
from guardian.domain.snapshot import Snapshot
from guardian.domain.state import EMPTY, State, parse_state
from guardian.operations.runs import planned_changes
from guardian.operations.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An instance that the failed run moved; the way back moves it home."""

    source: str
    home: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where to, and what may be touched on the way.

    Attributes:
        target: The snapshot to restore.
        step: What will be done.
        touched: Addresses that the failed run began to change, and what they entail; None when the whole
            snapshot is wanted.
        moves: What the failed run moved.
        creating: Addresses whose creation the failed run began and did not end.
        run_before: The state before the failed run.
        run_after: The state right after it; None when nobody looked then.
        stranded_at: Serial of the record before the run, where the run's own could not be saved; else None.
        to_nothing: Whether the target is not known to be good but the run's own: all of it goes.
    """

    target: Snapshot
    step: Reapply
    touched: tuple[str, ...] | None
    moves: tuple[Move, ...] = ()
    creating: tuple[str, ...] = ()
    run_before: State = EMPTY
    run_after: State | None = None
    stranded_at: int | None = None
    to_nothing: bool = False


def way_back(
    session: Session,
    baseline: Snapshot | None,
    incident: Incident,
    *,
    before: State,
    after: Snapshot | None,
    after_state: State | None,
) -> Way | None:
    """Work out the way back from a failed run; None when nothing known-good is recorded.

    Without a baseline there is still one provable way: when the state was empty before the run, all that
    it holds now is the run's own work, and the way back is to destroy it by the run's configuration.

    Args:
        baseline: The known-good snapshot, None when there is none.
        incident: The failure.
        before: The state before the failed run.
        after: The newest snapshot of the run.
        after_state: The state right after the run; None when nobody looked then.
    """
    changes = planned_changes(session.project, incident.run_id)
    touched = touched_by(changes, incident)
    to_nothing = baseline is None
    if baseline is not None:
        target = baseline
        reason = "the baseline's configuration on the current state, limited to what was touched"
    elif after is not None and not before.managed:
        target = after
        reason = "the state was empty before this run: all that it holds is the run's own work"
    else:
        return None
    return Way(
        target=target,
        step=Reapply(
            snapshot_id=target.id,
            reason=reason,
            addresses=touched,
            destroy=to_nothing or is_empty(target),
        ),
        touched=touched,
        moves=tuple(moves_of(changes)),
        creating=incident.creating,
        run_before=before,
        run_after=after_state,
        stranded_at=before.serial if incident.record is StateRecord.STRANDED else None,
        to_nothing=to_nothing,
    )


def way_to(target: Snapshot) -> Way:
    """Return the way to a named snapshot, all of it."""
    reason = "the named snapshot's configuration on the current state, all of it"
    step = Reapply(snapshot_id=target.id, reason=reason, destroy=is_empty(target))
    return Way(target=target, step=step, touched=None)


def is_empty(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot records no instance: its configuration would build what it does not have."""
    return snapshot.state is None or snapshot.state.instances == 0


def touched_by(changes: Iterable[PlannedChange], incident: Incident) -> tuple[str, ...]:
    """Return the addresses the run began to change, with the addresses they were moved from."""
    touched = list(incident.progress.touched)
    for change in changes:
        if change.previous_address:
            touched += [change.address, change.previous_address]
    return tuple(dict.fromkeys(touched))


def moves_of(changes: Iterable[PlannedChange]) -> Iterable[Move]:
    """Yield what `moved` blocks moved; `x` to `x[0]` and back Terraform moves home by itself."""
    for change in changes:
        if change.previous_address and resource_of(change.address) != resource_of(change.previous_address):
            yield Move(source=change.address, home=change.previous_address)


def target_state(session: Session, way: Way) -> State:
    """Return the state that the target recorded; the empty one when the way leads to nothing."""
    if way.target.state is None or way.step.destroy:
        return EMPTY
    return parse_state(session.project.get_state(way.target.state))


def unaccounted(way: Way, present: State) -> tuple[str, ...]:
    """Return the addresses whose cut-off creation left no object in the record: it may exist all the same.

    Args:
        way: The way back.
        present: The state before the way back changed anything.
    """
    recorded = (way.run_after if way.run_after is not None else present).managed
    before = way.run_before.managed
    return tuple(each for each in way.creating if each not in recorded or recorded[each] == before.get(each))
