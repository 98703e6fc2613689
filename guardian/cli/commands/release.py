"""`guardian release`."""

from dataclasses import dataclass

from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import value
from guardian.cli.options import ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views.terminal import visible
from guardian.cli.work import project_to_read
from guardian.domain.run import Outcome
from guardian.errors import ExitCode
from guardian.operations.hold import release as lift


@dataclass(frozen=True, kw_only=True)
class ReleaseFlags(ProjectOptions):
    """The options of `guardian release`."""

    reason: str | None = value("--reason", "WORDS", "What was mended")


def release(given: ReleaseFlags, console: Console) -> Result:
    """Lift the stop sign; without one nothing is done."""
    project = project_to_read(given)
    lifted = lift(project, given.reason or "")
    name = project.descriptor.name
    if lifted is None:
        console.show(f"{visible(name)} is not on hold")
    else:
        console.show(f"{visible(name)} is released; it was on hold: {visible(lifted.reason)}")
    return Result(
        command="release",
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        project=name,
        more={"released": lifted.to_json() if lifted else None},
    )


app = application("release", ReleaseFlags, release)
