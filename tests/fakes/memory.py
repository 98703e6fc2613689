"""A memory of heads in memory."""

from guardian.domain.remembered import Remembered


class FakeHeadMemory:
    """Implements `HeadMemory` in a dictionary; `writes` counts them."""

    def __init__(self) -> None:
        self.heads: dict[tuple[str, str], Remembered] = {}
        self.writes = 0

    def recall(self, store: str, project: str) -> Remembered | None:
        return self.heads.get((store, project))

    def remember(self, store: str, project: str, seen: Remembered) -> None:
        self.writes += 1
        self.heads[store, project] = seen

    def forget(self, store: str, project: str) -> None:
        self.heads.pop((store, project), None)

    def known(self, store: str) -> tuple[Remembered, ...]:
        return tuple(seen for (place, _), seen in sorted(self.heads.items()) if place == store)
