"""`guardian restore`."""

from dataclasses import dataclass

from guardian import wiring
from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import argument, flag, values
from guardian.cli.options import EngineOptions
from guardian.cli.result import Result
from guardian.cli.views import outcome
from guardian.cli.work import at_work, project_named
from guardian.operations.restore import RestoreRequest
from guardian.operations.restore import restore as run_restore


@dataclass(frozen=True, kw_only=True)
class RestoreFlags(EngineOptions):
    """The options of `guardian restore`."""

    snapshot: str | None = argument(
        "SNAPSHOT", "An id or its beginning, baseline, or latest; without one: back from the last failure"
    )
    auto_approve: bool = flag("-auto-approve", "Do not ask before applying")
    dry_run: bool = flag("--dry-run", "Show the plan and stop; exit with 2 when there is something to do")
    allow_delete: tuple[str, ...] = values(
        "--allow-delete", "ADDRESS", "Let this instance be deleted although it holds data"
    )


def restore(given: RestoreFlags, console: Console) -> Result:
    """Bring the infrastructure back to the baseline, or to a snapshot, and prove it."""
    with at_work(given, console, make=False) as work:
        ended = run_restore(
            work.context,
            RestoreRequest(
                checkout=work.checkout() if wiring.has_configuration(work.root) else None,
                project=project_named(given, work.settings),
                snapshot=given.snapshot or "",
                auto_approve=given.auto_approve,
                dry_run=given.dry_run,
                allow_delete=given.allow_delete,
                options=given.apply_options,
            ),
        )
    console.show(outcome.restore_text(ended, dry_run=given.dry_run, paint=console.paint, typed=console.typed))
    if ended.receipt is not None:
        console.line({"type": "receipt", **ended.receipt.to_json()})
    return Result(
        command="restore",
        outcome=ended.outcome,
        exit_code=ended.exit_code,
        project=ended.project,
        run_id=ended.run_id,
        snapshot_id=ended.snapshot_id,
        baseline_id=ended.baseline_id,
        more={"target_id": ended.target_id, "failed_run": ended.failed_run},
    )


app = application("restore", RestoreFlags, restore)
