"""A whole store: what is in it, what is damaged, what was set aside and what that costs."""

from collections.abc import Sequence
from typing import Any

from guardian.cli.typed import Typed
from guardian.cli.views.table import SHORT_ID, size
from guardian.cli.views.terminal import Paint, visible
from guardian.errors import EncryptionError, LogRolledBackError, StoreCorruptError
from guardian.operations.repair import Acceptance, Repaired, Suffered
from guardian.repository.keys import Part, part_of
from guardian.repository.survey import Survey
from guardian.repository.verification import Finding

SHOWN = 3
ACCEPT = "guardian store repair --accept-log --reason '...'    # if it was you who put a backup back"
ACCEPTANCE = {
    Acceptance.ACCEPTED: "its log is taken for the right one; what this machine saw before is forgotten",
    Acceptance.GONE: "it is not in the store any more; what this machine saw before is forgotten",
    Acceptance.NOT_NEEDED: "its log did not go back: nothing to accept, and nothing was changed",
}


def finding_line(each: Finding) -> dict[str, Any]:
    """Return the JSON line of one finding."""
    return {
        "type": "finding",
        "key": each.key,
        "problem": each.problem,
        "code": each.code,
        "snapshot_id": each.snapshot_id or None,
    }


def first_of(findings: Sequence[Finding]) -> str:
    """Name the first findings in one line."""
    named = [visible(_words(each.key, each.problem)) for each in findings]
    shown = list(dict.fromkeys(named))[:SHOWN]
    return "; ".join(shown) + (" ..." if len(named) > SHOWN else "")


def mend_of(findings: Sequence[Finding]) -> str:
    """Say what mends damage: a log is brought back or accepted, and anything else can be set aside."""
    rolled_back = [each for each in findings if each.code == LogRolledBackError.code]
    logs = [_log_named(each.key) for each in findings if each not in rolled_back and _is_of_log(each)]
    steps = []
    if logs:
        shown = ", ".join(logs[:SHOWN]) + (" ..." if len(logs) > SHOWN else "")
        steps.append(f"bring {shown} back from a backup or from the bucket's older versions")
    if len(findings) > len(rolled_back) + len(logs):
        steps.append("guardian store repair --dry-run    # then without: sets aside what is damaged")
    if rolled_back:
        steps.append(ACCEPT)
    return "; then ".join(steps)


def left_mend_of(left: Sequence[Finding]) -> str:
    """Say what mends what cannot be set aside."""
    logs = [each for each in left if each.code == LogRolledBackError.code or _is_of_log(each)]
    return mend_of(logs) or "bring back what it names, from a backup or from the bucket's older versions"


def _is_of_log(each: Finding) -> bool:
    known = each.code in {StoreCorruptError.code, EncryptionError.code}
    return known and (each.key.endswith("/") or part_of(each.key) is Part.RECORD)


def _log_named(key: str) -> str:
    number = key.rpartition("/")[2]
    return f"record {int(number)} ({key})" if number else key


def counts(found: Survey) -> dict[str, Any]:
    """Return what the result line of a check counts."""
    return {
        "projects": len(found.projects),
        "records": sum(each.history.records for each in found.projects),
        "snapshots": sum(len(each.history.committed) for each in found.projects),
        "objects": found.objects,
        "idle_objects": len(found.idle),
        "idle_bytes": found.idle_bytes,
        "leftover_manifests": found.leftovers,
        "quarantined": found.quarantined,
        "lost_snapshots": len({each.snapshot_id for each in found.lost}),
    }


def check_text(found: Survey, paint: Paint) -> str:
    """Return what a check saw."""
    lines = []
    for each in found.projects:
        verdict = paint.red("damaged") if each.findings else paint.green("sound")
        lines.append(
            f"{visible(each.project.descriptor.name)}  {verdict}: {each.history.records} records, "
            f"{len(each.history.committed)} snapshots"
        )
    for finding in found.findings:
        of = f"snapshot {finding.snapshot_id[:SHORT_ID]}: " if finding.snapshot_id else ""
        lines.append(f"  {paint.red('damaged')}  {of}{visible(_words(finding.key, finding.problem))}")
    lines += [
        f"  known lost  snapshot {snapshot_id[:SHORT_ID]}: a repair set aside what it is made of; whole once "
        "that is written again, and `guardian prune` lets it go in its turn"
        for snapshot_id in dict.fromkeys(each.snapshot_id for each in found.lost)
    ]
    lines.append(f"{found.objects} objects")
    if found.idle and found.complete:
        lines.append(
            f"  of these {len(found.idle)} ({size(found.idle_bytes)}) nothing refers to: harmless, "
            "and gone with the next `guardian prune`"
        )
    if found.leftovers:
        lines.append(f"  {found.leftovers} manifests that no record names: harmless")
    if found.quarantined:
        lines.append(f"  {found.quarantined} set aside by `guardian store repair`, below quarantine/")
    if not found.findings:
        lines.append("The store is sound" + (", but for what is known lost" if found.lost else ""))
    return "\n".join(lines)


def repair_text(done: Repaired, *, dry_run: bool, paint: Paint, typed: Typed) -> str:
    """Return what a repair set aside, or would, and what that costs."""
    verb = "would be set aside" if dry_run else "set aside"
    lines = [f"{verb}: {visible(_words(each.key, each.problem))}" for each in done.moved]
    if done.moved and not dry_run:
        lines.append(f"Nothing was deleted: all of it lies below {visible(_below(done))}")
    for each in done.suffered:
        lines += _suffered_lines(each, paint, typed)
    lines += [f"  stays damaged: {visible(_words(each.key, each.problem))}" for each in done.left]
    if done.left and dry_run:
        lines.append(f"  Next: {typed.again(left_mend_of(done.left))}")
    return "\n".join(lines) or "Nothing is damaged: nothing was set aside"


def suffered_object(each: Suffered) -> dict[str, Any]:
    """Return what a repair means for one project."""
    return {
        "project": each.project,
        "lost": list(each.lost),
        "incomplete": list(each.incomplete),
        "baseline_lost": each.baseline_lost,
    }


def _suffered_lines(each: Suffered, paint: Paint, typed: Typed) -> list[str]:
    name = visible(each.project)
    lines = []
    if each.lost:
        lines.append(f"{name}: lost: {', '.join(one[:SHORT_ID] for one in each.lost)}")
    if each.incomplete:
        shown = ", ".join(one[:SHORT_ID] for one in each.incomplete)
        lines.append(f"{name}: cannot be restored until their content is written again: {shown}")
    if each.baseline_lost:
        lines.append(paint.red(f"{name}: the baseline is among them: there is no known-good snapshot now"))
    lines.append(f"  Next: {typed.again('guardian snapshot create')}")
    return lines


def _words(key: str, problem: str) -> str:
    return problem if key in problem else f"{key}: {problem}"


def _below(done: Repaired) -> str:
    first = done.moved[0]
    return first.to.removesuffix(first.key)
