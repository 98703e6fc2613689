"""Who holds the locks of a project, what became of each, and what would remove it."""

from typing import Any

from guardian.cli.typed import Typed
from guardian.cli.views.table import moment
from guardian.cli.views.terminal import Paint, visible
from guardian.domain import fields
from guardian.domain.unlocking import Held, Life, What
from guardian.errors import RefusedError
from guardian.operations.unlock import Judged, Unlocked

NAMES = {What.LEASE: "guardian's lease", What.TERRAFORM: "Terraform's lock"}
LIVES = {Life.ALIVE: "alive", Life.DEAD: "proven dead", Life.UNKNOWN: "not known from this machine"}


def unlock_text(ended: Unlocked, *, dry_run: bool, paint: Paint, typed: Typed) -> str:
    """Return what a person reads."""
    lines: list[str] = []
    if ended.lease is not None:
        lease = ended.lease
        lines += [
            f"{NAMES[What.LEASE]}: {visible(str(lease.lease.holder))}",
            f"  ID      {visible(lease.lease.id)}",
            f"  Since   {moment(lease.lease.since)}, last sign of life {moment(lease.last_sign)}",
            *_rest(ended.judged[What.LEASE], dry_run=dry_run, paint=paint, typed=typed),
        ]
    if ended.lock is not None:
        lock = ended.lock.lock
        lines += [
            f"{NAMES[What.TERRAFORM]}: {visible(lock.describe())}",
            *([f"  ID      {visible(lock.id)}"] if lock.id else []),
            *_rest(ended.judged[What.TERRAFORM], dry_run=dry_run, paint=paint, typed=typed),
        ]
    if ended.unreadable is not None:
        lines.append(f"{NAMES[What.TERRAFORM]}: {paint.red(visible(ended.unreadable.message))}")
        lines += [f"  {visible(ended.unreadable.hint)}"] if ended.unreadable.hint else []
    elif ended.untold:
        lines.append(f"{NAMES[What.TERRAFORM]}: {visible(ended.untold)}")
    if not ended.judged and ended.unreadable is None:
        lines.append(f"{visible(ended.project)}: nothing is locked")
    return "\n".join(lines)


def unlock_object(ended: Unlocked) -> dict[str, Any]:
    """Return what `unlock --json` adds to its result."""
    lease = lock = None
    if ended.lease is not None:
        lease = {
            **_judged_object(ended.judged[What.LEASE]),
            "since": fields.format_moment(ended.lease.lease.since),
            "last_sign": fields.format_moment(ended.lease.last_sign),
        }
    if ended.lock is not None:
        lock = {**_judged_object(ended.judged[What.TERRAFORM]), "lock": ended.lock.lock.to_json()}
    return {"lease": lease, "terraform_lock": lock}


def left_error(ended: Unlocked) -> RefusedError:
    """Return the refusal that names what stays, with the command that would remove the first of it."""
    words = "; ".join(f"{NAMES[each.held.what]} stays: {each.verdict.reason}" for each in ended.left)
    hints = [hint for each in ended.left if (hint := _command(each.held))]
    return RefusedError(words, hint=hints[0] if hints else "wait for its end    # then: guardian unlock")


def _rest(judged: Judged, *, dry_run: bool, paint: Paint, typed: Typed) -> list[str]:
    held = judged.held
    lines = [f"  Run     {visible(held.run_id)}"] if held.run_id else []
    lines.append(f"  Holder  {LIVES[held.life]}")
    if judged.removed:
        return [*lines, f"  {paint.green('removed')}: {visible(judged.verdict.reason)}"]
    if dry_run and judged.verdict.removes:
        return [*lines, f"  would be removed: {visible(judged.verdict.reason)}"]
    lines.append(f"  {paint.yellow('stays')}: {visible(judged.verdict.reason)}")
    command = _command(held)
    return [*lines, f"  Remove  {visible(typed.again(command))}"] if command else lines


def _command(held: Held) -> str:
    """Return what removes a lock by name; empty where nothing does while its holder lives."""
    if held.what is What.LEASE:
        return f"guardian unlock --lease {held.id} --reason '...'"
    if held.life is Life.ALIVE or not held.id:
        return ""
    return f"guardian unlock {held.id} --reason '...'"


def _judged_object(judged: Judged) -> dict[str, Any]:
    held = judged.held
    return {
        "id": held.id,
        "holder": held.holder,
        "life": str(held.life),
        "run_id": held.run_id or None,
        "removed": judged.removed,
        "reason": judged.verdict.reason,
    }
