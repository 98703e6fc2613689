"""Time, identity and interruption: the parts of the machine that the operations may see."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from guardian.domain.actor import Actor


class Clock(Protocol):
    """Two clocks: one to show, one to measure."""

    def now(self) -> datetime:
        """Return the aware UTC wall time; for people, never for decisions."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds that never go back; for ages and timeouts."""
        ...


class Identity(Protocol):
    """Who runs guardian, and whether another process still lives."""

    def actor(self) -> Actor:
        """Describe this process: user, host, pid, boot, CI job."""
        ...

    def is_dead(self, actor: Actor) -> bool:
        """Tell whether that process is *proven* dead: same boot of the same host, and its pid is gone."""
        ...


class Interruption(Protocol):
    """Whether somebody asked for the end (SIGINT, SIGTERM, SIGHUP)."""

    def requested(self) -> str | None:
        """Return the signal's name once one has arrived, else None."""
        ...

    def told_to(self, call: Callable[[str], None]) -> AbstractContextManager[None]:
        """Call with the first signal's name when it arrives, or at once when it has, while the block lasts.

        The call comes in the middle of whatever the main thread does: it may start a thread, and no more.
        """
        ...
