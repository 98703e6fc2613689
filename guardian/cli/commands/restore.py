"""`guardian restore`."""

from dataclasses import dataclass

from guardian import wiring
from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import argument, flag, value, values
from guardian.cli.glass import GlassOptions, glass_offered
from guardian.cli.options import HOT_FIXES, STRATEGIES, TAINTED, EngineOptions
from guardian.cli.receipt_file import ReceiptFile
from guardian.cli.result import Result
from guardian.cli.views import outcome
from guardian.cli.work import Workbench, at_work, project_named
from guardian.domain.recovery import HotFixes, Limits, Strategy, Tainted
from guardian.errors import UsageError
from guardian.operations.restore import RestoreRequest, RestoreResult
from guardian.operations.restore import restore as run_restore


@dataclass(frozen=True, kw_only=True)
class RestoreFlags(GlassOptions, EngineOptions):
    """The options of `guardian restore`."""

    snapshot: str | None = argument(
        "SNAPSHOT", "An id or its beginning, baseline, or latest; without one: back from the last failure"
    )
    auto_approve: bool = flag("-auto-approve", "Do not ask before applying")
    dry_run: bool = flag("--dry-run", "Show the plan and stop; exit with 2 when there is something to do")
    strategy: str | None = value(
        "--strategy",
        "HOW",
        "auto, reapply, destroy-created, retry or record; without one: a terminal asks, else auto",
        choices=STRATEGIES,
    )
    everything: bool = flag("--all", "Undo other people's changes too, not only what the failed run touched")
    hot_fixes: str | None = value(
        "--hot-fixes",
        "WHAT",
        "keep or revert changes made by hand before the failed run, on what it touched",
        choices=HOT_FIXES,
    )
    tainted: str | None = value(
        "--tainted",
        "WHAT",
        "replace, untaint or leave what the baseline has and the record calls tainted; replace",
        choices=TAINTED,
    )
    allow_delete: tuple[str, ...] = values(
        "--allow-delete", "ADDRESS", "Let this instance be deleted or replaced, whatever it holds"
    )
    allow_replace: tuple[str, ...] = values(
        "--allow-replace", "ADDRESS", "Let this instance be replaced, whatever it holds"
    )
    receipt: str | None = value(
        "--receipt", "FILE", "Write the receipt, if there is one, to this new file: .json or .md"
    )


def restore(given: RestoreFlags, console: Console) -> Result:
    """Bring the infrastructure back to the baseline, or to a snapshot, and prove it."""
    if given.snapshot is not None and not given.snapshot.strip():
        # An unset variable in a script: without a name it would be another command.
        raise UsageError("the snapshot is named by an empty text", hint="guardian snapshot list")
    _refuse_what_does_not_fit(given)
    receipt = ReceiptFile.of(given.receipt)
    with glass_offered(given), at_work(given, console, make=False, break_glass=given.why_broken) as work:
        ended = run_restore(
            work.context,
            RestoreRequest(
                checkout=work.checkout() if wiring.has_configuration(work.root) else None,
                project=project_named(given, work.settings),
                snapshot=given.snapshot or "",
                auto_approve=given.auto_approve,
                dry_run=given.dry_run,
                choose=_may_choose(given) and work.context.audience.can_answer,
                limits=_limits(given, work),
                options=given.apply_options,
            ),
        )
    console.show(outcome.restore_text(ended, dry_run=given.dry_run, paint=console.paint, typed=console.typed))
    if ended.receipt is not None:
        console.line({"type": "receipt", **ended.receipt.to_json()})
    if not given.dry_run:
        receipt.write(ended.receipt, console, project=ended.project, run_id=ended.run_id)
    return _result(ended)


def _may_choose(given: RestoreFlags) -> bool:
    return not (given.strategy or given.snapshot or given.auto_approve or given.dry_run)


def _limits(given: RestoreFlags, work: Workbench) -> Limits:
    return Limits(
        strategy=Strategy(given.strategy or Strategy.AUTO),
        tainted=Tainted(given.tainted or Tainted.REPLACE),
        hot_fixes=HotFixes(given.hot_fixes) if given.hot_fixes else None,
        everything=given.everything,
        allow_delete=given.allow_delete,
        allow_replace=given.allow_replace,
        retry=work.settings.retry,
    )


def _refuse_what_does_not_fit(given: RestoreFlags) -> None:
    if given.snapshot and given.strategy in {Strategy.DESTROY_CREATED, Strategy.RETRY, Strategy.RECORD}:
        raise UsageError(
            f"--strategy={given.strategy} is about a failed run or the record, not about a snapshot",
            hint=f"leave {given.snapshot} out, or the strategy",
        )
    if given.dry_run and given.receipt:
        raise UsageError("--dry-run makes no receipt", hint="leave --receipt out")


def _result(ended: RestoreResult) -> Result:
    return Result(
        command="restore",
        outcome=ended.outcome,
        exit_code=ended.exit_code,
        project=ended.project,
        run_id=ended.run_id,
        snapshot_id=ended.snapshot_id,
        baseline_id=ended.baseline_id,
        more={
            "target_id": ended.target_id,
            "failed_run": ended.failed_run,
            "strategy": str(ended.plan.strategy) if ended.plan else None,
        },
    )


app = application("restore", RestoreFlags, restore)
