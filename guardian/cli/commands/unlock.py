"""`guardian unlock`."""

from dataclasses import dataclass

from guardian import wiring
from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import argument, flag, value
from guardian.cli.options import ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views.unlock import left_error, unlock_object, unlock_text
from guardian.cli.work import at_work, project_named
from guardian.domain.run import Outcome
from guardian.domain.unlocking import Named, What
from guardian.errors import ExitCode, GuardianError, UsageError
from guardian.operations.unlock import Unlocked, UnlockRequest
from guardian.operations.unlock import unlock as run_unlock


@dataclass(frozen=True, kw_only=True)
class UnlockFlags(ProjectOptions):
    """The options of `guardian unlock`."""

    lock_id: str | None = argument("LOCK-ID", "The whole ID of the one lock to remove; wants --reason")
    lease: bool = flag("--lease", "LOCK-ID names guardian's own lease, not Terraform's lock")
    reason: str | None = value("--reason", "WORDS", "Why nobody needs that lock any more")
    dry_run: bool = flag("--dry-run", "Only show; exit with 2 when there is something to remove")


def unlock(given: UnlockFlags, console: Console) -> Result:
    """Show who holds guardian's lease and Terraform's lock, and remove what a dead run left."""
    named = _named(given)
    with at_work(given, console, make=False) as work:
        ended = run_unlock(
            work.context,
            UnlockRequest(
                checkout=work.checkout() if wiring.has_configuration(work.root) else None,
                project=project_named(given, work.settings),
                named=named,
                reason=given.reason or "",
                dry_run=given.dry_run,
            ),
        )
    console.show(unlock_text(ended, dry_run=given.dry_run, paint=console.paint, typed=console.typed))
    outcome, exit_code = _end(ended, dry_run=given.dry_run)
    error: GuardianError | None = None
    if exit_code in {ExitCode.REFUSED, ExitCode.ERROR}:
        error = ended.unreadable or left_error(ended)
        error.hint = console.typed.again(error.hint)
    return Result(
        command="unlock",
        outcome=outcome,
        exit_code=exit_code,
        project=ended.project,
        error=error,
        more=unlock_object(ended),
    )


def _named(given: UnlockFlags) -> Named | None:
    if given.lock_id is None:
        if given.lease:
            raise UsageError("--lease wants the whole ID of the lease", hint="guardian unlock    # shows it")
        return None
    if not given.lock_id.strip():
        # An unset variable in a script: without an ID it would be another command.
        raise UsageError("the lock is named by an empty text", hint="guardian unlock    # shows its ID")
    return Named(what=What.LEASE if given.lease else What.TERRAFORM, id=given.lock_id)


def _end(ended: Unlocked, *, dry_run: bool) -> tuple[Outcome, ExitCode]:
    if dry_run and any(each.verdict.removes for each in ended.judged.values()):
        return Outcome.DIFFERENCES, ExitCode.DIFFERENCES
    if ended.unreadable is not None:
        return Outcome.ERROR, ExitCode.ERROR
    return (Outcome.REFUSED, ExitCode.REFUSED) if ended.left else (Outcome.OK, ExitCode.OK)


app = application("unlock", UnlockFlags, unlock)
