"""One screen on a project: baseline, last run, hold, lease, what to type next."""

from typing import Any

from guardian.cli.views.run_words import WORDS
from guardian.cli.views.table import SHORT_ID, moment
from guardian.cli.views.terminal import Paint, visible
from guardian.domain.fields import format_moment
from guardian.domain.remembered import Remembered
from guardian.domain.standing import Standing
from guardian.operations.status import Status


def status_text(status: Status, paint: Paint) -> str:
    """Return the screen."""
    standing = status.standing
    rows = [
        ("Project", visible(status.project)),
        ("Baseline", _baseline(standing, paint)),
        ("Last run", _run(status, paint)),
        *_incident(standing, paint),
        ("Hold", _hold(standing, paint)),
        *_drift(standing, paint),
        *_approval(status, paint),
        ("Lease", _lease(status)),
        *([("Spooled", paint.yellow(f"{status.spooled} not in the store yet"))] if status.spooled else []),
    ]
    lines = [f"{name:9} {text}" for name, text in rows]
    lines += [
        "",
        f"{paint.bold('Next:')} {visible(status.next_command)}",
        f"      {paint.dim(visible(status.reason))}",
    ]
    return "\n".join(lines)


def remembered_text(seen: Remembered, status: Status, paint: Paint) -> str:
    """Return the screen of a project whose store does not answer, from memory and marked as that."""
    when = f"this machine saw it last at record {seen.number}, {moment(seen.seen_at)}"
    words = "FROM MEMORY: the store does not answer, and what others did since is not known."
    return "\n".join([paint.yellow(paint.bold(words)), f"  {when}", status_text(status, paint), ""])


def remembered_line(seen: Remembered, status: Status) -> dict[str, Any]:
    """Return the JSON line of the same."""
    return {
        "type": "remembered",
        "project": status.project,
        "number": seen.number,
        "seen_at": format_moment(seen.seen_at),
        **status_object(status),
    }


def status_object(status: Status) -> dict[str, Any]:
    """Return what `status --json` adds to its result."""
    standing = status.standing.to_json()
    baseline, approval = None, standing["approval"]
    if approval is not None:
        approval = {**approval, "unusable": status.unusable or None}
    if status.standing.baseline is not None:
        baseline = {"snapshot_id": standing["baseline"], "since": standing["baseline_since"]}
    return {
        "baseline": baseline,
        "last_run": standing["last_run"],
        "hold": standing["hold"],
        "lease": standing["lease"],
        "open_incident": standing["open_incident"],
        "drift": standing["drift"],
        "approval": approval,
        "spooled": status.spooled,
        "class": str(status.run_class) if status.run_class is not None else None,
        "next": {"command": status.next_command, "reason": status.reason},
    }


def _drift(standing: Standing, paint: Paint) -> list[tuple[str, str]]:
    """Return what the last look at the live infrastructure found; no row before the first."""
    seen = standing.drift
    if seen is None:
        return []
    since = f"since {visible(seen.since[:SHORT_ID])}" if seen.since else "against the recorded state"
    if seen.since and standing.baseline_since is not None and seen.at < standing.baseline_since:
        since += ", before the present baseline"
    unreadable = f", {seen.unreadable} unreadable" if seen.unreadable else ""
    number = f"{seen.differences} differed" if seen.differences else "none"
    text = paint.yellow(f"{number}{unreadable}") if seen.differences or seen.unreadable else number
    return [("Drift", f"{text} {since}, seen {moment(seen.at)}")]


def _approval(status: Status, paint: Paint) -> list[tuple[str, str]]:
    """Return the plan that waits to be applied, or why it cannot be; no row without one."""
    given = status.standing.approval
    if given is None:
        return []
    plan = f"plan {visible(given.plan_sha256[:SHORT_ID])} by {visible(given.by)}"
    if status.unusable:
        return [("Approved", f"{plan}, {paint.yellow(f'cannot be applied: {visible(status.unusable)}')}")]
    return [("Approved", f"{plan}, not applied, until {moment(given.expires_at)}")]


def _baseline(standing: Standing, paint: Paint) -> str:
    if standing.baseline is None:
        return paint.yellow("none: nothing is known to be good yet")
    since = f"  since {moment(standing.baseline_since)}" if standing.baseline_since else ""
    return f"{visible(standing.baseline[:SHORT_ID])}{since}"


def _run(status: Status, paint: Paint) -> str:
    run = status.standing.last_run
    if run is None:
        return "none"
    if run.outcome is None:
        so_far = WORDS[status.run_class] if status.run_class is not None else ""
        outcome = paint.yellow(f"not ended: still at work, or killed; so far {so_far}")
    elif run.exit_code == 0:
        outcome = paint.green(visible(run.outcome))
    else:
        outcome = paint.red(f"{visible(run.outcome)} (exit code {run.exit_code})")
    return f"{visible(run.id)}  {visible(run.operation)}  {outcome}  {moment(run.opened_at)}"


def _incident(standing: Standing, paint: Paint) -> list[tuple[str, str]]:
    """Return what broke and since when; a person's hold is no incident."""
    hold, open_ = standing.hold, standing.open_incident
    if hold is not None and hold.run_id is not None:
        return [("Incident", f"{paint.red(visible(hold.reason))}, since {moment(hold.since)}")]
    if open_ is not None:
        return [("Incident", paint.red(f"run {visible(open_.run_id)} failed and is not mended"))]
    return []


def _hold(standing: Standing, paint: Paint) -> str:
    hold = standing.hold
    if hold is None:
        return "none"
    if hold.run_id is not None:
        return f"no apply passes: set by run {visible(hold.run_id)}"
    since = f"by {visible(hold.by)} since {moment(hold.since)}"
    return f"no apply passes: {paint.red(visible(hold.reason))}\n{'':10}{since}"


def _lease(status: Status) -> str:
    lease = status.standing.lease
    if lease is None:
        return "free"
    died = ", who is dead: the next command takes it over" if status.holder_died else ""
    return f"held by {visible(str(lease.holder))} since {moment(lease.since)}{died}"
