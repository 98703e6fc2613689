"""Every store call of a flush dies or fails in turn; it is run again, and each record arrives exactly once.

The laws: the spool goes aside only once all of it is in the store and reads back; what was written before the
fault is not written again; the order stays; a check of the whole project finds nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from guardian.domain.journal import Kind
from guardian.errors import GuardianError, HeldError
from guardian.operations import flush as flushing
from tests.fakes.blobs import FakeBlobStore, FaultyBlobStore, Killed, unreachable
from tests.fakes.sealer import FakeSealer
from tests.fakes.world import World
from tests.support.spools import Outage, of_runs
from tests.support.sweeps import some

pytestmark = pytest.mark.sweep

FAULTS: list[dict[str, Any]] = [
    {"how": "before", "error": Killed},
    {"how": "after", "error": Killed},
    {"how": "before", "error": unreachable},
    {"how": "after", "error": unreachable},
    {"how": "before", "error": unreachable, "lasting": True},
]
SIDES = ("store", "spool")
EACH = 9


@dataclass
class Scene:
    """A store that a machine applied to, and a spool with a good apply and one that failed."""

    directory: Path
    numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        first = Outage(World(self.directory / "first"), sealer=FakeSealer())
        first.world.configure(a="1")
        first.apply()
        first.world.configure(a="2")
        first.apply_in_glass()
        first.world.configure(a="3", b="!")
        first.apply_in_glass()
        self._first = first
        self.runs = of_runs(list(first.spooled.log.read()))

    def fork(self) -> Outage:
        """Return the same moment once more, for a guardian of its own."""
        world = World(self.directory / str(next(self.numbers)))
        outage = Outage(world, sealer=self._first.sealer)
        assert isinstance(self._first.world.store, FakeBlobStore)
        assert isinstance(world.store, FakeBlobStore)
        world.store.bodies = copy(self._first.world.store.bodies)
        world.backend.body = self._first.world.backend.body
        world.guardians = 100
        outage.spool.bodies = copy(self._first.spool.bodies)
        outage.memory.heads = copy(self._first.memory.heads)
        return outage

    def calls(self) -> dict[str, list[tuple[str, str]]]:
        """Return the calls of a flush that nothing disturbs, by side."""
        outage = self.fork()
        rehearsals = {"store": FaultyBlobStore(outage.world.store), "spool": FaultyBlobStore(outage.spool)}
        outage.flush(**rehearsals)
        return {side: each.calls for side, each in rehearsals.items()}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("glass"))


def points(scene: Scene, most: int) -> list[tuple[str, int]]:
    """Return every call of a flush as (side, number); in the short form some of each side."""
    calls = scene.calls()
    assert all(len(each) > EACH for each in calls.values())
    return [(side, each) for side in SIDES for each in some(range(1, len(calls[side]) + 1), most)]


def disturbed(scene: Scene, side: str, number: int, fault: dict[str, Any]) -> Outage:
    """Flush with one fault; whatever comes of it is no crash."""
    outage = scene.fork()
    inner = outage.world.store if side == "store" else outage.spool
    with suppress(Killed, GuardianError):
        outage.flush(**{side: FaultyBlobStore(inner, fail_at=number, **fault)})
    check_aside(scene, outage)
    return outage


def check_aside(scene: Scene, outage: Outage) -> None:
    """A spool that was set aside is in the store as a whole."""
    if outage.is_there():
        return
    assert outage.damage() == []
    assert of_runs(list(outage.project.log.read()))[-len(scene.runs) :] == scene.runs


def check_flushed(scene: Scene, outage: Outage, where: object) -> None:
    """Flush again, and hold the store to the laws."""
    if outage.is_there():
        outage.flush()
    records = list(outage.project.log.read())
    mine = {run_id for run_id, _ in scene.runs}
    assert [each for each in of_runs(records) if each[0] in mine] == scene.runs, where
    assert sum(each.kind is Kind.FLUSHED for each in records) == 1, where
    assert outage.damage() == [], where
    assert (len(outage.kept), outage.is_there()) == (1, False), where
    standing = outage.project.log.standing()
    assert standing.known_state == outage.last_kept.log.standing().known_state, where
    assert (standing.lease, standing.hold) == (None, outage.last_kept.log.standing().hold), where
    assert standing.open_incident is not None, where
    assert standing.open_incident.run_id == scene.runs[-1][0], where


def sweep(scene: Scene, check: Callable[[Scene, Outage, object], None], most: int) -> int:
    """Disturb at every point, with each fault in turn; in the short form one fault a point."""
    tried = 0
    for index, (side, number) in enumerate(points(scene, most)):
        for fault in some(FAULTS[index % len(FAULTS) :] + FAULTS[: index % len(FAULTS)], 1):
            check(scene, disturbed(scene, side, number, fault), (side, number, fault))
            tried += 1
    return tried


def test_a_flush_that_ended_anywhere_is_finished_by_the_next(scene, tally):
    tally(10, points=sweep(scene, check_flushed, 12))


def test_a_flush_that_forgets_where_it_began_writes_twice(scene, tally, monkeypatch):
    def forgetful(context: object, spooled: object, target: Any, log: object) -> int:
        return int(target.log.head().number)

    monkeypatch.setattr(flushing, "_began_after", forgetful)
    with pytest.raises(AssertionError):
        sweep(scene, check_flushed, 12)
    tally(10, mutants=1)


class Forgetful(FakeBlobStore):
    """Acknowledges every write, and loses the one of a number."""

    def __init__(self, inner: FakeBlobStore, lost: int = 0) -> None:
        super().__init__()
        self.bodies = inner.bodies
        self.writes = 0
        self._lost = lost

    def put_if_absent(self, key: str, body: bytes) -> bool:
        self.writes += key not in self.bodies
        if self.writes == self._lost and key not in self.bodies:
            return True
        return super().put_if_absent(key, body)


def lose_each(scene: Scene, most: int) -> int:
    """Lose each write of a flush in turn; the spool may only go aside when nothing that counts is lost."""
    outage = scene.fork()
    assert isinstance(outage.world.store, FakeBlobStore)
    counted = Forgetful(outage.world.store)
    outage.flush(store=counted)
    numbers = some(range(1, counted.writes + 1), most)
    for number in numbers:
        outage = scene.fork()
        assert isinstance(outage.world.store, FakeBlobStore)
        with suppress(GuardianError):
            outage.flush(store=Forgetful(outage.world.store, number))
        check_aside(scene, outage)
    return len(numbers)


def test_a_spool_goes_aside_only_when_all_of_it_reads_back(scene, tally):
    tally(10, points=lose_each(scene, 10))


def test_a_flush_that_proves_nothing_loses_what_the_store_lost(scene, tally, monkeypatch):
    monkeypatch.setattr(flushing, "prove", lambda *_: None)
    with pytest.raises((AssertionError, GuardianError)):
        lose_each(scene, 10)
    tally(10, mutants=1)


def meddled(scene: Scene, outage: Outage, where: object) -> None:
    """Let a guardian of another machine come by, which knows of no spool, before the flush is run again.

    It takes a run that is there by half for one that was cut short, gives it an end, and holds the project.
    """
    if outage.is_there():
        bystander = Outage(outage.world, sealer=outage.sealer)
        outage.world.boot = "another"
        outage.world.configure(a="2")
        try:
            bystander.apply()
        except HeldError:
            assert outage.project.log.standing().hold is not None
        outage.world.boot = "boot"
        outage.flush()
    records = of_runs(list(outage.project.log.read()))
    rest = iter(records)
    assert all(each in rest for each in scene.runs), where
    assert outage.damage() == [], where
    assert not outage.is_there(), where


def test_a_guardian_that_comes_between_two_tries_is_no_trouble(scene, tally):
    tally(10, points=sweep(scene, meddled, 4))
