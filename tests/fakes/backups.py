"""Backups as a test says."""

from collections.abc import Collection, Mapping, Sequence

from guardian.domain.observation import Unreadable
from guardian.domain.review.risks.data import DataLoss
from guardian.domain.review.risks.facts import Newest


class FakeBackups:
    """Implements `BackupReader`.

    Args:
        made: The newest backup by address; what is not in it has none.
        uncovered: Types whose backups cannot be asked for.
    """

    def __init__(self, made: Mapping[str, Newest] | None = None, *, uncovered: Collection[str] = ()) -> None:
        self.made = dict(made or {})
        self.uncovered = set(uncovered)
        self.asked: list[DataLoss] = []

    def newest(self, sought: Sequence[DataLoss]) -> Mapping[str, Newest]:
        self.asked += sought
        return {each.address: self._newest(each) for each in sought}

    def _newest(self, loss: DataLoss) -> Newest:
        if loss.resource_type in self.uncovered:
            return Unreadable(reason=f"guardian knows no backups of {loss.resource_type}")
        return self.made.get(loss.address)
