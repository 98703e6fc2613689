"""Applying while the store is down: what a client may still know, and what a later flush must settle."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from guardian.domain import fields
from guardian.domain.guards import other_state
from guardian.domain.remembered import Remembered
from guardian.domain.standing import Hold, KnownState, Standing
from guardian.domain.state import StateFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """Why a run works without its store.

    Attributes:
        reason: In the words of who broke the glass.
        store: The address of the store that does not answer.
        error: What it answered, or that it did not.
    """

    reason: str
    store: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A broken glass on one project: what is known without the store.

    Attributes:
        remembered: Number of the newest record that this machine saw; None when it saw none.
        seen_at: When it saw that one.
        open_run: A run that had no end then, None for none.
    """

    glass: Glass
    remembered: int | None
    seen_at: datetime | None
    open_run: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the body of a `break_glass` record."""
        return {
            "reason": self.glass.reason,
            "store": self.glass.store,
            "error": self.glass.error,
            "remembered": self.remembered,
            "seen_at": fields.format_moment(self.seen_at) if self.seen_at else None,
            "open_run": self.open_run,
        }


def broken(glass: Glass, seen: Remembered | None) -> Broken:
    """Say what is known of a project whose store does not answer."""
    last = seen.standing.last_run if seen else None
    return Broken(
        glass=glass,
        remembered=seen.number if seen else None,
        seen_at=seen.seen_at if seen else None,
        open_run=last.id if last and last.is_open else None,
    )


def remembered_hold(seen: Remembered) -> Hold | None:
    """Return the hold that the store had when it was seen last, marked as remembered.

    An incident without a hold counts as one: the guardian that was to write the hold died between the two,
    and the next one writes it before anything else.
    """
    standing, when = seen.standing, f"as this machine saw it on {seen.seen_at:%Y-%m-%d %H:%M} UTC"
    if standing.hold is not None:
        return replace(standing.hold, reason=f"{standing.hold.reason} ({when})")
    if standing.open_incident is None:
        return None
    run_id = standing.open_incident.run_id
    return Hold(
        reason=f"run {run_id} failed and is not mended ({when})",
        by=f"run {run_id}",
        since=seen.seen_at,
        run_id=run_id,
    )


def moved(then: Standing, now: Standing) -> bool:
    """Tell whether a project went on between two moments: runs, snapshots, promotions and holds count."""
    return (then.last_run, then.known_state, then.baseline, then.hold) != (
        now.last_run,
        now.known_state,
        now.baseline,
        now.hold,
    )


def contradiction(before: Standing, first: StateFacts | None) -> str | None:
    """Tell why the spooled runs cannot follow what the store knows, or None.

    Args:
        before: Where the project stood in the store before the flush.
        first: The state that the first spooled run began with; None when there was none.
    """
    verdict = other_state(before.known_state, first)
    if verdict is None:
        return None
    return f"what was applied while the store was down does not follow what the store knows: {verdict}"


def later_state(before: Standing, last: KnownState | None) -> KnownState | None:
    """Return the store's own known state when it is a later moment than the last spooled one, else None."""
    known = before.known_state
    if known is None or last is None or known.lineage != last.lineage or known.serial <= last.serial:
        return None
    return known
