"""A recovery plan: the strategy and why, the steps with their addresses, what stays, what may exist."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, assert_never

from guardian.cli.views.lists import in_a_row, in_lines
from guardian.cli.views.terminal import Paint, visible
from guardian.domain.recovery import RecoveryPlan
from guardian.domain.steps import (
    KINDS,
    AskHuman,
    DestroyTargets,
    Import,
    Reapply,
    RestoreRecord,
    Retry,
    ReviseRecord,
    Step,
)

SHOWN = 5
_DOING = {
    KINDS[RestoreRecord]: "putting the record of the state back",
    KINDS[ReviseRecord]: "revising the record of the state",
    KINDS[Import]: "adopting what exists and no state knows",
    KINDS[DestroyTargets]: "destroying what the run created",
    KINDS[Retry]: "going on with the failed run",
}


def recovery_text(plan: RecoveryPlan, paint: Paint) -> str:
    """Return what was decided."""
    lines = [paint.bold(f"The way back: {plan.strategy}"), f"  {visible(plan.why)}"]
    for number, step in enumerate(plan.steps, 1):
        reason = "" if step.reason == plan.why else f": {visible(step.reason)}"
        lines.append(f"  {number}. {_words(step)}{reason}")
        lines += _details(step)
    if not plan.steps:
        lines.append("  Nothing differs by the record; a plan is to prove it.")
    if plan.cannot_undo:
        lines.append(f"  {paint.yellow('Stays as the run left it:')}")
        for each in plan.cannot_undo[:SHOWN]:
            attribute = f" {visible(each.attribute)}" if each.attribute else ""
            lines.append(f"      {visible(each.address)}{attribute}: {visible(each.why)}")
            lines += [f"        Mend: {visible(each.mend)}"] if each.mend else []
        if len(plan.cannot_undo) > SHOWN:
            lines.append(f"      and {len(plan.cannot_undo) - SHOWN} more")
    if plan.looked:
        found = [f"{each.address}: {each}" for each in plan.looked]
        title = paint.yellow("Looked for live, for no state knows it:")
        lines += [f"  {title}", *in_lines(found, shown=len(found), indent=6)]
    for title, addresses in (
        ("Stays tainted, as it was chosen:", plan.left),
        ("May exist, although no state knows it, and cannot be adopted:", plan.unaccounted),
        ("Goes without its destroy-time provisioner, which only the failed run's has:", plan.not_run),
    ):
        if addresses:
            lines += [f"  {paint.yellow(title)}", *in_lines(addresses, shown=SHOWN, indent=6)]
    return "\n".join(lines)


def recovery_line(plan: RecoveryPlan) -> dict[str, Any]:
    """Return the JSON line; pinned values stay out of it, for they may be secret."""
    return {
        "type": "recovery",
        "strategy": str(plan.strategy),
        "why": plan.why,
        "touched": None if plan.touched is None else list(plan.touched),
        "created": list(plan.created),
        "moves": [asdict(each) for each in plan.moves],
        "steps": [
            {"kind": KINDS[type(each)], "reason": each.reason, "addresses": list(each.addresses)}
            for each in plan.steps
        ],
        "cannot_undo": [asdict(each) for each in plan.cannot_undo],
        "unaccounted": list(plan.unaccounted),
        "looked": [asdict(each) for each in plan.looked],
        "left": list(plan.left),
        "not_run": list(plan.not_run),
        "to_nothing": plan.to_nothing,
    }


def step_text(step: Mapping[str, Any], outcome: str, paint: Paint) -> str | None:
    """Return the line on a step that ended, None where something else says it.

    Args:
        step: As the journal has it.
        outcome: `started`, `done` or `failed`.
        paint: Colours.
    """
    doing = _DOING.get(str(step.get("kind")))
    if doing is None or outcome == "started":
        return None
    word = paint.green("done  ") if outcome == "done" else paint.red("failed")
    about = in_a_row(map(str, step.get("addresses") or ()), shown=SHOWN)
    return f"{word} {doing}" + (f": {about}" if about else "")


def _words(step: Step) -> str:
    match step:
        case RestoreRecord():
            return f"put the record of the state back, at serial {step.serial}"
        case ReviseRecord():
            return "revise the record of the state"
        case Import():
            return "adopt what exists and no state knows"
        case Reapply():
            return "plan and apply the destruction of all of it" if step.destroy else "plan and apply it"
        case DestroyTargets():
            return "destroy, by the failed run's own configuration"
        case Retry():
            return "go on with the failed run, no more than it planned"
        case AskHuman():
            return "nothing is provably safe: a person decides"
        case _:
            assert_never(step)


def _details(step: Step) -> list[str]:
    match step:
        case ReviseRecord():
            return in_lines([each.words for each in step.revisions], shown=SHOWN, indent=7, ordered=True)
        case Import():
            return in_lines(
                [f"{address} = {import_id}" for address, import_id in step.objects], shown=SHOWN, indent=7
            )
        case Reapply() if step.first:
            return [
                *in_lines(step.addresses, shown=SHOWN, indent=7),
                f"       first what refers to what goes: {in_a_row(step.first, shown=SHOWN)}",
            ]
        case DestroyTargets():
            # In the order in which they go, which is not that of their names.
            return in_lines(step.addresses, shown=SHOWN, indent=7, ordered=True)
        case _:
            return in_lines(step.addresses, shown=SHOWN, indent=7)
