"""A live infrastructure that answers what a test says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from guardian.domain.observation import Absent, Observation, Present, Sought, Unreadable


class FakeLive:
    """Implements `LiveReader`.

    Args:
        observed: What is seen, by address; what is not in it is absent. A test may change it at any time.
        uncovered: Types that there is no reader for.
    """

    def __init__(
        self, observed: Mapping[str, Observation] | None = None, *, uncovered: Collection[str] = ()
    ) -> None:
        self.observed = dict(observed or {})
        self.uncovered = set(uncovered)
        self.asked: list[Sought] = []

    def covers(self, resource_type: str) -> bool:
        return resource_type not in self.uncovered

    def look(self, sought: Sequence[Sought]) -> Mapping[str, Observation]:
        self.asked += sought
        seen = [(each, self._look(each)) for each in sought]
        objects = [
            (each.resource_type, found.object_id) for each, found in seen if isinstance(found, Present)
        ]
        return {
            each.address: replace(found, certain=False)
            if isinstance(found, Present) and objects.count((each.resource_type, found.object_id)) > 1
            else found
            for each, found in seen
        }

    def _look(self, sought: Sought) -> Observation:
        if not self.covers(sought.resource_type):
            return Unreadable(reason=f"no reader for {sought.resource_type}")
        seen = self.observed.get(sought.address, Absent())
        if isinstance(seen, Present) and seen.object_id in sought.known_ids:
            return Absent()
        return seen
