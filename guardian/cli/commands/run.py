"""`guardian run list`, `show`, `receipt` and `resume`."""

from dataclasses import dataclass

from guardian.cli.command import group
from guardian.cli.console import Console
from guardian.cli.declare import argument, flag
from guardian.cli.options import EngineOptions, ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views import runs
from guardian.cli.work import project_to_read
from guardian.domain.journal import Kind
from guardian.domain.receipt import Receipt
from guardian.domain.run import Outcome, Progress
from guardian.errors import ExitCode, NotFoundError, StoreCorruptError
from guardian.operations.runs import Run, find_run, recent_runs
from guardian.repository.journal import list_runs
from guardian.repository.project import Project


@dataclass(frozen=True, kw_only=True)
class ShowFlags(ProjectOptions):
    """The options of `guardian run show`."""

    run: str | None = argument("RUN", "Its id, the beginning of it, or last; without one: the last")


@dataclass(frozen=True, kw_only=True)
class ReceiptFlags(ProjectOptions):
    """The options of `guardian run receipt`."""

    run: str | None = argument(
        "RUN", "Its id, the beginning of it, or last; without one: the newest that has a receipt"
    )
    markdown: bool = flag("--markdown", "Write it as Markdown, for a ticket")


@dataclass(frozen=True, kw_only=True)
class ResumeFlags(EngineOptions):
    """The options of `guardian run resume`."""

    run: str | None = argument("RUN", "Its id, the beginning of it, or last; without one: the open one")


def list_(given: ProjectOptions, console: Console) -> Result:
    """List the runs, newest first."""
    project = project_to_read(given)
    found = tuple(list_runs(project.log))
    console.show(runs.list_text(found, console.paint))
    for each in found:
        console.line(runs.run_line(each))
    return Result(
        command="run list", outcome=Outcome.OK, exit_code=ExitCode.OK, project=project.descriptor.name
    )


def show(given: ShowFlags, console: Console) -> Result:
    """Show one run: done, failed, in flight, never started, and its journal."""
    project = project_to_read(given)
    run = find_run(project, given.run or "last")
    console.show(runs.show_text(run, console.paint))
    for each in run.records:
        console.line(runs.record_line(each))
    return Result(
        command="run show",
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        project=project.descriptor.name,
        run_id=run.id,
        instances=run.progress,
        more={
            "class": str(run.run_class),
            "run": {key: each for key, each in runs.run_line(run).items() if key != "type"},
            "incident": run.incident.to_json() if run.incident else None,
        },
    )


def receipt(given: ReceiptFlags, console: Console) -> Result:
    """Print the receipt of a recovery: what was proven, what is new, what could not be undone."""
    from guardian.cli.views.receipt import receipt_markdown, receipt_text

    project = project_to_read(given)
    run, found = _with_receipt(project, given.run or "last")
    name = project.descriptor.name
    if given.markdown:
        console.show(receipt_markdown(found, project=name, run_id=run.id))
    else:
        console.show(receipt_text(found, console.paint))
    console.line({"type": "receipt", **found.to_json()})
    return Result(
        command="run receipt",
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        project=name,
        run_id=run.id,
        snapshot_id=found.snapshot_id,
    )


def resume(given: ResumeFlags, console: Console) -> Result:
    """Go on where a guardian died: wait for its Terraform, take the run over, and give it its end."""
    from guardian import wiring
    from guardian.cli.views.resume import resume_text
    from guardian.cli.work import at_work, project_named
    from guardian.operations.resume import ResumeRequest
    from guardian.operations.resume import resume as run_resume

    with at_work(given, console, make=False) as work:
        ended = run_resume(
            work.context,
            ResumeRequest(
                checkout=work.checkout() if wiring.has_configuration(work.root) else None,
                project=project_named(given, work.settings),
                run=given.run or "",
            ),
        )
    console.show(resume_text(ended, console.paint, console.typed))
    return Result(
        command="run resume",
        outcome=ended.outcome,
        exit_code=ended.exit_code,
        project=ended.project,
        run_id=ended.run.id if ended.run else None,
        baseline_id=ended.baseline_id,
        instances=ended.run.progress if ended.run else Progress(),
        more={
            "class": str(ended.run.run_class) if ended.run else None,
            "next": {
                "command": console.typed.again(ended.next_command[0]),
                "reason": ended.next_command[1],
            },
        },
    )


def _with_receipt(project: Project, text: str) -> tuple[Run, Receipt]:
    """Return the run and its newest receipt; `last` is the newest run that has one."""
    for run in recent_runs(project) if text == "last" else (find_run(project, text),):
        found = _receipt_of(run)
        if found is not None:
            return run, found
    what = "no run holds a receipt" if text == "last" else f"run {text} holds no receipt"
    raise NotFoundError(
        f"{what}: one is made when a recovery ends",
        hint="guardian run list    # a restore, or an apply that was restored, has one",
    )


def _receipt_of(run: Run) -> Receipt | None:
    bodies = [each.body["receipt"] for each in run.records if each.kind is Kind.RECEIPT]
    if not bodies:
        return None
    try:
        return Receipt.from_json(bodies[-1])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreCorruptError(
            f"the receipt of run {run.id} cannot be read by this version",
            hint=f"guardian run show {run.id} --json    # has it as it was written",
        ) from error


app = group(
    {
        "list": (ProjectOptions, list_),
        "show": (ShowFlags, show),
        "receipt": (ReceiptFlags, receipt),
        "resume": (ResumeFlags, resume),
    },
    name="run",
    help_="List and show runs, print receipts, and go on where a guardian died.",
)
