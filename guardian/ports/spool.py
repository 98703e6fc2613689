"""The place on this machine that stands in for a store while that does not answer."""

from datetime import datetime
from typing import Protocol


class SpoolPlace(Protocol):
    """Owns the directory of one store's spool, which is an ordinary store for its owner alone."""

    @property
    def address(self) -> str:
        """Where the spool is, as a person writes it."""
        ...

    def is_there(self) -> bool:
        """Tell whether anything is spooled that was not set aside."""
        ...

    def set_aside(self, at: datetime) -> str:
        """Rename the spool, durably, so that it is none any more, and return where it is kept.

        Args:
            at: Names it.

        Raises:
            StoreUnreachableError: It could not be renamed, and is where it was.
        """
        ...
