"""The live infrastructure, read in bulk for what a state knows."""

from collections.abc import Sequence
from typing import Protocol

from guardian.domain.drift_rules import NO_SCOPE, Scope
from guardian.domain.live import Known, Reading


class FingerprintReader(Protocol):
    """Reads live attributes of known instances; nothing is ever changed, no answer is ever a guess.

    What stands in the way of one instance (access denied, throttled out, a region that is down, no time
    left, an answer that cannot be read, a type without a reader) makes that one `Unreadable` with the
    reason, never `Absent`, and ends nothing else. An object that vanishes while it is read is `Absent`.
    """

    def covers(self, resource_type: str) -> bool:
        """Tell whether there is a reader for the type."""
        ...

    def key(self, known: Known) -> str:
        """Return what identifies the instance's object among all of its covered type, as in `Unmanaged`."""
        ...

    def account(self) -> str:
        """Return whose the credentials are.

        Raises:
            LiveError: There are none, they have expired, or nobody answers.
        """
        ...

    def read(
        self,
        known: Sequence[Known],
        *,
        quick: bool = False,
        scope: Scope = NO_SCOPE,
        beside: Sequence[Known] = (),
    ) -> Reading:
        """Read every instance, and what is in scope of the same types and regions.

        Args:
            known: The instances; addresses are unique.
            quick: Whether bulk calls alone are made: then some attributes are not looked at, and named.
            scope: What counts as the project's own although no state knows it.
            beside: What else the state knows: it may explain what is live of an instance.
        """
        ...
