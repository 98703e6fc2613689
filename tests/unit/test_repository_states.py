"""States come back byte for byte, whatever they are, and share what they have in common."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.snapshot import Layout, StateRef
from guardian.errors import BlobMissingError, StoreCorruptError
from guardian.repository import pieces, states
from guardian.repository.columns import column, read_column
from guardian.repository.envelope import Place
from guardian.repository.keys import object_key
from guardian.repository.objects import ObjectKind
from guardian.repository.packs import decode_pack, encode_pack
from guardian.repository.pieces import cut
from guardian.repository.recipes import PackUse, Recipe, decode_recipe, encode_recipe, runs_of
from guardian.repository.repository import Project
from tests.fakes.blobs import FakeBlobStore
from tests.support.projects import facts, open_project, state_body

LARGE = 2_000
fragments = st.sampled_from(
    [
        b"\n        {\n",
        b"\n        },\n        {\n",
        b'\n            "a": 1',
        b"{",
        b"\n",
        b"x" * 70_000,
        b"\x00\xff",
        b"",
    ]
)
bodies = st.lists(fragments | st.binary(max_size=50), max_size=12).map(b"".join)


def put(project: Project, body: bytes, like: StateRef | None = None, serial: int = 1) -> StateRef:
    return project.put_state(body, facts=facts(body, serial), source="backend", like=like)


@given(body=bodies)
def test_pieces_join_to_what_was_cut_and_none_is_empty_or_too_large(body: bytes) -> None:
    found = cut(body)
    assert b"".join(found) == body
    assert all(0 < len(each) <= pieces.MAX_PIECE_BYTES for each in found)


def test_an_instance_that_changed_changes_one_piece_and_the_head() -> None:
    before, after = cut(state_body(1, 50)), cut(state_body(2, 50, changed={20: "other"}))
    assert [number for number, each in enumerate(before) if each != after[number]] == [0, 21]


@given(
    numbers=st.lists(st.integers(min_value=0, max_value=2**64 - 1), max_size=30), before=st.binary(max_size=5)
)
def test_columns_round_trip_at_their_narrowest(numbers: list[int], before: bytes) -> None:
    packed = column(numbers)
    width = packed[0]
    assert list(read_column(before + packed, len(before), len(numbers))[0]) == numbers
    assert width == 1 or max(numbers) >= 1 << (4 * width)


@given(parts=st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=20))
def test_packs_round_trip(parts: list[bytes]) -> None:
    assert decode_pack(encode_pack(parts), where="here").pieces() == parts


@given(places=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(1, 9)), max_size=60))
def test_recipes_round_trip_and_keep_the_order_of_pieces(places: list[tuple[int, int, int]]) -> None:
    runs = runs_of(places)
    expanded = [(run.pack, run.first + each) for run in runs for each in range(run.pieces)]
    assert expanded == [(pack, piece) for pack, piece, _ in places]
    recipe = Recipe(
        size_bytes=sum(length for _, _, length in places),
        sha256="ab" * 32,
        packs=tuple(PackUse(id=f"{number:02x}" * 32, bytes=1000 * number) for number in range(4)),
        runs=runs,
    )
    assert decode_recipe(encode_recipe(recipe), where="here") == recipe


@given(content=st.binary(max_size=200), magic=st.sampled_from([b"GPK1", b"GRC1", b""]))
def test_no_bytes_make_a_decoder_raise_anything_but_corrupt(content: bytes, magic: bytes) -> None:
    for decode in (decode_pack, decode_recipe):
        with suppress(StoreCorruptError):
            decode(magic + content, where="here")


@given(moments=st.lists(bodies, min_size=1, max_size=5), limit=st.sampled_from([0, 100, 100_000]))
def test_any_bytes_come_back_whatever_they_are_like(moments: Sequence[bytes], limit: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(states, "WHOLE_BYTES", max(limit, 1))
        store = FakeBlobStore()
        project = open_project(store)
        refs: list[StateRef] = []
        for serial, body in enumerate(moments):
            refs.append(put(project, body, refs[-1] if refs else None, serial))
        fresh = open_project(store)
        assert [fresh.get_state(each) for each in refs] == list(moments)


def test_a_small_state_is_one_object() -> None:
    store = FakeBlobStore()
    ref = put(open_project(store), b"{}")
    assert ref.layout is Layout.WHOLE
    assert [each for each in store.bodies if each.startswith("objects/")] == [object_key(ref.object)]


def test_a_change_costs_little_and_going_back_costs_less() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    first = put(project, state_body(1, LARGE))
    whole = sum(map(len, store.bodies.values()))
    second = put(project, state_body(2, LARGE, changed={7: "other"}), first, 2)
    after_change = sum(map(len, store.bodies.values()))
    assert after_change - whole < whole / 20
    put(project, state_body(3, LARGE), second, 3)
    assert sum(map(len, store.bodies.values())) - after_change < whole / 20


def test_the_same_state_again_writes_nothing() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    first = put(project, state_body(1, LARGE))
    keys = set(store.bodies)
    assert put(project, state_body(1, LARGE), first) == first
    assert set(store.bodies) == keys


def test_packs_stay_few_and_what_is_read_stays_small() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    ref = put(project, state_body(0, LARGE))
    counts = []
    changed: dict[int, str] = {}
    for serial in range(1, 40):
        changed |= dict.fromkeys(range(serial * 50, serial * 50 + 50), "new")
        body = state_body(serial, LARGE, changed=changed)
        ref = put(project, body, ref, serial)
        packs = [each for kind, each in project._states.referents(ref) if kind is ObjectKind.PACK]
        counts.append(len(packs))
        read = sum(len(project.get(ObjectKind.PACK, each)) for each in packs)
        assert read <= (states.MOST_READ + 1) * len(body)
        assert open_project(store).get_state(ref) == body
    assert max(counts) == states.FEWEST_PACKS
    assert counts.count(1) == 2


def test_a_state_that_shares_little_stands_alone() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    first = put(project, state_body(1, LARGE))
    other = state_body(2, LARGE, changed=dict.fromkeys(range(LARGE), "all new"))
    packs = project._states.referents(put(project, other, first, 2))
    assert not set(packs) & set(project._states.referents(first))


@pytest.mark.parametrize("kind", [ObjectKind.RECIPE, ObjectKind.PACK])
@pytest.mark.parametrize("damage", ["missing", "torn"])
def test_a_damaged_past_is_not_built_upon(kind: ObjectKind, damage: str) -> None:
    store = FakeBlobStore()
    project = open_project(store)
    first = put(project, state_body(1, LARGE))
    key = next(object_key(each) for found, each in project._states.referents(first) if found is kind)
    if damage == "missing":
        del store.bodies[key]
    else:
        store.bodies[key] = store.bodies[key][:-9]
    again = open_project(store)
    body = state_body(2, LARGE, changed={7: "other"})
    assert open_project(store).get_state(put(again, body, first, 2)) == body


@pytest.mark.parametrize("kind", [ObjectKind.RECIPE, ObjectKind.PACK])
def test_a_missing_part_is_named(kind: ObjectKind) -> None:
    store = FakeBlobStore()
    project = open_project(store)
    ref = put(project, state_body(1, LARGE))
    key = next(object_key(each) for found, each in project._states.referents(ref) if found is kind)
    del store.bodies[key]
    with pytest.raises(BlobMissingError, match=key):
        open_project(store).get_state(ref)


def test_a_wrong_pack_is_found_by_the_digest_of_the_whole_and_named() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    ref = put(project, state_body(1, LARGE))
    key = next(object_key(each) for kind, each in project._states.referents(ref) if kind is ObjectKind.PACK)
    pack = project.get(ObjectKind.PACK, key.rpartition("/")[2])
    place = Place(kind="pack")
    store.bodies[key] = project._objects._envelope.wrap(pack.replace(b"value 7", b"value 8", 1), place)
    with pytest.raises(StoreCorruptError, match=key):
        open_project(store).get_state(ref)
