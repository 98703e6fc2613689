"""What may exist although no state knows it: creations that were cut off, or whose answer was lost."""

import re
from collections.abc import Iterator, Mapping

from guardian.domain.observation import Absent, Observation, Present
from guardian.domain.plan import Action
from guardian.domain.recovery import FailedRun
from guardian.domain.state import State

_TAKEN = re.compile(r"already[ _-]?(exists|owned)|duplicate|conflict", re.IGNORECASE)
"""How AWS says that a name is taken: EntityAlreadyExists, InvalidGroup.Duplicate, BucketAlreadyOwnedByYou,
ResourceConflictException.
"""


def cut_off(run: FailedRun, present: State) -> tuple[str, ...]:
    """Return the addresses whose cut-off creation left no object in the record: it may exist all the same.

    What was left so before stays so, although its address is recorded again: that is another object.
    """
    recorded = (run.after if run.after is not None else present).managed
    before = run.before.managed
    now = (
        each for each in run.incident.creating if each not in recorded or recorded[each] == before.get(each)
    )
    return tuple(dict.fromkeys((*run.lost, *now)))


def sought(run: FailedRun, present: State) -> tuple[str, ...]:
    """Return the addresses to look for live: cut-off creations, and failed ones that left nothing recorded.

    A provider need not record an object whose creation failed: it may exist after a refusal that came late.
    """
    creating = {each.address for each in run.changes if each.action in {Action.CREATE, Action.REPLACE}}
    failed = [
        each
        for each in run.incident.progress.failed
        if each in creating and each not in (run.after or present).managed
    ]
    return tuple(
        each
        for each in dict.fromkeys((*cut_off(run, present), *failed))
        if each not in present.managed or each in run.before.managed or each in run.lost
    )


def adoptable(
    run: FailedRun, present: State, observed: Mapping[str, Observation]
) -> tuple[tuple[str, str], ...]:
    """Return address and import id of what certainly is the run's own and no state knows.

    What was refused because it exists already is not adopted, whatever its date: somebody may have been
    faster.
    """
    return tuple(
        (address, seen.import_id)
        for address in sought(run, present)
        if isinstance(seen := observed.get(address), Present)
        and seen.certain
        and address not in present.managed
        and not _was_taken(run, address)
    )


def unaccounted_of(run: FailedRun, present: State, observed: Mapping[str, Observation]) -> tuple[str, ...]:
    """Return what may exist, was not proven absent, and cannot be adopted."""
    adopted = {address for address, _ in adoptable(run, present, observed)}
    return tuple(_open(run, present, observed, adopted))


def _open(
    run: FailedRun, present: State, observed: Mapping[str, Observation], adopted: set[str]
) -> Iterator[str]:
    cut = cut_off(run, present)
    for address in sought(run, present):
        seen = observed.get(address)
        if address in adopted or isinstance(seen, Absent):
            continue
        # Of a creation that was refused nothing is left, unless what is there was made since.
        if address in cut or (isinstance(seen, Present) and seen.certain):
            yield address


def _was_taken(run: FailedRun, address: str) -> bool:
    """Tell whether a creation was refused because the object exists: perhaps from before, perhaps its own."""
    return any(
        _TAKEN.search(f"{each.summary} {each.detail}")
        for each in run.incident.causes
        if each.address in {address, ""}
    )
