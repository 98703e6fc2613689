"""`guardian version`."""

from guardian import __version__
from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.options import OutputOptions
from guardian.cli.result import Result
from guardian.domain.run import Outcome
from guardian.errors import ExitCode


def version(_given: OutputOptions, console: Console) -> Result:
    """Say which version this is."""
    console.show(f"guardian {__version__}")
    return Result(
        command="version", outcome=Outcome.OK, exit_code=ExitCode.OK, more={"guardian": __version__}
    )


app = application("version", OutputOptions, version)
