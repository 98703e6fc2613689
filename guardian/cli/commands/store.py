"""`guardian store check|repair`."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from guardian import wiring
from guardian.adapters.system import ProcessIdentity, SystemClock
from guardian.cli.command import group
from guardian.cli.console import Console
from guardian.cli.declare import flag, value
from guardian.cli.options import ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views import store as views
from guardian.cli.views.terminal import visible
from guardian.cli.work import project_named, settings_of
from guardian.domain.run import Outcome
from guardian.errors import ExitCode, NotFoundError, StoreCorruptError, UsageError
from guardian.operations.check_store import check_store
from guardian.operations.repair import Acceptance, Tools, accept_log
from guardian.operations.repair import repair as run_repair
from guardian.ports.memory import HeadMemory
from guardian.settings import Settings


@dataclass(frozen=True, kw_only=True)
class CheckFlags(ProjectOptions):
    """The options of `guardian store check`."""

    read_data: bool = flag("--read-data", "Also read every byte of every snapshot and compare digests")


@dataclass(frozen=True, kw_only=True)
class RepairFlags(ProjectOptions):
    """The options of `guardian store repair`."""

    dry_run: bool = flag("--dry-run", "Only say what would be set aside")
    accept_log: bool = flag(
        "--accept-log", "Take the project's log for the right one although it went back; wants --reason"
    )
    reason: str | None = value("--reason", "WORDS", "Why this log is the right one")


def check(given: CheckFlags, console: Console) -> Result:
    """Check the whole store: every project's log and snapshots, and what belongs to none."""
    settings, root = settings_of(given), Path.cwd()
    memory = wiring.memory_of(os.environ)
    # First the one that knows what was here: a directory that is not mounted is no store to be checked.
    remembering = wiring.open_repository(settings, root, make=False, memory=memory)
    found = check_store(
        wiring.open_repository(settings, root, make=False),
        remembering,
        memory,
        read_data=given.read_data,
        tell=_progress(console),
    )
    console.show(views.check_text(found, console.paint))
    for each in found.findings:
        console.line(views.finding_line(each))
    counted = views.counts(found)
    if found.findings:
        raise StoreCorruptError(
            f"the store is damaged, findings: {len(found.findings)}: {views.first_of(found.findings)}",
            hint=views.mend_of(found.findings),
        )
    return Result(command="store check", outcome=Outcome.OK, exit_code=ExitCode.OK, more=counted)


def repair(given: RepairFlags, console: Console) -> Result:
    """Set aside what is damaged, and delete nothing; the next snapshot writes its content anew."""
    settings, root = settings_of(given), Path.cwd()
    if given.reason is not None and not given.accept_log:
        raise UsageError("--reason goes with --accept-log", hint="leave it out")
    if given.accept_log and given.dry_run:
        raise UsageError("--accept-log has no --dry-run", hint="guardian store check shows what went back")
    tools = Tools(
        identity=ProcessIdentity(),
        clock=SystemClock(),
        ttl_s=settings.lease.ttl_s,
        tell=_progress(console),
    )
    memory = wiring.memory_of(os.environ)
    if given.accept_log:
        return _accept(given, settings, tools, memory, console)
    repository = wiring.open_repository(settings, root, make=False, memory=memory)
    done = run_repair(repository, tools, dry_run=given.dry_run)
    console.show(views.repair_text(done, dry_run=given.dry_run, paint=console.paint, typed=console.typed))
    for each in done.moved:
        console.line({"type": "moved", "key": each.key, "to": each.to, "problem": each.problem})
    for finding in done.left:
        console.line(views.finding_line(finding))
    if done.left and not given.dry_run:
        raise StoreCorruptError(
            f"not all could be set aside, findings: {len(done.left)}: {views.first_of(done.left)}",
            hint=views.left_mend_of(done.left),
        )
    return Result(
        command="store repair",
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        more={"moved": len(done.moved), "projects": [views.suffered_object(each) for each in done.suffered]},
    )


def _accept(
    given: RepairFlags, settings: Settings, tools: Tools, memory: HeadMemory, console: Console
) -> Result:
    root = Path.cwd()
    store = wiring.blob_store(settings, root).address
    name = _name(given, settings, memory, store)
    _refuse_absent(settings, memory)
    try:
        repository = wiring.open_repository(settings, root, make=False)
    except NotFoundError:
        if memory.recall(store, name) is None:
            raise UsageError(
                f"nothing is remembered of {name} in {store}: there is nothing to accept",
                hint="guardian status",
            ) from None
        if not (given.reason or "").strip():
            raise UsageError(
                "--accept-log wants a reason", hint="--reason 'why this store is empty'"
            ) from None
        memory.forget(store, name)
        became = Acceptance.GONE
    else:
        became = accept_log(repository, tools, name, memory, given.reason or "")
    console.show(f"{visible(name)}: {views.ACCEPTANCE[became]}")
    return Result(
        command="store repair",
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        project=name,
        more={"accepted": became is Acceptance.ACCEPTED},
    )


def _refuse_absent(settings: Settings, memory: HeadMemory) -> None:
    """Refuse to take a directory that is not mounted for a store that was emptied."""
    next(iter(wiring.blob_store(settings, Path.cwd(), memory=memory).list("")), None)


def _name(given: RepairFlags, settings: Settings, memory: HeadMemory, store: str) -> str:
    """Name the project from what is remembered: the store itself may know it no longer."""
    if name := project_named(given, settings):
        return name
    known = [each.descriptor.name for each in memory.known(store)]
    if len(known) == 1:
        return known[0]
    listed = f"remembered are: {', '.join(known)}" if known else "nothing is remembered of this store"
    raise UsageError(f"say which project: {listed}", hint="--project NAME")


def _progress(console: Console) -> Callable[[str], None]:
    """Say on stderr what is done now: a large store takes its time."""
    return lambda text: console.say(f"{visible(text)}...")


app = group(
    {"check": (CheckFlags, check), "repair": (RepairFlags, repair)},
    name="store",
    help_="Check a whole store, and set aside what is damaged in it.",
)
