"""What is known beside the plan when its risks are judged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from guardian.domain.observation import Unreadable
from guardian.domain.review.change import Change

Newest = datetime | None | Unreadable
"""When the newest backup was made that outlives its object: None where AWS says that there is none."""


def _no_dependents(resource: str) -> Sequence[str]:
    del resource
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFacts:
    """Facts and thresholds; the defaults are what a review without store and cloud knows.

    Attributes:
        now: When the review is made, aware.
        dependents: Returns the resources that refer to one, both spelled without keys.
        backups: The newest backup by address; an address that is not in it was not asked.
        backup_hours: Up to this age a backup is fresh.
        hot_fixes: Addresses that somebody changed by hand since the baseline.
        most_deletions: More destroyed instances than this are many.
        most_deletions_percent: A larger part of all instances than this is much.
        managed: How many instances there are before the apply; 0 where that is not known.
        arguments: By resource without keys, the arguments and blocks that its configuration writes.
    """

    now: datetime
    dependents: Callable[[str], Sequence[str]] = _no_dependents
    backups: Mapping[str, Newest] = field(default_factory=dict)
    backup_hours: int = 24
    hot_fixes: frozenset[str] = frozenset()
    most_deletions: int = 10
    most_deletions_percent: int = 25
    managed: int = 0
    arguments: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def configures(self, change: Change, name: str) -> bool:
        """Tell whether a configuration may say what an attribute is, so that it is not merely computed."""
        return name in self.arguments.get(change.resource, {name})
