"""Prove an arrival: an empty closing plan and equal fingerprints, or say what differs."""

from collections.abc import Iterable

from guardian.domain.data_holders import DATA_HOLDERS
from guardian.domain.difference import Difference, Kind, compare, dotted
from guardian.domain.journal import Kind as RecordKind
from guardian.domain.plan import Action
from guardian.domain.receipt import NewObject, Receipt, Replanned
from guardian.domain.record import KeepOriginal
from guardian.domain.scope import divide
from guardian.domain.state import DEPOSED, State
from guardian.domain.steps import ReviseRecord
from guardian.operations.course import Course, Reverse
from guardian.operations.live_proof import live_proof
from guardian.operations.plan import Planned
from guardian.operations.target import target_state

_RENEWING = frozenset({Action.CREATE, Action.REPLACE})


def make_receipt(course: Course, reverse: Reverse, *, after: State, closing: Planned) -> Receipt:
    """Compare where the project is with where it should be.

    Args:
        course: The recovery.
        reverse: The way that was taken.
        after: The state after the recovery; the one before it when there was nothing to do.
        closing: The snapshot's configuration planned once more.
    """
    plan, target = course.plan, target_state(course)
    rest = divide(closing.summary, reverse.touched)
    mine = frozenset(reverse.touched if reverse.touched is not None else (*target.managed, *after.managed))
    differing = [
        each
        for each in compare(target, after, paths=course.session.context.differ.paths)
        if each.address.partition(DEPOSED)[0] in mine
    ]
    remaining = tuple(each.address for each in rest.inside)
    # Whole instances that are missing or too many are no arrival, whatever a plan says.
    whole = not any(each.kind in {Kind.ADDED, Kind.REMOVED} for each in differing)
    counts = closing.summary.counts
    return Receipt(
        snapshot_id=reverse.snapshot_id,
        strategy=str(plan.strategy),
        proven=whole and not remaining and not plan.unaccounted and not course.stays,
        replan_exit_code=2 if closing.has_changes else 0,
        replan=Replanned(add=counts.add, change=counts.change, remove=counts.remove),
        remaining=remaining,
        outside=tuple(each.address for each in rest.outside if each.address not in course.stays),
        not_planned=reverse.not_planned,
        new_objects=tuple(_new_objects(course, reverse, target, after)),
        differing={each.address: _differences(each) for each in differing},
        unaccounted=plan.unaccounted,
        looked=plan.looked,
        cannot_undo=plan.cannot_undo,
        adopted=course.adopted,
        revised=course.revised,
        hot_fixes=reverse.hot_fixes,
        left=plan.left,
        not_run=plan.not_run,
        outputs=tuple(sorted(closing.summary.outputs)),
        outputs_changed=outputs_changed(course, target),
        live=live_proof(course, target, after, mine=mine),
        to_nothing=plan.to_nothing,
        duration_s=round(course.session.context.clock.monotonic_s() - course.started_s, 1),
        since_failure_s=since_failure_s(course),
    )


def outputs_changed(course: Course, target: State) -> tuple[str, ...]:
    """Return the root outputs that held other values after the failed run than the target has."""
    run = course.gathered.situation.run
    if run is None:
        return ()
    after = run.after if run.after is not None else course.gathered.situation.present
    names = target.outputs.keys() | after.outputs.keys()
    return tuple(sorted(each for each in names if _value(target, each) != _value(after, each)))


def since_failure_s(course: Course) -> float | None:
    """Return seconds from the recorded failure to now by the wall clock; to show, never to decide."""
    opened_at = course.gathered.opened_at
    if opened_at is None:
        return None
    return round((course.session.context.clock.now() - opened_at).total_seconds(), 1)


def arrive(course: Course, receipt: Receipt, *, snapshot_id: str) -> None:
    """Record the receipt; when it proves the arrival, promote the snapshot and lift the run's hold."""
    session = course.session
    hold = session.standing.hold
    session.record(RecordKind.RECEIPT, {"receipt": receipt.to_json(), "proven": receipt.proven})
    if not receipt.proven:
        return
    if not course.plan.to_nothing:
        evidence = ["restored; the closing plan leaves nothing of what was touched"]
        session.record(RecordKind.PROMOTED, {"snapshot_id": snapshot_id, "evidence": evidence})
    if hold is not None and hold.run_id is not None:
        session.record(RecordKind.RELEASED, {"reason": "restored and proven"})


def _value(state: State, name: str) -> object:
    return (state.outputs.get(name) or {}).get("value")


def _differences(difference: Difference) -> tuple[str, ...]:
    match difference.kind:
        case Kind.ADDED:
            return ("the snapshot does not have it",)
        case Kind.REMOVED:
            return ("it is missing",)
        case Kind.CHANGED | Kind.TAINTED:
            return tuple(dotted(change.path) for change in difference.paths)


def _new_objects(course: Course, reverse: Reverse, target: State, after: State) -> Iterable[NewObject]:
    """Yield what is there again as another object; a name can be the id, so the id alone does not tell."""
    mine = None if reverse.touched is None else frozenset(reverse.touched)
    renewed = {each.address for each in reverse.planned.summary.changes if each.action in _RENEWING}
    renewed |= _replaced_by_run(course)
    for address, old in target.managed.items():
        new = after.managed.get(address)
        if new is None or (mine is not None and address not in mine):
            continue
        if address in renewed or (old.object_id and new.object_id != old.object_id):
            yield NewObject(
                address=address,
                old_id=old.object_id,
                new_id=new.object_id,
                data_gone=old.resource_type in DATA_HOLDERS,
            )


def _replaced_by_run(course: Course) -> set[str]:
    """Return what the failed run replaced, without those whose original object was kept."""
    run = course.gathered.situation.run
    if run is None:
        return set()
    ended = {*run.incident.progress.done, *run.incident.tainted}
    kept = {
        each.address
        for step in course.plan.steps
        if isinstance(step, ReviseRecord)
        for each in step.revisions
        if isinstance(each, KeepOriginal)
    }
    return {
        each.address
        for each in run.changes
        if each.action is Action.REPLACE and each.address in ended and each.address not in kept
    }
