"""What cannot be undone, recognised before it is tried."""

from dataclasses import dataclass
from enum import StrEnum

from guardian.domain.state import StateInstance


class Ground(StrEnum):
    """Why there is no way back."""

    SHRINK = "shrink"
    DOWNGRADE = "downgrade"
    WINDOW = "window"
    NAME = "name"
    PERMANENT = "permanent"
    NOT_EMPTY = "not_empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that a vendor does not take back.

    Attributes:
        attribute: Dotted path, through the first item of each list; empty for the whole object.
        words: One plain sentence for the person on call.
        mend: What to type or do, or empty.
        source: The vendor's page that says so.
    """

    resource_type: str
    ground: Ground
    attribute: str
    words: str
    mend: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotUndo:
    """One change that stays.

    Attributes:
        pinned: Whether the attribute stays and the rest of the instance goes back; otherwise the instance as
            a whole is left out.
    """

    address: str
    attribute: str
    why: str
    mend: str
    source: str
    pinned: bool


def one_way(
    before: StateInstance | None, now: StateInstance | None, *, deleted: bool, created: bool
) -> tuple[CannotUndo, ...]:
    """Return what of one instance cannot go back."""
    del before, now, deleted, created
    return ()
