"""What a failed run and the ways back from it left unaccounted for: carried over until somebody releases."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from guardian.domain.journal import Kind, Record
from guardian.domain.recovery import FailedRun
from guardian.domain.run import unfinished_creations
from guardian.domain.state import State
from guardian.operations.context import Context
from guardian.operations.runs import Run, adopt_events, load_run
from guardian.repository.journal import list_runs
from guardian.repository.project import Project


def with_lost(context: Context, project: Project, run: Run, failed: FailedRun, present: State) -> FailedRun:
    """Add what earlier looks listed, and what a way back was creating when it was cut off.

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
    lists = [each for one in (run, *later) for each in _listed(one.records)]
    lost = [address for each in lists for address in each]
    for each in later:
        if each.began:
            lost += _cut_off(context, each, failed, present)
    incident = replace(failed.incident, creating=()) if lists else failed.incident
    return replace(failed, incident=incident, lost=tuple(dict.fromkeys(lost)))


def _listed(records: tuple[Record, ...]) -> Iterator[list[str]]:
    for each in records:
        if each.kind is Kind.RECOVERY_PLANNED and "unaccounted" in each.body["plan"]:
            yield list(each.body["plan"]["unaccounted"])
        elif each.kind is Kind.RECEIPT:
            yield list(each.body["receipt"].get("unaccounted", ()))


def _cut_off(context: Context, run: Run, failed: FailedRun, present: State) -> list[str]:
    """Return what a way back was creating when it was cut off, and the record does not hold as new."""
    events = adopt_events(context, run) or tuple(
        event for each in run.records if each.kind is Kind.ENGINE_EVENTS for event in each.body["events"]
    )
    former = {each.object_id for each in failed.before.managed.values()}
    return [
        address
        for address in unfinished_creations(events)
        if address not in present.managed or present.managed[address].object_id in former
    ]
