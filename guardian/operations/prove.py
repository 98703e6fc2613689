"""Prove an arrival: an empty closing plan and equal fingerprints, or say what differs."""

from collections.abc import Iterable

from guardian.domain.drift import Difference, Kind, compare
from guardian.domain.journal import Kind as RecordKind
from guardian.domain.recovery import NewObject, Receipt, divide
from guardian.domain.state import DEPOSED, State
from guardian.operations.plan import Planned
from guardian.operations.session import Session
from guardian.operations.way import Way, target_state


def make_receipt(
    session: Session,
    way: Way,
    *,
    after: State,
    closing: Planned,
    lost: tuple[str, ...],
    started_s: float,
) -> Receipt:
    """Compare where the project is with where it should be.

    Args:
        after: The state after the recovery; the one before it when there was nothing to do.
        closing: The snapshot's configuration planned once more.
        lost: Addresses whose objects may exist although no state knows them.
        started_s: Monotonic time at which the recovery began.
    """
    target = target_state(session, way)
    rest = divide(closing.summary, way.touched)
    mine = frozenset(way.touched if way.touched is not None else (*target.managed, *after.managed))
    differing = [
        each
        for each in compare(target, after, paths=session.context.differ.paths)
        if each.address.partition(DEPOSED)[0] in mine
    ]
    remaining = tuple(each.address for each in rest.inside)
    # Whole instances that are missing or too many are no arrival, whatever a plan says.
    whole = not any(each.kind in {Kind.ADDED, Kind.REMOVED} for each in differing)
    return Receipt(
        snapshot_id=way.target.id,
        proven=whole and not remaining and not lost,
        replan_exit_code=2 if closing.has_changes else 0,
        remaining=remaining,
        outside=tuple(each.address for each in rest.outside),
        new_objects=tuple(_new_objects(target, after, mine)),
        differing={each.address: _differences(each) for each in differing},
        unaccounted=lost,
        outputs=tuple(sorted(closing.summary.outputs)),
        to_nothing=way.to_nothing,
        duration_s=round(session.context.clock.monotonic_s() - started_s, 1),
    )


def _differences(difference: Difference) -> tuple[str, ...]:
    match difference.kind:
        case Kind.ADDED:
            return ("the snapshot does not have it",)
        case Kind.REMOVED:
            return ("it is missing",)
        case Kind.CHANGED | Kind.TAINTED:
            return tuple(_dotted(change.path) for change in difference.paths)


def _new_objects(target: State, after: State, mine: frozenset[str]) -> Iterable[NewObject]:
    now = after.managed
    for address, old in target.managed.items():
        new = now.get(address)
        if new is not None and address in mine and old.object_id and new.object_id != old.object_id:
            yield NewObject(address=address, old_id=old.object_id, new_id=new.object_id)


def arrive(session: Session, way: Way, receipt: Receipt, *, snapshot_id: str) -> None:
    """Record the receipt; when it proves the arrival, promote the snapshot and lift the run's hold."""
    hold = session.standing.hold
    session.record(RecordKind.RECEIPT, {"receipt": receipt.to_json(), "proven": receipt.proven})
    if not receipt.proven:
        return
    if not way.to_nothing:
        evidence = ["restored; the closing plan leaves nothing of what was touched"]
        session.record(RecordKind.PROMOTED, {"snapshot_id": snapshot_id, "evidence": evidence})
    if hold is not None and hold.run_id is not None:
        session.record(RecordKind.RELEASED, {"reason": "restored and proven"})


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(str(step) for step in path)
