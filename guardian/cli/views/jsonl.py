"""The JSON Lines twin of the human views: one object a line, fields added and never renamed."""

from typing import Any

from guardian.domain.guards import reversibility
from guardian.domain.plan import Counts, PlannedChange, PlanSummary


def plan(summary: PlanSummary) -> dict[str, Any]:
    """Return the line on a plan."""
    return {
        "type": "plan",
        "counts": counts(summary.counts),
        "changes": [{**change(each), "reversibility": reversibility(each)} for each in summary.changes],
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
