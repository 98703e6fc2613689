"""`guardian status`."""

import os
from dataclasses import replace
from pathlib import Path

from guardian import wiring
from guardian.adapters.system import ProcessIdentity, SystemClock
from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.glass import spool_named
from guardian.cli.options import ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views.status import remembered_line, remembered_text, status_object, status_text
from guardian.cli.work import project_named, project_to_read, settings_of
from guardian.domain.run import Outcome
from guardian.errors import ExitCode, StoreUnreachableError
from guardian.operations.status import beside_a_spool, remembered_status, status_of


def status(given: ProjectOptions, console: Console) -> Result:
    """Say on one screen where the project stands, and what to type next."""
    place = wiring.spool_place(settings_of(given), Path.cwd(), os.environ)
    try:
        with spool_named(place):
            now = SystemClock().now()
            seen = status_of(project_to_read(given), identity=ProcessIdentity(), now=now)
    except StoreUnreachableError as error:
        _show_memory(given, console)
        error.hint = error.hint or "guardian doctor"
        raise
    seen = beside_a_spool(seen, _spooled(given, seen.project))
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
        instances=seen.progress,
        more=status_object(seen),
    )


def _show_memory(given: ProjectOptions, console: Console) -> None:
    """Show what this machine saw last, marked as that: better than nothing while the store is down."""
    settings, root = settings_of(given), Path.cwd()
    named = project_named(given, settings)
    for each in wiring.remembered_projects(settings, root, os.environ, name=named):
        name = each.descriptor.name
        seen = beside_a_spool(remembered_status(each), _spooled(given, name))
        seen = replace(seen, next_command=console.typed.again(seen.next_command))
        console.show(remembered_text(each, seen, console.paint))
        console.line(remembered_line(each, seen))


def _spooled(given: ProjectOptions, name: str) -> int:
    settings, root = settings_of(given), Path.cwd()
    if not wiring.spool_place(settings, root, os.environ).is_there():
        return 0
    from guardian.operations.break_glass import spooled_runs

    return spooled_runs(wiring.open_spool(settings, root, os.environ, make=False), name)


app = application("status", ProjectOptions, status)
