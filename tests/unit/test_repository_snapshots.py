"""Snapshots count by the log alone, are found by few digits, and are whole or not there."""

import pytest

from guardian.domain.configuration import CapturedConfiguration, ConfigurationFile
from guardian.domain.journal import Kind
from guardian.domain.snapshot import Purpose, Snapshot
from guardian.errors import (
    AmbiguousError,
    BlobMissingError,
    ConfigurationError,
    NotFoundError,
    StoreCorruptError,
    StoreFormatError,
)
from guardian.repository.check import check_project
from guardian.repository.keys import object_key, snapshot_prefix
from guardian.repository.objects import ObjectKind
from guardian.repository.repository import Project
from tests.fakes.blobs import FakeBlobStore
from tests.fakes.sealer import FakeSealer
from tests.support.projects import BACKEND, captured, open_project, snapshot_of, state_body


def commit(project: Project, serial: int, purpose: Purpose = Purpose.AFTER) -> Snapshot:
    return project.commit(snapshot_of(project, b'{"serial": %d}' % serial, serial=serial, purpose=purpose))


@pytest.mark.parametrize("sealer", [None, FakeSealer()], ids=["plain", "sealed"])
def test_a_snapshot_comes_back_as_it_was_committed(sealer: FakeSealer | None) -> None:
    store = FakeBlobStore()
    project = open_project(store, sealer=sealer)
    body = state_body(1, 2_000)
    committed = project.commit(snapshot_of(project, body))
    fresh = open_project(store, sealer=sealer)
    found = fresh.snapshot(committed.id)
    assert found == committed
    assert found.state is not None
    assert found.refreshed is not None
    assert found.plan is not None
    assert found.configuration is not None
    assert fresh.get_state(found.state) == body
    assert fresh.get_state(found.refreshed) == body + b"\n"
    assert fresh.get(ObjectKind.PLAN, found.plan.object) == b"a plan of serial 1"
    files = fresh.configuration_files(found.configuration)
    assert {each.path: each.read() for each in files} == {"main.tf": b"# a", "prod.tfvars": b"x = 1"}
    backend = fresh.get_document(ObjectKind.BACKEND, found.backend_object)
    assert {name: backend[name] for name in BACKEND} == BACKEND
    assert fresh.verify(found, read_data=True) == ()


def test_snapshots_are_listed_newest_first_by_the_log() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    ids = [commit(project, serial).id for serial in range(1, 6)]
    fresh = open_project(store)
    assert [each.id for each in fresh.snapshots()] == ids[::-1]
    assert [each.id for each in fresh.snapshot_links()] == ids[::-1]
    assert fresh.resolve("latest").id == ids[-1]


def test_a_manifest_that_no_record_names_does_not_count() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    stray = commit(project, 1)
    last = max(key for key in store.bodies if "/log/" in key)
    del store.bodies[last]
    fresh = open_project(store)
    assert fresh.snapshots() == ()
    for text in ("latest", stray.id, stray.id[:8]):
        with pytest.raises(NotFoundError):
            fresh.resolve(text)


def test_a_snapshot_is_found_by_the_beginning_of_its_id() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    ids = [commit(project, serial).id for serial in range(1, 4)]
    for each in ids:
        assert project.resolve(each[:8]).id == each
        assert project.resolve(each.upper()).id == each


@pytest.mark.parametrize("text", ["", "abc", "xyz123", "latest~1", "../../config", "0" * 65, "ffff\n"])
def test_what_is_no_name_lists_what_there_is(text: str) -> None:
    project = open_project(FakeBlobStore())
    newest = [commit(project, serial).id for serial in range(1, 8)][::-1]
    with pytest.raises(NotFoundError) as refusal:
        project.resolve(text)
    assert [each[:12] in refusal.value.hint for each in newest] == [True] * 5 + [False] * 2


def test_an_ambiguous_beginning_lists_what_it_fits_and_does_nothing() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    first = commit(project, 1)
    # Ids cannot be chosen, so a second record names a manifest whose key begins alike.
    alike = first.id[:10] + ("0" * 54 if first.id[10] != "0" else "1" * 54)
    store.bodies[snapshot_prefix(project.state_id) + alike] = b"x"
    project.log.append(Kind.SNAPSHOT_COMMITTED, {"snapshot_id": alike, "purpose": "after", "state": None})
    with pytest.raises(AmbiguousError, match="2 snapshots") as refusal:
        project.resolve(first.id[:6])
    assert first.id[:12] in refusal.value.message
    assert alike[:12] in refusal.value.message
    assert project.resolve(first.id[:11]) == first


def test_the_baseline_is_what_was_promoted() -> None:
    project = open_project(FakeBlobStore())
    good = commit(project, 1)
    with pytest.raises(NotFoundError, match="no baseline yet"):
        project.resolve("baseline")
    project.log.append(Kind.PROMOTED, {"snapshot_id": good.id, "evidence": ["exit 0"]})
    commit(project, 2)
    assert project.resolve("baseline") == good


def test_an_empty_project_has_no_snapshots() -> None:
    project = open_project(FakeBlobStore())
    assert project.snapshots() == ()
    with pytest.raises(NotFoundError, match="no latest yet"):
        project.resolve("latest")


def test_a_snapshot_before_any_state_can_be_taken() -> None:
    project = open_project(FakeBlobStore())
    full = snapshot_of(project, b"{}")
    bare = Snapshot(
        **{name: getattr(full, name) for name in ("project", "state_id", "purpose", "run_id", "taken_at")},
        state=None,
        refreshed=None,
        plan=None,
        configuration=None,
        backend_object=full.backend_object,
        variables_object=None,
        engine=full.engine,
        git=None,
        actor=full.actor,
    )
    committed = project.commit(bare)
    assert project.snapshot(committed.id) == committed
    assert project.log.standing().known_state is None


def test_one_hundred_snapshots_of_one_configuration_store_it_once() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    files = captured({f"file{each}.tf": b"# %d" % each for each in range(20)})
    project.put_configuration(files)
    keys = set(store.bodies)
    asked: list[str] = []

    class Sending(FakeBlobStore):
        def put_if_absent(self, key: str, body: bytes) -> bool:
            asked.append(key)
            return super().put_if_absent(key, body)

    again = Sending()
    again.bodies = store.bodies
    for _ in range(3):
        open_project(again).put_configuration(files)
    assert asked == []
    assert set(store.bodies) == keys


def test_a_file_that_vanished_is_named() -> None:
    def vanish() -> bytes:
        raise FileNotFoundError(2, "No such file or directory")

    gone = CapturedConfiguration(
        root=".",
        files=(ConfigurationFile(path="main.tf", executable=False, size_bytes=1, read=vanish),),
        left_out=(),
        var_files=(),
        lock_file=False,
    )
    with pytest.raises(ConfigurationError, match=r"main\.tf cannot be read: No such file"):
        open_project(FakeBlobStore()).put_configuration(gone)


def referents(snapshot: Snapshot, project: Project) -> list[str]:
    assert snapshot.plan is not None
    assert snapshot.configuration is not None
    return [
        *(each for state in snapshot.states for _, each in project._states.referents(state)),
        *(each for _, each in project._configurations.referents(snapshot.configuration)),
        snapshot.plan.object,
        snapshot.plan.json_object or "",
        snapshot.backend_object,
        snapshot.variables_object or "",
    ]


@pytest.mark.parametrize("damage", ["missing", "torn"])
def test_verify_finds_each_referent_that_is_missing_or_torn(damage: str) -> None:
    store = FakeBlobStore()
    project = open_project(store)
    snapshot = project.commit(snapshot_of(project, state_body(1, 2_000)))
    for object_id in referents(snapshot, project):
        key = object_key(object_id)
        body = store.bodies.pop(key)
        if damage == "torn":
            store.bodies[key] = body[:-1]
        findings = open_project(store).verify(snapshot, read_data=True)
        assert key in {each.key for each in findings}
        if damage == "missing":
            assert key in {each.key for each in open_project(store).verify(snapshot, read_data=False)}
        store.bodies[key] = body
    assert open_project(store).verify(snapshot, read_data=True) == ()


class ForgetfulStore(FakeBlobStore):
    """Says that it wrote, and wrote nothing or half of it, for keys that hold `part`."""

    def __init__(self, part: str, *, half: bool) -> None:
        super().__init__()
        self._part = part
        self._half = half

    def put_if_absent(self, key: str, body: bytes) -> bool:
        if self._part and self._part in key:
            if self._half:
                self.bodies[key] = body[: len(body) // 2]
            return True
        return super().put_if_absent(key, body)


@pytest.mark.parametrize("half", [False, True], ids=["nothing", "half"])
@pytest.mark.parametrize("part", ["objects/", "snapshots/"])
def test_a_snapshot_that_cannot_be_read_back_does_not_count(part: str, *, half: bool) -> None:
    store = ForgetfulStore(part, half=half)
    project = open_project(store)
    snapshot = snapshot_of(project, b"{}")
    with pytest.raises((StoreCorruptError, NotFoundError)):
        project.commit(snapshot)
    assert project.log.head() is None


def test_what_is_new_is_read_back_and_what_is_reused_is_read_once() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    commit(project, 1)
    read: list[str] = []

    class Watching(FakeBlobStore):
        def get(self, key: str) -> bytes:
            read.append(key)
            return super().get(key)

    watching = Watching()
    watching.bodies = store.bodies
    before = {key for key in store.bodies if key.startswith("objects/")}
    second = commit(open_project(watching), 2)
    assert second.configuration is not None
    referred = {object_key(each) for _, each in open_project(store).referents(second)[0]}
    assert len(referred & before) >= 5
    assert set(read) & before == referred & before
    listed = {object_key(second.configuration.tree)}  # also asked for what it lists
    assert {each for each in referred & before if read.count(each) != 1} == listed
    assert {key for key in store.bodies if key.startswith("objects/")} - before <= set(read)


def test_what_was_damaged_is_not_referred_to_again() -> None:
    store = FakeBlobStore()
    first = commit(open_project(store), 1)
    reused = {object_key(each) for _, each in open_project(store).referents(first)[0]}
    whole = dict(store.bodies)
    for key in sorted(reused):
        store.bodies = {**whole, key: whole[key][:-1] + bytes((whole[key][-1] ^ 1,))}
        project = open_project(store)
        with pytest.raises(StoreCorruptError):
            project.commit(snapshot_of(project, b'{"serial": 1}', like=first.state, run_id="run-2"))
        assert len(open_project(store).snapshots()) == 1


def test_a_manifest_that_does_not_fit_its_schema_is_not_written() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    snapshot = snapshot_of(project, b"{}")
    keys = set(store.bodies)
    object.__setattr__(snapshot, "backend_object", "not an id")
    with pytest.raises(StoreFormatError):
        project.commit(snapshot)
    assert set(store.bodies) == keys


def test_the_check_of_a_whole_project_finds_what_is_wrong_anywhere() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    first, second = commit(project, 1), commit(project, 2)
    assert list(check_project(open_project(store), read_data=True)) == []
    assert first.state is not None
    whole = dict(store.bodies)
    lost = {
        object_key(first.state.object): object_key(first.state.object),
        snapshot_prefix(project.state_id) + second.id: snapshot_prefix(project.state_id) + second.id,
        project.log.key(1): project.log.key(1),
    }
    for key, told in lost.items():
        del store.bodies[key]
        assert told in {each.key for each in check_project(open_project(store), read_data=False)}
        store.bodies = dict(whole)


def test_the_check_folds_the_log_again() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    project.log.append(Kind.NOTE, {"text": "one"})
    liar = open_project(store)
    head = liar.log.head()
    assert head is not None
    object.__setattr__(head.standing, "baseline", "ab" * 32)
    liar.log.append(Kind.NOTE, {"text": "two"})
    (finding,) = check_project(open_project(store), read_data=False)
    assert "record 2" in finding.problem


def test_an_object_that_is_not_there_is_missing_and_not_corrupt() -> None:
    with pytest.raises(BlobMissingError):
        open_project(FakeBlobStore()).get(ObjectKind.PLAN, "ab" * 32)
