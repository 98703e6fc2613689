"""The live infrastructure, asked for what no state knows."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from guardian.domain.observation import Observation, Sought


class LiveReader(Protocol):
    """Looks for objects by their planned arguments; nothing is ever changed, no answer is ever a guess.

    What stands in the way of one look (access denied, throttled out, no or expired credentials, no region,
    no answer, a name known only after the apply) is `Unreadable` with the reason, for that object alone: it
    is never `Absent` and never raised. An object whose id is among `known_ids` is passed over. `Present` is
    certain only for an object that was found by what identifies it among all of its type and that is proven
    not to be older than the run; one object is never certain for two addresses.
    """

    def covers(self, resource_type: str) -> bool:
        """Tell whether objects of this type can be looked for at all."""
        ...

    def look(self, sought: Sequence[Sought]) -> Mapping[str, Observation]:
        """Look for each, and return exactly one observation an address.

        A type that is not covered is `Unreadable("no reader for TYPE")`. Takes bounded time, whatever hangs.
        """
        ...
