"""Drift for a person and for a program: what differs, grouped by cause, and how much was looked at."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from guardian.cli.typed import Typed
from guardian.cli.views.table import SHORT_ID, moment
from guardian.cli.views.terminal import Paint, by_address, visible
from guardian.domain.coverage import Coverage
from guardian.domain.difference import dotted
from guardian.domain.drift import Drift, Group, Kind, Origin, Silenced, grouped
from guardian.domain.observed import Observed
from guardian.domain.redaction import MASK

SHOWN_ADDRESSES = 5
SHOWN_PATHS = 12
SHOWN_VALUE = 300
SHOWN_NAMES = 4

TITLES = {
    Kind.MISSING: "Missing: expected, and not there",
    Kind.CHANGED: "Changed",
    Kind.ADDED: "Added: the state knows it, the expected moment did not have it",
    Kind.UNMANAGED: "Unmanaged: in scope, and no state knows it",
    Kind.TAINTED: "Tainted: the next apply replaces it",
    Kind.DEPOSED: "Deposed: the former object of a replacement, still there",
    Kind.UNREADABLE: "Unreadable: nothing can be said",
}
ORIGINS = {
    Origin.THIS_RUN: "by a guarded run",
    Origin.ELSEWHERE: "made elsewhere",
    Origin.UNKNOWN: "origin unknown",
}


def drift_text(seen: Observed, paint: Paint, typed: Typed, *, accepted: int) -> str:
    """Return the whole report."""
    lines = [f"Drift since {expected_words(seen)}", ""]
    for kind in Kind:
        groups = [each for each in grouped(seen.found.drifts) if each.first.kind is kind]
        if groups:
            lines.append(paint.bold(TITLES[kind]))
            for each in groups:
                lines += _group_lines(each, paint)
            lines.append("")
    lines.append(_summary(seen, paint))
    lines += [f"  {each}" for each in coverage_words(seen.coverage)]
    lines += _silence_lines(seen)
    lines += [f"  {visible(each)}" for each in seen.notes]
    if accepted:
        lines.append(f"Accepted: {_count(accepted, 'difference')} from now on count as expected")
    elif seen.found.drifts:
        lines.append(f"  Next: {_next(seen, typed)}")
    return "\n".join(lines)


def aftermath_text(seen: Observed, paint: Paint) -> str:
    """Return what a failed run did not do itself: whoever mends it must not undo that unknowingly."""
    others = [each for each in seen.found.drifts if each.origin is not Origin.THIS_RUN]
    mine = len(seen.found.drifts) - len(others)
    lines = [paint.bold(f"Beside this run, since {expected_words(seen)}")]
    for kind in Kind:
        groups = [each for each in grouped(others) if each.first.kind is kind]
        if groups:
            lines.append(f"  {kind}")
            lines += [f"  {line}" for each in groups for line in _group_lines(each, paint)]
    if not others:
        lines.append("  nothing else differs in what was read")
    if mine:
        lines.append(f"  by guarded runs: {_count(mine, 'difference')}")
    covered = next(iter(coverage_words(seen.coverage)))
    return "\n".join([*lines, f"  {covered}", *_silence_lines(seen)])


def expected_words(seen: Observed) -> str:
    """Name the expected moment."""
    if seen.snapshot is None:
        return "the state as it is recorded now"
    return f"snapshot {seen.snapshot.id[:SHORT_ID]} ({moment(seen.snapshot.taken_at)})"


def coverage_words(coverage: Coverage) -> Iterator[str]:
    """Yield what was read and what was not, one sentence a line."""
    parts = [f"read {coverage.read} in {coverage.duration_s:.1f} s"]
    if coverage.by_terraform:
        parts.append(f"by Terraform {coverage.by_terraform}")
    if coverage.state_alone:
        parts.append(f"nowhere but in the state {coverage.state_alone}")
    parts.append(f"not covered {sum(coverage.not_covered.values())}")
    parts.append(f"unreadable {coverage.unreadable}")
    yield "Coverage: " + ", ".join(parts)
    for kind, number in sorted(coverage.not_covered.items()):
        yield f"  not covered: {visible(kind)} ({number}): {visible(coverage.why_not)}"
    for kind, names in sorted(coverage.unseen.items()):
        more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
        yield f"  not looked at: {visible(kind)}: {', '.join(names[:SHOWN_NAMES])}{more}"
    if coverage.not_listed:
        types = _count(len(coverage.not_listed), "type")
        yield f"  unmanaged ones cannot be told of {types}; --json says why"


def drift_lines(seen: Observed) -> Iterator[dict[str, Any]]:
    """Yield the JSON lines: one a difference, one a silenced one, and the coverage."""
    for each in seen.found.drifts:
        yield _drift_line(each)
    for one in seen.found.silenced:
        yield _silenced_line(one)
    coverage = seen.coverage
    yield {
        "type": "coverage",
        "read": coverage.read,
        "by_terraform": coverage.by_terraform,
        "state_alone": coverage.state_alone,
        "unreadable": coverage.unreadable,
        "not_covered": dict(coverage.not_covered),
        "why_not": coverage.why_not,
        "unseen": {kind: list(names) for kind, names in coverage.unseen.items()},
        "not_listed": dict(coverage.not_listed),
        "requests": dict(coverage.requests),
        "duration_s": coverage.duration_s,
        "expired": [{"address": each.address, "attribute": each.attribute} for each in seen.expired],
        "notes": list(seen.notes),
    }


def _drift_line(each: Drift) -> dict[str, Any]:
    return {
        "type": "drift",
        "address": each.address,
        "kind": str(each.kind),
        "resource_type": each.resource_type,
        "paths": [
            {"path": list(change.path), "before": change.before, "after": change.after}
            for change in each.paths
        ],
        "origin": str(each.origin),
        "words": each.words,
    }


def _silenced_line(each: Silenced) -> dict[str, Any]:
    return {
        "type": "silenced",
        "address": each.address,
        "kind": str(each.kind),
        "paths": list(each.paths),
        "why": each.why,
    }


def _group_lines(group: Group, paint: Paint) -> Iterator[str]:
    first = group.first
    mark = {Kind.MISSING: paint.red("-"), Kind.ADDED: paint.green("+"), Kind.UNREADABLE: "?"}.get(
        first.kind, paint.yellow("~")
    )
    told = "" if first.kind is Kind.UNREADABLE else f"  {paint.dim(ORIGINS[first.origin])}"
    if len(group.drifts) == 1:
        kind = f"{first.resource_type} " if first.kind is Kind.UNMANAGED else ""
        yield f"  {mark} {visible(kind + first.address)}{told}"
    else:
        yield f"  {mark} {visible(first.resource_type)}, {len(group.drifts)} alike{told}"
    if first.words:
        yield f"      {visible(first.words)}"
    for change in first.paths[:SHOWN_PATHS]:
        values = f"{value_text(change.before)} -> {value_text(change.after)}"
        yield f"      {visible(dotted(change.path))}: {values}"
    if len(first.paths) > SHOWN_PATHS:
        yield f"      and {len(first.paths) - SHOWN_PATHS} more; --json has them"
    if len(group.drifts) > 1:
        addresses = sorted((each.address for each in group.drifts), key=by_address)
        yield from (f"        {visible(each)}" for each in addresses[:SHOWN_ADDRESSES])
        if len(addresses) > SHOWN_ADDRESSES:
            yield f"        and {len(addresses) - SHOWN_ADDRESSES} more; --json has them"


def value_text(value: Any) -> str:
    """Return one value on a line, what is not there as such."""
    if value is None:
        return "(none)"
    text = MASK if value == MASK else json.dumps(value, ensure_ascii=False)
    shown = visible(text)
    return shown if len(shown) <= SHOWN_VALUE else f"{shown[: SHOWN_VALUE - 1]}…"


def counts_of(seen: Observed) -> Mapping[str, int]:
    """Return how many instances differ, by kind, in the order of the report."""
    counted = Counter(each.kind for each in seen.found.drifts)
    return {str(kind): counted[kind] for kind in Kind if counted[kind]}


def _summary(seen: Observed, paint: Paint) -> str:
    counts = counts_of(seen)
    if counts:
        return paint.bold(", ".join(f"{number} {kind}" for kind, number in counts.items()))
    if seen.coverage.is_whole:
        return paint.green("No drift.")
    return "No drift in what was looked at."


def _silence_lines(seen: Observed) -> Iterator[str]:
    whys = Counter(each.why for each in seen.found.silenced)
    for why, number in whys.items():
        yield f"  Not counted: {_count(number, 'difference')}: {visible(why)}"
    for rule in seen.expired:
        until = f"{rule.until:%Y-%m-%d}"
        attribute = f" {rule.attribute}" if rule.attribute else ""
        yield f"  Expired on {until}, no longer ignored: {visible(rule.address + attribute)}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _next(seen: Observed, typed: Typed) -> str:
    plan = f"{typed.again('guardian plan')}    # what an apply would do about it"
    accept = f"{typed.again('guardian drift')} --accept --reason '...'    # where it is right as it is"
    exact = f"{typed.again('guardian drift')} --exact    # lets Terraform itself read"
    if len(seen.found.drifts) == seen.unreadable:
        return exact
    return "\n        ".join([plan, accept, *([exact] if seen.unreadable else [])])
