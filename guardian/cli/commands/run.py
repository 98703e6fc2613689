"""`guardian run list` and `guardian run show`."""

from dataclasses import dataclass

from guardian.cli.command import group
from guardian.cli.console import Console
from guardian.cli.declare import argument
from guardian.cli.options import ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views import runs
from guardian.cli.work import project_to_read
from guardian.domain.run import Outcome
from guardian.errors import ExitCode
from guardian.operations.runs import find_run
from guardian.repository.journal import list_runs


@dataclass(frozen=True, kw_only=True)
class ShowFlags(ProjectOptions):
    """The options of `guardian run show`."""

    run: str | None = argument("RUN", "Its id, the beginning of it, or last; without one: the last")


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
            "run": {key: each for key, each in runs.run_line(run).items() if key != "type"},
            "incident": run.incident.to_json() if run.incident else None,
        },
    )


app = group(
    {"list": (ProjectOptions, list_), "show": (ShowFlags, show)},
    name="run",
    help_="List and show runs.",
)
