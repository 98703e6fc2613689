"""Whether a lock may be removed: by itself only what a dead run left, by name what nobody alive holds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from guardian.domain.actor import Actor


class What(StrEnum):
    """Which of the two locks: guardian's lease on the project, or Terraform's lock on the state."""

    LEASE = "lease"
    TERRAFORM = "terraform"


class Life(StrEnum):
    """What is known of a holder; only `dead` is proof."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One lock that is held.

    Attributes:
        id: Its whole ID; empty for a lock of Terraform's that tells none.
        holder: In words.
        life: Whether the holder lives.
        run_id: The run of this project that holds it; empty when none is known to.
    """

    what: What
    id: str
    holder: str
    life: Life
    run_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The one lock that somebody named, by its whole ID."""

    what: What
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a lock may be removed, and why or why not."""

    removes: bool
    reason: str


def verdict(held: Held, named: Named | None) -> Verdict:
    """Judge one lock.

    Args:
        held: The lock.
        named: What somebody asked for by name, None for nothing: then only what a dead run left goes.
    """
    if named is None:
        return _by_itself(held)
    if named.what is not held.what:
        return Verdict(removes=False, reason="nobody asked for it")
    if not held.id or named.id != held.id:
        return Verdict(removes=False, reason=f"its ID is not {named.id}")
    if held.what is What.TERRAFORM and held.life is Life.ALIVE:
        # Terraform does not look at its lock again: without it, two would write one state.
        return Verdict(removes=False, reason="its holder is alive, and nothing would stop it from writing")
    return Verdict(removes=True, reason="it was named by its whole ID")


def _by_itself(held: Held) -> Verdict:
    if held.life is Life.ALIVE:
        return Verdict(removes=False, reason="its holder is alive")
    if held.what is What.TERRAFORM and not held.run_id:
        return Verdict(removes=False, reason="no run of this project is known to have taken it")
    if held.life is Life.UNKNOWN:
        return Verdict(removes=False, reason="whether its holder lives cannot be told from this machine")
    return Verdict(removes=True, reason="its holder is proven dead")


def life_of(holders: Iterable[Actor], me: Actor, is_dead: Callable[[Actor], bool]) -> Life:
    """Tell whether any of the processes that share a lock may live.

    Args:
        holders: All of them.
        me: This process; one of the same boot of the same host that is not proven dead counts as alive.
        is_dead: Whether a process is proven dead.
    """
    found = {_life(each, me, is_dead) for each in holders}
    for worst in (Life.ALIVE, Life.UNKNOWN, Life.DEAD):
        if worst in found:
            return worst
    return Life.UNKNOWN


def _life(holder: Actor, me: Actor, is_dead: Callable[[Actor], bool]) -> Life:
    if is_dead(holder):
        return Life.DEAD
    is_here = bool(me.boot_id) and (holder.host, holder.boot_id) == (me.host, me.boot_id)
    return Life.ALIVE if is_here else Life.UNKNOWN
