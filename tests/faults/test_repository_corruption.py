"""Flip every byte of a store, one at a time: each flip is found, or changes nothing that anybody reads."""

from collections.abc import Iterator

import pytest

from guardian.domain.journal import Kind
from guardian.errors import GuardianError
from guardian.ports.sealer import Sealer
from guardian.repository.check import check_project
from guardian.repository.envelope import HEADER_BYTES, MAX_OBJECT_BYTES, Envelope, Place
from guardian.repository.keys import OBJECTS, PROBE
from guardian.repository.objects import ObjectKind, Objects
from guardian.repository.repository import Project
from tests.fakes.blobs import FakeBlobStore
from tests.fakes.sealer import FakeSealer
from tests.support.projects import open_project, snapshot_of


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
def test_every_flipped_byte_is_found_or_harmless(sealer: Sealer | None) -> None:
    store = small_store(sealer)
    expected = everything(open_project(store, sealer=sealer))
    assert not is_found(store, sealer)
    harmless = total = 0
    for flipped, what in flips(store, step=1 if sealer is None else 5):
        total += 1
        if not is_found(flipped, sealer):
            harmless += 1
            assert everything(open_project(flipped, sealer=sealer)) == expected, what
    assert total > 500
    assert harmless < total / 50


@pytest.mark.parametrize("length", [0, 1, 5, 6, 7, 20])
def test_every_cut_blob_is_found(length: int) -> None:
    store = small_store()
    for key, body in store.bodies.items():
        cut = FakeBlobStore()
        cut.bodies = {**store.bodies, key: body[:length]}
        assert is_found(cut), key
        cut.bodies[key] = body[:-length] if length else body + b"\0"
        assert is_found(cut), key


def test_every_blob_in_the_place_of_another_is_found() -> None:
    store = small_store()
    for key in store.bodies:
        for other, body in store.bodies.items():
            if body != store.bodies[key]:
                swapped = FakeBlobStore()
                swapped.bodies = {**store.bodies, key: body}
                assert is_found(swapped), f"{other} in the place of {key}"


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


def test_the_sweep_catches_a_reader_that_trusts_the_store() -> None:
    store = FakeBlobStore()
    project = trusting(store)
    project.commit(snapshot_of(project, b'{"serial": 1}'))
    expected = everything(trusting(store))
    assert any(unnoticed(trusting(flipped), expected) for flipped, _ in flips(store, prefix=OBJECTS))
