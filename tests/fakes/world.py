"""Everything that outlives one guardian: a store, a state, a checkout, an engine; and guardians upon it."""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.workplace import DiskWorkplace
from guardian.domain.actor import Actor
from guardian.domain.configuration import (
    CapturedConfiguration,
    CaptureLimits,
    CarriedProviders,
    CommitFiles,
    ConfigurationFacts,
    ConfigurationFile,
    GitPosition,
    Override,
    Place,
)
from guardian.domain.difference import PathChange
from guardian.domain.engine import ChildProcess, InitOptions
from guardian.domain.journal import Kind, Record
from guardian.domain.recovery import Limits
from guardian.domain.state import State, parse_state
from guardian.domain.transient import RetryBlock
from guardian.errors import NotFoundError
from guardian.operations.apply import ApplyRequest, ApplyResult, apply
from guardian.operations.context import Checkout, Context
from guardian.operations.restore import RestoreRequest, RestoreResult, restore
from guardian.operations.resume import ResumeRequest, ResumeResult, resume
from guardian.operations.snapshots import Created, CreateRequest, create
from guardian.ports.blobs import BlobStore
from guardian.ports.engine import OnStart
from guardian.ports.memory import HeadMemory
from guardian.repository.project import Project
from guardian.repository.repository import Repository
from tests.fakes.audience import FakeAudience
from tests.fakes.blobs import FakeBlobStore, FaultyBlobStore, Killed
from tests.fakes.engine import FakeEngine, FakeStateBackend
from tests.fakes.fingerprints import FakeFingerprints
from tests.fakes.live import FakeLive
from tests.fakes.system import FakeClock, FakeIdentity, FakeInterruption

PROJECT = "s3://states/fake.tfstate"
LIMITS = tuple(each.name for each in fields(Limits))


class FakeConfiguration:
    """Implements `ConfigurationSource`: the `*.tf` files of one directory; `said` are its facts."""

    said = ConfigurationFacts(prevent_destroy=frozenset(), destroy_provisioners=frozenset(), unreadable=())

    def capture(
        self,
        root: Path,
        *,
        data_dir: Path,
        var_files: tuple[str, ...],
        limits: CaptureLimits,
        exclude: tuple[Path, ...],
    ) -> CapturedConfiguration:
        files = tuple(
            ConfigurationFile(
                path=each.name, executable=False, size_bytes=each.stat().st_size, read=each.read_bytes
            )
            for each in sorted(root.glob("*.tf"))
        )
        return CapturedConfiguration(root=".", files=files, left_out=(), var_files=(), lock_file=False)

    def lay_out(self, files: Iterable[ConfigurationFile], base: Path) -> None:
        base.mkdir(parents=True)
        for each in files:
            (base / each.path).write_bytes(each.read())

    def facts(self, root: Path) -> ConfigurationFacts:
        return self.said

    def places(self, root: Path, resources: Iterable[str]) -> Mapping[str, Place]:
        return {each: Place(file="main.tf", line=1) for each in resources}

    def versions(self, root: Path) -> Mapping[str, str]:
        return {}

    def carry_providers(self, failed: Path, private: Path, used: Iterable[str]) -> CarriedProviders:
        return CarriedProviders()

    def override(self, private: Path, overrides: Iterable[Override]) -> tuple[Override, ...]:
        return tuple(overrides)  # it can say none

    def lay_out_commit(self, root: Path, ref: str, into: Path, *, limits: CaptureLimits) -> CommitFiles:
        raise NotFoundError(f"this clone has no commit {ref!r}")

    def git_position(self, root: Path) -> GitPosition | None:
        return None


class FakeDiffer:
    """Implements `Differ` for the top level alone."""

    def narrow(self, before: bytes, after: bytes) -> tuple[State, State]:
        return parse_state(before), parse_state(after)

    def paths(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[PathChange, ...]:
        names = sorted(before.keys() | after.keys())
        return tuple(
            PathChange(path=(name,), before=before.get(name), after=after.get(name))
            for name in names
            if before.get(name) != after.get(name)
        )


class Census(FakeIdentity):
    """An identity that knows who lives: itself, and the pids in `living`; everybody else is proven dead."""

    def __init__(self, pid: int, living: set[int], *, boot_id: str = "boot") -> None:
        super().__init__(pid=pid, boot_id=boot_id)
        self._living = living

    def is_dead(self, actor: Actor) -> bool:
        return actor != self.actor() and actor.pid not in self._living


@dataclass
class World:
    """One project of one checkout, and the guardians that come and go.

    Attributes:
        living: Pids of other processes that are still alive.
        boot: Of the machine that its guardians run on.
        memory: What that machine remembers of the store; None for one that remembers nothing.
    """

    directory: Path
    store: BlobStore = field(default_factory=FakeBlobStore)
    living: set[int] = field(default_factory=set)
    guardians: int = 0
    boot: str = "boot"
    memory: HeadMemory | None = None

    def __post_init__(self) -> None:
        self.root = self.directory / "root"
        self.root.mkdir(parents=True)
        self.backend = FakeStateBackend()
        self.interruption = FakeInterruption()
        self.engine = FakeEngine(self.backend, self.interruption)
        self.clock = FakeClock(tick_s=0.001)
        self.audience = FakeAudience()
        self.environment: dict[str, str] = {}
        self.live = FakeLive()
        self.fingerprints = FakeFingerprints()
        self.retry: tuple[RetryBlock, ...] = ()

    def configure(self, **resources: str) -> None:
        """Write one `terraform_data` a keyword; a value of `!` makes its creation fail.

        A value may name what it depends on: `value <- other`.
        """
        blocks = []
        for name, text in resources.items():
            given, _, needed = text.partition(" <- ")
            lines = [f'  input = "{given}"']
            if needed:
                lines.append(f"  depends_on = [terraform_data.{needed}]")
            if given == "!":
                lines.append('  provisioner "local-exec" {\n    command = "exit 1"\n  }')
            blocks.append("\n".join([f'resource "terraform_data" "{name}" {{', *lines, "}\n"]))
        (self.root / "main.tf").write_text("\n".join(blocks))

    def context(self, *, store: BlobStore | None = None, answers: Sequence[str] | None = None) -> Context:
        """Start another guardian."""
        self.guardians += 1
        identity = Census(1000 + self.guardians, self.living, boot_id=self.boot)
        self.audience = FakeAudience(answers)
        return Context(
            engine=self.engine,
            backend=self.backend,
            configuration=FakeConfiguration(),
            repository=Repository.open_or_create(
                store or self.store, clock=self.clock, identity=identity, memory=self.memory
            ),
            clock=self.clock,
            identity=identity,
            interruption=self.interruption,
            audience=self.audience,
            differ=FakeDiffer(),
            workplace=DiskWorkplace(self.directory / "work"),
            live=self.live,
            fingerprints=self.fingerprints,
            limits=CaptureLimits(),
            own_paths=(),
            lease_ttl_s=60.0,
            look_again_s=0.0,
            retry=self.retry,
        )

    @property
    def checkout(self) -> Checkout:
        return Checkout(
            root=self.root,
            data_dir=self.root / ".terraform",
            environment=self.environment,
            init=InitOptions(),
            project="",
            inputs=(),
            inputs_digest="",
        )

    def apply(
        self, *, store: BlobStore | None = None, answers: Sequence[str] | None = None, **request: Any
    ) -> ApplyResult:
        """Run a guarded apply by a guardian of its own; approved unless there are `answers`."""
        context = self.context(store=store, answers=answers)
        given = {"auto_approve": answers is None, **request}
        return apply(context, ApplyRequest(checkout=self.checkout, **given))

    def restore(
        self, *, store: BlobStore | None = None, answers: Sequence[str] | None = None, **request: Any
    ) -> RestoreResult:
        """Run a restore, on a machine without the checkout."""
        context = self.context(store=store, answers=answers)
        limits = Limits(**{name: request.pop(name) for name in LIMITS if name in request})
        given = {"auto_approve": answers is None, "project": PROJECT, "limits": limits, **request}
        return restore(context, RestoreRequest(checkout=None, **given))

    def cut_short(
        self, operation: Callable[..., object] | None = None, *, here: bool = False, **request: Any
    ) -> None:
        """Run an operation, an apply unless told, whose guardian is killed as soon as the engine runs.

        The engine ends its work all the same, as the real one does. Unless `here`, its words are lost with
        the machine.
        """
        mortal = FaultyBlobStore(self.store)
        real = self.engine.apply

        def killing(*arguments: Any, on_start: OnStart, **given: Any) -> Any:
            def started(child: ChildProcess) -> None:
                on_start(child)
                mortal.kill()

            return real(*arguments, on_start=started, **given)

        self.engine.apply = killing  # type: ignore[method-assign]
        try:
            with pytest.raises(Killed):
                (operation or self.apply)(store=mortal, **request)
        finally:
            self.engine.apply = real  # type: ignore[method-assign]
        if not here:
            self.leave_the_machine()

    def fork(self, directory: Path) -> "World":
        """Return the same world once more, to try something in it."""
        store = FakeBlobStore()
        assert isinstance(self.store, FakeBlobStore)
        store.bodies = dict(self.store.bodies)
        other = World(directory, store=store, guardians=self.guardians)
        shutil.copytree(self.directory, directory, dirs_exist_ok=True)
        other.backend.body = self.backend.body
        return other

    def leave_the_machine(self) -> None:
        """Go on where nothing of the earlier runs is on the disk."""
        shutil.rmtree(self.directory / "work", ignore_errors=True)

    def resume(self, *, store: BlobStore | None = None, **request: Any) -> ResumeResult:
        """Resume the run that was cut short."""
        return resume(self.context(store=store), ResumeRequest(checkout=None, project=PROJECT, **request))

    def snapshot(self, **request: Any) -> Created:
        """Take a snapshot by hand."""
        return create(self.context(), CreateRequest(checkout=self.checkout, **request))

    @property
    def project(self) -> Project:
        """The project, read afresh."""
        identity = Census(1, self.living, boot_id=self.boot)
        return Repository.open(self.store, clock=self.clock, identity=identity).project(PROJECT)

    @property
    def records(self) -> list[Record]:
        return list(self.project.log.read())

    @property
    def kinds(self) -> list[Kind]:
        """The kinds of the records so far; what comes by the clock or in any number is left out."""
        return [each.kind for each in self.records if each.kind is not Kind.ENGINE_EVENTS]

    @property
    def inputs(self) -> dict[str, str]:
        """What is really there: the input of each recorded instance, tainted ones marked."""
        found = {}
        for each in self.backend.document["resources"]:
            instance = each["instances"][0]
            mark = " (tainted)" if instance.get("status") == "tainted" else ""
            found[each["name"]] = f"{instance['attributes']['input']}{mark}"
        return found

    def rewrite_state(self, **changes: Any) -> None:
        """Change the record behind everybody's back."""
        self.backend.body = json.dumps({**self.backend.document, **changes}).encode()
