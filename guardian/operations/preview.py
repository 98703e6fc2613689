"""`guardian plan`: Terraform's plan, saved, with guardian's verdicts; no lease, no change."""

from dataclasses import dataclass, field
from pathlib import Path

from guardian.domain.engine import PlanOptions
from guardian.domain.guards import data_loss
from guardian.domain.plan import PlannedChange, PlanSummary
from guardian.operations.context import Checkout, Context
from guardian.operations.plan import find_backend, initialise, make_plan
from guardian.operations.session import private_place, working_directory


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What the command line asks for; `out` is where to save the plan, None for nowhere."""

    checkout: Checkout
    options: PlanOptions = field(default_factory=PlanOptions)
    out: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A plan and what guardian says of it.

    Attributes:
        has_changes: By Terraform's own word.
        loses_data: Changes that an apply would refuse without `--allow-delete`.
        saved: Where the plan file is, None when none was asked for.
    """

    summary: PlanSummary
    has_changes: bool
    loses_data: tuple[PlannedChange, ...]
    saved: Path | None


def preview(context: Context, request: PlanRequest) -> Preview:
    """Plan, show, save.

    Raises:
        PlanFailedError: With Terraform's diagnostics.
        UsageError: The plan cannot be saved there.
    """
    checkout = request.checkout
    with private_place(context) as place:
        where = working_directory(place, checkout)
        find_backend(context, where, checkout.init)
        context.audience.phase("planning")
        planned = make_plan(
            context,
            where,
            request.options,
            initialise_first=lambda: initialise(context, where, checkout.init),
        )
        rendered = context.engine.show_plan_text(where, planned.path, color=context.audience.wants_color)
        context.audience.plan(planned.summary, rendered)
        if request.out is not None:
            context.workplace.replace(request.out, planned.file.body)
        return Preview(
            summary=planned.summary,
            has_changes=planned.has_changes,
            loses_data=data_loss(planned.summary.changes, allowed=()),
            saved=request.out,
        )
