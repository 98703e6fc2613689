"""What a rehearsal says in all of its forms. Texts of others are not encoded yet."""

from shlex import quote

from guardian.cli.views.plan import counts_text
from guardian.cli.views.review.parts import SHOWN_ADDRESSES, more_words
from guardian.cli.views.terminal import by_address
from guardian.domain.recovery import Move
from guardian.domain.review.rehearsal import Rehearsal

MOVED = (
    "guardian restore moves it home after a failed apply; a plain revert destroys it and makes another one"
)
MEND = "in the base this moves it home, too"


def outcome_words(rehearsal: Rehearsal) -> str:
    """Return what follows `going back to BASE`."""
    made = "Terraform makes no plan." if rehearsal.plan is None else counts_text(rehearsal.plan)
    return f"on the state that the apply would leave, nothing refreshed: {made}"


def flags(rehearsal: Rehearsal) -> list[str]:
    """Return the options that a restore wants, to be pasted."""
    return [quote(each) for each in rehearsal.wants]


def moves(rehearsal: Rehearsal) -> tuple[list[Move], str]:
    """Return the first moves, and how many more there are."""
    found = sorted(rehearsal.moves, key=lambda each: by_address(each.home))
    return found[:SHOWN_ADDRESSES], more_words(max(0, len(found) - SHOWN_ADDRESSES))


def move_words(move: Move) -> str:
    """Return what the change moves, and where to."""
    return f"{move.home} -> {move.source}"


def mend_words(move: Move) -> str:
    """Return the block that takes a move back."""
    return f"moved {{ from = {move.source}  to = {move.home} }}"


def capital(text: str) -> str:
    """Return a sentence as one begins."""
    return text[:1].upper() + text[1:]
