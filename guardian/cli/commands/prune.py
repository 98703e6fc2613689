"""`guardian prune`, also reachable as `guardian snapshot prune`."""

import os
from dataclasses import dataclass
from pathlib import Path

from guardian import wiring
from guardian.adapters.system import ProcessIdentity, SystemClock
from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import flag, number
from guardian.cli.options import ProjectOptions
from guardian.cli.prompts import ControllingTerminal, approve
from guardian.cli.result import Result
from guardian.cli.views import prune as views
from guardian.cli.views.terminal import visible
from guardian.cli.work import project_to_read, settings_of
from guardian.domain.pruning import GOOD, Keep
from guardian.domain.run import Outcome
from guardian.errors import DeclinedError, ExitCode, UsageError
from guardian.operations.prune import Pruned, judge
from guardian.operations.prune import prune as run_prune
from guardian.operations.repair import Tools

CENTURY_DAYS = 36_500


@dataclass(frozen=True, kw_only=True)
class PruneFlags(ProjectOptions):
    """The options of `guardian prune`."""

    keep_last: int | None = number("--keep-last", "N", "Keep the newest N snapshots")
    keep_days: int | None = number(
        "--keep-days", "N", "Keep the snapshots of the last N days", most=CENTURY_DAYS
    )
    keep_good: int | None = number(
        "--keep-good", "N", f"Keep the newest N that were promoted to known good; {GOOD} unless told"
    )
    all_projects: bool = flag("--all-projects", "Prune every project of the store")
    dry_run: bool = flag("--dry-run", "Only show what would go")
    auto_approve: bool = flag("-auto-approve", "Do not ask")


def prune(given: PruneFlags, console: Console) -> Result:
    """Let old snapshots go; never the baseline, the newest, or what a way back may need."""
    if given.keep_last is None and given.keep_days is None and given.keep_good is None:
        raise UsageError(
            "say what to keep: --keep-last=N, --keep-days=N, --keep-good=N",
            hint="guardian prune --keep-last=20 --dry-run    # shows what would go",
        )
    if given.all_projects and given.project:
        raise UsageError("--all-projects and --project contradict each other", hint="leave one of them out")
    keep = Keep(last=given.keep_last, days=given.keep_days, good=given.keep_good or GOOD)
    settings = settings_of(given)
    # A log that went back on this machine's memory stops here already.
    named = None if given.all_projects else project_to_read(given).descriptor.name
    memory = wiring.memory_of(os.environ)
    repository = wiring.open_repository(settings, Path.cwd(), make=False, memory=memory)
    names = [each.name for each in repository.projects()] if named is None else [named]
    tools = Tools(
        identity=ProcessIdentity(),
        clock=SystemClock(),
        ttl_s=settings.lease.ttl_s,
        tell=lambda text: console.say(f"{visible(text)}..."),
    )
    judged = judge(repository, names, keep, tools)
    console.show(views.judged_text(judged, console.paint))
    for line in views.judged_lines(judged):
        console.line(line)
    going = sum(len(each.going) for each in judged)
    if given.dry_run:
        return _result(named, Pruned(snapshots=0, objects=0), going)
    if not given.auto_approve:
        if not going:
            console.show(
                "Nothing goes: there is nothing to ask. -auto-approve takes away what nothing refers to"
            )
            return _result(named, Pruned(snapshots=0, objects=0), going)
        terminal = ControllingTerminal()
        if console.json or not terminal.is_there:
            raise UsageError(
                "there is no terminal to ask for approval", hint="-auto-approve    # or --dry-run"
            )
        if not approve(terminal, f"Let these {going} snapshots go, for good?", word="yes"):
            raise DeclinedError("nothing was pruned")
    done = run_prune(repository, judged, keep, tools)
    console.show(views.pruned_text(done))
    return _result(named, done, going)


def _result(project: str | None, done: Pruned, going: int) -> Result:
    return Result(
        command="prune",
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        project=project,
        more={
            "going": going,
            "pruned": done.snapshots,
            "objects": done.objects,
            "objects_kept": done.objects_kept or None,
        },
    )


app = application("prune", PruneFlags, prune)
