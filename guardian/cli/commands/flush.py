"""`guardian flush`."""

import os
from dataclasses import dataclass
from pathlib import Path

from guardian import wiring
from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import flag, value
from guardian.cli.glass import spool_named
from guardian.cli.options import EngineOptions, ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views.glass import flushed_object, flushed_text, unrecorded_text, waiting_text
from guardian.cli.work import at_work, settings_of
from guardian.domain.run import Outcome
from guardian.errors import ExitCode
from guardian.operations.flush import Flushed, unrecorded_runs, waiting
from guardian.operations.flush import flush as run_flush


@dataclass(frozen=True, kw_only=True)
class FlushFlags(ProjectOptions):
    """The options of `guardian flush`."""

    project: str | None = value("--project", "NAME", "Accepted; a spool goes into its store as a whole")
    dry_run: bool = flag("--dry-run", "Say what is spooled, and flush nothing")


def flush(given: FlushFlags, console: Console) -> Result:
    """Bring what was applied while the store was down into the store, and set the spool aside."""
    root, settings = Path.cwd(), settings_of(given)
    place = wiring.spool_place(settings, root, os.environ)
    if given.dry_run:
        spool = wiring.open_spool(settings, root, os.environ, make=False) if place.is_there() else None
        found = waiting(spool) if spool else ()
        console.show(waiting_text(found, place.address, console.typed))
        return _result(Flushed(projects=found))
    if not place.is_there() and not wiring.keeps_runs(root, os.environ):
        console.show("Nothing is spooled.")
        return _result(Flushed(projects=()))
    # It works in no root module and asks nobody: the run directories are all that it wants of this one.
    working = EngineOptions(json=given.json, store=given.store, engine=given.engine, input=False)
    with spool_named(place), at_work(working, console, make=place.is_there()) as work:
        done = run_flush(work.context, place) if work.context.spool else Flushed(projects=())
        unrecorded = unrecorded_runs(work.context)
    console.show(flushed_text(done, console.paint, console.typed))
    if unrecorded:
        console.show(unrecorded_text(unrecorded, console.typed))
    return _result(done, unrecorded)


def _result(done: Flushed, unrecorded: tuple[str, ...] = ()) -> Result:
    return Result(
        command="flush",
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        project=done.projects[0].project if len(done.projects) == 1 else None,
        more={
            "flushed": [flushed_object(each) for each in done.projects],
            "kept": done.kept or None,
            "unrecorded": list(unrecorded),
        },
    )


app = application("flush", FlushFlags, flush)
