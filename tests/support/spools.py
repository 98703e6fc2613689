"""A store that is away for a while: applies in the broken glass, and the flush afterwards."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from guardian.domain.glass import Broken, Glass
from guardian.domain.journal import Kind, Record
from guardian.operations.apply import ApplyRequest, ApplyResult, apply
from guardian.operations.context import Context
from guardian.operations.flush import Flushed, flush
from guardian.operations.restore import RestoreRequest, RestoreResult, restore
from guardian.ports.blobs import BlobStore
from guardian.ports.sealer import Sealer
from guardian.repository.check import check_project
from guardian.repository.project import Project
from guardian.repository.repository import Repository
from tests.fakes.audience import FakeAudience
from tests.fakes.blobs import FakeBlobStore
from tests.fakes.memory import FakeHeadMemory
from tests.fakes.world import PROJECT, World


@dataclass
class Outage:
    """One machine's view of a store that comes and goes; implements `SpoolPlace` too.

    Attributes:
        world: What outlives one guardian, with the store.
        memory: What the machine remembers.
        spool: What stands in for the store; empty where nothing is spooled.
        kept: Spools that were set aside.
        glasses: What the last apply announced.
    """

    world: World
    memory: FakeHeadMemory = field(default_factory=FakeHeadMemory)
    spool: FakeBlobStore = field(default_factory=FakeBlobStore)
    kept: list[FakeBlobStore] = field(default_factory=list)
    sealer: Sealer | None = None
    address: str = "the spool"
    glasses: list[Broken] = field(default_factory=list)

    def is_there(self) -> bool:
        return "config.json" in self.spool.bodies

    def set_aside(self, at: datetime) -> str:
        aside = FakeBlobStore()
        aside.bodies, self.spool.bodies = self.spool.bodies, {}
        self.kept.append(aside)
        return f"flushed-{at:%Y}"

    def context(self, *, store: BlobStore | None = None, spool: BlobStore | None = None) -> Context:
        """Start a guardian of this machine while the store answers."""
        context = self.world.context(store=FakeBlobStore())
        return replace(
            context,
            repository=self._open(context, store or self.world.store, memory=self.memory),
            memory=self.memory,
            spool=self._open(context, spool or self.spool) if self.is_there() else None,
        )

    def glass_context(self, *, reason: str = "production burns", spool: BlobStore | None = None) -> Context:
        """Start one while the store is down."""
        context = self.world.context(store=FakeBlobStore())
        return replace(
            context,
            repository=self._open(context, spool or self.spool),
            memory=self.memory,
            glass=Glass(reason=reason, store=self.world.store.address, error="it does not answer"),
        )

    def apply(self, *, store: BlobStore | None = None, **request: Any) -> ApplyResult:
        return self._apply(self.context(store=store), request)

    def apply_in_glass(self, *, spool: BlobStore | None = None, **request: Any) -> ApplyResult:
        reason = request.pop("reason", "production burns")
        return self._apply(self.glass_context(reason=reason, spool=spool), request)

    def restore(self) -> RestoreResult:
        return self._restore(self.context())

    def restore_in_glass(self) -> RestoreResult:
        return self._restore(self.glass_context())

    def flush(self, *, store: BlobStore | None = None, spool: BlobStore | None = None) -> Flushed:
        return flush(self.context(store=store, spool=spool), self)

    @property
    def spooled(self) -> Project:
        """The project in the spool, read afresh."""
        return self._project(self.spool)

    @property
    def project(self) -> Project:
        """The project in the store, read afresh."""
        return self._project(self.world.store)

    @property
    def last_kept(self) -> Project:
        """The project in the spool that was set aside last."""
        return self._project(self.kept[-1])

    def damage(self) -> list[str]:
        """Say what a whole check of the store's project finds."""
        return [each.problem for each in check_project(self.project, read_data=True)]

    def _project(self, store: BlobStore) -> Project:
        return self._open(self.world.context(store=FakeBlobStore()), store).project(PROJECT)

    def _open(
        self, context: Context, store: BlobStore, *, memory: FakeHeadMemory | None = None
    ) -> Repository:
        return Repository.open_or_create(
            store, clock=context.clock, identity=context.identity, sealer=self.sealer, memory=memory
        )

    def _apply(self, context: Context, request: dict[str, Any]) -> ApplyResult:
        assert isinstance(context.audience, FakeAudience)
        self.glasses = context.audience.glasses
        return apply(context, ApplyRequest(checkout=self.world.checkout, auto_approve=True, **request))

    def _restore(self, context: Context) -> RestoreResult:
        return restore(context, RestoreRequest(checkout=None, project=PROJECT, auto_approve=True))


def of_runs(records: list[Record]) -> list[tuple[str | None, Kind]]:
    """Return what a log says of its runs, in order."""
    return [(each.run_id, each.kind) for each in records if each.run_id is not None]
