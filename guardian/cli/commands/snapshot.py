"""`guardian snapshot create|list|show|diff|verify|export|prune`."""

from dataclasses import dataclass, replace
from pathlib import Path

from guardian.adapters.workplace import write_new
from guardian.cli.command import group
from guardian.cli.commands.prune import PruneFlags, prune
from guardian.cli.console import Console
from guardian.cli.declare import argument, arguments, flag, value
from guardian.cli.options import PlanningOptions, ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views import snapshots
from guardian.cli.views.table import SHORT_ID
from guardian.cli.views.terminal import visible
from guardian.cli.work import at_work, project_to_read
from guardian.domain.run import Outcome
from guardian.errors import ExitCode, StoreCorruptError, UsageError
from guardian.operations import snapshots as operations
from guardian.repository.project import Project


@dataclass(frozen=True, kw_only=True)
class CreateFlags(PlanningOptions):
    """The options of `guardian snapshot create`."""

    accept_state: bool = flag("--accept-state", "Take the present state for the right one; wants --reason")
    reason: str | None = value("--reason", "WORDS", "Why the present state is the right one")


@dataclass(frozen=True, kw_only=True)
class ShowFlags(ProjectOptions):
    """The options of `guardian snapshot show`."""

    snapshot: str | None = argument(
        "SNAPSHOT", "An id or its beginning, baseline, or latest; without one: latest"
    )


@dataclass(frozen=True, kw_only=True)
class DiffFlags(ProjectOptions):
    """The options of `guardian snapshot diff`."""

    snapshots: tuple[str, ...] = arguments("A B", "Two ids or their beginnings, baseline, or latest")


@dataclass(frozen=True, kw_only=True)
class VerifyFlags(ProjectOptions):
    """The options of `guardian snapshot verify`."""

    snapshots: tuple[str, ...] = arguments("SNAPSHOT", "Which; without any: all of them")
    quick: bool = flag("--quick", "Only that everything is there; do not read it and compare digests")
    read_data: bool = flag("--read-data", "Read every byte and compare digests, as it does without --quick")


@dataclass(frozen=True, kw_only=True)
class ExportFlags(ProjectOptions):
    """The options of `guardian snapshot export`."""

    words: tuple[str, ...] = arguments(
        "SNAPSHOT FILE", "An id or its beginning, baseline, or latest; and a file that is not there yet"
    )


def create(given: CreateFlags, console: Console) -> Result:
    """Take a snapshot of what is there; it becomes the baseline when the plan is empty."""
    with at_work(given, console) as work:
        made = operations.create(
            work.context,
            operations.CreateRequest(
                checkout=work.checkout(planning=given),
                options=given.plan_options,
                accept_state=given.accept_state,
                reason=given.reason or "",
            ),
        )
    short = made.snapshot.id[:SHORT_ID]
    if made.promoted:
        console.show(f"Snapshot {short} taken; the plan is empty, so that it is the baseline now")
    else:
        console.show(
            f"Snapshot {short} taken; it is not the baseline: the plan still holds changes ({made.pending})\n"
            f"  Next: {console.typed.again('guardian apply')}    # an apply that goes well makes a baseline"
        )
    return Result(
        command="snapshot create",
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        project=made.snapshot.project,
        run_id=made.run_id,
        snapshot_id=made.snapshot.id,
        baseline_id=made.snapshot.id if made.promoted else None,
        more={"promoted": made.promoted, "pending": made.pending},
    )


def list_(given: ProjectOptions, console: Console) -> Result:
    """List the snapshots, newest first."""
    project = project_to_read(given)
    baseline = _baseline(project)
    found = tuple(project.snapshots())
    console.show(snapshots.list_text(found, baseline, console.paint))
    for each in found:
        console.line(snapshots.snapshot_line(each, baseline))
    return _done("snapshot list", project)


def show(given: ShowFlags, console: Console) -> Result:
    """Show one snapshot: state, plan, files, engine, and what was left out."""
    project = project_to_read(given)
    baseline = _baseline(project)
    found = project.resolve(given.snapshot or "latest")
    console.show(snapshots.show_text(found, baseline=found.id == baseline, paint=console.paint))
    console.line(snapshots.snapshot_line(found, baseline))
    return _done("snapshot show", project, snapshot_id=found.id)


def diff(given: DiffFlags, console: Console) -> Result:
    """Show what differs between two snapshots: instances, and the paths of their attributes."""
    if len(given.snapshots) != 2:  # noqa: PLR2004 - a difference has two sides
        raise UsageError("snapshot diff takes two snapshots", hint="guardian snapshot diff baseline latest")
    from guardian.adapters.differ import DeepDiffer

    project = project_to_read(given)
    before, after = given.snapshots
    found = operations.diff(project, before, after, differ=DeepDiffer())
    console.show(snapshots.diff_text(found.differences, console.paint))
    for each in found.differences:
        console.line(snapshots.difference_line(each))
    return _done("snapshot diff", project, snapshot_id=found.after.id)


def verify(given: VerifyFlags, console: Console) -> Result:
    """Prove that snapshots can be restored: everything is there, and is what its name says."""
    if given.quick and given.read_data:
        raise UsageError("--quick and --read-data contradict each other", hint="leave one of them out")
    project = project_to_read(given)
    findings = operations.verify(project, given.snapshots, read_data=not given.quick)
    console.show(snapshots.verify_text(findings, console.paint))
    for snapshot_id, found in findings.items():
        console.line(
            {
                "type": "verified",
                "id": snapshot_id,
                "sound": not found,
                "findings": [snapshots.finding_words(each) for each in found],
            }
        )
    broken = [each[:SHORT_ID] for each, found in findings.items() if found]
    if broken:
        raise StoreCorruptError(
            f"cannot be restored as they are: {', '.join(broken)}",
            hint="guardian snapshot create    # takes a new one while what it describes is there",
        )
    return _done("snapshot verify", project)


def export(given: ExportFlags, console: Console) -> Result:
    """Write the state that a snapshot recorded to a file, byte for byte; it holds secrets in plain text."""
    if len(given.words) != 2:  # noqa: PLR2004 - what, and where to
        raise UsageError(
            "snapshot export takes a snapshot and a file",
            hint="guardian snapshot export latest FILE    # `guardian snapshot list` shows which there are",
        )
    name, file = given.words
    project = project_to_read(given)
    exported = operations.export(project, name, file=Path(file), write=write_new)
    state = exported.state
    console.show(
        f"Wrote {len(exported.body)} bytes to {visible(file)}: snapshot {exported.snapshot.id[:SHORT_ID]}, "
        f"serial {state.serial}, lineage {visible(state.lineage)}"
    )
    return replace(
        _done("snapshot export", project, snapshot_id=exported.snapshot.id),
        more={"file": file, "bytes": len(exported.body), "serial": state.serial, "lineage": state.lineage},
    )


def _baseline(project: Project) -> str | None:
    head = project.log.head()
    return head.standing.baseline if head else None


def _done(command: str, project: Project, *, snapshot_id: str | None = None) -> Result:
    return Result(
        command=command,
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        project=project.descriptor.name,
        snapshot_id=snapshot_id,
        baseline_id=_baseline(project),
    )


app = group(
    {
        "create": (CreateFlags, create),
        "list": (ProjectOptions, list_),
        "show": (ShowFlags, show),
        "diff": (DiffFlags, diff),
        "verify": (VerifyFlags, verify),
        "export": (ExportFlags, export),
        "prune": (PruneFlags, prune),
    },
    name="snapshot",
    help_="Create, list, show, compare, verify, export and prune snapshots.",
)
