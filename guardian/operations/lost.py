"""What a failed run and the ways back from it left unaccounted for: carried over until somebody releases."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import takewhile
from typing import Any

from guardian.domain.journal import Kind, Record
from guardian.domain.observation import Looked, Verdict
from guardian.domain.recovery import FailedRun
from guardian.domain.run import unfinished_creations
from guardian.domain.snapshot import Purpose
from guardian.domain.state import State, parse_state
from guardian.domain.unaccounted import created_ids, lives_in_state_alone
from guardian.operations.context import Context
from guardian.operations.runs import Run, evidence_of, load_run
from guardian.repository.journal import list_runs
from guardian.repository.project import Project


def with_lost(context: Context, project: Project, run: Run, failed: FailedRun, present: State) -> FailedRun:
    """Add what earlier looks listed, what a way back was creating when cut off, and what no record got.

    An earlier look saw the state before a way back made the same address anew, so its word counts.

    Args:
        context: The ports.
        project: Whose log.
        run: The run that failed.
        failed: The same, as the decision sees it.
        present: The state as recorded now.
    """
    newer = takewhile(lambda each: each.id != run.id, list_runs(project.log))
    later = [load_run(project, each.id) for each in reversed(list(newer))]
    lists = [each for one in (run, *later) for each in _listed(one.records, present)]
    lost = [address for each in lists for address in each]
    for each in later:
        if each.began:
            lost += _cut_off(context, each, failed, present)
    incident = replace(failed.incident, creating=()) if lists else failed.incident
    return replace(
        failed,
        incident=incident,
        lost=tuple(dict.fromkeys(lost)),
        made=_made(context, project, (run, *later), failed, present),
    )


def _listed(records: tuple[Record, ...], present: State) -> Iterator[list[str]]:
    for each in records:
        if each.kind is Kind.RECOVERY_PLANNED and "unaccounted" in each.body["plan"]:
            plan = each.body["plan"]
            looked = (Looked.of(**one) for one in plan.get("looked", ()))
            yield [
                *plan["unaccounted"],
                *(one.address for one in looked if _may_come(one) and one.address not in present.managed),
            ]
        elif each.kind is Kind.RECEIPT:
            yield list(each.body["receipt"].get("unaccounted", ()))


def _may_come(looked: Looked) -> bool:
    """Tell what a plan did not list and may be open all the same: it may come late, or was not adopted.

    What was refused, and is there as somebody else's or could not be seen, was judged and stays judged.
    """
    return looked.verdict is Verdict.ABSENT or looked.certain


def _made(
    context: Context, project: Project, runs: tuple[Run, ...], failed: FailedRun, present: State
) -> dict[str, str]:
    """Return the ids of what these runs made, by the engine's own word, and no record ever held."""
    types = {each.address: each.resource_type for each in failed.changes}
    events = (event for each in runs if each.began for event in _told(context, each))
    here = {
        address: made
        for address, made in created_ids(events).items()
        if not lives_in_state_alone(types.get(address, address.rpartition(".")[0].rpartition(".")[2]))
        and (address not in present.managed or present.managed[address].object_id != made)
    }
    recorded = _recorded(project, runs, here)
    return {address: made for address, made in here.items() if (address, made) not in recorded}


def _told(context: Context, run: Run) -> tuple[Mapping[str, Any], ...]:
    """Return the engine's events of a run, of its own apply and of a way back in it."""
    journal = tuple(
        event for each in run.records if each.kind is Kind.ENGINE_EVENTS for event in each.body["events"]
    )
    if run.is_complete:
        return journal
    found = evidence_of(context, run)
    return found.events if found is not None and found.events else journal


def _recorded(project: Project, runs: tuple[Run, ...], made: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return which of these objects a snapshot holds that was taken since the failed run's apply."""
    ids, found = [each.id for each in runs], set[tuple[str, str]]()
    for link in project.snapshot_links() if made else ():
        snapshot = project.snapshot(link.id)
        if snapshot.run_id not in ids or (snapshot.run_id == ids[0] and snapshot.purpose is Purpose.BEFORE):
            break
        if snapshot.state is not None:
            managed = parse_state(project.get_state(snapshot.state)).managed
            found |= {(each, managed[each].object_id) for each in made if each in managed}
    return found


def _cut_off(context: Context, run: Run, failed: FailedRun, present: State) -> list[str]:
    """Return what a way back was creating when it was cut off, and the record does not hold as new."""
    former = {each.object_id for each in failed.before.managed.values()}
    return [
        address
        for address in unfinished_creations(_told(context, run))
        if address not in present.managed or present.managed[address].object_id in former
    ]
