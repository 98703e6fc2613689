"""One project's log held against what this client remembers of it."""

from collections.abc import Callable
from dataclasses import dataclass

from guardian.domain.journal import Kind, Record
from guardian.domain.project import ProjectDescriptor
from guardian.domain.remembered import Found, Remembered, contradiction
from guardian.errors import LogRolledBackError
from guardian.ports.memory import HeadMemory
from guardian.ports.system import Clock

HINT = (
    "guardian store check    # then, if it was you who put a backup back: "
    "guardian store repair --accept-log --reason '...'"
)
# They come by the clock; the next record of another kind is remembered in their place.
_FREQUENT = frozenset({Kind.ENGINE_EVENTS, Kind.LEASE_RENEWED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembrance:
    """Knows where this client keeps what it saw of one project."""

    memory: HeadMemory
    store: str
    repository_id: str
    state_id: str
    descriptor: ProjectDescriptor
    clock: Clock

    def contradicted_by(self, head: Record | None, digest_of: Callable[[int], str]) -> str:
        """Say how the log contradicts what is remembered; empty when it does not, or nothing is."""
        seen = self.memory.recall(self.store, self.descriptor.name)
        if seen is None:
            return ""
        found = Found(
            repository_id=self.repository_id,
            state_id=self.state_id,
            descriptor=self.descriptor,
            number=head.number if head else 0,
            digest=head.digest if head else "",
        )
        return contradiction(seen, found, digest_of)

    def check(self, head: Record | None, digest_of: Callable[[int], str]) -> None:
        """Raise `LogRolledBackError` when the log contradicts what is remembered."""
        if words := self.contradicted_by(head, digest_of):
            raise LogRolledBackError(words, hint=HINT)

    def keep(self, head: Record) -> None:
        """Remember the newest record; a kind that comes by the clock is not worth a write."""
        if head.kind in _FREQUENT:
            return
        seen = Remembered(
            repository_id=self.repository_id,
            state_id=self.state_id,
            number=head.number,
            digest=head.digest,
            standing=head.standing,
            descriptor=self.descriptor,
            seen_at=self.clock.now(),
        )
        self.memory.remember(self.store, self.descriptor.name, seen)

    def forget(self) -> None:
        """Take whatever log is there for the right one."""
        self.memory.forget(self.store, self.descriptor.name)


def refuse_vanished(memory: HeadMemory | None, store: str, project: str) -> None:
    """Refuse to take a project for a new one that this client saw in this store.

    Raises:
        LogRolledBackError: It is remembered, and not there.
    """
    seen = memory.recall(store, project) if memory else None
    if seen is not None:
        raise LogRolledBackError(
            f"{project} is not in {store} any more, but this machine saw record {seen.number} of it there "
            f"({seen.seen_at:%Y-%m-%d %H:%M:%S} UTC)",
            hint=HINT,
        )


def refuse_emptied(memory: HeadMemory | None, store: str) -> None:
    """Refuse to take a store for a new one in which this client saw projects.

    Raises:
        LogRolledBackError: Some are remembered, and nothing is there.
    """
    known = memory.known(store) if memory else ()
    if known:
        names = ", ".join(each.descriptor.name for each in known)
        latest = max(each.seen_at for each in known)
        raise LogRolledBackError(
            f"the store {store} is empty, but this machine saw in it: {names} "
            f"({latest:%Y-%m-%d %H:%M:%S} UTC)",
            hint=HINT,
        )
