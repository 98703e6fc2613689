"""Set aside what is damaged: nothing is deleted, everything is said, and the next run goes on."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from guardian.domain.journal import Kind
from guardian.errors import GuardianError, LogRolledBackError, StoreCorruptError, UsageError
from guardian.operations.check_store import check_store
from guardian.operations.repair import Acceptance, Repaired, Tools, accept_log, repair
from guardian.repository.inventory import Inventory
from guardian.repository.keys import Part, object_key, part_of
from guardian.repository.repository import Repository
from guardian.repository.survey import Survey, survey
from tests.fakes.blobs import FakeBlobStore, FaultyBlobStore, Killed
from tests.fakes.memory import FakeHeadMemory
from tests.fakes.sealer import FakeSealer
from tests.fakes.system import FakeClock, FakeIdentity
from tests.fakes.world import PROJECT, Census, World
from tests.support.projects import open_project, open_repository, snapshot_of
from tests.support.sweeps import some


def tools(pid: int = 500) -> Tools:
    return Tools(identity=Census(pid, set()), clock=FakeClock(tick_s=0.001), ttl_s=60.0, tell=lambda _: None)


def store_of(world: World) -> FakeBlobStore:
    assert isinstance(world.store, FakeBlobStore)
    return world.store


def looked_at(store: FakeBlobStore, *, read_data: bool = True) -> Survey:
    return survey(open_repository(store), read_data=read_data)


def repaired(store: FakeBlobStore | FaultyBlobStore, *, dry_run: bool = False, pid: int = 500) -> Repaired:
    return repair(open_repository(store), tools(pid), dry_run=dry_run)


def flip(store: FakeBlobStore, key: str) -> bytes:
    body = store.bodies[key]
    store.bodies[key] = body[:-3] + bytes((body[-3] ^ 0x20,)) + body[-2:]
    return store.bodies[key]


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    for value in ("one", "two"):
        made.configure(a=value)
        made.apply()
    return made


def of_part(store: FakeBlobStore, part: Part) -> list[str]:
    return sorted(key for key in store.bodies if part_of(key) is part)


def test_a_sound_store_is_counted_and_left_alone(world):
    found = looked_at(store_of(world))
    assert found.findings == []
    assert (len(found.projects), found.leftovers, found.quarantined) == (1, 0, 0)
    assert found.objects == len(of_part(store_of(world), Part.OBJECT))
    assert found.idle == []
    left = dict(store_of(world).bodies)
    assert repaired(store_of(world), dry_run=True).moved == ()
    assert store_of(world).bodies == left


def test_what_nothing_refers_to_is_counted_and_harmless(world):
    store = store_of(world)
    project = open_repository(store).project(PROJECT)
    snapshot_of(project, b'{"serial": 99}')  # what a writer leaves that died before its manifest
    found = looked_at(store)
    assert found.findings == []
    assert len(found.idle) > 3
    assert found.idle_bytes == sum(len(store.bodies[object_key(each)]) for each in found.idle)


@pytest.mark.parametrize("part", [Part.OBJECT, Part.MANIFEST])
def test_each_damaged_body_is_set_aside_byte_for_byte_and_the_next_apply_goes_on(world, part):
    store = store_of(world)
    whole, state = dict(store.bodies), world.backend.body
    for key in some(of_part(store, part), 6):
        store = FakeBlobStore()
        store.bodies = dict(whole)
        world.store, world.backend.body = store, state
        torn = flip(store, key)
        assert [each.key for each in looked_at(store).findings if each.key == key], key
        done = repaired(store)
        (moved,) = done.moved
        assert (moved.key, store.bodies[moved.to]) == (key, torn)
        assert key not in store.bodies
        assert set(whole) - {key} <= set(store.bodies)
        (suffered,) = done.suffered
        if suffered.baseline_lost:
            assert open_repository(store).project(PROJECT).log.standing().baseline is None
        with suppress(StopIteration):
            record = next(each for each in world.records if each.kind is Kind.REPAIRED)
            assert record.body["moved"] == [{"key": key, "to": moved.to, "problem": moved.problem}]
        world.configure(a="three")
        assert world.apply().outcome == "applied", key
        world.configure(a="three", b="!")
        assert world.apply().exit_code == 3, key
        assert world.restore().outcome == "restored", key


def test_a_manifest_that_is_gone_is_off_the_list_after_it(world):
    store = store_of(world)
    oldest = world.project.snapshots()[-1]
    flip(store, f"states/{world.project.state_id}/snapshots/{oldest.id}")
    with pytest.raises(GuardianError):
        world.project.snapshots()
    assert repaired(store).suffered[0].lost == (oldest.id,)
    assert oldest.id not in [each.id for each in world.project.snapshots()]
    assert looked_at(store).findings == []
    assert repaired(store).moved == ()


def test_content_that_is_written_again_makes_the_old_snapshots_whole(world):
    store = store_of(world)
    baseline = world.project.resolve("baseline")
    key = object_key(baseline.backend_object)  # every snapshot has it
    flip(store, key)
    assert set(repaired(store).suffered[0].incomplete) == {each.id for each in world.project.snapshots()}
    found = looked_at(store)
    assert found.findings == []
    assert {each.snapshot_id for each in found.lost} == {each.id for each in world.project.snapshots()}
    assert repaired(store).moved == ()
    world.configure(a="three")
    world.apply()
    found = looked_at(store)
    assert (found.findings, found.lost) == ([], [])


def test_only_what_a_repair_recorded_is_known_lost(world):
    store = store_of(world)
    newest = world.project.snapshots()[0]
    assert newest.state is not None
    flip(store, object_key(newest.backend_object))
    repaired(store)
    del store.bodies[object_key(newest.state.object)]  # nobody recorded that
    found = looked_at(store)
    assert {each.key for each in found.findings} == {object_key(newest.state.object)}
    assert {each.key for each in found.lost} == {object_key(newest.backend_object)}
    baseline = found.projects[0].history
    baseline.standing = replace(baseline.standing, baseline=newest.id)
    assert not any(baseline.knows_loss(each) for each in found.lost if each.snapshot_id == newest.id)


def test_foreign_bodies_are_found_and_set_aside(world):
    store = store_of(world)
    foreign = ["readme.txt", "objects/ab/short", "objects/cd/" + "ab" * 32, "states/x/log/1"]
    for key in foreign:
        store.bodies[key] = b"not guardian's"
    garbage = object_key("ab" * 32)
    store.bodies[garbage] = b"GRDN\x01\x00garbage"
    assert {each.key for each in looked_at(store, read_data=False).findings} >= {*foreign[:3], garbage}
    done = repaired(store)
    assert {each.key for each in done.moved} >= {*foreign[:3], garbage}
    assert all(store.bodies[each.to].endswith((b"guardian's", b"garbage")) for each in done.moved)
    assert looked_at(store).quarantined == len(done.moved)


def test_a_dry_run_writes_nothing(world):
    store = store_of(world)
    key = of_part(store, Part.OBJECT)[0]
    flip(store, key)
    left = dict(store.bodies)
    assert [each.key for each in repaired(store, dry_run=True).moved] == [key]
    assert store.bodies == left


def test_a_damaged_log_is_told_and_never_touched(world):
    store = store_of(world)
    key = world.project.log.key(7)
    flip(store, key)
    left = dict(store.bodies)
    done = repaired(store)
    assert done.moved == ()
    assert [each.key for each in done.left] == [key]
    assert store.bodies == left


def test_what_a_later_version_wrote_is_not_called_damaged(world):
    store = store_of(world)
    key = of_part(store, Part.OBJECT)[0]
    store.bodies[key] = b"GRDN\x02" + store.bodies[key][5:]
    done = repaired(store)
    assert key in store.bodies
    assert key not in {each.key for each in done.moved}


def test_keys_that_do_not_work_now_damage_nothing() -> None:
    class Failing(FakeSealer):
        works = True

        def open(self, sealed: bytes, context):
            if not self.works and context["guardian:kind"] not in {"record", "project", "id_key"}:
                from guardian.errors import EncryptionError

                raise EncryptionError("the key service does not answer")
            return super().open(sealed, context)

    store, sealer = FakeBlobStore(), Failing()
    project = open_project(store, sealer=sealer)
    project.commit(snapshot_of(project, b'{"serial": 1}'))
    keys = set(store.bodies)
    sealer.works = False
    repository = open_repository(store, sealer=sealer)
    repository.prove_keys = lambda: sealer.open(  # type: ignore[method-assign]
        sealer.seal(b"x", {"guardian:kind": "any"}), {"guardian:kind": "any"}
    )
    with pytest.raises(GuardianError, match="does not answer"):
        repair(repository, tools(), dry_run=False)
    assert keys <= set(store.bodies)
    assert not of_part(store, Part.QUARANTINED)


@pytest.mark.sweep
@pytest.mark.parametrize("part", [Part.OBJECT, Part.MANIFEST])
def test_a_repair_may_die_anywhere_and_loses_no_byte(world, tally, part):
    tally(11)
    store = store_of(world)
    key = of_part(store, part)[0]
    torn = flip(store, key)
    whole = dict(store.bodies)
    points = some(deaths_of(store), 10)
    for number, how in points:
        left = died(whole, number, how)
        assert_no_byte_lost(left, key, torn, whole)
        repaired(left, pid=501)
        assert_no_byte_lost(left, key, torn, whole)
        assert key not in left.bodies
    tally(11, points=len(points))


def deaths_of(store: FakeBlobStore) -> list[tuple[int, str]]:
    counted = FakeBlobStore()
    counted.bodies = dict(store.bodies)
    faulty = FaultyBlobStore(counted)
    repaired(faulty)
    first = next(at for at, (method, _) in enumerate(faulty.calls, 1) if method == "put_if_absent")
    return [(at, how) for at in range(first, len(faulty.calls) + 1) for how in ("before", "after")]


def died(whole: dict[str, bytes], number: int, how) -> FakeBlobStore:
    left = FakeBlobStore()
    left.bodies = dict(whole)
    with suppress(Killed):
        repaired(FaultyBlobStore(left, fail_at=number, how=how, error=Killed))
    return left


def assert_no_byte_lost(store: FakeBlobStore, key: str, torn: bytes, whole: dict[str, bytes]) -> None:
    assert {each: store.bodies.get(each) for each in whole if each != key} == {
        each: body for each, body in whole.items() if each != key
    }
    assert torn in store.bodies.values()


@pytest.mark.sweep
def test_the_sweep_catches_a_repair_that_deletes_first(world, tally, monkeypatch):
    tally(11, mutants=1)
    store = store_of(world)
    key = of_part(store, Part.OBJECT)[0]
    torn = flip(store, key)
    whole = dict(store.bodies)

    def hasty(self: Inventory, key: str, *, moment: str) -> str:
        body = self._store.get(key)
        self._store.delete(key)
        self._store.put_if_absent(f"quarantine/{moment}/{key}", body)
        return ""

    monkeypatch.setattr(Inventory, "set_aside", hasty)
    caught = 0
    for number, how in deaths_of(store)[-8:]:
        try:
            assert_no_byte_lost(died(whole, number, how), key, torn, whole)
        except AssertionError:
            caught += 1
    assert caught


def rolled_back(world: World) -> FakeHeadMemory:
    world.memory = memory = FakeHeadMemory()
    before = dict(store_of(world).bodies)
    world.configure(a="three")
    world.apply()
    store_of(world).bodies = before
    with pytest.raises(LogRolledBackError):
        world.apply()
    return memory


def remembering(world: World, memory: FakeHeadMemory) -> Repository:
    return Repository.open(world.store, clock=world.clock, identity=FakeIdentity(), memory=memory)


def test_a_log_that_went_back_is_found_by_the_check_and_not_repaired(world):
    memory = rolled_back(world)
    found = check_store(
        open_repository(world.store),
        remembering(world, memory),
        memory,
        read_data=True,
        tell=lambda _: None,
    )
    assert [each.code for each in found.findings] == ["log_rolled_back"]
    left = dict(store_of(world).bodies)
    repair(remembering(world, memory), tools(), dry_run=False)
    assert store_of(world).bodies == left


def test_an_accepted_log_is_gone_on_with_and_the_reason_is_recorded(world):
    memory = rolled_back(world)
    accepted = accept_log(open_repository(world.store), tools(), PROJECT, memory, "a backup of Monday")
    assert accepted is Acceptance.ACCEPTED
    (record,) = [each for each in world.records if each.kind is Kind.REPAIRED]
    assert record.body["reason"] == "a backup of Monday"
    world.memory = memory
    assert world.project.log.head() is not None
    assert world.snapshot(accept_state=True, reason="it is the cloud's").snapshot


@pytest.mark.parametrize("reason", ["", "  "])
def test_accepting_wants_a_reason(world, reason):
    memory = rolled_back(world)
    with pytest.raises(UsageError, match="reason"):
        accept_log(open_repository(world.store), tools(), PROJECT, memory, reason)


def test_only_a_sound_log_is_accepted(world):
    memory = rolled_back(world)
    flip(store_of(world), world.project.log.key(4))
    left = dict(store_of(world).bodies)
    with pytest.raises(StoreCorruptError, match="not sound"):
        accept_log(open_repository(world.store), tools(), PROJECT, memory, "because")
    assert store_of(world).bodies == left
    assert memory.recall("memory", PROJECT) is not None


def test_a_project_that_is_gone_can_only_be_forgotten(world):
    memory = rolled_back(world)
    gone = [each for each in store_of(world).bodies if each.startswith("states/")]
    for key in gone:
        del store_of(world).bodies[key]
    gone_ = accept_log(open_repository(world.store), tools(), PROJECT, memory, "it was moved")
    assert gone_ is Acceptance.GONE
    assert memory.recall("memory", PROJECT) is None


def test_a_log_that_did_not_go_back_is_not_accepted_and_nothing_is_forgotten(world):
    world.memory = memory = FakeHeadMemory()
    world.configure(a="three")
    world.apply()
    left, heads = dict(store_of(world).bodies), dict(memory.heads)
    assert heads
    accepted = accept_log(open_repository(world.store), tools(), PROJECT, memory, "because")
    assert accepted is Acceptance.NOT_NEEDED
    assert (store_of(world).bodies, memory.heads) == (left, heads)


@pytest.mark.parametrize(("lost", "said"), [("log/", "is gone"), ("", "is missing")])
def test_a_log_that_is_gone_beside_its_snapshots_is_not_accepted(world, lost, said):
    memory = rolled_back(world)
    store = store_of(world)
    state_id = world.project.state_id
    for key in [key for key in store.bodies if key.startswith(f"states/{state_id}/{lost}")]:
        if part_of(key) is not Part.MANIFEST:
            del store.bodies[key]
    left = dict(store.bodies)
    with pytest.raises(StoreCorruptError, match=said):
        accept_log(open_repository(world.store), tools(), PROJECT, memory, "because")
    assert store.bodies == left
    assert memory.recall("memory", PROJECT) is not None


@pytest.mark.parametrize("name", ["state", "tree", "backend", "file", "manifest"])
@pytest.mark.parametrize("way", ["apply", "restore"])
def test_apply_and_restore_refuse_before_anything_is_begun_when_the_baseline_is_damaged(world, name, way):
    store = store_of(world)
    if way == "restore":
        world.configure(a="two", b="!")
        world.apply()
    project = world.project
    baseline = project.resolve("baseline")
    assert baseline.configuration is not None
    assert baseline.state is not None
    (file,) = [o for kind, o in project.referents(baseline)[0] if kind == "file"]
    key = {
        "state": object_key(baseline.state.object),
        "tree": object_key(baseline.configuration.tree),
        "backend": object_key(baseline.backend_object),
        "file": object_key(file),
        "manifest": f"states/{project.state_id}/snapshots/{baseline.id}",
    }[name]
    flip(store, key)
    left, state = dict(store.bodies), world.backend.body
    world.configure(a="another")
    with pytest.raises(StoreCorruptError, match="baseline"):
        world.apply() if way == "apply" else world.restore()
    assert store.bodies == left
    assert world.backend.body == state
