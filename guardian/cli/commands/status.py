"""`guardian status`."""

from dataclasses import replace

from guardian.adapters.system import ProcessIdentity
from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.options import ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views.status import status_object, status_text
from guardian.cli.work import project_to_read
from guardian.domain.run import Outcome
from guardian.errors import ExitCode
from guardian.operations.status import status_of


def status(given: ProjectOptions, console: Console) -> Result:
    """Say on one screen where the project stands, and what to type next."""
    seen = status_of(project_to_read(given), identity=ProcessIdentity())
    seen = replace(seen, next_command=console.typed.again(seen.next_command))
    console.show(status_text(seen, console.paint))
    last_run = seen.standing.last_run
    return Result(
        command="status",
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        project=seen.project,
        run_id=last_run.id if last_run else None,
        baseline_id=seen.standing.baseline,
        more=status_object(seen),
    )


app = application("status", ProjectOptions, status)
