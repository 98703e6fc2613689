"""The items of a comment in Markdown: each danger, change and finding, whatever others named as code."""

import re
from collections.abc import Iterator, Sequence

from guardian.cli.views.markdown import cell, code, prose
from guardian.cli.views.plan import change_lines
from guardian.cli.views.review import rehearsed
from guardian.cli.views.review.parts import (
    BEFORE_WORDS,
    SHOWN_ADDRESSES,
    THE_PLAN,
    Endangered,
    action_words,
    address_of,
    base_words,
    effect_words,
    fate_words,
    more_words,
    override_words,
    path_words,
    undo_words,
    value_words,
)
from guardian.cli.views.terminal import PLAIN, by_address, visible
from guardian.domain.difference import PathChange, dotted
from guardian.domain.redaction import Path
from guardian.domain.review.policy import Finding
from guardian.domain.review.rehearsal import Rehearsal
from guardian.domain.review.review import Overwritten, ReviewedChange
from guardian.domain.review.risks.risk import Risk

SHOWN_NAME = 500
SHOWN_ERROR = 2000
_LINK = re.compile(r"https://[A-Za-z0-9./_#?=&%~+-]+")


def name(text: str, *, most: int = SHOWN_NAME) -> str:
    """Return a name as code, cut to a length that a reader can take in."""
    return code(_cut(text, most))


def sentence(text: str) -> str:
    """Return a sentence, cut likewise."""
    return prose(_cut(text, SHOWN_NAME))


def danger(found: Endangered) -> Iterator[str]:
    """Yield an address with all of its risks, and what undoing would give."""
    fate = f" {fate_words(found.change, name)}" if found.change is not None else ""
    yield f"- {_subject(found.address)}{fate}"
    for each in found.risks:
        yield f"  - {name(each.code)}: {_risk(each)}"
    if found.change is not None:
        yield from _why(found.change)


def irreversible(change: ReviewedChange) -> Iterator[str]:
    """Yield a change with all that is known of why it cannot be undone."""
    yield f"- {name(address_of(change.intent))} {fate_words(change, name)}"
    yield from _why(change)


def finding(found: Finding) -> Iterator[str]:
    """Yield what a rule says of a change."""
    effect = f"**{effect_words(found)}**" if found.denies else effect_words(found)
    yield f"- {effect} by {name(found.rule)}: {_subject(found.address)}: {sentence(found.message)}"
    if found.override is not None:
        yield f"  - {sentence(override_words(found))}"


def overwritten(each: Overwritten) -> Iterator[str]:
    """Yield somebody's change by hand that goes."""
    accepted = "; it was accepted as right" if each.accepted else ""
    yield f"- {name(each.address)}: {paths(each.paths)}{accepted}"
    for change in each.values:
        yield f"  - {_value(change)}"


def row(change: ReviewedChange) -> str:
    """Return the row of an ordinary change."""
    was = change.intent.previous_address
    forces = f" (replaced because of {paths(change.forces)})" if change.forces else ""
    cells = (
        name(address_of(change.intent)),
        action_words(change.intent) + (f", was {name(was)}" if was else ""),
        sentence(undo_words(change)),
        paths(change.paths) + forces,
        str(change.dependents),
    )
    return f"| {' | '.join(map(cell, cells))} |"


def planned(change: ReviewedChange) -> Iterator[str]:
    """Yield plain lines: what is done, and each path that differs, with its values where they are shown."""
    yield from change_lines([change.intent], PLAIN)
    if change.values:
        for each in change.values:
            before, after = value_words(each.before), value_words(each.after)
            yield f"        {visible(dotted(each.path))}: {before} -> {after}"
    else:
        yield from (f"        {visible(dotted(each))}" for each in change.paths)


def output(changed: tuple[str, str]) -> Iterator[str]:
    """Yield a root output and what is done to it."""
    yield f"- {name(changed[0])}: {sentence(changed[1])}"


def note(text: str) -> Iterator[str]:
    """Yield a sentence as an item."""
    yield f"- {sentence(text)}"


def way_back(rehearsal: Rehearsal) -> Iterator[str]:
    """Yield the rehearsal: its plan, and what stands in its way."""
    if rehearsal.refused:
        yield f"- Not rehearsed: {sentence(rehearsal.refused)}"
        return
    yield f"- Going back to {name(base_words(rehearsal.base))} {rehearsed.outcome_words(rehearsal)}"
    lists = (
        ("Destroys what is there today", [address_of(each) for each in rehearsal.destroys]),
        ("In the way, by `prevent_destroy`", rehearsal.protected),
        ("Lacks the provider of what this change adds", rehearsal.missing_providers),
        ("`guardian restore` wants", rehearsed.flags(rehearsal)),
    )
    yield from (f"- {title}: {names(items)}" for title, items in lists if items)
    shown, more = rehearsed.moves(rehearsal)
    for each in shown:
        mend = f"{rehearsed.MEND}: {name(rehearsed.mend_words(each))}"
        yield f"- {name(rehearsed.move_words(each))}: {rehearsed.MOVED}; {mend}"
    if more:
        yield f"-{more} that are moved"
    yield from (f"- Terraform: {name(' '.join(each.split()), most=SHOWN_ERROR)}" for each in rehearsal.errors)
    yield from (f"- {sentence(rehearsed.capital(each))}" for each in rehearsal.notes)


def names(items: Sequence[str], *, total: int = 0) -> str:
    """Return `a, b and 3 more`; `total` is how many there are where not all are at hand."""
    shown = sorted(items, key=by_address)[:SHOWN_ADDRESSES]
    left_out = max(total, len(items)) - len(shown)
    return ", ".join(map(name, shown)) + more_words(left_out)


def paths(of: Sequence[Path]) -> str:
    """Return the attributes likewise."""
    shown, left_out = path_words(of)
    return ", ".join(map(name, shown)) + more_words(left_out)


def _why(change: ReviewedChange) -> Iterator[str]:
    for each in change.reversibility.reasons:
        where = f"{name(each.attribute)}: " if each.attribute else ""
        yield f"  - undo: {where}{sentence(each.words)}{_link(each.source)}"
    if change.paths:
        yield f"  - changes {paths(change.paths)}"
    if change.forces:
        yield f"  - replaced because of {paths(change.forces)}"


def _risk(risk: Risk) -> str:
    command, _, does = risk.mend.partition(BEFORE_WORDS)
    mend = f"{name(command)}, {sentence(does)}" if does else sentence(command)
    safer = f". Safer: {mend}" if risk.mend else ""
    return f"{sentence(risk.words)}{safer}{_link(risk.source)}"


def _link(source: str) -> str:
    """Return the page behind a rule; what is no plain address of one is shown and leads nowhere."""
    if not source:
        return ""
    return f" ([source]({source}))" if _LINK.fullmatch(source) else f" ({name(source)})"


def _value(each: PathChange) -> str:
    return f"{name(dotted(each.path))}: {code(value_words(each.before))} → {code(value_words(each.after))}"


def _subject(address: str) -> str:
    return name(address) if address else THE_PLAN


def _cut(text: str, most: int) -> str:
    shown = visible(text)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"
