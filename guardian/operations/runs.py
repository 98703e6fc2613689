"""Read runs back from the log: their plan, how far they came, what they say about themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guardian.domain.engine import EngineOutcome, Evidence
from guardian.domain.incident import Incident, StateRecord
from guardian.domain.journal import Kind, Record
from guardian.domain.observation import Looked
from guardian.domain.plan import PlannedChange
from guardian.domain.run import Progress, later, progress_of
from guardian.domain.run_class import RunClass, class_of
from guardian.domain.snapshot import Snapshot
from guardian.domain.state import State
from guardian.errors import NotFoundError, UsageError
from guardian.operations.context import Context
from guardian.repository.journal import list_runs, read_run
from guardian.repository.project import Project

if TYPE_CHECKING:  # the ways back are much for a command that only reads
    from guardian.domain.recovery import FailedRun

REPEAT = "retry"
"""The step of an apply that repeats a failed run's own plan: what it began counts as that run's work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as its records tell it.

    Attributes:
        outcome: As recorded; None when no record closes the run.
        began: Whether an engine was about to change something ("applying" is recorded).
        progress: How far it came; only an upper bound of what is left when `is_complete` is false.
        is_complete: Whether the engine's end is recorded, so that no event is missing.
        incident: As recorded, None when there was none.
        failed_at: When its failure was recorded, None when there was none.
        records: All of them, in order.
    """

    id: str
    operation: str
    opened_at: datetime
    outcome: str | None
    exit_code: int | None
    began: bool
    is_complete: bool
    progress: Progress
    incident: Incident | None
    failed_at: datetime | None
    records: tuple[Record, ...]

    @property
    def changes(self) -> tuple[PlannedChange, ...]:
        """What it planned first, empty when it never got that far."""
        return _changes([each for each in self.records if each.kind is Kind.PLANNED][:1])

    @property
    def run_class(self) -> RunClass:
        """What it came to, as far as its records tell."""
        kinds = {each.kind for each in self.records}
        proven = any(each.kind is Kind.RECEIPT and each.body["proven"] for each in self.records)
        return class_of(
            operation=self.operation,
            outcome=self.outcome,
            began=self.began,
            arrived=Kind.PROMOTED in kinds or proven,
            ended=Kind.ENGINE_EXITED in kinds,
            touched=bool(self.progress.touched),
            failed=self.incident is not None,
            known=self.incident is not None and self.incident.record is not StateRecord.UNKNOWN,
        )

    @property
    def began_at(self) -> datetime | None:
        """When its own apply began; None when it never did."""
        return next((each.at for each in self.records if each.kind is Kind.APPLYING), None)

    @property
    def looked(self) -> tuple[Looked, ...]:
        """What was looked for live when its way back was worked out last, and what was found."""
        plans = [each.body["plan"] for each in self.records if each.kind is Kind.RECOVERY_PLANNED]
        return tuple(Looked.of(**each) for each in plans[-1].get("looked", ())) if plans else ()

    @property
    def events(self) -> list[Mapping[str, Any]]:
        """The engine's events of the run's own apply, as far as they are recorded."""
        return _events_of_first_apply(self.records)


def load_run(project: Project, run_id: str) -> Run:
    """Read one run; raise `NotFoundError` when the log holds none of that id."""
    records = read_run(project.log, run_id)
    if not records:
        raise NotFoundError(f"no run {run_id} in this project", hint="guardian run list")
    return run_of(run_id, records)


def run_of(run_id: str, records: tuple[Record, ...]) -> Run:
    """Fold the records of one run."""
    by_kind: dict[Kind, list[Record]] = {}
    for each in records:
        by_kind.setdefault(each.kind, []).append(each)
    opened = by_kind[Kind.RUN_OPENED][0]
    closed = by_kind.get(Kind.RUN_CLOSED, [])
    exited = by_kind.get(Kind.ENGINE_EXITED, [])
    began = Kind.APPLYING in by_kind
    incidents = by_kind.get(Kind.INCIDENT_OPENED, [])
    incident = Incident.from_json(incidents[0].body["incident"]) if incidents else None
    return Run(
        id=run_id,
        operation=str(opened.body["operation"]),
        opened_at=opened.at,
        outcome=closed[-1].body["outcome"] if closed else None,
        exit_code=closed[-1].body["exit_code"] if closed else None,
        began=began,
        is_complete=bool(exited) or not began,
        progress=incident.progress if incident else _progress(by_kind, records),
        incident=incident,
        failed_at=incidents[0].at if incidents else None,
        records=records,
    )


def _progress(by_kind: Mapping[Kind, list[Record]], records: tuple[Record, ...]) -> Progress:
    if Kind.APPLYING not in by_kind:
        return Progress()
    # A run that restores after its own failure plans and applies twice: the first is the run's own.
    changes = _changes(by_kind.get(Kind.PLANNED, [])[:1])
    exited = by_kind.get(Kind.ENGINE_EXITED, [])
    ended_well = bool(exited) and exited[0].body["exit_code"] == 0
    return progress_of(changes, _events_of_first_apply(records), ended_well=ended_well)


def failed_run(
    project: Project, run: Run | None, *, own: Snapshot | None, before: State, after: State | None
) -> "FailedRun | None":
    """Return what is to be undone: a failed run with all that repetitions of it began after it.

    Args:
        project: Whose log.
        run: The run that failed; None when a whole named snapshot is wanted.
        own: A snapshot that holds its configuration.
        before: The state that it began with.
        after: The state right after it, None when nobody looked then.
    """
    if run is None or run.incident is None:
        return None
    incident = run.incident
    from guardian.domain.recovery import FailedRun

    for again in _repetitions(project, run):
        incident = replace(again, run_id=run.id, progress=later(incident.progress, again.progress))
    return FailedRun(
        id=run.id,
        snapshot_id=own.id if own else "",
        changes=run.changes,
        incident=incident,
        before=before,
        after=after if incident is run.incident else None,
    )


def _repetitions(project: Project, run: Run) -> Iterable[Incident]:
    """Yield the failures of repetitions of a run's own plan, in it or in later runs, oldest first.

    A repetition that was cut short tells nothing: whatever was planned may have been begun.
    """
    if run.incident is None:
        return
    cut_short = replace(
        run.incident,
        record=StateRecord.UNKNOWN,
        progress=Progress(in_flight=tuple(dict.fromkeys(each.address for each in run.changes))),
    )
    later_runs = takewhile(lambda each: each.id != run.id, list_runs(project.log))
    others = (read_run(project.log, each.id) for each in reversed(list(later_runs)))
    for records in chain([run.records], others):
        repeating = False
        for record in records:
            if record.kind is Kind.APPLYING:
                repeating = record.body.get("step") == REPEAT
            elif record.kind is Kind.INCIDENT_OPENED and repeating:
                repeating = False
                yield Incident.from_json(record.body["incident"])
        if repeating:
            yield cut_short


def recent_runs(project: Project) -> Iterable[Run]:
    """Yield the runs, newest first."""
    for reference in list_runs(project.log):
        yield load_run(project, reference.id)


def find_run(project: Project, text: str) -> Run:
    """Return the run of that id or unique prefix; `last` is the newest."""
    references = list(list_runs(project.log))
    if text == "last" and references:
        return load_run(project, references[0].id)
    fitting = [each.id for each in references if each.id.startswith(text)]
    if len(fitting) == 1:
        return load_run(project, fitting[0])
    if not fitting:
        raise NotFoundError(f"no run {text} in this project", hint="guardian run list")
    raise UsageError(f"{text} fits several runs: {', '.join(fitting)}", hint="give more of the id")


def evidence_of(context: Context, run: Run) -> Evidence | None:
    """Return what this machine has of a run's own apply, None when it has nothing that can be trusted.

    Terraform outlives a killed guardian and writes its events to the end; those on disk are the truth, the
    journal's may lack the last ones. After a power cut it is the other way round.
    """
    opened = next(each for each in run.records if each.kind is Kind.RUN_OPENED)
    exited = next((each for each in run.records if each.kind is Kind.ENGINE_EXITED), None)
    found = None
    # Nobody synchronises what Terraform writes: after a power cut an empty directory does not prove that it
    # was never started. Nor does one of the same name on another machine.
    if opened.actor.shares_boot_with(context.identity.actor()):
        # An approved plan may have been applied from a private copy of the root module.
        used = [str(each.body["root"]) for each in run.records if each.kind is Kind.APPROVAL_USED]
        root = next(iter(used), str(opened.body["root"]))
        found = context.engine.evidence(Path(str(opened.body["run_dir"])), root=Path(root or "/"))
    if exited is None:
        return found
    # The journal has every event then; this machine may add what the engine could not save.
    told = found.outcome if found is not None else None
    outcome = EngineOutcome(
        exit_code=exited.body["exit_code"],
        interrupted=exited.body["interrupted"],
        diagnostics=told.diagnostics if told else (),
        stranded_state=told.stranded_state if told else None,
    )
    return Evidence(running=False, events=tuple(run.events), outcome=outcome)


def _changes(records: Iterable[Record]) -> tuple[PlannedChange, ...]:
    return tuple(PlannedChange.from_json(each) for record in records for each in record.body["changes"])


def _events_of_first_apply(records: Iterable[Record]) -> list[Mapping[str, Any]]:
    events: list[Mapping[str, Any]] = []
    for record in records:
        if record.kind is Kind.ENGINE_EVENTS:
            events += record.body["events"]
        elif record.kind is Kind.ENGINE_EXITED:
            break
    return events
