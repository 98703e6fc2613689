"""The JSON Lines twin of the human views: one object a line, fields added and never renamed."""

from typing import TYPE_CHECKING, Any

from guardian.cli.views.plan import undo_words
from guardian.domain.plan import Counts, PlannedChange, PlanSummary

if TYPE_CHECKING:  # most commands never review
    from guardian.domain.review.review import Review


def plan(summary: PlanSummary, review: "Review | None" = None) -> dict[str, Any]:
    """Return the line on a plan; where it was reviewed, by what that says of undoing each change."""
    judged = {each.intent: each.reversibility for each in review.changes} if review is not None else {}
    return {
        "type": "plan",
        "counts": counts(summary.counts),
        "changes": [
            {**change(each), "reversibility": undo_words(each, judged.get(each))} for each in summary.changes
        ],
        "drifted": list(summary.drifted),
        "outputs": dict(summary.outputs),
    }


def counts(each: Counts) -> dict[str, int]:
    """Return Terraform's arithmetic."""
    return {"add": each.add, "change": each.change, "remove": each.remove, "import": each.import_}


def change(each: PlannedChange) -> dict[str, Any]:
    """Return one planned change."""
    return {
        "address": each.address,
        "action": str(each.action),
        "reason": each.reason,
        "previous_address": each.previous_address,
        "deposed": each.deposed,
    }
