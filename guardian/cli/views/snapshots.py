"""Snapshots: a list, one in full, what differs between two, whether they are sound."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from guardian.cli.views.table import SHORT_ID, moment, size, table
from guardian.cli.views.terminal import Paint, visible
from guardian.domain import fields
from guardian.domain.difference import Difference, Kind, PathChange, dotted
from guardian.domain.redaction import MASK
from guardian.domain.snapshot import Snapshot
from guardian.repository.verification import Finding

SHOWN_VALUE = 60
_SIGNS = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~", Kind.TAINTED: "!"}


def list_text(snapshots: Sequence[Snapshot], baseline: str | None, paint: Paint) -> str:
    """Return the list, as it is ordered."""
    if not snapshots:
        return "No snapshots yet."
    rows = [
        (
            each.id[:SHORT_ID],
            str(each.purpose) + (" *" if each.id == baseline else ""),
            moment(each.taken_at),
            str(each.state.serial) if each.state else "-",
            str(each.state.instances) if each.state else "-",
            visible(each.run_id),
        )
        for each in snapshots
    ]
    heads = ("ID", "KIND", "TAKEN", "SERIAL", "INSTANCES", "RUN")
    note = ["", "* the baseline"] if any(each.id == baseline for each in snapshots) else []
    return "\n".join([table(heads, rows, paint), *note])


def snapshot_line(snapshot: Snapshot, baseline: str | None) -> dict[str, Any]:
    """Return the JSON line of one snapshot."""
    state = snapshot.state
    return {
        "type": "snapshot",
        "id": snapshot.id,
        "kind": str(snapshot.purpose),
        "taken_at": fields.format_moment(snapshot.taken_at),
        "serial": state.serial if state else None,
        "lineage": state.lineage if state else None,
        "instances": state.instances if state else None,
        "run_id": snapshot.run_id,
        "baseline": snapshot.id == baseline,
    }


def show_text(snapshot: Snapshot, *, baseline: bool, paint: Paint) -> str:
    """Return one snapshot in full."""
    state, configuration, git = snapshot.state, snapshot.configuration, snapshot.git
    rows = [
        ("Snapshot", snapshot.id + (paint.green("  the baseline") if baseline else "")),
        ("Project", visible(snapshot.project)),
        ("Taken", f"{moment(snapshot.taken_at)} by {visible(str(snapshot.actor))}"),
        ("Why", f"{snapshot.purpose} run {visible(snapshot.run_id)}"),
        ("State", "none yet"),
        ("Plan", "none"),
        ("Files", "not captured"),
        ("Engine", f"{visible(snapshot.engine.product)} {visible(snapshot.engine.version)}"),
        ("Git", "none"),
    ]
    found = dict(rows)
    if state is not None:
        found["State"] = (
            f"serial {state.serial}, lineage {visible(state.lineage)}, {state.instances} instances, "
            f"{size(state.bytes)}"
        )
    if snapshot.plan is not None:
        found["Plan"] = f"{size(snapshot.plan.bytes)}, sha256 {visible(snapshot.plan.sha256)}"
    if configuration is not None:
        found["Files"] = f"{configuration.files} files, {size(configuration.bytes)}"
    if git is not None:
        branch = f" on {visible(git.branch)}" if git.branch else ""
        found["Git"] = f"{visible(git.commit)}{branch}{', with changes not committed' if git.dirty else ''}"
    lines = [f"{name:9} {text}" for name, text in found.items()]
    lines += [
        f"{'':9} provider {visible(source)} {visible(version)}"
        for source, version in sorted(snapshot.engine.providers.items())
    ]
    if configuration is not None and configuration.left_out:
        lines += ["", paint.yellow("Left out of the configuration:")]
        lines += [
            f"  {visible(each.path)}: {visible(each.reason)}"
            + (f" ({visible(each.detail)})" if each.detail else "")
            for each in configuration.left_out
        ]
    return "\n".join(lines)


def diff_text(differences: Sequence[Difference], paint: Paint) -> str:
    """Return what differs, instance by instance, path by path."""
    if not differences:
        return "No differences: the two states hold the same."
    lines = []
    for each in differences:
        sign = _SIGNS[each.kind]
        painted = {"+": paint.green, "-": paint.red}.get(sign, paint.yellow)(sign)
        ids = f"  (id {visible(each.before_id)} -> {visible(each.after_id)})" if _moved(each) else ""
        lines.append(f"{painted} {visible(each.address)}{ids}")
        lines += [
            f"      {_path(change)}: {_value(change.before)} -> {_value(change.after)}"
            for change in each.paths
        ]
    counts = [
        f"{sum(each.kind is kind for each in differences)} {kind}"
        for kind in Kind
        if any(each.kind is kind for each in differences)
    ]
    return "\n".join([*lines, "", ", ".join(counts)])


def difference_line(each: Difference) -> dict[str, Any]:
    """Return the JSON line of one instance that differs."""
    return {
        "type": "difference",
        "address": each.address,
        "kind": str(each.kind),
        "before_id": each.before_id,
        "after_id": each.after_id,
        "paths": [
            {"path": list(change.path), "before": change.before, "after": change.after}
            for change in each.paths
        ],
    }


def finding_words(found: Finding) -> str:
    """Return one finding as a sentence that names what it is about."""
    return found.problem if found.key in found.problem else f"{found.key}: {found.problem}"


def verify_text(findings: Mapping[str, Iterable[Finding]], paint: Paint) -> str:
    """Return which snapshots are sound, and what is wrong with the others."""
    lines = []
    broken = 0
    for snapshot_id, found in findings.items():
        wrong = [visible(finding_words(each)) for each in found]
        broken += bool(wrong)
        verdict = paint.red("broken") if wrong else paint.green("sound")
        lines.append(f"{visible(snapshot_id[:SHORT_ID])}  {verdict}")
        lines += [f"      {each}" for each in wrong]
    if not findings:
        return "No snapshots yet."
    return "\n".join([*lines, "", f"{len(findings) - broken} of {len(findings)} snapshots are sound"])


def _moved(each: Difference) -> bool:
    return bool(each.before_id and each.after_id and each.before_id != each.after_id)


def _path(change: PathChange) -> str:
    return visible(dotted(change.path))


def _value(value: Any) -> str:
    text = MASK if value == MASK else json.dumps(value, ensure_ascii=False)
    shown = visible(text)
    return shown if len(shown) <= SHOWN_VALUE else f"{shown[: SHOWN_VALUE - 1]}…"
