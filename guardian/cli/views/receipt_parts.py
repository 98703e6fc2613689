"""What a receipt says, once, for its two forms: the terminal's and Markdown's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guardian.cli.views.progress import duration
from guardian.domain.oneway import CannotUndo
from guardian.domain.receipt import HotFix, NewObject, Receipt
from guardian.domain.recovery import HotFixes, Strategy

_RECORD = str(Strategy.RECORD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a section; every text in it may come from others and is not encoded yet.

    Attributes:
        name: An address, mostly.
        words: What is said of it, or empty.
        notes: Further lines, each with its label.
    """

    name: str
    words: str = ""
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A list under a title; the title is guardian's own words."""

    title: str
    items: tuple[Item, ...]


def headline(receipt: Receipt) -> str:
    """Return the verdict without the snapshot's name, which follows it."""
    if receipt.strategy == _RECORD:
        return (
            "The record of the state is sound" if receipt.proven else "The record of the state is NOT proven"
        )
    where = "Back to nothing" if receipt.to_nothing else "Restored"
    if receipt.proven:
        return where
    if receipt.remaining or _misses(receipt):
        return "NOT back to nothing" if receipt.to_nothing else "NOT restored"
    if receipt.unaccounted:
        return f"{where}, but NOT proven: something may exist that no state knows"
    return f"{where}, except for what stays as the run left it"


def evidence(receipt: Receipt) -> str:
    """Return what the closing plan says, in one sentence."""
    code = f"(exit code {receipt.replan_exit_code})"
    counts = receipt.replan
    found = f"{counts.add} to add, {counts.change} to change, {counts.remove} to destroy"
    if receipt.strategy == _RECORD:
        if not receipt.outside:
            return f"Terraform takes it, and a refresh-only plan on it is empty {code}."
        return f"Terraform takes it; a refresh-only plan on it finds changes made outside Terraform {code}."
    if receipt.replan_exit_code == 0:
        return f"Planned again, the plan is empty {code}."
    if receipt.remaining:
        return f"Planned again, the plan is not empty {code}: {found}."
    if not receipt.outside:
        return f"Planned again, the plan changes no instance {code}."
    return f"Planned again, the plan holds other people's changes alone {code}: {found}."


def witness(receipt: Receipt) -> str:
    """Return what guardian's own readers saw, in one sentence; empty where nothing could be read so."""
    live = receipt.live
    if live is None or not (live.read or live.unreadable):
        return ""
    number = f"{live.read} {'instance' if live.read == 1 else 'instances'}"
    if not live.read:
        return "Nothing of it could be read live."
    found, more = len(live.differing), len(receipt.differing.keys() - live.differing.keys())
    alone = f"; by the record alone {more} {'more ' if found else ''}{_differ(more)}" if more else ""
    if found:
        return f"Read live: {number}, of which {found} {_differ(found)} from the snapshot{alone}."
    return f"Read live: {number}, as in the snapshot{alone}."


def took(receipt: Receipt) -> str:
    """Return how long it took, and since when."""
    since = receipt.since_failure_s
    after = "" if since is None else f", {duration(since)} after the failure"
    return f"{duration(receipt.duration_s)}{after}"


def sections(receipt: Receipt) -> tuple[Section, ...]:
    """Return the lists that hold anything, what wants a person first."""
    kept = [each for each in receipt.hot_fixes if each.choice == HotFixes.KEEP]
    reverted = [each for each in receipt.hot_fixes if each.choice != HotFixes.KEEP]
    found = (
        _section("Still differs, by a new plan", map(_name, receipt.remaining)),
        _section("Stays as the run left it", map(_cannot_undo, receipt.cannot_undo)),
        _section("Stays tainted, as it was chosen", map(_name, receipt.left)),
        _section("May exist, although no state knows it", map(_name, receipt.unaccounted)),
        _section(
            "Looked for live, for no state knew it",
            (Item(name=each.address, words=str(each)) for each in receipt.looked),
        ),
        _section(
            "Is another object now",
            (
                Item(
                    name=each.address,
                    words=_identities(each),
                    notes=(("Data gone", "what the former object held is not in this one"),)
                    if each.data_gone
                    else (),
                )
                for each in receipt.new_objects
            ),
        ),
        _section("Changed by hand before the run, and kept so", map(_hot_fix, kept)),
        _section("Changed by hand before the run, and written over", map(_hot_fix, reverted)),
        _section(
            "Adopted: it existed, and no state knew it",
            (Item(name=each.address, words=each.object_id) for each in receipt.adopted),
        ),
        _section("Changed in the record alone", map(_name, receipt.revised)),
        _section(
            "Gone without its destroy-time provisioner, which only the failed configuration had",
            map(_name, receipt.not_run),
        ),
        _section("Differs from the snapshot", _differing(receipt)),
        _section(
            "Could not be read live",
            (
                Item(name=address, words=why)
                for address, why in (receipt.live.unreadable if receipt.live else {}).items()
            ),
        ),
        _section("Outputs that still hold other values", map(_name, receipt.outputs)),
        _section(
            "Outputs that held other values meanwhile (terraform_remote_state read those)",
            map(_name, receipt.outputs_changed),
        ),
        _section(_outside(receipt), map(_name, receipt.outside)),
        _section(
            "The rest of the configuration could not be planned, so that the proof is of what was touched",
            [_name(receipt.not_planned)] if receipt.not_planned else (),
        ),
    )
    return tuple(each for each in found if each.items)


def _misses(receipt: Receipt) -> bool:
    """Tell whether nothing else explains why the arrival is not proven."""
    return not (receipt.unaccounted or receipt.cannot_undo or receipt.left)


def _section(title: str, items: Iterable[Item]) -> Section:
    return Section(title=title, items=tuple(items))


def _name(text: str) -> Item:
    return Item(name=text)


def _cannot_undo(each: CannotUndo) -> Item:
    notes = [("Mend", each.mend), ("Source", each.source)]
    name = f"{each.address} {each.attribute}".rstrip()
    return Item(name=name, words=each.why, notes=tuple((label, text) for label, text in notes if text))


def _hot_fix(each: HotFix) -> Item:
    return Item(name=each.address, words=", ".join(each.paths))


def _identities(each: NewObject) -> str:
    if each.old_id == each.new_id:
        return "destroyed and made again under the same id"
    return f"{each.old_id} -> {each.new_id}"


def _differing(receipt: Receipt) -> Iterator[Item]:
    """Yield each instance once: by the record, and beside it what was read live where that is other."""
    live = receipt.live.differing if receipt.live else {}
    for address in (*receipt.differing, *(each for each in live if each not in receipt.differing)):
        recorded, seen = receipt.differing.get(address, ()), live.get(address, ())
        yield Item(
            name=address,
            words=", ".join(recorded),
            notes=(("Read live", ", ".join(seen)),) if seen and seen != recorded else (),
        )


def _differ(number: int) -> str:
    return "differs" if number == 1 else "differ"


def _outside(receipt: Receipt) -> str:
    if receipt.strategy == _RECORD:
        return "Changed outside Terraform since it was recorded"
    return "Not touched by the run, and left alone"
