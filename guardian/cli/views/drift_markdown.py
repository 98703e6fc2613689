"""Drift as Markdown, for a comment or a ticket: whatever others named does nothing there."""

from collections.abc import Iterator

from guardian.cli.views.drift import (
    ORIGINS,
    SHOWN_ADDRESSES,
    SHOWN_PATHS,
    TITLES,
    counts_of,
    coverage_words,
    expected_words,
    value_text,
)
from guardian.cli.views.markdown import code
from guardian.cli.views.terminal import by_address
from guardian.domain.difference import dotted
from guardian.domain.drift import Group, Kind, grouped
from guardian.domain.observed import Observed


def drift_markdown(seen: Observed, project: str) -> str:
    """Return the whole report."""
    counts = counts_of(seen)
    total = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    nothing = "no drift" if seen.coverage.is_whole else "no drift in what was looked at"
    lines = [f"## Drift of {code(project)}: {total or nothing}", "", f"Since {expected_words(seen)}."]
    for kind in Kind:
        groups = [each for each in grouped(seen.found.drifts) if each.first.kind is kind]
        if groups:
            lines += ["", f"### {TITLES[kind]}", ""]
            for each in groups:
                lines += _group(each)
    lines += ["", *(f"- {code(each.strip())}" for each in coverage_words(seen.coverage))]
    lines += [
        f"- not counted: {code(each.address)} {', '.join(map(code, each.paths))}: {code(each.why)}"
        for each in seen.found.silenced[:SHOWN_PATHS]
    ]
    return "\n".join(lines)


def _group(group: Group) -> Iterator[str]:
    addresses = sorted((each.address for each in group.drifts), key=by_address)
    named = ", ".join(map(code, addresses[:SHOWN_ADDRESSES]))
    more = f" and {len(addresses) - SHOWN_ADDRESSES} more" if len(addresses) > SHOWN_ADDRESSES else ""
    if group.first.kind is Kind.UNMANAGED:
        named = f"{code(group.first.resource_type)} {named}"
    words = f": {code(group.first.words)}" if group.first.words else ""
    yield f"- {named}{more} ({ORIGINS[group.first.origin]}){words}"
    for change in group.first.paths[:SHOWN_PATHS]:
        before, after = code(value_text(change.before)), code(value_text(change.after))
        yield f"  - {code(dotted(change.path))}: {before} → {after}"
    if len(group.first.paths) > SHOWN_PATHS:
        yield f"  - and {len(group.first.paths) - SHOWN_PATHS} more"
