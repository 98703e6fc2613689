"""What this client remembers of stores, kept apart from them."""

from typing import Protocol

from guardian.domain.remembered import Remembered


class HeadMemory(Protocol):
    """Keeps the newest record seen of each project, by the store's address and the project's name.

    It is a cache beside no store, so that a store that was put back does not put it back too. It must never
    stop a command: what cannot be read is None, what cannot be written is let go.
    """

    def recall(self, store: str, project: str) -> Remembered | None:
        """Return what was seen last, None when nothing was or it cannot be read."""
        ...

    def remember(self, store: str, project: str, seen: Remembered) -> None:
        """Keep this in place of what was there, as well as it can be done."""
        ...

    def forget(self, store: str, project: str) -> None:
        """Keep nothing of this project any more; nothing there is fine."""
        ...

    def known(self, store: str) -> tuple[Remembered, ...]:
        """Return what was seen last of each project of a store, sorted by name."""
        ...
