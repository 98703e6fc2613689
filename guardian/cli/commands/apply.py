"""`guardian apply`."""

from dataclasses import dataclass
from pathlib import Path

from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import argument, flag, value, values
from guardian.cli.glass import GlassOptions, glass_offered
from guardian.cli.options import ON_FAILURE, PlanningOptions
from guardian.cli.receipt_file import ReceiptFile
from guardian.cli.result import Result
from guardian.cli.views import outcome
from guardian.cli.work import Workbench, at_work
from guardian.errors import UsageError
from guardian.operations.apply import ApplyRequest, ApplyResult
from guardian.operations.apply import apply as run_apply
from guardian.wiring.review import judging_of


@dataclass(frozen=True, kw_only=True)
class ApplyFlags(GlassOptions, PlanningOptions):
    """The options of `terraform apply`, and guardian's."""

    plan: str | None = argument("PLAN", "A saved plan file; without one guardian plans")
    auto_approve: bool = flag("-auto-approve", "Do not ask before applying")
    on_failure: str | None = value(
        "--on-failure", "WHAT", "ask, hold, restore, destroy-created or retry", choices=ON_FAILURE
    )
    allow_delete: tuple[str, ...] = values(
        "--allow-delete", "ADDRESS", "Let this instance be deleted although it holds data"
    )
    allow_replace: tuple[str, ...] = values(
        "--allow-replace", "ADDRESS", "Let a way back replace this instance, whatever it holds"
    )
    require_approval: bool = flag(
        "--require-approval", "Apply an approved plan exactly, the newest one without PLAN, or nothing"
    )
    receipt: str | None = value(
        "--receipt",
        "FILE",
        "Write the receipt of a recovery, if there is one, to this new file: .json or .md",
    )


def apply(given: ApplyFlags, console: Console) -> Result:
    """Apply a plan, guarded: snapshot first, journal throughout, and a way back when it fails."""
    if given.plan is not None or given.require_approval:
        _refuse_late_options(given)
    receipt = ReceiptFile.of(given.receipt)
    with (
        glass_offered(given),
        at_work(given, console, break_glass=given.why_broken, on_failure=given.on_failure) as work,
    ):
        require_approval = given.require_approval or work.settings.approval.required
        if require_approval:
            _refuse_late_options(given)
        ended = run_apply(
            work.context,
            ApplyRequest(
                checkout=work.checkout(planning=given),
                plan_options=given.plan_options,
                apply_options=given.apply_options,
                plan_file=Path(given.plan) if given.plan is not None else None,
                auto_approve=given.auto_approve,
                on_failure=_on_failure(given, work, approved=require_approval),
                allow_delete=given.allow_delete,
                allow_replace=given.allow_replace,
                require_approval=require_approval,
                judging=judging_of(work.settings),
            ),
        )
    console.show(outcome.apply_text(ended, console.paint, console.typed))
    if ended.receipt is not None:
        console.line({"type": "receipt", **ended.receipt.to_json()})
    receipt.write(ended.receipt, console, project=ended.project, run_id=ended.run_id)
    return _result(ended)


def _result(ended: ApplyResult) -> Result:
    return Result(
        command="apply",
        outcome=ended.outcome,
        exit_code=ended.exit_code,
        project=ended.project,
        run_id=ended.run_id,
        snapshot_id=ended.snapshot_id,
        baseline_id=ended.baseline_id,
        instances=ended.progress,
    )


def _on_failure(given: ApplyFlags, work: Workbench, *, approved: bool) -> str:
    if approved and given.on_failure == "retry":
        raise UsageError(
            "a retry applies a new plan, and nobody approved that one",
            hint="--on-failure=hold, then guardian plan -out=FILE and guardian approve FILE",
        )
    somebody = work.context.audience.can_answer
    if given.on_failure == "ask" and not somebody:
        raise UsageError(
            "--on-failure=ask needs a terminal", hint="--on-failure=hold, restore, destroy-created or retry"
        )
    chosen = work.settings.on_failure or "ask"
    # A settings file serves people and CI alike: where nobody can be asked, asking means holding.
    if (chosen == "ask" and not somebody) or (chosen == "retry" and approved):
        return "hold"
    return chosen


def _refuse_late_options(given: ApplyFlags) -> None:
    """Refuse, as Terraform does, what was decided when the plan was saved."""
    late = {
        "-var": given.var,
        "-var-file": given.var_file,
        "-target": given.target,
        "-replace": given.replace,
        "-destroy": given.destroy,
        "-refresh=false": not given.refresh,
        "-refresh-only": given.refresh_only,
    }
    for spelling, used in late.items():
        if used:
            raise UsageError(
                f"{spelling} does not go with a saved plan: it was decided when the plan was made",
                hint="guardian plan, with this option and -out=FILE, then guardian apply FILE",
            )


app = application("apply", ApplyFlags, apply)
