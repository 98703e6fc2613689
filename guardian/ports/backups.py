"""The backups of what is about to be deleted."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from guardian.domain.review.risks.data import DataLoss
from guardian.domain.review.risks.facts import Newest


class BackupReader(Protocol):
    """Asks when the newest backup was made that outlives its object; nothing is ever changed.

    What stands in the way of an answer (access denied, throttled out, no credentials, no region, cut off, a
    type whose backups cannot be asked for) is `Unreadable` with the reason, for that object alone: it is
    never None and never raised. None is AWS's own word that there is no backup. A backup that is not
    complete, or that AWS deletes together with the object, is none.
    """

    def newest(self, sought: Sequence[DataLoss]) -> Mapping[str, Newest]:
        """Ask for each, and return exactly one answer an address. Takes bounded time, whatever hangs."""
        ...
