"""Opening and refusing repositories, and keeping the projects in one apart."""

import json
from dataclasses import replace

import pytest

from guardian.errors import (
    EncryptionError,
    NotFoundError,
    StoreCorruptError,
    StoreError,
    StoreFormatError,
    WrongStateError,
)
from guardian.repository.config import digest_of
from guardian.repository.documents import canonical
from guardian.repository.envelope import MAGIC
from guardian.repository.keys import CONFIG, PROBE, project_key
from guardian.repository.repository import Repository
from tests.fakes.blobs import FakeBlobStore
from tests.fakes.sealer import FakeSealer
from tests.fakes.system import FakeClock, FakeIdentity
from tests.support.projects import NET, open_project, open_repository, snapshot_of


def reopen(store: FakeBlobStore, sealer: FakeSealer | None = None, *, read_only: bool = False) -> Repository:
    return Repository.open(
        store, clock=FakeClock(), identity=FakeIdentity(), sealer=sealer, read_only=read_only
    )


def change_config(store: FakeBlobStore, **changes: object) -> None:
    """Change the repository's document as a program would that keeps its digest."""
    document = {**json.loads(store.bodies[CONFIG]), **changes}
    del document["digest"]
    store.bodies[CONFIG] = canonical({**document, "digest": digest_of(document)})


@pytest.mark.parametrize("sealer", [None, FakeSealer()], ids=["plain", "sealed"])
def test_a_repository_is_made_once_and_opened_afterwards(sealer: FakeSealer | None) -> None:
    store = FakeBlobStore()
    made = open_repository(store, sealer=sealer)
    assert list(store.bodies) == [PROBE, CONFIG]
    assert open_repository(store, sealer=sealer).id == made.id
    assert reopen(store, sealer).id == made.id
    assert reopen(store, sealer).projects() == ()


def test_two_that_make_the_same_repository_agree() -> None:
    store = FakeBlobStore()

    class Late(FakeBlobStore):
        def list(self, prefix: str, *, start_after: str = ""):
            found = iter(tuple(super().list(prefix, start_after=start_after)))
            self.bodies.update(store.bodies)  # the other one writes just now
            return found

    first = open_repository(store)
    late = Late()
    second = Repository.create(late, clock=FakeClock(), identity=FakeIdentity())
    assert second.id == first.id


def test_what_is_no_repository_is_refused_and_left_as_it_is() -> None:
    empty, other = FakeBlobStore(), FakeBlobStore()
    other.bodies["holiday.jpg"] = b"x"
    with pytest.raises(NotFoundError, match="nothing is recorded here yet") as nothing:
        reopen(empty)
    assert "guardian snapshot create" in nothing.value.hint
    with pytest.raises(StoreFormatError, match="not a guardian repository"):
        reopen(other)
    with pytest.raises(StoreFormatError, match="not empty"):
        open_repository(other)
    assert empty.bodies == {}
    assert list(other.bodies) == ["holiday.jpg"]


def test_a_repository_whose_document_was_lost_is_not_made_anew() -> None:
    store = FakeBlobStore()
    open_project(store)
    del store.bodies[CONFIG]
    with pytest.raises(StoreFormatError):
        open_repository(store)
    assert CONFIG not in store.bodies


@pytest.mark.parametrize("number", [0, 2, 99])
def test_another_format_is_refused_and_nothing_is_written(number: int) -> None:
    store = FakeBlobStore()
    open_project(store)
    change_config(store, format=number)
    before = dict(store.bodies)
    for attempt in (reopen, open_repository, open_project):
        with pytest.raises(StoreFormatError, match=f"format {number}"):
            attempt(store)
    assert store.bodies == before


def test_a_repository_of_another_envelope_is_refused_and_nothing_is_written() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    key = project_key(project.state_id)
    body = bytearray(store.bodies[key])
    body[len(MAGIC)] = 2
    store.bodies[key] = bytes(body)
    before = dict(store.bodies)
    with pytest.raises(StoreFormatError, match="version 2"):
        open_project(store)
    assert store.bodies == before


def test_a_key_that_is_missing_wrong_or_too_much_is_refused_and_nothing_is_written() -> None:
    sealed, plain = FakeBlobStore(), FakeBlobStore()
    open_project(sealed, sealer=FakeSealer(b"right"))
    open_project(plain)
    cases = (
        (sealed, None, "is encrypted"),
        (sealed, FakeSealer(b"wrong"), "cannot be opened"),
        (plain, FakeSealer(), "is not encrypted"),
    )
    for store, sealer, message in cases:
        before = dict(store.bodies)
        with pytest.raises(EncryptionError, match=message):
            open_project(store, sealer=sealer)
        assert store.bodies == before


def test_a_sealed_repository_tells_neither_names_nor_contents() -> None:
    store = FakeBlobStore()
    project = open_project(store, sealer=FakeSealer())
    project.commit(snapshot_of(project, b'{"secret": "hunter2"}'))
    other = FakeBlobStore()
    twin = open_project(other, sealer=FakeSealer())
    twin.commit(snapshot_of(twin, b'{"secret": "hunter2"}'))
    assert {each for each in store.bodies if "log" not in each} & set(other.bodies) == {PROBE, CONFIG}
    assert all(NET.backend_address.encode() not in each for each in store.bodies.values())


def test_projects_are_listed_found_and_kept_apart() -> None:
    store = FakeBlobStore()
    repository = open_repository(store)
    for name in ("zoo", "app", "net"):
        project = repository.ensure_project(replace(NET, name=name, backend_address=f"{name}.tfstate"))
        project.commit(snapshot_of(project, name.encode()))
    fresh = reopen(store)
    assert [each.name for each in fresh.projects()] == ["app", "net", "zoo"]
    state = fresh.project("app").resolve("latest").state
    assert state is not None
    assert fresh.project("app").get_state(state) == b"app"
    with pytest.raises(NotFoundError, match="'nets'") as refusal:
        fresh.project("nets")
    assert "app, net, zoo" in refusal.value.hint


@pytest.mark.parametrize(
    "change", [{"backend_address": "other"}, {"workspace": "stage"}, {"backend_kind": "s3"}]
)
def test_a_name_stands_for_one_state_only(change: dict[str, str]) -> None:
    store = FakeBlobStore()
    open_project(store)
    before = dict(store.bodies)
    with pytest.raises(WrongStateError, match=r"net\.tfstate \(workspace default\)"):
        open_repository(store).ensure_project(replace(NET, **change))
    assert store.bodies == before


def test_a_repository_opened_for_reading_writes_nothing() -> None:
    store = FakeBlobStore()
    open_project(store)
    before = dict(store.bodies)
    repository = reopen(store, read_only=True)
    project = repository.project("net")
    with pytest.raises(StoreError, match="for reading"):
        snapshot_of(project, b"{}")
    with pytest.raises(StoreError, match="for reading"):
        repository.ensure_project(replace(NET, name="new"))
    assert store.bodies == before


def test_who_is_about_to_write_has_the_whole_document_validated() -> None:
    store = FakeBlobStore()
    open_repository(store)
    change_config(store, created_at="yesterday")
    assert reopen(store).projects() == ()
    with pytest.raises(StoreCorruptError, match="created_at"):
        open_repository(store)


def test_a_changed_document_is_corrupt() -> None:
    store = FakeBlobStore()
    open_repository(store)
    store.bodies[CONFIG] = store.bodies[CONFIG].replace(b'"encryption":null', b'"encryption":{}')
    with pytest.raises(StoreCorruptError, match=r"config\.json"):
        reopen(store)


def test_a_descriptor_in_another_projects_directory_is_corrupt() -> None:
    store = FakeBlobStore()
    repository = open_repository(store)
    one = repository.ensure_project(NET)
    two = repository.ensure_project(replace(NET, name="two"))
    store.bodies[project_key(two.state_id)] = store.bodies[project_key(one.state_id)]
    with pytest.raises(StoreCorruptError, match="another directory"):
        reopen(store).project("two")


class OverwritingStore(FakeBlobStore):
    """A service that ignores the condition of a write."""

    def put_if_absent(self, key: str, body: bytes) -> bool:
        self.bodies[key] = body
        return True


def test_a_store_that_overwrites_never_becomes_a_repository() -> None:
    store = OverwritingStore()
    with pytest.raises(StoreError, match="overwrites"):
        Repository.create(store, clock=FakeClock(), identity=FakeIdentity())
    assert CONFIG not in store.bodies


def test_a_creation_that_died_after_its_probe_is_done_again() -> None:
    store = FakeBlobStore()
    store.put_if_absent(PROBE, b"x")
    Repository.create(store, clock=FakeClock(), identity=FakeIdentity())
    assert CONFIG in store.bodies
