"""What may exist although no state knows it: creations cut off, or whose answer or record was lost."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from guardian.domain.observation import Absent, Looked, Observation, Present, Verdict
from guardian.domain.plan import Action
from guardian.domain.recovery import FailedRun
from guardian.domain.state import State

_TAKEN = re.compile(r"already[ _-]?(exists|owned)|duplicate|conflict", re.IGNORECASE)
"""How AWS says that a name is taken: EntityAlreadyExists, InvalidGroup.Duplicate, BucketAlreadyOwnedByYou,
ResourceConflictException.
"""
_STATE_ALONE = frozenset({"null_resource", "terraform_data"})
_STATE_ALONE_PREFIXES = ("random_", "time_", "tls_")
"""Objects of these providers are nowhere but in the record of the state.

Source: the pages of hashicorp/null, random, time and tls in Terraform's registry.
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
    """Return the addresses to look for live: creations cut off, failed or ended that left no record.

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
        for each in dict.fromkeys((*cut_off(run, present), *failed, *run.made))
        if each not in present.managed or each in run.before.managed or each in run.lost or each in run.made
    )


def created_ids(events: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the ids, by address, of what an engine told that it had made and did not destroy again.

    Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui (`id_key`, `id_value`)
    """
    made: dict[str, str] = {}
    going: dict[str, str] = {}
    for event in events:
        kind, hook = event.get("type", ""), event.get("hook") or {}
        action, address = hook.get("action"), (hook.get("resource") or {}).get("addr", "")
        if kind == "apply_start" and action == "delete":
            going[address] = str(hook.get("id_value") or "")
        elif kind == "apply_complete" and action == "delete":
            # After a create-before-destroy it is the former object, under the same address, that goes.
            if going.get(address, "") in {"", made.get(address)}:
                made.pop(address, None)
        elif kind == "apply_complete" and action == "create":
            made[address] = str(hook.get("id_value") or "")
    return made


def lives_in_state_alone(resource_type: str) -> bool:
    """Tell whether nothing is left of an object whose record is lost."""
    return resource_type in _STATE_ALONE or resource_type.startswith(_STATE_ALONE_PREFIXES)


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
        and (address in run.made or not _was_taken(run, address))
    )


def unaccounted_of(run: FailedRun, present: State, observed: Mapping[str, Observation]) -> tuple[str, ...]:
    """Return what may exist, was not proven absent, and cannot be adopted."""
    adopted = {address for address, _ in adoptable(run, present, observed)}
    return tuple(_open(run, present, observed, adopted))


def _open(
    run: FailedRun, present: State, observed: Mapping[str, Observation], adopted: set[str]
) -> Iterator[str]:
    cut = {*cut_off(run, present), *run.made}
    for address in sought(run, present):
        seen = observed.get(address)
        if address in adopted or isinstance(seen, Absent):
            continue
        if isinstance(seen, Present):
            # What was refused because it exists already is there, and somebody else's.
            if not seen.foreign and (address in cut or seen.certain or not _was_taken(run, address)):
                yield address
        elif address in cut:
            yield address


def looked_of(run: FailedRun, present: State, observed: Mapping[str, Observation]) -> tuple[Looked, ...]:
    """Return what was found of everything that was looked for, in words."""
    return tuple(
        _looked(address, run.made.get(address), observed.get(address)) for address in sought(run, present)
    )


def _looked(address: str, made: str | None, seen: Observation | None) -> Looked:
    told = "" if made is None else "; the engine told that it had made it"
    match seen:
        case Present(foreign=True):
            return Looked(address=address, verdict=Verdict.ABSENT, words=seen.words)
        case Present():
            return Looked(
                address=address,
                verdict=Verdict.EXISTS,
                object_id=seen.object_id,
                certain=seen.certain,
                words=seen.words,
            )
        case Absent():
            words = f"asked live, there is none beside what the state knows{told}"
            return Looked(address=address, verdict=Verdict.ABSENT, words=words)
        case _:
            words = f"{seen.reason if seen else 'it was not looked for'}{told}"
            return Looked(address=address, verdict=Verdict.UNKNOWN, object_id=made or "", words=words)


def _was_taken(run: FailedRun, address: str) -> bool:
    """Tell whether a creation was refused because the object exists: perhaps from before, perhaps its own."""
    return any(
        _TAKEN.search(f"{each.summary} {each.detail}")
        for each in run.incident.causes
        if each.address in {address, ""}
    )
