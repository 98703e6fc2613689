"""A review for a person at a terminal: what wants a decision in full, all else in a line each."""

from collections.abc import Iterable, Iterator

from guardian.cli.typed import Typed
from guardian.cli.views.lists import in_a_row
from guardian.cli.views.plan import change_lines, counts_text
from guardian.cli.views.review import rehearsed
from guardian.cli.views.review.parts import (
    SHOWN_ADDRESSES,
    THE_PLAN,
    Endangered,
    address_of,
    alarm_words,
    base_words,
    by_weight,
    dangers,
    effect_words,
    fate_words,
    identity_words,
    lost,
    more_words,
    next_lines,
    obstacles,
    others,
    override_words,
    path_words,
    summary_of,
    undo_words,
    undone_words,
    value_words,
    whole_words,
)
from guardian.cli.views.terminal import Paint, visible
from guardian.domain.difference import PathChange, dotted
from guardian.domain.redaction import Path
from guardian.domain.review.policy import Finding
from guardian.domain.review.rehearsal import Rehearsal
from guardian.domain.review.review import Overwritten, Review, ReviewedChange
from guardian.domain.review.risks.risk import Risk, Severity
from guardian.domain.review.undo.verdict import Undo


def review_text(review: Review, paint: Paint, typed: Typed) -> str:
    """Return the whole review.

    Args:
        review: What is said.
        paint: Colours.
        typed: Flags that the next command needs too.
    """
    if review.is_empty:
        return counts_text(summary_of(review))
    blocks: tuple[tuple[str, Iterable[str]], ...] = (
        *_decisive(review, paint),
        ("Other changes", _each(_other(each, paint) for each in others(review))),
        ("Values, secrets masked", _each(_values(each) for each in review.changes if each.values)),
        ("Outputs", (f"  {visible(name)}: {visible(how)}" for name, how in sorted(review.outputs.items()))),
        ("Way back, rehearsed", _way_back(review.rehearsal, paint) if review.rehearsal else ()),
        ("What this review could not know", (f"  {visible(each)}" for each in review.notes)),
        ("Next", (f"  {visible(each)}" for each in next_lines(review, typed))),
    )
    told = ["\n".join([paint.bold(counts_text(summary_of(review))), *_verdict(review, paint)])]
    told += _titled(blocks, paint)
    told.append("\n".join(paint.dim(f"{label}: {visible(text)}") for label, text in identity_words(review)))
    return "\n\n".join(told)


def verdicts_text(review: Review, paint: Paint) -> str:
    """Return the verdict and what wants a decision: what stands below Terraform's own rendering."""
    told = list(_verdict(review, paint))
    if review.drifted:
        number = "1 instance was" if review.drifted == 1 else f"{review.drifted} instances were"
        told.append(f"{number} changed outside Terraform: guardian drift tells what")
    return "\n\n".join(["\n".join(told), *_titled(_decisive(review, paint), paint)])


def _decisive(review: Review, paint: Paint) -> "tuple[tuple[str, Iterable[str]], ...]":
    mark, look = paint.red("!"), paint.yellow("!")
    return (
        ("In the way of an apply", (f"  {mark} {visible(each)}" for each in obstacles(review))),
        ("Red", _each(_danger(each, mark) for each in dangers(review, Severity.RED))),
        ("Cannot be undone", _each(_irreversible(each, mark) for each in lost(review))),
        ("Policy", _each(_finding(each, paint) for each in by_weight(review.policy))),
        (
            "Changed by hand, and overwritten by the apply",
            _each(_overwritten(each, look) for each in review.overwritten),
        ),
        ("Amber", _each(_danger(each, look) for each in dangers(review, Severity.AMBER))),
    )


def _titled(blocks: "Iterable[tuple[str, Iterable[str]]]", paint: Paint) -> Iterator[str]:
    for title, lines in blocks:
        if found := list(lines):
            yield "\n".join([paint.bold(title), *found])


def _verdict(review: Review, paint: Paint) -> Iterator[str]:
    if alarm := alarm_words(review):
        yield (paint.red if review.red or review.denied else paint.yellow)(alarm[0].upper() + alarm[1:])
    if review.changes:
        whole = whole_words(review)
        told = paint.green(whole) if review.undo is Undo.EXACT else paint.yellow(whole)
        yield f"Undo: {undone_words(review)}: {told}"


def _each(items: Iterable[Iterator[str]]) -> Iterator[str]:
    for lines in items:
        yield from lines


def _danger(danger: Endangered, mark: str) -> Iterator[str]:
    fate = f" {fate_words(danger.change, visible)}" if danger.change is not None else ""
    yield f"  {mark} {visible(danger.address or THE_PLAN)}{fate}"
    for each in danger.risks:
        yield from _risk(each)
    if danger.change is not None:
        yield from _why(danger.change)


def _irreversible(change: ReviewedChange, mark: str) -> Iterator[str]:
    yield f"  {mark} {visible(address_of(change.intent))} {fate_words(change, visible)}"
    yield from _why(change)


def _risk(risk: Risk) -> Iterator[str]:
    yield f"      {visible(risk.code)}: {visible(risk.words)}"
    if risk.mend:
        yield f"        safer: {visible(risk.mend)}"


def _why(change: ReviewedChange) -> Iterator[str]:
    for each in change.reversibility.reasons:
        where = f"{visible(each.attribute)}: " if each.attribute else ""
        yield f"      undo: {where}{visible(each.words)}"
    if change.paths:
        yield f"      changes {_paths(change.paths)}"
    if change.forces:
        yield f"      replaced because of {_paths(change.forces)}"


def _finding(finding: Finding, paint: Paint) -> Iterator[str]:
    effect = (paint.red if finding.denies else paint.yellow)(effect_words(finding))
    where = visible(finding.address or THE_PLAN)
    yield f"  {effect} by {visible(finding.rule)}: {where}: {visible(finding.message)}"
    if finding.override is not None:
        yield f"      {visible(override_words(finding))}"


def _overwritten(each: Overwritten, mark: str) -> Iterator[str]:
    accepted = "; it was accepted as right" if each.accepted else ""
    yield f"  {mark} {visible(each.address)}: {_paths(each.paths)}{accepted}"
    yield from (_value(change) for change in each.values)


def _other(change: ReviewedChange, paint: Paint) -> Iterator[str]:
    [line] = change_lines([change.intent], paint)
    number = change.dependents
    depending = f"; {number} {'depends' if number == 1 else 'depend'} on it" if number else ""
    yield f"{line}  {paint.dim(f'undo: {visible(undo_words(change))}{depending}')}"


def _values(change: ReviewedChange) -> Iterator[str]:
    yield f"  {visible(address_of(change.intent))}"
    yield from (_value(each) for each in change.values)


def _value(each: PathChange) -> str:
    return f"      {visible(dotted(each.path))}: {value_words(each.before)} -> {value_words(each.after)}"


def _way_back(rehearsal: Rehearsal, paint: Paint) -> Iterator[str]:
    if rehearsal.refused:
        yield f"  not rehearsed: {visible(rehearsal.refused)}"
        return
    yield f"  going back to {visible(base_words(rehearsal.base))} {rehearsed.outcome_words(rehearsal)}"
    lines = change_lines(rehearsal.plan.changes, paint) if rehearsal.plan is not None else []
    yield from (f"  {each}" for each in lines[:SHOWN_ADDRESSES])
    if lines[SHOWN_ADDRESSES:]:
        yield f"    and {len(lines) - SHOWN_ADDRESSES} more"
    lists = (
        ("destroys what is there today", [address_of(each) for each in rehearsal.destroys]),
        ("in the way, by prevent_destroy", rehearsal.protected),
        ("lacks the provider of what this change adds", rehearsal.missing_providers),
        ("guardian restore wants", rehearsed.flags(rehearsal)),
    )
    yield from (f"  {title}: {in_a_row(names, shown=SHOWN_ADDRESSES)}" for title, names in lists if names)
    shown, more = rehearsed.moves(rehearsal)
    for each in shown:
        yield f"  {visible(rehearsed.move_words(each))}: {rehearsed.MOVED}"
        yield f"      {rehearsed.MEND}: {visible(rehearsed.mend_words(each))}"
    if more:
        yield f" {more} that are moved"
    yield from (f"  Terraform: {visible(' '.join(each.split()))}" for each in rehearsal.errors)
    yield from (f"  {visible(each)}" for each in rehearsal.notes)


def _paths(paths: tuple[Path, ...]) -> str:
    shown, left_out = path_words(paths)
    return ", ".join(map(visible, shown)) + more_words(left_out)
