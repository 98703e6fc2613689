"""`guardian destroy-plan`."""

from dataclasses import dataclass
from pathlib import Path

from guardian import wiring
from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import argument, value
from guardian.cli.options import EngineOptions
from guardian.cli.result import Result
from guardian.cli.views import outcome
from guardian.cli.work import at_work, project_named
from guardian.domain.run import Outcome
from guardian.errors import ExitCode
from guardian.operations.destroy_plan import DestroyPlanRequest
from guardian.operations.destroy_plan import destroy_plan as run_destroy_plan


@dataclass(frozen=True, kw_only=True)
class DestroyPlanFlags(EngineOptions):
    """The options of `guardian destroy-plan`."""

    run: str | None = argument(
        "RUN", "Its id, the beginning of it, or last; without one: the one that failed and is not mended"
    )
    out: str | None = value("-out", "FILE", "Save the plan, for `terraform apply FILE`")


def destroy_plan(given: DestroyPlanFlags, console: Console) -> Result:
    """Plan the destruction of exactly what a failed run created; nothing is destroyed."""
    with at_work(given, console, make=False) as work:
        planned = run_destroy_plan(
            work.context,
            DestroyPlanRequest(
                checkout=work.checkout() if wiring.has_configuration(work.root) else None,
                project=project_named(given, work.settings),
                run=given.run or "",
                out=Path(given.out) if given.out is not None else None,
                options=given.apply_options,
            ),
        )
    console.show(outcome.destroy_plan_text(planned, console.paint, console.typed))
    return Result(
        command="destroy-plan",
        outcome=Outcome.PLANNED if planned.addresses else Outcome.NO_CHANGES,
        exit_code=ExitCode.OK,
        project=planned.project,
        run_id=planned.run_id,
        more={
            "addresses": list(planned.addresses),
            "plan_file": str(planned.saved) if planned.saved else None,
        },
    )


app = application("destroy-plan", DestroyPlanFlags, destroy_plan)
