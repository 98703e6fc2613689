"""`guardian approve`."""

from dataclasses import dataclass
from pathlib import Path

from guardian.cli.command import application
from guardian.cli.console import Console
from guardian.cli.declare import argument, number, value, values
from guardian.cli.options import ProjectOptions
from guardian.cli.result import Result
from guardian.cli.views.approval import approved_object, approved_text
from guardian.cli.work import at_work, refuse_no_configuration
from guardian.domain.run import Outcome
from guardian.errors import ExitCode, UsageError
from guardian.operations.approve import ApproveRequest
from guardian.operations.approve import approve as run_approve
from guardian.settings.keys import MAX_HOURS
from guardian.wiring.review import judging_of


@dataclass(frozen=True, kw_only=True)
class ApproveFlags(ProjectOptions):
    """The options of `guardian approve`."""

    plan: str | None = argument("PLAN", "The saved plan file")
    reason: str | None = value("--reason", "WORDS", "Why it may be applied")
    expires: int | None = number(
        "--expires", "HOURS", "How long the approval and its overrides hold", most=MAX_HOURS
    )
    override: tuple[str, ...] = values("--override", "RULE", "Make an exception from this policy rule")
    address: tuple[str, ...] = values("--address", "GLOB", "Limit the exceptions to these addresses")
    allow_delete: tuple[str, ...] = values(
        "--allow-delete", "ADDRESS", "Let its apply delete this instance although it holds data"
    )
    by: str | None = value("--by", "NAME", "Who approves, where that is not who runs this")


def approve(given: ApproveFlags, console: Console) -> Result:
    """Approve exactly one saved plan, to be applied once; what it was made from is recorded with it."""
    if given.plan is None:
        raise UsageError("no plan to approve", hint="guardian plan -out=PLAN    # then guardian approve PLAN")
    refuse_no_configuration(Path.cwd())
    with at_work(given, console) as work:
        made = run_approve(
            work.context,
            ApproveRequest(
                checkout=work.checkout(),
                plan_file=Path(given.plan).absolute(),
                reason=given.reason or "",
                expires_hours=given.expires or work.settings.approval.expires_hours,
                override_hours=given.expires or work.settings.policy.override_hours,
                overrides=given.override,
                addresses=given.address,
                allow_delete=given.allow_delete,
                by=given.by or "",
                judging=judging_of(work.settings),
            ),
        )
    console.show(approved_text(made, console.paint, console.typed))
    return Result(
        command="approve",
        outcome=Outcome.OK,
        exit_code=ExitCode.OK,
        project=made.project,
        more={"approval": approved_object(made)},
    )


app = application("approve", ApproveFlags, approve)
