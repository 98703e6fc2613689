"""The last words of a command that ran the engine: how it ended, and what to type next."""

from shlex import quote

from guardian.cli.typed import Typed
from guardian.cli.views.lists import in_lines
from guardian.cli.views.receipt import receipt_text
from guardian.cli.views.table import SHORT_ID
from guardian.cli.views.terminal import Paint, visible
from guardian.domain.receipt import Receipt
from guardian.domain.recovery import Strategy
from guardian.domain.run import Outcome
from guardian.operations.apply import ApplyResult
from guardian.operations.destroy_plan import DestroyPlanned
from guardian.operations.preview import Preview
from guardian.operations.restore import RestoreResult

SHOWN = 8


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


def destroy_plan_text(planned: DestroyPlanned, paint: Paint, typed: Typed) -> str:
    """Return what follows a destroy plan that was shown."""
    run = visible(planned.run_id)
    if not planned.addresses:
        return paint.green(f"Nothing to destroy: run {run} created nothing that is recorded.")
    lines = [
        "",
        f"{paint.bold('This would destroy')}, in this order, what run {run} created:",
        *in_lines(planned.addresses, shown=len(planned.addresses), indent=2, ordered=True),
    ]
    again = typed.again("guardian restore --strategy destroy-created")
    if planned.saved is not None:
        file = visible(str(planned.saved))
        lines += [
            f"Saved the plan to {file}",
            f"  Next: {again}    # or: terraform apply {visible(quote(str(planned.saved)))}",
        ]
    else:
        lines.append(f"  Next: {again}")
    return "\n".join(lines)


def apply_text(ended: ApplyResult, paint: Paint, typed: Typed) -> str:
    """Return how an apply ended; the failure itself was shown when it happened."""
    receipt = [receipt_text(ended.receipt, paint)] if ended.receipt is not None else []
    match ended.outcome:
        case Outcome.APPLIED if ended.incident is not None:
            words = "Applied after all: the failed run was carried to its end."
            lines = [paint.green(paint.bold(words)), _known_good(ended)]
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
        case Outcome.RESTORED:
            lines = receipt
        case Outcome.RESTORE_INCOMPLETE:
            lines = [*receipt, _incomplete(ended.receipt, paint), *_by_hand(ended, typed)]
        case _:
            held = paint.yellow(paint.bold("The project is on hold: no apply passes."))
            ways = _ways(ended, typed) if ended.incident is not None else _after_doubt(ended, typed)
            lines = [*receipt, held, *ways]
    return "\n".join(lines)


def restore_text(ended: RestoreResult, *, dry_run: bool, paint: Paint, typed: Typed) -> str:
    """Return how a restore ended."""
    if ended.outcome is Outcome.APPLIED:
        words = "Applied after all: the failed run was carried to its end."
        baseline = visible((ended.baseline_id or "")[:SHORT_ID])
        return f"{paint.green(paint.bold(words))}\n  Baseline {baseline}, run {visible(ended.run_id)}"
    if ended.target_id is None and ended.plan is None:
        return paint.green("Nothing to restore: the last run changed nothing that is not mended.")
    again = typed.again(ended.again)
    if dry_run:
        return _would(ended, again, paint)
    lines = [receipt_text(ended.receipt, paint)] if ended.receipt is not None else []
    if ended.outcome is Outcome.INTERRUPTED:
        return "\n".join(
            [
                *lines,
                paint.yellow(paint.bold("The recovery was interrupted; what it had done is recorded.")),
                f"  Next: {again}    # goes on from what is there",
            ]
        )
    if ended.outcome is not Outcome.RESTORED:
        lines += [
            _incomplete(ended.receipt, paint),
            f"  1. {typed.again('guardian run show')} last    # what it did, and why it stopped",
            f"  2. {again}    # again, once the cause is mended",
        ]
    return "\n".join(lines)


def _would(ended: RestoreResult, again: str, paint: Paint) -> str:
    target = visible((ended.target_id or "")[:SHORT_ID])
    strategy = ended.plan.strategy if ended.plan is not None else Strategy.AUTO
    if ended.outcome is Outcome.OK:
        where = f": the project is at {target}" if target and strategy is not Strategy.RECORD else ""
        return paint.green(f"Nothing to do{where}.")
    match strategy:
        case Strategy.DESTROY_CREATED:
            words = "This would destroy what the failed run created."
        case Strategy.RETRY:
            words = "This would go on with the failed run."
        case Strategy.RECORD:
            words = "This would put the record of the state back; it changes no infrastructure."
        case _:
            words = f"This would bring the project to {target}."
    return f"{words}\n  Next: {again}"


def _incomplete(receipt: Receipt | None, paint: Paint) -> str:
    """Say what is wanted of a person: a decision about what stays, or a mend."""
    if receipt is not None and not receipt.remaining and (receipt.cannot_undo or receipt.left):
        words = "Not all could be taken back: a person decides about what stays."
    else:
        words = "The recovery did not arrive: a person is needed now."
    return paint.red(paint.bold(words))


def _known_good(ended: ApplyResult) -> str:
    baseline = visible((ended.baseline_id or "")[:SHORT_ID])
    return f"  Baseline {baseline}, run {visible(ended.run_id)}"


def _ways(ended: ApplyResult, typed: Typed) -> list[str]:
    restore, release = typed.again("guardian restore"), f"{typed.again('guardian release')} --reason '...'"
    width = max(len(restore), len(release))
    where = "back to the baseline" if ended.baseline_id else "takes down what this run made"
    return [
        f"  1. {restore:{width}}  # {where}; touches:",
        *in_lines(ended.progress.touched, shown=SHOWN, indent=7),
        f"  2. {release:{width}}  # when it was mended by hand; touches nothing",
    ]


def _after_doubt(ended: ApplyResult, typed: Typed) -> list[str]:
    """Say what may follow an apply that went well, perhaps with other bytes than the approved ones."""
    release = f"  1. {typed.again('guardian release')} --reason '...'    # once it is known what was deployed"
    if ended.baseline_id is None:
        return [release]
    return [
        release,
        f"  2. {typed.again('guardian restore')} baseline    # back to what was known to be good",
    ]


def _by_hand(ended: ApplyResult, typed: Typed) -> list[str]:
    return [
        f"  1. {typed.again('guardian run show')} {visible(ended.run_id)}    # both failures",
        f"  2. {typed.again('guardian restore')}    # again, once the cause is mended",
    ]
