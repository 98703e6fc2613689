"""Which entries of the record say what is not so after a failed run, and how each is revised."""

from collections.abc import Iterator, Mapping
from typing import Any

from guardian.domain.plan import Action
from guardian.domain.record import Doubt, Forget, KeepOriginal, Remember, Revision, Untaint
from guardian.domain.recovery import FailedRun, Tainted
from guardian.domain.state import State
from guardian.domain.unreadable import UNREADABLE, WITHIN_A_BLOCK


def revisions_for(run: FailedRun, target: State, present: State, *, tainted: Tainted) -> tuple[Revision, ...]:
    """Return the revisions, in a fixed order; empty when the record needs none.

    Args:
        run: The failed run.
        target: The state to go back to.
        present: The state as recorded now.
        tainted: What was chosen for tainted instances.
    """
    revisions: list[Revision] = [
        *_originals(target, present),
        *_forgotten(run, target, present),
        *_brought_in(run, target, present),
        *_in_doubt(run, target, present),
    ]
    if tainted is Tainted.UNTAINT:
        revisions += [
            Untaint(address=address)
            for address, each in present.managed.items()
            if each.tainted and not each.deposed and address in target.managed
        ]
    return tuple(revisions)


def _originals(target: State, present: State) -> Iterator[Revision]:
    """Keep the baseline's own object where a replacement made the new one current and left it deposed."""
    for each in present.managed.values():
        original = target.managed.get(each.address) if each.deposed else None
        if original is None or not original.object_id or original.object_id != each.object_id:
            continue
        current = present.managed.get(each.address)
        if current is None or current.object_id != original.object_id:
            yield KeepOriginal(address=each.address, deposed=each.deposed)


def _forgotten(run: FailedRun, target: State, present: State) -> Iterator[Revision]:
    """Remember what a `removed` block forgot: planning the baseline would make it a second time."""
    for change in run.changes:
        address = change.address
        if (
            change.action is Action.FORGET
            and address in run.before.managed
            and address in target.managed
            and address not in present.managed
        ):
            yield Remember(address=address)


def brought_in(run: FailedRun, target: State, present: State) -> tuple[str, ...]:
    """Return what an `import` block brought into the record: it existed before, and is never destroyed."""
    return tuple(
        change.address
        for change in run.changes
        if change.action in {Action.IMPORT, Action.UPDATE}
        and not change.previous_address
        and change.address in present.managed
        and change.address not in run.before.managed
        and change.address not in target.managed
    )


def _brought_in(run: FailedRun, target: State, present: State) -> Iterator[Revision]:
    for address in brought_in(run, target, present):
        yield Forget(address=address)


def _in_doubt(run: FailedRun, target: State, present: State) -> Iterator[Revision]:
    """Doubt what cannot be read back where its update ended half-way: the record may hold either value."""
    unfinished = {*run.incident.progress.failed, *run.incident.progress.in_flight}
    for change in run.changes:
        address = change.address
        if change.action is not Action.UPDATE or address not in unfinished:
            continue
        if address not in target.managed or address not in present.managed:
            continue
        wanted = target.managed[address].attributes
        kind = change.resource_type
        known = (*UNREADABLE.get(kind, ()), *WITHIN_A_BLOCK.get(kind, ()))
        names = tuple(each for each in known if _value(wanted, each) is not None)
        if names:
            yield Doubt(address=address, attributes=names)


def _value(attributes: Mapping[str, Any], path: str) -> Any:
    """Return the value at a dotted path, through the first item of a block; None where there is none."""
    value: Any = attributes
    for name in path.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
