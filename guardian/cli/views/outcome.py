"""The last words of a command that ran the engine: how it ended, and what to type next."""

from shlex import quote

from guardian.cli.typed import Typed
from guardian.cli.views.receipt import receipt_text
from guardian.cli.views.table import SHORT_ID
from guardian.cli.views.terminal import Paint, by_address, visible
from guardian.domain.run import Outcome
from guardian.operations.apply import ApplyResult
from guardian.operations.preview import Preview
from guardian.operations.restore import RestoreResult


def plan_text(seen: Preview, paint: Paint, typed: Typed) -> str:
    """Return what follows a plan that was shown."""
    lines = []
    if seen.loses_data:
        names = " ".join(f"--allow-delete='{visible(each.address)}'" for each in seen.loses_data)
        lines += [paint.red("An apply will be refused: the plan deletes what holds data."), f"  {names}"]
    if seen.saved is not None:
        lines += [
            f"Saved the plan to {visible(str(seen.saved))}",
            f"  Next: {typed.again('guardian apply')} {visible(quote(str(seen.saved)))}",
        ]
    return "\n".join(["", *lines]) if lines else ""


def apply_text(ended: ApplyResult, paint: Paint, typed: Typed) -> str:
    """Return how an apply ended; the failure itself was shown when it happened."""
    match ended.outcome:
        case Outcome.APPLIED:
            words = f"Applied: {len(ended.progress.done)} done, nothing failed."
            lines = [paint.green(paint.bold(words)), _known_good(ended)]
        case Outcome.NO_CHANGES:
            lines = [paint.green("Nothing to apply."), _known_good(ended)]
        case Outcome.INTERRUPTED:
            lines = [
                paint.yellow(paint.bold("Interrupted.")),
                f"  Next: {typed.again('guardian status')}    # says what is in doubt",
            ]
        case Outcome.RESTORED if ended.receipt is not None:
            lines = [receipt_text(ended.receipt, paint)]
        case Outcome.RESTORE_INCOMPLETE:
            lines = [receipt_text(ended.receipt, paint)] if ended.receipt is not None else []
            lines += [
                paint.red(paint.bold("The recovery did not arrive: a person is needed now.")),
                *_by_hand(ended, typed),
            ]
        case _:
            held = paint.yellow(paint.bold("The project is on hold: no apply passes."))
            lines = [held, *_ways(ended, typed)]
    return "\n".join(lines)


def restore_text(ended: RestoreResult, *, dry_run: bool, paint: Paint, typed: Typed) -> str:
    """Return how a restore ended."""
    if ended.target_id is None:
        return paint.green("Nothing to restore: the last run changed nothing that is not mended.")
    target = visible(ended.target_id[:SHORT_ID])
    again = typed.again("guardian restore") + ("" if ended.failed_run is not None else f" {target}")
    if dry_run:
        if ended.outcome is Outcome.OK:
            return paint.green(f"Nothing to do: the project is at {target}.")
        return f"This would bring the project to {target}.\n  Next: {again}"
    lines = [receipt_text(ended.receipt, paint)] if ended.receipt is not None else []
    if ended.outcome is not Outcome.RESTORED:
        lines += [
            paint.red(paint.bold("The recovery did not arrive: a person is needed now.")),
            f"  1. {typed.again('guardian run show')} last    # what it did, and why it stopped",
            f"  2. {again}    # again, once the cause is mended",
        ]
    return "\n".join(lines)


def _known_good(ended: ApplyResult) -> str:
    baseline = visible((ended.baseline_id or "")[:SHORT_ID])
    return f"  Baseline {baseline}, run {visible(ended.run_id)}"


def _ways(ended: ApplyResult, typed: Typed) -> list[str]:
    touched = sorted(ended.progress.touched, key=by_address)
    restore, release = typed.again("guardian restore"), f"{typed.again('guardian release')} --reason '...'"
    width = max(len(restore), len(release))
    where = "back to the baseline" if ended.baseline_id else "takes down what this run made"
    return [
        f"  1. {restore:{width}}  # {where}; touches:",
        *[f"       {visible(each)}" for each in touched],
        f"  2. {release:{width}}  # when it was mended by hand; touches nothing",
    ]


def _by_hand(ended: ApplyResult, typed: Typed) -> list[str]:
    return [
        f"  1. {typed.again('guardian run show')} {visible(ended.run_id)}    # both failures",
        f"  2. {typed.again('guardian restore')}    # again, once the cause is mended",
    ]
