"""Bodies open at their own place only, and never unpack to more than they may."""

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from guardian.errors import EncryptionError, StoreCorruptError, StoreFormatError
from guardian.repository.envelope import HEADER_BYTES, MAGIC, Envelope, Place
from tests.fakes.sealer import FakeSealer

PLACE = Place(kind="record", state_id="ab" * 16)
PLAIN = Envelope(repository_id="a")
SEALED = Envelope(repository_id="a", sealer=FakeSealer(), id_key=b"secret")


@given(plaintext=st.binary(max_size=500))
@pytest.mark.parametrize("envelope", [PLAIN, SEALED], ids=["plain", "sealed"])
def test_bodies_round_trip(envelope: Envelope, plaintext: bytes) -> None:
    assert envelope.unwrap(envelope.wrap(plaintext, PLACE), PLACE, key="k") == plaintext


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place(kind="snapshot", state_id=PLACE.state_id),
        Place(kind=PLACE.kind, state_id="cd" * 16),
        Place(kind=PLACE.kind),
    ],
)
def test_a_sealed_body_opens_at_its_own_place_only(elsewhere: Place) -> None:
    with pytest.raises(EncryptionError, match="a/key"):
        SEALED.unwrap(SEALED.wrap(b"x", PLACE), elsewhere, key="a/key")


def test_a_sealed_body_opens_in_its_own_repository_only() -> None:
    other = Envelope(repository_id="b", sealer=FakeSealer(), id_key=b"secret")
    with pytest.raises(EncryptionError):
        other.unwrap(SEALED.wrap(b"x", PLACE), PLACE, key="k")


def test_plain_bodies_are_refused_where_the_repository_is_encrypted_and_the_other_way_round() -> None:
    for writer, reader in ((PLAIN, SEALED), (SEALED, PLAIN)):
        with pytest.raises(StoreCorruptError, match="encrypted"):
            reader.unwrap(writer.wrap(b"x", PLACE), PLACE, key="k")


def test_ids_separate_kinds_and_hide_contents_behind_the_key() -> None:
    other = Envelope(repository_id="a", sealer=FakeSealer(), id_key=b"another secret")
    ids = {each.content_id(kind, b"x") for each in (PLAIN, SEALED, other) for kind in ("plan", "state")}
    assert len(ids) == 6


def test_an_unknown_version_is_refused_by_number() -> None:
    body = bytearray(PLAIN.wrap(b"x", PLACE))
    body[len(MAGIC)] = 2
    with pytest.raises(StoreFormatError, match="version 2"):
        PLAIN.unwrap(bytes(body), PLACE, key="k")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    body = PLAIN.wrap(bytes(50_000_000), PLACE)
    assert len(body) < 10_000
    with pytest.raises(StoreCorruptError, match="declares 50000000 bytes"):
        PLAIN.unwrap(body, PLACE, key="k", limit_bytes=1_000_000)


def test_a_frame_that_does_not_declare_its_size_is_refused() -> None:
    frame = zstandard.ZstdCompressor(write_content_size=False).compress(b"x" * 100)
    header = PLAIN.wrap(b"", PLACE)[:HEADER_BYTES]
    with pytest.raises(StoreCorruptError, match="k"):
        PLAIN.unwrap(header + frame, PLACE, key="k")


@pytest.mark.parametrize("tail", [b"\0", b"more"])
def test_bytes_after_the_frame_are_refused(tail: bytes) -> None:
    with pytest.raises(StoreCorruptError):
        PLAIN.unwrap(PLAIN.wrap(b"x", PLACE) + tail, PLACE, key="k")


@given(body=st.binary(max_size=60))
def test_no_bytes_raise_anything_but_a_store_error(body: bytes) -> None:
    for prefix in (b"", MAGIC, MAGIC + b"\x01\x00"):
        with pytest.raises((StoreCorruptError, StoreFormatError)):
            PLAIN.unwrap(prefix + body, PLACE, key="k")
