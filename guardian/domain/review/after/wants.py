"""What `guardian restore` would refuse to destroy unasked, told before the apply that it would undo."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from guardian.domain.guards import unasked
from guardian.domain.plan import PlannedChange, PlanSummary, destroyed
from guardian.domain.review.after.state import AfterState
from guardian.domain.scope import divide
from guardian.domain.state import State, StateInstance


def created_by_change(after: AfterState, before: State) -> frozenset[str]:
    """Return the addresses that only the change has an object at: what a way back may destroy unasked."""
    return after.made - before.managed.keys() - {new for _, new in after.moved}


def unasked_of(
    plan: PlanSummary, after: AfterState, *, before: State, present: State, protected: Collection[str]
) -> tuple[PlannedChange, ...]:
    """Return the changes of a rehearsed way back that wait for somebody to allow them, in the plan's order.

    Args:
        plan: The reverse plan.
        after: The state that it was made on.
        before: The state before the apply.
        present: `after`, parsed.
        protected: Addresses that `prevent_destroy` keeps, before the apply or after it.
    """
    found = unasked(
        plan.changes,
        created=created_by_change(after, before),
        target=before,
        present=replace(present, instances=tuple(_named(present, before, after.made))),
        allow_delete=(),
        allow_replace=(),
        limited=True,
    )
    kept = {each.address for each in destroyed(plan.changes) if each.address in protected}
    kept |= {each.address for each in found}
    if not all(each.address in after.touched for each in plan.changes):
        # Of what the change does not touch, a way back leaves alone what does not follow from its own work.
        depends_on = {each.address: each.dependencies for each in present.managed.values()}
        inside = divide(plan, after.touched, depends_on=depends_on).inside
        kept &= {each.address for each in inside}
    return tuple(each for each in destroyed(plan.changes) if each.address in kept)


def _named(present: State, before: State, made: Collection[str]) -> Iterator[StateInstance]:
    """Yield the instances, those that are made anew under their old name with the id that they had.

    An id is known only after the apply; where it was one of the arguments, that argument tells it.
    """
    old = before.managed
    for each in present.instances:
        was = old.get(each.address) if each.address in made and not each.deposed else None
        if was is not None and _same_name(was, each):
            yield replace(each, attributes={**each.attributes, "id": was.object_id})
        else:
            yield each


def _same_name(was: StateInstance, now: StateInstance) -> bool:
    return bool(was.object_id) and any(
        value == was.object_id and now.attributes.get(name) == value
        for name, value in was.attributes.items()
        if name != "id"
    )
