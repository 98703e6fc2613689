"""`guardian doctor`: what guardian needs, whether it is there, and how to mend it; changes nothing."""

from guardian.cli.checks import Check, Verdict, run_checks
from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.options import ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views import doctor as view
from guardian.cli.work import settings_of
from guardian.domain.run import Outcome
from guardian.errors import ExitCode, GuardianError
from guardian.settings import Settings


class NotReadyError(GuardianError):
    """Something that guardian needs is missing or broken."""

    code = "not_ready"


def doctor(given: ProjectOptions, console: Console) -> Result:
    """Check engine, backend, store and permissions, and say how to mend each."""
    settings: Settings | None = None
    try:
        settings = settings_of(given)
    except GuardianError as error:
        checks: tuple[Check, ...] = (Check.failed("settings", error),)
    else:
        checks = run_checks(settings)
    console.show(view.doctor_text(checks, settings, console.paint))
    for each in checks:
        console.line(view.check_line(each))
    if settings is not None:
        for line in view.setting_lines(settings):
            console.line(line)
    broken = [each.name for each in checks if each.verdict is Verdict.FAIL]
    if broken:
        raise NotReadyError(f"not ready: {', '.join(broken)}", hint="mend what is marked FAIL above")
    return Result(
        command="doctor",
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        project=settings.project if settings else None,
    )


app = application("doctor", ProjectOptions, doctor)
