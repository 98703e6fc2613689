"""A plan for people: Terraform's own rendering, with guardian's verdicts below it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from guardian.cli.views.lists import in_lines
from guardian.cli.views.terminal import Paint, by_address, rendered, visible
from guardian.domain.plan import DESTRUCTIVE, Action, Counts, PlannedChange, PlanSummary

if TYPE_CHECKING:  # most commands never review
    from guardian.domain.review.undo.verdict import Reversibility

SHOWN_DRIFT = 10
_SIGNS = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REPLACE: "-/+",
    Action.DELETE: "-",
    Action.MOVE: "->",
    Action.IMPORT: "<=",
    Action.FORGET: ".",
}


def plan_text(
    summary: PlanSummary, rendering: str | None, paint: Paint, *, verdicts: Sequence[str] = ()
) -> str:
    """Return the plan.

    Args:
        summary: Its intents.
        rendering: Terraform's own text, or None: then the changes are listed in a line each.
        paint: Colours.
        verdicts: The review's, as they are shown; without them only what the intents tell is said.
    """
    blocks = []
    if rendering is not None:
        blocks.append(rendered(rendering, color=paint.on).strip("\n"))
    elif summary.changes:
        blocks.append("\n".join(change_lines(summary.changes, paint)))
    told = list(verdicts) or [*_destroyed(summary, paint), *_drift_lines(summary.drifted, paint)]
    if told:
        blocks.append("\n".join([paint.bold("guardian:"), *told]))
    if rendering is None:
        blocks.append(counts_text(summary))
    return "\n\n".join(blocks)


def way_back_text(
    summary: PlanSummary, rendering: str | None, made_by_run: Collection[str], paint: Paint
) -> str:
    """Return the plan of a recovery: what goes, what comes back, and as what.

    Args:
        summary: Its intents.
        rendering: Terraform's own text, or None.
        made_by_run: Addresses that the snapshot to go back to does not have.
        paint: Colours.
    """
    blocks = []
    if rendering is not None:
        blocks.append(rendered(rendering, color=paint.on).strip("\n"))
    elif summary.changes:
        blocks.append("\n".join(change_lines(summary.changes, paint)))
    verdicts = []
    for each in _sorted(summary.changes):
        if each.action is Action.DELETE and each.address in made_by_run:
            verdicts.append(f"  - {visible(each.address)}: the failed run made it, it goes")
        elif each.action in {Action.CREATE, Action.REPLACE}:
            verdicts.append(_coming_back(each, paint))
        elif each.action is Action.DELETE:
            verdicts.append(f"  {paint.red('!')} {visible(each.address)}: undo: {undo_words(each)}")
    if verdicts:
        blocks.append("\n".join([paint.bold("guardian:"), *verdicts]))
    if rendering is None:
        blocks.append(counts_text(summary))
    return "\n\n".join(blocks)


def _coming_back(change: PlannedChange, paint: Paint) -> str:
    from guardian.domain.review.undo.verdict import Undo

    gone = replace(change, action=Action.DELETE, deposed="")
    if _verdict(gone).undo is Undo.EXACT:
        return f"  {paint.green('+')} {visible(change.address)}: comes back as it was"
    return f"  {paint.red('!')} {visible(change.address)}: comes back as a new object"


def change_lines(changes: Iterable[PlannedChange], paint: Paint) -> list[str]:
    """Return one line a change: sign, address, what happens and why."""
    return [f"  {_sign(each, paint)} {_words(each)}" for each in _sorted(changes)]


def counts_text(summary: PlanSummary) -> str:
    """Return Terraform's own sentence on a plan."""
    if summary.is_empty:
        return "No changes."
    return f"Plan: {_counts(summary.counts)}."


def _counts(counts: Counts) -> str:
    imported = [f"{counts.import_} to import"] if counts.import_ else []
    return ", ".join(
        [*imported, f"{counts.add} to add", f"{counts.change} to change", f"{counts.remove} to destroy"]
    )


def _destroyed(summary: PlanSummary, paint: Paint) -> list[str]:
    return [
        f"  {paint.red('!')} {visible(each.address)}: undo: {undo_words(each)}"
        for each in _sorted(summary.changes)
        if each.action in DESTRUCTIVE
    ]


def undo_words(change: PlannedChange, verdict: "Reversibility | None" = None) -> str:
    """Return what undoing a change gives.

    Args:
        change: What is done.
        verdict: The review's; without it the type alone tells of what goes, and nothing of what stays.
    """
    if verdict is None and change.action not in DESTRUCTIVE:
        return "not judged: nobody looked at its values"
    found = verdict or _verdict(change)
    return ": ".join([str(found.undo), *(each.words for each in found.reasons[:1])])


def _verdict(change: PlannedChange) -> "Reversibility":
    """Return what the type alone tells."""
    from guardian.domain.review.undo.reversibility import reversibility_of_type

    return reversibility_of_type(change)


def _sorted(changes: Iterable[PlannedChange]) -> list[PlannedChange]:
    return sorted(changes, key=lambda each: by_address(each.address))


def _drift_lines(drifted: Sequence[str], paint: Paint) -> list[str]:
    if not drifted:
        return []
    lines = [f"  {paint.yellow('~')} {_many(len(drifted), 'instance')} changed outside Terraform:"]
    return lines + in_lines(drifted, shown=SHOWN_DRIFT, indent=6)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _sign(change: PlannedChange, paint: Paint) -> str:
    sign = f"{_SIGNS.get(change.action, '?'):>3}"
    match change.action:
        case Action.CREATE | Action.IMPORT:
            return paint.green(sign)
        case Action.DELETE | Action.REPLACE:
            return paint.red(sign)
        case _:
            return paint.yellow(sign)


def _words(change: PlannedChange) -> str:
    notes = []
    if change.deposed:
        notes.append(f"deposed object {visible(change.deposed)}")
    if change.previous_address:
        notes.append(f"was {visible(change.previous_address)}")
    if change.reason:
        notes.append(visible(change.reason).replace("_", " "))
    return visible(change.address) + (f"  ({', '.join(notes)})" if notes else "")
