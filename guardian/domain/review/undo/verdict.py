"""What undoing a change would give back: the same object, another one, or nothing at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Undo(StrEnum):
    """What the way back gives, the best first.

    `exact`: the same object as before. `new object`: another one, with another id or endpoint, or without its
    data. `impossible`: no way back, by a named rule. `unknown`: nobody wrote down what this type loses.
    """

    EXACT = "exact"
    NEW_OBJECT = "new object"
    UNKNOWN = "unknown"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why it is not exact.

    Attributes:
        words: One plain sentence without a full stop; holds no value.
        source: The vendor's page that says so, or empty.
        attribute: Dotted path, or empty for the whole object.
    """

    words: str
    source: str = ""
    attribute: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversibility:
    """The verdict on one change; `reasons` is empty only where it is exact."""

    undo: Undo
    reasons: tuple[Reason, ...] = ()


_WORST = {each: rank for rank, each in enumerate(Undo)}


def worst(verdicts: Iterable[Undo]) -> Undo:
    """Return the verdict on the whole; a plan without changes is undone exactly."""
    return max(verdicts, key=_WORST.__getitem__, default=Undo.EXACT)
