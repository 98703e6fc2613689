"""A guardian that is stopped in the middle of its apply, taken over, and wakes: it writes nothing more.

It is stopped at every write of an apply in turn, before it reaches the store and after; meanwhile another
machine, which can prove nobody dead there, watches it, takes over, settles and restores.
"""

import copy
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from guardian.adapters.system import SystemClock
from guardian.domain.journal import Kind
from guardian.errors import ExitCode, GuardianError, RefusedError
from guardian.operations.apply import ApplyRequest, apply
from guardian.operations.restore import RestoreRequest, restore
from guardian.repository.log import Log
from guardian.repository.repository import Repository
from tests.fakes.audience import FakeAudience
from tests.fakes.blobs import FakeBlobStore
from tests.fakes.engine import FakeEngine
from tests.fakes.system import FakeIdentity
from tests.fakes.world import PROJECT, World
from tests.support.chain import sound
from tests.support.racing import LONGEST_S, PausedStore, check_turns
from tests.support.sweeps import some
from tests.support.trial import GOOD, RELEASES, THERE

pytestmark = pytest.mark.sweep

PROMISE = 9
TTL_S = 0.3
How = Literal["before", "after"]


@dataclass
class Overtaken:
    """What came of it.

    Attributes:
        point: Which write it was stopped at, in words.
        held: Whether it held the lease then.
        closed: Whether its run was closed then.
        applies: The applies of its own engine, when it stopped and in the end.
        error: What it raised in the end.
        written: The keys that it wrote when it woke, but for contents when it was stopped among contents, and
            a manifest when it was stopped in that.
        changed: The keys whose bodies changed.
        bob: Who took over.
    """

    world: World
    point: str
    held: bool
    closed: bool
    applies: tuple[int, int]
    error: GuardianError | None
    written: set[str]
    changed: set[str]
    bob: FakeIdentity


class Stage:
    """A project with a baseline, forked for each trial."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        world = World(directory / "first")
        world.configure(**GOOD)
        world.apply()
        assert isinstance(world.store, FakeBlobStore)
        self._stored, self._state = world.store.bodies, world.backend.body

    def fork(self, name: str) -> World:
        store = FakeBlobStore()
        store.bodies = copy.copy(self._stored)
        world = World(self._directory / name, store=store)
        world.backend.body, world.guardians = self._state, 10
        world.configure(**RELEASES["succeeds"])
        clock: Any = SystemClock()
        world.clock = clock
        return world

    def writes(self) -> list[str]:
        """Return the keys that an undisturbed apply writes."""
        counting = PausedStore(FakeBlobStore())
        world = self.fork("rehearsal")
        counting._inner = world.store
        assert world.apply(store=counting).exit_code is ExitCode.OK
        return counting.puts

    def trial(self, at: int, how: How) -> Overtaken:
        """Stop the n-th write of an apply, let another take over and restore, and wake it."""
        world = self.fork(f"{at} {how}")
        pausing = PausedStore(world.store, at=at, how=how)
        alice = _Alice(world, pausing)
        alice.thread.start()
        assert pausing.paused.wait(LONGEST_S), f"write {at} never came"
        records = world.records
        began = len(alice.applies)
        bob = FakeIdentity("bob", host="elsewhere", pid=7, boot_id="another")
        _take_over(world, bob)
        assert isinstance(world.store, FakeBlobStore)
        left, bodies = dict(world.store.bodies), world.store.bodies
        pausing.resume()
        alice.thread.join(LONGEST_S)
        assert not alice.thread.is_alive()
        last, key = records[-1], pausing.puts[at - 1]
        # Contents that were on their way with others can arrive, and nothing ever names them.
        sent = {each for each in bodies if each.startswith("objects/") and key.startswith("objects/")}
        if how == "before" and "/snapshots/" in key:
            sent = {key}
        return Overtaken(
            world=world,
            point=f"write {at}, {how}: {key}",
            held=last.standing.lease is not None,
            closed=last.standing.last_run is not None and not last.standing.last_run.is_open,
            applies=(began, len(alice.applies)),
            error=alice.error,
            written=set(bodies) - set(left) - sent,
            changed={each for each in left if bodies.get(each) != left[each]},
            bob=bob,
        )


class _Alice:
    """The guardian that is stopped, with an engine of its own on the common state."""

    def __init__(self, world: World, store: PausedStore) -> None:
        self.engine = FakeEngine(world.backend)
        self.error: GuardianError | None = None
        self._request = ApplyRequest(checkout=world.checkout, auto_approve=True)
        self._context = replace(
            world.context(store=store), engine=self.engine, audience=FakeAudience(), lease_ttl_s=TTL_S
        )
        self.thread = threading.Thread(target=self._run, daemon=True)

    @property
    def applies(self) -> list[Path]:
        return [root for verb, root in self.engine.calls if verb == "apply"]

    def _run(self) -> None:
        try:
            apply(self._context, self._request)
        except GuardianError as error:
            self.error = error


def _take_over(world: World, bob: FakeIdentity) -> None:
    """Restore as on-call does, on a machine that can prove nothing about the other."""
    repository = Repository.open(world.store, clock=world.clock, identity=bob)
    context = replace(world.context(), identity=bob, repository=repository, audience=FakeAudience())
    try:
        restore(context, RestoreRequest(checkout=None, project=PROJECT, auto_approve=True))
    except RefusedError as error:
        if error.code != "complete":  # then the run had arrived: nothing is left to restore
            raise


def check(trial: Overtaken) -> None:
    """Hold who was overtaken to the laws, and let the next guardian go on."""
    if trial.held:
        check_silence(trial)
    check_turns(sound(trial.world.project))
    trial.world.configure(**GOOD)
    assert trial.world.apply().exit_code is ExitCode.OK, trial.point
    assert trial.world.inputs == THERE, trial.point
    sound(trial.world.project)


def check_silence(trial: Overtaken) -> None:
    assert not trial.written, f"{trial.point}: wrote {sorted(trial.written)}"
    assert not trial.changed, f"{trial.point}: changed {sorted(trial.changed)}"
    began, applies = trial.applies
    assert applies == began, f"{trial.point}: Terraform was started"
    if trial.closed:
        return
    error = trial.error
    assert error is not None, f"{trial.point}: said that all is well"
    assert str(trial.bob.actor()) in error.message, error.message
    assert "guardian status" in error.hint, error.hint
    assert error.exit_code is (ExitCode.FAILED_HELD if began else ExitCode.REFUSED), repr(error)
    assert error.code == ("unrecorded" if began else "lease_lost")


def points_of(stage: Stage) -> list[tuple[int, How]]:
    writes = stage.writes()
    ways: tuple[How, How] = ("before", "after")
    return [(at, how) for at in range(1, len(writes) + 1) for how in ways]


def test_a_guardian_that_is_stopped_at_any_write_and_taken_over(tmp_path, tally):
    stage = Stage(tmp_path)
    points = some(points_of(stage), 9)
    tally(PROMISE, points=len(points))
    for at, how in points:
        check(stage.trial(at, how))


def after(stage: Stage, kind: Kind) -> Overtaken:
    """Stop an apply as soon as its first record of a kind is written, and let it be taken over."""
    rehearsal = stage.fork(f"rehearsal of {kind}")
    counting = PausedStore(rehearsal.store)
    known = len(rehearsal.records)
    rehearsal.apply(store=counting)
    log = rehearsal.project.log
    key = next(log.key(each.number) for each in rehearsal.records[known:] if each.kind is kind)
    return stage.trial(counting.puts.index(key) + 1, "after")


def test_a_guardian_that_is_stopped_just_before_it_starts_terraform_starts_none(tmp_path, tally):
    """The narrowest place: "applying" is on record, and nothing runs yet."""
    tally(PROMISE, points=1)
    trial = after(Stage(tmp_path), Kind.APPLYING)
    assert trial.applies == (0, 0)
    check(trial)


def test_a_log_that_does_not_ask_for_its_lease_is_caught(tmp_path, tally, monkeypatch):
    tally(PROMISE, mutants=1)
    stage = Stage(tmp_path)
    monkeypatch.setattr(Log, "_check_lease", lambda _: None)
    with pytest.raises(AssertionError, match="wrote"):
        check(after(stage, Kind.PLANNED))


def test_an_apply_that_does_not_ask_before_it_starts_terraform_is_caught(tmp_path, tally, monkeypatch):
    tally(PROMISE, mutants=1)
    stage = Stage(tmp_path)
    monkeypatch.setattr(Log, "confirm", lambda _: None)
    with pytest.raises(AssertionError, match="Terraform was started"):
        check(after(stage, Kind.APPLYING))


def test_a_guardian_that_stores_after_a_silence_without_asking_is_caught(tmp_path, tally, monkeypatch):
    tally(PROMISE, mutants=1)
    stage = Stage(tmp_path)
    monkeypatch.setattr(Log, "confirm_if_silent", lambda _: None)
    with pytest.raises(AssertionError, match="wrote"):
        check(after(stage, Kind.APPROVED))


def test_terraform_cannot_be_fenced_but_its_plan_is_stale_once_the_record_moved(tmp_path, tally):
    """The documented hole: stopped after the last question to the log, before Terraform runs.

    Whoever took over has restored, and then applied something else: the saved plan belongs to another serial.
    """
    tally(PROMISE, points=1)
    stage = Stage(tmp_path)
    world = stage.fork("hole")
    pausing = PausedStore(world.store)
    alice = _Alice(world, pausing)
    real = alice.engine.apply

    def stopped(*arguments: Any, **given: Any) -> Any:
        pausing.stop()
        return real(*arguments, **given)

    alice.engine.apply = stopped  # type: ignore[method-assign]
    alice.thread.start()
    assert pausing.paused.wait(LONGEST_S)
    bob = FakeIdentity("bob", host="elsewhere", pid=7, boot_id="another")
    _take_over(world, bob)
    world.configure(a="another", b="2 <- a")
    assert world.apply().exit_code is ExitCode.OK
    assert isinstance(world.store, FakeBlobStore)
    left, state = dict(world.store.bodies), world.backend.body
    pausing.resume()
    alice.thread.join(LONGEST_S)
    assert alice.applies, "Terraform was started, as the hole has it"
    assert alice.error is not None
    assert f"{bob.actor()}, who has finished since" in alice.error.message
    assert (world.store.bodies, world.backend.body) == (left, state)
