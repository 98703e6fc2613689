"""The receipt of a recovery: proven or not, what differs, what could not be undone."""

from collections.abc import Iterable

from guardian.cli.views.progress import duration
from guardian.cli.views.terminal import Paint, visible
from guardian.domain.recovery import Receipt


def receipt_text(receipt: Receipt, paint: Paint) -> str:
    """Return the receipt."""
    where = "to nothing" if receipt.to_nothing else f"to {visible(receipt.snapshot_id[:12])}"
    if receipt.proven and receipt.to_nothing:
        lines = [
            paint.green(paint.bold(f"Back to nothing, proven in {duration(receipt.duration_s)}")),
            "  There was nothing before that run, and all that it made is gone.",
        ]
    elif receipt.proven:
        lines = [
            paint.green(paint.bold(f"Restored {where}, proven in {duration(receipt.duration_s)}")),
            "  Nothing that the run touched differs from it: planned again, "
            + (
                "the plan is empty."
                if not receipt.outside
                else "the plan holds other people's changes alone."
            ),
        ]
    elif receipt.unaccounted and not receipt.remaining:
        lines = [
            paint.red(
                paint.bold(f"Restored {where}, but NOT proven: something may exist that no state knows")
            ),
            "  Look for it in the cloud; delete it or import it; then: guardian release --reason '...'",
        ]
    else:
        lines = [paint.red(paint.bold(f"NOT restored {where}"))]
    lines += _section("Still differs, by a new plan:", receipt.remaining)
    lines += _section("Was in flight and is in no state, so that it may exist unknown:", receipt.unaccounted)
    lines += _section(
        "Is another object now (its id changed; what it held is gone):",
        [f"{each.address}: {each.old_id} -> {each.new_id}" for each in receipt.new_objects],
    )
    lines += _section(
        "Differs from the snapshot:",
        [
            f"{address}: {', '.join(paths)}" if paths else address
            for address, paths in receipt.differing.items()
        ],
    )
    lines += _section("Outputs that still hold other values:", receipt.outputs)
    lines += _section("Not touched by the run, and left alone:", receipt.outside)
    return "\n".join(lines)


def _section(title: str, items: Iterable[str]) -> list[str]:
    lines = [f"      {visible(each)}" for each in items]
    return [f"  {title}", *lines] if lines else []
