"""The guards before an apply: pure verdicts over the plan, the state and what the log knows."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from guardian.domain.data_holders import DATA_HOLDERS
from guardian.domain.plan import Action, PlannedChange, destroyed
from guardian.domain.standing import KnownState
from guardian.domain.state import State, StateFacts, StateInstance

MOST = 0.5
FEW = 4


def other_state(known: KnownState | None, present: StateFacts | None) -> str | None:
    """Tell why the present state is neither the known one nor a later moment of it, or None.

    Args:
        known: What the log recorded last; None before the first run.
        present: Facts of the state as it is read now; None when the backend has none.
    """
    if known is None:
        return None
    if present is None:
        return (
            f"the backend has no state, but serial {known.serial} "
            f"with {known.instances} instances was recorded"
        )
    if present.lineage != known.lineage:
        return f"the state has lineage {present.lineage}, but {known.lineage} was recorded: another state"
    if present.serial < known.serial:
        return f"the state went back: serial {present.serial}, but {known.serial} was recorded"
    if present.serial == known.serial and present.sha256 != known.sha256:
        return f"the state forked: serial {present.serial} was recorded with other contents"
    return None


def wrong_state(known: KnownState | None, present: StateFacts | None) -> str | None:
    """Tell why the present state cannot be what the known one became between two runs, or None."""
    verdict = other_state(known, present)
    if verdict is not None or known is None or present is None:
        return verdict
    lost = known.instances - present.instances
    if known.instances >= FEW and lost > known.instances * MOST:
        return f"{lost} of {known.instances} instances vanished from the state, and no run here explains it"
    return None


def data_loss(changes: Iterable[PlannedChange], *, allowed: Iterable[str]) -> tuple[PlannedChange, ...]:
    """Return the changes that would destroy something that holds data and that nobody allowed.

    Args:
        changes: The plan's changes.
        allowed: Addresses, or globs over addresses where the literal address does not match.
    """
    patterns = tuple(allowed)
    return tuple(
        each
        for each in destroyed(changes)
        if each.resource_type in DATA_HOLDERS and not _fits(each.address, patterns)
    )


def unasked(
    changes: Iterable[PlannedChange],
    *,
    created: Iterable[str],
    target: State,
    present: State,
    allow_delete: Iterable[str],
    allow_replace: Iterable[str],
    limited: bool,
) -> tuple[PlannedChange, ...]:
    """Return the changes of a way back that would destroy what nobody allowed to go.

    What only the failed run created may go. An object that the target has may not, nor may anything that
    holds data, nor what neither the run created nor the target knows.

    Args:
        changes: The reverse plan's.
        created: What the failed run created.
        target: The state to go back to.
        present: The state as it is recorded now.
        allow_delete: Addresses or globs that may be deleted or replaced.
        allow_replace: Addresses or globs that may be replaced.
        limited: Whether nobody read the plan, or it is limited to what a run touched; to a whole snapshot a
            person may send what holds no data of the snapshot's.
    """
    mine, delete, either = frozenset(created), tuple(allow_delete), (*allow_delete, *allow_replace)
    kept = {(each.resource_type, each.object_id) for each in target.managed.values() if each.object_id}
    found = []
    for each in destroyed(changes):
        if _fits(each.address, either if each.action is Action.REPLACE else delete):
            continue
        if each.address in mine and each.action is Action.DELETE:
            continue
        going = _objects_at(each.address, present, whole=each.action is Action.REPLACE)
        own = any((one.resource_type, one.object_id) in kept for one in going)
        holds_data = each.resource_type in DATA_HOLDERS and (own or each.address in target.managed)
        strange = each.action is Action.DELETE and each.address not in target.managed
        if holds_data or (limited and (own or strange)):
            found.append(each)
    return tuple(found)


def _objects_at(address: str, present: State, *, whole: bool) -> list[StateInstance]:
    """Return the objects that go: a deletion at an address of the target is of its deposed ones."""
    here = [each for each in present.managed.values() if each.address == address]
    deposed = [each for each in here if each.deposed]
    return here if whole or not deposed else deposed


def _fits(address: str, patterns: Iterable[str]) -> bool:
    return any(address == each or fnmatchcase(address, each) for each in patterns)
