"""One look at what is live, and what came of it."""

from dataclasses import dataclass

from guardian.domain.coverage import Coverage
from guardian.domain.drift import Found, Kind
from guardian.domain.drift_rules import IgnoreRule
from guardian.domain.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What a look found.

    Attributes:
        snapshot: What was expected; None for the recorded state.
        found: The differences.
        coverage: How much was read.
        expired: Rules that hold no more.
        notes: What else a person should know, one sentence each.
    """

    snapshot: Snapshot | None
    found: Found
    coverage: Coverage
    expired: tuple[IgnoreRule, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def unreadable(self) -> int:
        """How many instances could not be read."""
        return sum(each.kind is Kind.UNREADABLE for each in self.found.drifts)
