"""Which snapshots a prune lets go, and which it never may."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

GOOD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What a person wants to keep; each rule only adds to what stays.

    Attributes:
        last: The newest so many; None for no such rule.
        days: Those of the last so many days; None for no such rule.
        good: The newest so many of those that were promoted to known good.
    """

    last: int | None = None
    days: int | None = None
    good: int = GOOD

    def to_json(self) -> dict[str, Any]:
        """Return the `keep` object of a `snapshots_pruned` record."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One snapshot that counts."""

    id: str
    at: datetime
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One snapshot with the verdict on it; `reason` is why it stays, empty when it goes."""

    candidate: Candidate
    reason: str

    @property
    def goes(self) -> bool:
        """Whether nothing keeps it."""
        return not self.reason


def choose(
    candidates: Sequence[Candidate],
    keep: Keep,
    *,
    baseline: str | None,
    held_runs: AbstractSet[str],
    promoted: Iterable[str],
    now: datetime,
) -> tuple[Choice, ...]:
    """Judge each snapshot; the order stays.

    The age is measured from the newest snapshot where that is earlier than now: a clock that is years ahead
    makes nothing old.

    Args:
        candidates: Newest first by the log.
        keep: What is to be kept.
        baseline: Never goes.
        held_runs: The last run, and those of an open incident and of a hold: a way back may need theirs.
        promoted: Ids, newest first.
        now: By this machine's clock.
    """
    here = {each.id for each in candidates}
    good = set([each for each in promoted if each in here][: keep.good])
    reference = min([now, *(each.at for each in candidates[:1])])
    choices = []
    for place, each in enumerate(candidates):
        if each.id == baseline:
            reason = "the baseline"
        elif place == 0:
            reason = "the newest"
        elif each.run_id in held_runs:
            reason = "of a run that a way back may need"
        elif each.id in good:
            reason = "known good"
        elif keep.last is not None and place < keep.last:
            reason = f"among the last {keep.last}"
        elif keep.days is not None and each.at >= reference - timedelta(days=keep.days):
            reason = f"of the last {keep.days} days"
        else:
            reason = ""
        choices.append(Choice(candidate=each, reason=reason))
    return tuple(choices)
