"""`guardian plan`."""

from dataclasses import dataclass
from pathlib import Path

from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import flag, value
from guardian.cli.options import PlanningOptions
from guardian.cli.result import Result
from guardian.cli.views import outcome
from guardian.cli.work import at_work
from guardian.domain.run import Outcome
from guardian.errors import ExitCode
from guardian.operations.preview import PlanRequest, preview
from guardian.wiring.review import judging_of


@dataclass(frozen=True, kw_only=True)
class PlanFlags(PlanningOptions):
    """The options of `terraform plan`."""

    out: str | None = value("-out", "FILE", "Save the plan, for `guardian apply FILE`")
    detailed_exitcode: bool = flag("-detailed-exitcode", "Exit with 2 when there is something to apply")


def plan(given: PlanFlags, console: Console) -> Result:
    """Plan, and say what can be undone and what cannot; nothing is changed."""
    with at_work(given, console) as work:
        seen = preview(
            work.context,
            PlanRequest(
                checkout=work.checkout(planning=given),
                options=given.plan_options,
                out=Path(given.out) if given.out is not None else None,
                judging=judging_of(work.settings),
            ),
        )
    console.show(outcome.plan_text(seen, console.paint, console.typed))
    differs = given.detailed_exitcode and seen.has_changes
    return Result(
        command="plan",
        outcome=_outcome(differs=differs, has_changes=seen.has_changes),
        exit_code=ExitCode.DIFFERENCES if differs else ExitCode.OK,
        project=work.settings.project,
        more={
            "plan_file": str(seen.saved) if seen.saved else None,
            "loses_data": [each.address for each in seen.loses_data],
            "undo": str(seen.review.undo),
            "red": len(seen.review.red),
            "denied": len(seen.review.denied),
        },
    )


def _outcome(*, differs: bool, has_changes: bool) -> Outcome:
    if differs:
        return Outcome.DIFFERENCES
    return Outcome.PLANNED if has_changes else Outcome.NO_CHANGES


app = application("plan", PlanFlags, plan)
