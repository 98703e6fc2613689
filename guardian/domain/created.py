"""What a run created, what refers to it, and in which order it can go."""

import json
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from guardian.domain.address import resource_of
from guardian.domain.plan import Action
from guardian.domain.recovery import FailedRun, Known
from guardian.domain.state import State, StateInstance

SHORTEST_ID = 6
"""Ids shorter than this could stand in a text by chance."""


def created_by(run: FailedRun, baseline: Known | None, present: State) -> tuple[str, ...]:
    """Return what the run created and the record holds, sorted: all that a way back may destroy.

    Neither what the state or the baseline had before, under this address or as this object under another
    one, nor what an `import` block brought in.
    """
    began = frozenset(run.incident.progress.touched)
    planned = {each.address for each in run.changes if each.action is Action.CREATE}
    former = {**run.before.managed, **(baseline.state.managed if baseline else {})}
    objects = {(each.resource_type, each.object_id) for each in former.values() if each.object_id}
    return tuple(
        sorted(
            address
            for address, each in present.managed.items()
            if address in planned
            and address in began
            and address not in former
            and (each.resource_type, each.object_id) not in objects
        )
    )


def referring_to(
    targets: Iterable[str], created: Iterable[str], target: State, present: State
) -> tuple[str, ...]:
    """Return the targets that must go back before anything is destroyed, empty when the order is free.

    Terraform destroys the new object before it detaches it from the old one that refers to it; the vendor
    then refuses. Where one surviving target refers to what goes, all surviving targets go back first.
    """
    going = [present.managed[each] for each in created]
    survivors = [each for each in targets if each in target.managed and each in present.managed]
    if any(_refers(present.managed[survivor], each) for survivor in survivors for each in going):
        return tuple(survivors)
    return ()


def in_order_of_destruction(present: State, created: Iterable[str]) -> tuple[str, ...]:
    """Order what goes: dependents before what they depend on, otherwise by name."""
    names = sorted(created)
    by_resource: dict[str, list[str]] = {}
    for each in names:
        by_resource.setdefault(resource_of(each), []).append(each)
    graph: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(names, ()))
    for name in names:
        for needed in present.managed[name].dependencies:
            for other in by_resource.get(needed, ()):
                if other != name:
                    graph.add(other, name)  # what is needed goes after what needs it
    try:
        return tuple(graph.static_order())
    except CycleError:
        return tuple(names)  # no order is better than another; Terraform has its own


def _refers(survivor: StateInstance, created: StateInstance) -> bool:
    if resource_of(created.address) in survivor.dependencies:
        return True
    # A failed update may have saved the new values without the new dependency.
    object_id = created.object_id
    return len(object_id) >= SHORTEST_ID and object_id in json.dumps(dict(survivor.attributes))
