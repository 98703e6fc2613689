"""`guardian plan`: Terraform's plan, saved, with guardian's verdicts; no lease, no change."""

from dataclasses import dataclass, field
from pathlib import Path

from guardian.domain.engine import PlanOptions
from guardian.domain.guards import data_loss
from guardian.domain.plan import PlannedChange, PlanSummary
from guardian.domain.review.review import Review
from guardian.operations.context import Checkout, Context
from guardian.operations.plan import find_backend, initialise, make_plan
from guardian.operations.project import known_project, project_name
from guardian.operations.session import passing_place, working_directory
from guardian.operations.verdicts import Judging, shown, verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What the command line asks for; `out` is where to save the plan, None for nowhere."""

    checkout: Checkout
    options: PlanOptions = field(default_factory=PlanOptions)
    out: Path | None = None
    judging: Judging = field(default_factory=Judging)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A plan and what guardian says of it.

    Attributes:
        has_changes: By Terraform's own word.
        loses_data: Changes that an apply would refuse without `--allow-delete`.
        saved: Where the plan file is, None when none was asked for.
        review: The review's verdicts.
    """

    summary: PlanSummary
    has_changes: bool
    loses_data: tuple[PlannedChange, ...]
    saved: Path | None
    review: Review


def preview(context: Context, request: PlanRequest) -> Preview:
    """Plan, show, save.

    Raises:
        PlanFailedError: With Terraform's diagnostics.
        UsageError: The plan cannot be saved there.
    """
    checkout = request.checkout
    with passing_place(context) as place:
        where = working_directory(place, checkout)
        backend = find_backend(context, where, checkout.init)
        context.audience.phase("planning")
        planned = make_plan(
            context,
            where,
            request.options,
            initialise_first=lambda: initialise(context, where, checkout.init),
        )
        body, rendered = shown(context, where, planned, render=True, color=context.audience.wants_color)
        project, _ = known_project(context, project_name(checkout.project, backend))
        review = verdicts(context, planned, body, project=project, judging=request.judging)
        context.audience.plan(planned.summary, rendered, review)
        if request.out is not None:
            context.workplace.replace(request.out, planned.file.body)
        return Preview(
            summary=planned.summary,
            has_changes=planned.has_changes,
            loses_data=data_loss(planned.summary.changes, allowed=()),
            saved=request.out,
            review=review,
        )
