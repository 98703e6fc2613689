"""Die before or after every call of a prune: nothing that is needed is lost, and the next one finishes."""

from contextlib import suppress

import pytest

from guardian.domain.journal import Standing
from guardian.domain.pruning import Candidate, Choice, Keep
from guardian.errors import GuardianError, StoreUnreachableError
from guardian.operations import prune as module
from guardian.operations.prune import judge, prune
from guardian.operations.repair import Tools
from guardian.repository.keys import OBJECTS
from guardian.repository.repository import Repository
from guardian.repository.survey import survey
from tests.fakes.blobs import FakeBlobStore, FaultyBlobStore, Killed, unreachable
from tests.fakes.system import FakeClock
from tests.fakes.world import PROJECT, Census, World
from tests.support.projects import NET, open_repository, snapshot_of
from tests.support.sweeps import some

KEEP = Keep(last=1, good=1)
pytestmark = pytest.mark.sweep


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> FakeBlobStore:
    """A store with two projects, one of which has old snapshots."""
    world = World(tmp_path_factory.mktemp("prune"))
    for value in ("one", "two", "three"):
        world.configure(a=value, b="same")
        world.apply()
    other = open_repository(world.store).ensure_project(NET)
    other.commit(snapshot_of(other, b'{"serial": 1}'))
    assert isinstance(world.store, FakeBlobStore)
    return world.store


def copy_of(store: FakeBlobStore) -> FakeBlobStore:
    copy = FakeBlobStore()
    copy.bodies = dict(store.bodies)
    return copy


def run(store: FakeBlobStore | FaultyBlobStore, *, pid: int = 500, keep: Keep = KEEP) -> None:
    # A later guardian finds the earlier one dead, and takes its leases over at once.
    identity, clock = Census(pid, set()), FakeClock(tick_s=0.001)
    tools = Tools(identity=identity, clock=clock, ttl_s=60.0, tell=lambda _: None)
    repository = Repository.open(store, clock=clock, identity=identity)
    prune(repository, judge(repository, [PROJECT], keep, tools), keep, tools)


def ids(store: FakeBlobStore) -> list[str]:
    return [each.id for each in open_repository(store).project(PROJECT).snapshots()]


def assert_nothing_needed_is_lost(store: FakeBlobStore, before: Standing) -> None:
    assert before.last_snapshot is not None
    found = survey(open_repository(copy_of(store)), read_data=True)
    assert [each.problem for each in found.findings] == []
    assert {before.baseline, before.last_snapshot.id} <= set(ids(copy_of(store)))


def deaths(full: FakeBlobStore):
    counted = FaultyBlobStore(copy_of(full))
    run(counted)
    points = [(number, how) for number in range(1, len(counted.calls) + 1) for how in ("before", "after")]
    for number, how in points:
        yield number, how, counted.calls[number - 1]


def outcome_of(full: FakeBlobStore, number: int, how, error) -> FakeBlobStore:
    left = copy_of(full)
    with suppress(Killed, StoreUnreachableError):
        run(FaultyBlobStore(left, fail_at=number, how=how, error=error))
    return left


@pytest.mark.parametrize("error", [Killed, unreachable])
def test_a_prune_may_die_anywhere_and_the_next_one_finishes(full, tally, error):
    tally(11)
    standing = open_repository(full).project(PROJECT).log.standing()
    finished = copy_of(full)
    run(finished)
    objects = {key for key in finished.bodies if key.startswith(OBJECTS)}
    assert len(objects) < sum(key.startswith(OBJECTS) for key in full.bodies)
    points = some(list(deaths(full)), 9)
    for number, how, call in points:
        left = outcome_of(full, number, how, error)
        assert_nothing_needed_is_lost(left, standing)
        run(left, pid=501)
        assert ids(left) == ids(finished), (number, how, call)
        assert {key for key in left.bodies if key.startswith(OBJECTS)} == objects, (number, how, call)
        assert_nothing_needed_is_lost(left, standing)
    tally(11, points=len(points))


def test_the_sweep_catches_a_prune_that_deletes_before_it_records(full, tally, monkeypatch):
    tally(11, mutants=1)
    standing = open_repository(full).project(PROJECT).log.standing()

    def hasty(repository, approved, keep, tools):
        for each in approved:
            repository.inventory.delete_manifests(each.project.state_id, each.going)
        return real(repository, approved, keep, tools)

    real = prune
    monkeypatch.setitem(globals(), "prune", hasty)
    counted = FaultyBlobStore(copy_of(full))
    run(counted)
    first = next(at for at, (method, _) in enumerate(counted.calls, start=1) if method == "delete")
    left = outcome_of(full, first, "after", Killed)
    with pytest.raises(AssertionError):
        assert_nothing_needed_is_lost(left, standing)


def test_the_sweep_catches_a_prune_that_keeps_no_baseline(tmp_path, tally, monkeypatch):
    tally(11, mutants=1)
    world = World(tmp_path)
    for value in ("one", "two"):
        world.configure(a=value)
        world.apply()
    world.configure(a="three", b="!")
    world.apply()  # held: the baseline is no longer the newest
    standing = world.project.log.standing()
    assert isinstance(world.store, FakeBlobStore)

    def forgetful(candidates: list[Candidate], keep: Keep, **_: object) -> tuple[Choice, ...]:
        return tuple(
            Choice(candidate=each, reason="newest" * (at == 0)) for at, each in enumerate(candidates)
        )

    monkeypatch.setattr(module, "choose", forgetful)
    with suppress(GuardianError):
        run(world.store)
    with pytest.raises(AssertionError):
        assert_nothing_needed_is_lost(world.store, standing)
