"""`guardian hold`."""

from dataclasses import dataclass

from guardian.adapters.system import ProcessIdentity, SystemClock
from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import value
from guardian.cli.options import ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views.terminal import visible
from guardian.cli.work import project_to_read
from guardian.domain.run import Outcome
from guardian.errors import ExitCode
from guardian.operations.hold import set_hold


@dataclass(frozen=True, kw_only=True)
class HoldFlags(ProjectOptions):
    """The options of `guardian hold`."""

    reason: str | None = value("--reason", "WORDS", "Why no apply may pass")


def hold(given: HoldFlags, console: Console) -> Result:
    """Set the stop sign: no apply passes until somebody releases it."""
    project = project_to_read(given)
    made = set_hold(project, given.reason or "", clock=SystemClock(), identity=ProcessIdentity())
    name = project.descriptor.name
    console.show(f"{visible(name)} is on hold: {visible(made.reason)}")
    return Result(
        command="hold",
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        project=name,
        more={"hold": made.to_json()},
    )


app = application("hold", HoldFlags, hold)
