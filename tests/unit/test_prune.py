"""Which snapshots go, and that what stays is whole."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.domain.journal import Kind
from guardian.domain.pruning import Candidate, Keep, choose
from guardian.errors import LeaseHeldError, NotFoundError, StoreCorruptError
from guardian.operations.hold import set_hold
from guardian.operations.prune import Pruned, judge, prune
from guardian.operations.repair import Tools
from guardian.repository.check import check_project
from guardian.repository.keys import OBJECTS, log_prefix, object_key, project_key
from guardian.repository.lease import acquire
from guardian.repository.objects import ObjectKind
from guardian.repository.repository import Repository
from guardian.repository.survey import survey
from tests.fakes.blobs import FakeBlobStore
from tests.fakes.system import START, FakeClock, FakeIdentity
from tests.fakes.world import PROJECT, World
from tests.support.projects import NET, open_project, open_repository, snapshot_of

FIVE = [Candidate(id=f"{at}" * 64, at=START - timedelta(days=at), run_id=f"run-{at}") for at in range(5)]
KEEP = Keep(last=1, good=1)
TOOLS = Tools(identity=FakeIdentity(), clock=FakeClock(tick_s=0.001), ttl_s=60.0, tell=lambda _: None)


def gone(keep: Keep, *, baseline: int = 0, held: tuple[str, ...] = (), promoted=(), now=START) -> list[int]:
    chosen = choose(
        FIVE,
        keep,
        baseline=FIVE[baseline].id,
        held_runs=frozenset(held),
        promoted=[FIVE[each].id for each in promoted],
        now=now,
    )
    assert [each.candidate for each in chosen] == FIVE
    return [int(each.candidate.id[0]) for each in chosen if each.goes]


def test_each_rule_adds_to_what_stays():
    assert gone(Keep(last=1)) == [1, 2, 3, 4]
    assert gone(Keep(last=3)) == [3, 4]
    assert gone(Keep(days=2)) == [3, 4]
    assert gone(Keep(days=1, last=4)) == [4]
    assert gone(Keep(last=9)) == []
    assert gone(Keep(good=2), promoted=(1, 3, 4)) == [2, 4]
    assert gone(Keep(last=1), promoted=(4,)) == [1, 2, 3]


def test_what_a_way_back_may_need_never_goes():
    assert gone(Keep(last=1), baseline=3) == [1, 2, 4]
    assert gone(Keep(last=1), held=("run-2", "run-4")) == [1, 3]


def test_a_clock_that_is_years_ahead_makes_nothing_old():
    assert gone(Keep(days=2), now=START + timedelta(days=3650)) == gone(Keep(days=2))


def taken(world: World) -> list[str]:
    return [each.id for each in world.project.snapshots()]


def store_of(world: World) -> FakeBlobStore:
    assert isinstance(world.store, FakeBlobStore)
    return world.store


def pruned(world: World) -> Pruned:
    repository = open_repository(world.store)
    return prune(repository, judge(repository, [PROJECT], KEEP, TOOLS), KEEP, TOOLS)


def broken(world: World) -> list[str]:
    repository = Repository.open(world.store, clock=FakeClock(), identity=FakeIdentity())
    return [each.problem for each in survey(repository, read_data=True).findings]


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    for value in ("one", "two", "three", "four"):
        made.configure(a=value, b="same")
        made.apply()
    return made


def test_old_snapshots_go_with_all_that_only_they_had(world):
    before, baseline = taken(world), world.project.log.standing().baseline
    objects = {key for key in store_of(world).bodies if key.startswith(OBJECTS)}
    done = pruned(world)
    left = taken(world)
    assert done.snapshots == len(before) - len(left) > 0
    assert baseline in left
    assert left == before[: len(left)]
    still = {key for key in store_of(world).bodies if key.startswith(OBJECTS)}
    assert done.objects == len(objects - still) > 0
    referred = {
        object_key(o) for each in world.project.snapshots() for _, o in world.project.referents(each)[0]
    }
    assert still == referred
    assert broken(world) == []
    assert not done.objects_kept
    for each in before[len(left) :]:
        with pytest.raises(NotFoundError):
            world.project.resolve(each[:12])


def test_after_it_everything_works_and_a_second_prune_has_nothing_to_do(world):
    pruned(world)
    records = len(world.records)
    again = pruned(world)
    assert (again.snapshots, again.objects) == (0, 0)
    assert Kind.SNAPSHOTS_PRUNED not in world.kinds[records:]
    world.configure(a="five", b="same", c="!")
    assert world.apply().exit_code == 3
    assert world.restore().outcome == "restored"
    assert broken(world) == []


def test_what_the_record_says_is_read_backwards_by_links(world):
    pruned(world)
    world.configure(a="five", b="same")
    world.apply()
    world.configure(a="six", b="same")
    world.apply()
    pruned(world)
    counting = taken(world)
    named = {each.body["snapshot_id"] for each in world.records if each.kind is Kind.SNAPSHOT_COMMITTED}
    off = [
        one for each in world.records if each.kind is Kind.SNAPSHOTS_PRUNED for one in each.body["snapshots"]
    ]
    assert world.kinds.count(Kind.SNAPSHOTS_PRUNED) == 2
    assert set(counting) == named - set(off)
    assert list(check_project(world.project, read_data=True)) == []


def test_a_missing_manifest_that_no_prune_names_stays_damage(world):
    pruned(world)
    key = next(key for key in store_of(world).bodies if "/snapshots/" in key)
    del store_of(world).bodies[key]
    assert broken(world)


def test_a_held_failure_keeps_its_own_snapshots_and_its_stranded_state(world):
    world.configure(a="five", b="same", c="!")
    world.apply()
    run = world.project.log.standing().last_run
    assert run is not None
    kept = world.project.put(ObjectKind.STATE, b'{"stranded": true}')
    words = {"text": f"a state that could not be saved is kept as object {kept}"}
    world.project.log.append(Kind.NOTE, words, run_id=run.id)
    own = [each.id for each in world.project.snapshots() if each.run_id == run.id]
    assert own
    pruned(world)
    assert set(own) <= set(taken(world))
    assert world.project.get(ObjectKind.STATE, kept) == b'{"stranded": true}'
    assert world.restore().outcome == "restored"


def test_a_hold_by_a_person_does_not_hinder(world):
    set_hold(world.project, "a freeze", clock=FakeClock(), identity=FakeIdentity())
    assert pruned(world).snapshots > 0


def test_other_projects_keep_what_they_share(world):
    repository = open_repository(world.store)
    other = repository.ensure_project(NET)
    snapshot = other.commit(snapshot_of(other, b'{"serial": 1}'))
    repository = open_repository(world.store)
    prune(repository, judge(repository, [PROJECT], KEEP, TOOLS), KEEP, TOOLS)
    assert open_project(world.store).verify(snapshot, read_data=True) == ()
    assert [each.id for each in open_project(world.store).snapshots()] == [snapshot.id]


def test_whoever_works_on_any_project_is_not_disturbed(world):
    open_repository(world.store).ensure_project(NET)
    before = dict(store_of(world).bodies)
    busy = open_project(world.store, identity=FakeIdentity(pid=7))
    with acquire(busy.log, FakeIdentity(pid=7), FakeClock(), ttl_s=60.0), pytest.raises(LeaseHeldError):
        pruned(world)
    gone_ = {key for key in before if key not in store_of(world).bodies}
    assert gone_ == set()
    assert Kind.SNAPSHOTS_PRUNED not in world.kinds


class Appearing(FakeBlobStore):
    """A store in which a new project appears as soon as the first manifest is taken away."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.bodies = dict(store_of(world).bodies)
        self.appear: Callable[[], object] = lambda: None

    def delete(self, key: str) -> None:
        super().delete(key)
        appear, self.appear = self.appear, lambda: None
        appear()


def test_a_project_that_appears_meanwhile_keeps_every_object(world):
    store = Appearing(world)
    objects = {key for key in store.bodies if key.startswith(OBJECTS)}
    store.appear = lambda: open_repository(store).ensure_project(replace(NET, name="new"))
    world.store = store
    done = pruned(world)
    assert "new project" in done.objects_kept
    assert objects <= set(store.bodies)
    world.store = store
    assert pruned(world).objects > 0
    assert broken(world) == []


def test_a_snapshot_whose_lists_cannot_be_read_keeps_every_object(world):
    baseline = world.project.resolve("baseline")
    assert baseline.configuration is not None
    store = store_of(world)
    del store.bodies[object_key(baseline.configuration.tree)]
    objects = {key for key in store.bodies if key.startswith(OBJECTS)}
    assert "store check" in pruned(world).objects_kept
    assert objects <= set(store.bodies)


def test_a_log_that_is_not_sound_stops_it(world):
    store = store_of(world)
    del store.bodies[world.project.log.key(5)]
    left = dict(store.bodies)
    with pytest.raises(StoreCorruptError, match="not sound"):
        pruned(world)
    assert set(left) <= set(store.bodies)


@pytest.mark.parametrize("whose", [PROJECT, NET.name])
def test_a_log_that_is_gone_lets_nothing_go_of_any_project(world, whose):
    other = open_repository(world.store).ensure_project(NET)
    other.commit(snapshot_of(other, b'{"serial": 1}'))
    store = store_of(world)
    lost = open_repository(store).project(whose)
    for key in [key for key in store.bodies if key.startswith(log_prefix(lost.state_id))]:
        del store.bodies[key]
    left = dict(store.bodies)
    with pytest.raises(StoreCorruptError, match=f"the log of {whose} is gone"):
        pruned(world)
    with pytest.raises(StoreCorruptError, match="is gone"):
        prune(open_repository(store), (), KEEP, TOOLS)
    assert store.bodies == left
    found = survey(open_repository(store), read_data=False)
    assert [f"the log of {whose} is gone" in each.problem for each in found.findings] == [True]
    assert not found.complete
    assert found.leftovers == 0


def test_a_project_that_nothing_describes_lets_nothing_go(world):
    other = open_repository(world.store).ensure_project(NET)
    other.commit(snapshot_of(other, b'{"serial": 1}'))
    store = store_of(world)
    del store.bodies[project_key(other.state_id)]
    left = dict(store.bodies)
    with pytest.raises(StoreCorruptError, match="nothing says whose"):
        pruned(world)
    assert store.bodies == left
