"""Tamper with a log in every way: nothing is applied, restored or written before it is found.

Some attacks leave a store that is whole by itself: an older copy, another branch. Only a machine that saw
more of it can tell, and the mutant without such a memory lets exactly those pass.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from guardian.domain.journal import Kind
from guardian.errors import ExitCode, GuardianError, LogRolledBackError
from guardian.operations.status import status_of
from guardian.repository import documents
from guardian.repository.check import check_project
from guardian.repository.envelope import Envelope, Place
from guardian.repository.keys import PROBE, STATES, log_prefix, project_key
from guardian.repository.repository import Repository
from tests.fakes.blobs import FakeBlobStore
from tests.fakes.memory import FakeHeadMemory
from tests.fakes.system import FakeClock, FakeIdentity
from tests.fakes.world import PROJECT, World

Bodies = dict[str, bytes]
pytestmark = pytest.mark.sweep


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A store with a history that one machine saw to its end, and what an attacker may have at hand.

    Attributes:
        now: The store.
        earlier: A copy of it from before the last apply.
        forked: The copy, with which another guardian went on as far as the store went.
        other: The store of another repository, with a project of the same name.
        beside: A project of another name in the same repository.
        key: Gives the key of a record.
    """

    now: Bodies
    earlier: Bodies
    forked: Bodies
    other: Bodies
    beside: str
    state_id: str
    repository_id: str

    def key(self, number: int) -> str:
        """Return the key of a record; negative ones count from the end."""
        return self.keys[number if number < 0 else number - 1]

    @property
    def keys(self) -> list[str]:
        """The keys of all records."""
        return sorted(each for each in self.now if each.startswith(log_prefix(self.state_id)))


def history(directory: Path, memory: FakeHeadMemory | None = None) -> World:
    world = World(directory, memory=memory)
    for value in ("one", "two"):
        world.configure(a=value)
        world.apply()
    return world


def one_more(world: World, value: str = "three") -> None:
    world.configure(a=value)
    world.apply()


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Scene, FakeHeadMemory]:
    place, memory = tmp_path_factory.mktemp("attacks"), FakeHeadMemory()
    world = history(place / "here", memory)
    assert isinstance(world.store, FakeBlobStore)
    repository = world.context().repository
    beside = repository.ensure_project(replace(world.project.descriptor, name="beside", backend_address="b"))
    for _ in range(80):
        beside.log.append(Kind.NOTE, {"text": "a record of the project beside"})
    earlier, state, guardians = dict(world.store.bodies), world.backend.body, world.guardians
    one_more(world)
    now, after = dict(world.store.bodies), world.backend.body
    elsewhere = World(place / "there")
    elsewhere.store = FakeBlobStore()
    elsewhere.store.bodies = dict(earlier)
    elsewhere.backend.body, elsewhere.guardians = state, guardians + 100
    one_more(elsewhere, "fork")
    world.backend.body = after
    foreign = history(place / "foreign")
    one_more(foreign)
    assert isinstance(foreign.store, FakeBlobStore)
    scene = Scene(
        now=now,
        earlier=earlier,
        forked=dict(elsewhere.store.bodies),
        other=dict(foreign.store.bodies),
        beside=beside.state_id,
        state_id=world.project.state_id,
        repository_id=repository.id,
    )
    assert len(scene.keys) > 30
    return world, scene, memory


def without(scene: Scene, *numbers: int) -> Bodies:
    gone = {scene.key(each) for each in numbers}
    return {key: body for key, body in scene.now.items() if key not in gone}


def swapped(scene: Scene, one: int, two: int) -> Bodies:
    a, b = scene.key(one), scene.key(two)
    return {**scene.now, a: scene.now[b], b: scene.now[a]}


def another_projects(scene: Scene, number: int) -> Bodies:
    key = scene.key(number)
    return {**scene.now, key: scene.now[log_prefix(scene.beside) + key.rpartition("/")[2]]}


def another_repositorys(scene: Scene, number: int) -> Bodies:
    return {**scene.now, scene.key(number): scene.other[scene.key(number)]}


def under_a_new_number(scene: Scene) -> Bodies:
    newest = scene.key(-1)
    name = f"{int(newest.rpartition('/')[2]) + 1:012d}"
    return {**scene.now, log_prefix(scene.state_id) + name: scene.now[scene.key(-4)]}


def forged_standing(scene: Scene, number: int = -1, **change: object) -> Bodies:
    """Write a record anew, as whoever may write to a store without encryption can."""
    envelope = Envelope(repository_id=scene.repository_id)
    place = Place(kind="record", state_id=scene.state_id)
    key = scene.key(number)
    document = documents.parse(envelope.unwrap(scene.now[key], place, key=key), where=key)
    document["standing"] = {**document["standing"], **change}
    return {**scene.now, key: envelope.wrap(documents.written(document, "record"), place)}


def empty_repository() -> Bodies:
    store = FakeBlobStore()
    Repository.create(store, clock=FakeClock(), identity=FakeIdentity())
    return dict(store.bodies)


# Whole by themselves: only who remembers can tell.
REMEMBERED: Mapping[str, Callable[[Scene], Bodies]] = {
    "the last record cut off": lambda scene: without(scene, -1),
    "the last three cut off": lambda scene: without(scene, -1, -2, -3),
    "the whole store rolled back": lambda scene: dict(scene.earlier),
    "the log forked, as long as it was": lambda scene: dict(scene.forked),
    "everything replaced by another repository": lambda scene: dict(scene.other),
    "everything replaced by an empty repository": lambda _: empty_repository(),
    "everything deleted": lambda _: {},
    "everything deleted but the probe": lambda scene: {PROBE: scene.now[PROBE]},
    "the whole project deleted": lambda scene: {
        key: body for key, body in scene.now.items() if not key.startswith(f"{STATES}{scene.state_id}/")
    },
    "the descriptor deleted": lambda scene: {
        key: body for key, body in scene.now.items() if key != project_key(scene.state_id)
    },
    "all but the first record deleted": lambda scene: {
        key: body for key, body in scene.now.items() if key not in scene.keys[1:]
    },
}
# These contradict themselves: any machine can tell.
PLAIN: Mapping[str, Callable[[Scene], Bodies]] = {
    "all records deleted": lambda scene: {
        key: body for key, body in scene.now.items() if key not in scene.keys
    },
    "the first record deleted": lambda scene: without(scene, 1),
    "a record deleted in the middle": lambda scene: without(scene, len(scene.keys) // 2),
    "the last but one deleted": lambda scene: without(scene, -2),
    "two records swapped": lambda scene: swapped(scene, 3, 4),
    "the last two swapped": lambda scene: swapped(scene, -1, -2),
    "a record of another project": lambda scene: another_projects(scene, 5),
    "the last one of another project": lambda scene: another_projects(scene, -1),
    "a record of another repository": lambda scene: another_repositorys(scene, 5),
    "the last one of another repository": lambda scene: another_repositorys(scene, -1),
    "an older record under a new number": under_a_new_number,
    "a forged standing: another baseline": lambda scene: forged_standing(scene, baseline="ab" * 32),
    "a forged standing: no known state": lambda scene: forged_standing(scene, known_state=None),
    "a forged standing in the middle": lambda scene: forged_standing(scene, 9, baseline="ab" * 32),
    "the descriptor of the project beside": lambda scene: {
        **scene.now,
        project_key(scene.state_id): scene.now[project_key(scene.beside)],
    },
    "a descriptor of garbage": lambda scene: {**scene.now, project_key(scene.state_id): b"GRDN\x01\x00x"},
}
ATTACKS = {**REMEMBERED, **PLAIN}


@dataclass(frozen=True, kw_only=True)
class Attacked:
    """What the commands did in a store that was tampered with."""

    errors: Mapping[str, GuardianError]
    passed: tuple[str, ...]
    written: bool
    applied: bool


def attack(
    staged: tuple[World, Scene, FakeHeadMemory], bodies: Bodies, memory: FakeHeadMemory | None
) -> Attacked:
    """Put a store in place of another and try every way to go on with it."""
    world, _, _ = staged
    before = world.backend.body
    errors, passed, written = {}, [], False
    ways: dict[str, Callable[[], object]] = {
        "apply": world.apply,
        "restore": world.restore,
        "restore baseline": lambda: world.restore(snapshot="baseline"),
        "snapshot create": world.snapshot,
        "status": lambda: status_of(opened(world)),
    }
    for name, way in ways.items():
        store = FakeBlobStore()
        store.bodies = dict(bodies)
        world.store, world.memory, world.backend.body = store, _copied(memory), before
        world.configure(a="the next one")
        try:
            way()
            passed.append(name)
        except GuardianError as error:
            errors[name] = error
        written |= store.bodies != bodies
    applied = world.backend.body != before
    world.backend.body = before
    return Attacked(errors=errors, passed=tuple(passed), written=written, applied=applied)


def opened(world: World):
    repository = Repository.open(
        world.store, clock=world.clock, identity=FakeIdentity(), memory=world.memory, read_only=True
    )
    return repository.project(PROJECT)


def _copied(memory: FakeHeadMemory | None) -> FakeHeadMemory | None:
    if memory is None:
        return None
    copy = FakeHeadMemory()
    copy.heads = dict(memory.heads)
    return copy


def assert_found(seen: Attacked, *, reads: bool = False) -> None:
    """Every way in is refused with one message, and nothing was touched.

    Args:
        seen: What happened.
        reads: Whether `status` may pass: it reads the newest record alone.
    """
    assert not seen.applied
    assert set(seen.passed) <= ({"status"} if reads else set()), seen.passed
    assert not seen.written
    for name, error in seen.errors.items():
        assert error.exit_code is ExitCode.ERROR, name
        assert error.message, name
        assert "\n" not in error.message, name


@pytest.mark.parametrize("name", REMEMBERED)
def test_what_only_this_machine_can_know_is_found(staged, tally, name):
    tally(11, points=1)
    _, scene, memory = staged
    seen = attack(staged, REMEMBERED[name](scene), memory)
    assert_found(seen)
    for error in seen.errors.values():
        assert isinstance(error, LogRolledBackError), error
        assert "store repair --accept-log --reason" in error.hint


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("who", ["who saw it", "a stranger"])
def test_what_contradicts_itself_is_found_by_anybody(staged, tally, name, who):
    tally(11, points=1)
    _, scene, memory = staged
    assert_found(attack(staged, PLAIN[name](scene), memory if who == "who saw it" else None), reads=True)


def test_an_untouched_store_is_gone_on_with(staged):
    _, scene, memory = staged
    for each in (memory, None):
        seen = attack(staged, dict(scene.now), each)
        assert seen.errors == {}


@pytest.mark.parametrize("name", REMEMBERED)
def test_a_mutant_without_memory_lets_them_pass(staged, tally, name):
    tally(11, mutants=1)
    _, scene, _ = staged
    seen = attack(staged, REMEMBERED[name](scene), None)
    with pytest.raises(AssertionError):
        assert_found(seen)


@pytest.mark.parametrize(
    "name", ["a record deleted in the middle", "two records swapped", "a forged standing in the middle"]
)
def test_a_mutant_that_reads_the_newest_record_alone_lets_them_pass(staged, tally, monkeypatch, name):
    tally(11, mutants=1)
    monkeypatch.setattr("guardian.operations.open.refuse_broken", lambda _: None)
    _, scene, _ = staged
    seen = attack(staged, PLAIN[name](scene), None)
    assert "apply" in seen.passed
    with pytest.raises(AssertionError):
        assert_found(seen, reads=True)


def test_a_check_finds_everything_that_contradicts_itself(staged, tally):
    tally(11, points=len(PLAIN))
    _, scene, _ = staged
    for name, make in PLAIN.items():
        store = FakeBlobStore()
        store.bodies = make(scene)
        repository = Repository.open(store, clock=FakeClock(), identity=FakeIdentity())
        try:
            found = list(check_project(repository.project(PROJECT), read_data=False))
        except GuardianError:
            continue
        assert found or name == "all records deleted", name


def test_there_are_attacks_enough():
    assert len(ATTACKS) >= 20
