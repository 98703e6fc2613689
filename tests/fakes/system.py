"""A clock to advance, an identity to choose, an interruption to request."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from guardian.domain.actor import Actor

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class FakeClock:
    """Implements `Clock`; each reading advances both clocks by `tick_s`, so that times differ."""

    def __init__(self, start: datetime = START, *, tick_s: float = 0.0) -> None:
        self._start = start
        self._tick_s = tick_s
        self._elapsed_s = 0.0
        self._set_back_s = 0.0

    def now(self) -> datetime:
        self._elapsed_s += self._tick_s
        return self._start + timedelta(seconds=self._elapsed_s - self._set_back_s)

    def monotonic_s(self) -> float:
        self._elapsed_s += self._tick_s
        return self._elapsed_s

    def advance(self, seconds: float) -> None:
        self._elapsed_s += seconds

    def set_back(self, seconds: float) -> None:
        """Set the wall clock back, as a time server does; the other one goes on."""
        self._set_back_s += seconds


class FakeIdentity:
    """Implements `Identity`; the dead are those that a test declared dead."""

    def __init__(
        self,
        user: str = "alice",
        *,
        host: str = "laptop",
        pid: int = 100,
        boot_id: str = "boot",
        job: str = "",
    ) -> None:
        self._actor = Actor(user=user, host=host, pid=pid, boot_id=boot_id, started=pid * 10, job=job)
        self.dead: set[Actor] = set()

    def actor(self) -> Actor:
        return self._actor

    def is_dead(self, actor: Actor) -> bool:
        return actor in self.dead


class FakeInterruption:
    """Implements `Interruption`.

    Args:
        after: Which inquiry is the first to hear of the signal, from 1; 0 none, until `request` is called.
    """

    def __init__(self, *, after: int = 0, name: str = "SIGTERM") -> None:
        self._after = after
        self._name = name
        self._requested = False
        self.inquiries = 0
        self._call: Callable[[str], None] | None = None

    def request(self, name: str = "SIGTERM") -> None:
        if not self._requested:
            self._name, self._requested = name, True
            self._tell()

    def requested(self) -> str | None:
        self.inquiries += 1
        if self.inquiries == self._after:
            self.request(self._name)
        return self._name if self._requested else None

    @contextmanager
    def told_to(self, call: Callable[[str], None]) -> Iterator[None]:
        self._call = call
        try:
            if self._requested:
                self._tell()
            yield
        finally:
            self._call = None

    def _tell(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call(self._name)
