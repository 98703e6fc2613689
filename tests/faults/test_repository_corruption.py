"""Flip every byte of a store, one at a time: each flip is found, or changes nothing that anybody reads."""

from collections.abc import Callable, Iterator

import pytest

from guardian.domain.journal import Kind
from guardian.errors import GuardianError, LogRolledBackError, StoreFormatError
from guardian.ports.sealer import Sealer
from guardian.repository.check import check_project
from guardian.repository.envelope import HEADER_BYTES, MAX_OBJECT_BYTES, Envelope, Place
from guardian.repository.keys import CONFIG, OBJECTS, PROBE, STATES, log_prefix, object_key, project_key
from guardian.repository.objects import ObjectKind, Objects
from guardian.repository.repository import Project, Repository
from guardian.repository.survey import survey
from tests.fakes.blobs import FakeBlobStore
from tests.fakes.memory import FakeHeadMemory
from tests.fakes.sealer import FakeSealer
from tests.fakes.system import FakeClock, FakeIdentity
from tests.support.projects import NET, open_project, open_repository, snapshot_of


def small_store(sealer: Sealer | None = None) -> FakeBlobStore:
    store = FakeBlobStore()
    project = open_project(store, sealer=sealer)
    snapshot = project.commit(snapshot_of(project, b'{"serial": 1}'))
    project.log.append(Kind.PROMOTED, {"snapshot_id": snapshot.id, "evidence": ["exit 0"]})
    del store.bodies[PROBE]  # it tried the store once and holds nothing
    return store


def everything(project: Project) -> list[object]:
    """Read all that anybody reads of a project; digests of records aside, which are those of stored bytes."""
    read: list[object] = [project.descriptor, project.log.standing()]
    read += [each.to_json() | {"previous": ""} for each in project.log.read()]
    for snapshot in project.snapshots():
        assert snapshot.plan is not None
        assert snapshot.plan.json_object is not None
        assert snapshot.configuration is not None
        assert snapshot.variables_object is not None
        read += [snapshot, *(project.get_state(each) for each in snapshot.states)]
        read += [(each.path, each.read()) for each in project.configuration_files(snapshot.configuration)]
        read += [
            project.get(ObjectKind.PLAN, snapshot.plan.object),
            project.get(ObjectKind.PLAN_JSON, snapshot.plan.json_object),
            project.get_document(ObjectKind.BACKEND, snapshot.backend_object),
            project.get_document(ObjectKind.VARIABLES, snapshot.variables_object),
        ]
    return read


def flips(store: FakeBlobStore, *, step: int = 1, prefix: str = "") -> Iterator[tuple[FakeBlobStore, str]]:
    """Yield the store with one byte flipped, for each byte; one bit or all of them, in turn."""
    for key, body in sorted(store.bodies.items()):
        for at in range(0, len(body) if key.startswith(prefix) else 0, step):
            mask = 0xFF if at % 9 == 8 else 1 << (at % 9)
            copy = FakeBlobStore()
            changed = body[:at] + bytes((body[at] ^ mask,)) + body[at + 1 :]
            copy.bodies = {**store.bodies, key: changed}
            yield copy, f"byte {at} of {len(body)} of {key} ^ {mask:#x}"


def is_found(store: FakeBlobStore, sealer: Sealer | None = None) -> bool:
    try:
        return bool(list(check_project(open_project(store, sealer=sealer), read_data=True)))
    except GuardianError:
        return True


def unnoticed(project: Project, expected: list[object]) -> bool:
    """Tell whether a reader gets something else than was written, without an error."""
    try:
        return everything(project) != expected
    except GuardianError:
        return False


@pytest.mark.parametrize("sealer", [None, FakeSealer()], ids=["plain", "sealed"])
@pytest.mark.sweep
def test_every_flipped_byte_is_found_or_harmless(sealer: Sealer | None, tally: Callable[..., None]) -> None:
    tally(11)
    store = small_store(sealer)
    expected = everything(open_project(store, sealer=sealer))
    assert not is_found(store, sealer)
    harmless = total = 0
    for flipped, what in flips(store, step=1 if sealer is None else 5):
        total += 1
        if not is_found(flipped, sealer):
            harmless += 1
            assert everything(open_project(flipped, sealer=sealer)) == expected, what
    tally(11, points=total)
    assert total > 500
    assert harmless < total / 50


@pytest.mark.sweep
@pytest.mark.parametrize("length", [0, 1, 5, 6, 7, 20])
def test_every_cut_blob_is_found(length: int, tally: Callable[..., None]) -> None:
    tally(11)
    store = small_store()
    for key, body in store.bodies.items():
        cut = FakeBlobStore()
        cut.bodies = {**store.bodies, key: body[:length]}
        assert is_found(cut), key
        cut.bodies[key] = body[:-length] if length else body + b"\0"
        assert is_found(cut), key
    tally(11, points=2 * len(store.bodies))


def remembering(store: FakeBlobStore, memory: FakeHeadMemory) -> Project:
    repository = Repository.open(store, clock=FakeClock(), identity=FakeIdentity(), memory=memory)
    return repository.project(NET.name)


@pytest.mark.sweep
def test_every_missing_blob_is_found(tally: Callable[..., None]) -> None:
    tally(11)
    store, memory = small_store(), FakeHeadMemory()
    head = remembering(store, memory).log.head()
    assert head is not None
    for key in store.bodies:
        without = FakeBlobStore()
        without.bodies = {each: body for each, body in store.bodies.items() if each != key}
        if key == project_key(open_project(store).state_id):
            # `open_project` would write it anew, as an apply does: it is all that it was.
            found = survey(open_repository(without), read_data=True).findings
            assert [each.key for each in found] == [key]
        elif key == remembering(store, memory).log.key(head.number):
            with pytest.raises(LogRolledBackError):  # whole without it: who saw it can tell
                remembering(without, memory).log.head()
        elif key == CONFIG:
            with pytest.raises(StoreFormatError):
                open_repository(without)
        else:
            assert is_found(without), key
    tally(11, points=len(store.bodies))


@pytest.mark.sweep
def test_every_foreign_blob_is_found(tally: Callable[..., None]) -> None:
    tally(11)
    store, other = small_store(), small_store()
    state_id = open_project(store).state_id
    foreign = {
        "notes.txt": b"x",
        "objects/ab/ab": b"x",
        object_key("ab" * 32): b"x",
        object_key("cd" * 32): next(body for key, body in store.bodies.items() if key.startswith(OBJECTS)),
        f"{log_prefix(state_id)}000000000000": b"x",
        f"{log_prefix(state_id)}000000000003": next(
            body for key, body in other.bodies.items() if key.endswith("000000000002")
        ),
        f"{log_prefix(state_id)}{'9' * 12}": b"x",
        f"{STATES}{'ab' * 16}/log/000000000001": b"x",
    }
    for key, body in foreign.items():
        more = FakeBlobStore()
        more.bodies = {**store.bodies, key: body}
        found = survey(open_repository(more), read_data=False).findings
        assert found, key
    tally(11, points=len(foreign))


@pytest.mark.sweep
def test_every_blob_in_the_place_of_another_is_found(tally: Callable[..., None]) -> None:
    tally(11)
    points = 0
    store = small_store()
    for key in store.bodies:
        for other, body in store.bodies.items():
            if body != store.bodies[key]:
                swapped = FakeBlobStore()
                swapped.bodies = {**store.bodies, key: body}
                assert is_found(swapped), f"{other} in the place of {key}"
                points += 1
    tally(11, points=points)


class BareEnvelope(Envelope):
    """Half of the mutant: bodies without a checksum."""

    def wrap(self, plaintext: bytes, place: Place) -> bytes:
        return super().wrap(b"", place)[:HEADER_BYTES] + plaintext

    def unwrap(self, body: bytes, place: Place, *, key: str, limit_bytes: int = MAX_OBJECT_BYTES) -> bytes:
        return body[HEADER_BYTES:]


class TrustingObjects(Objects):
    """The other half: contents that are not held against their ids."""

    def get(self, kind: ObjectKind, object_id: str, *, limit_bytes: int = MAX_OBJECT_BYTES) -> bytes:
        return self.fetch(kind, object_id, limit_bytes=limit_bytes)


def trusting(store: FakeBlobStore) -> Project:
    project = open_project(store)
    objects = project._objects
    objects.__class__ = TrustingObjects
    objects._envelope = BareEnvelope(repository_id=objects._envelope.repository_id)
    return project


@pytest.mark.sweep
def test_the_sweep_catches_a_reader_that_trusts_the_store(tally: Callable[..., None]) -> None:
    tally(11, mutants=1)
    store = FakeBlobStore()
    project = trusting(store)
    project.commit(snapshot_of(project, b'{"serial": 1}'))
    expected = everything(trusting(store))
    assert any(unnoticed(trusting(flipped), expected) for flipped, _ in flips(store, prefix=OBJECTS))
