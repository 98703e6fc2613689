"""What every blob store must do, the fake included."""

import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardian.adapters.store import open_store
from guardian.adapters.store.local import LocalStore
from guardian.adapters.store.s3 import S3Store
from guardian.errors import BlobMissingError, SettingsError, StoreCorruptError, StoreUnreachableError
from guardian.ports.blobs import BlobStore
from tests.fakes.blobs import FakeBlobStore, FaultyBlobStore, Killed
from tests.support.moto import MotoServer, moto_server

BUCKET = "guardian-contract"


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoServer]:
    with moto_server() as server:
        server.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        yield server


Open = Callable[[], BlobStore]


@pytest.fixture(params=["fake", "faulty", "local", "s3"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Return what opens one empty store, as often as it is called."""
    match request.param:
        case "fake":
            fake = FakeBlobStore()
            return lambda: fake
        case "faulty":
            faulty = FaultyBlobStore(FakeBlobStore())
            return lambda: faulty
        case "local":
            return lambda: LocalStore(tmp_path / "a" / "store")
        case _:
            client = request.getfixturevalue("moto").client("s3")
            prefix = f"Team A/{uuid.uuid4()}"
            return lambda: S3Store(BUCKET, prefix, client=client)


@pytest.fixture
def store(reopen: Open) -> BlobStore:
    return reopen()


def test_a_body_comes_back_and_stays(store, reopen):
    assert store.put_if_absent("objects/ab/abcd", b"body")
    assert store.get("objects/ab/abcd") == b"body"
    assert reopen().get("objects/ab/abcd") == b"body"
    assert store.exists("objects/ab/abcd")
    assert not store.exists("objects/ab/abc")
    assert not store.exists("objects/ab")


def test_the_same_body_twice_is_true_and_another_is_false(store):
    assert store.put_if_absent("log/1", b"one")
    assert store.put_if_absent("log/1", b"one")
    assert not store.put_if_absent("log/1", b"two")
    assert not store.put_if_absent("log/1", b"")
    assert store.get("log/1") == b"one"


def test_a_deleted_key_is_gone_and_may_be_written_anew(store, reopen):
    store.put_if_absent("objects/ab/abcd", b"one")
    store.put_if_absent("objects/ab/abce", b"other")
    store.delete("objects/ab/abcd")
    assert not reopen().exists("objects/ab/abcd")
    assert list(store.list("")) == ["objects/ab/abce"]
    with pytest.raises(BlobMissingError):
        store.get("objects/ab/abcd")
    assert store.put_if_absent("objects/ab/abcd", b"two")
    assert store.get("objects/ab/abcd") == b"two"


@pytest.mark.parametrize("key", ["objects/ab/abcd", "objects/ab/abcd/below", "nowhere/at/all"])
def test_deleting_what_is_not_there_is_fine(store, key):
    store.put_if_absent("objects/ab/abcd", b"one")
    for _ in range(2):
        store.delete(key)
    assert store.exists("objects/ab/abcd") == (key != "objects/ab/abcd")


def test_only_keys_can_be_deleted(store):
    for bad in ("../x", "/etc", "tmp/x", "", "a//b"):
        with pytest.raises(StoreCorruptError):
            store.delete(bad)


def test_a_missing_key_has_its_own_error(store):
    with pytest.raises(BlobMissingError, match="log/7 is not in the store"):
        store.get("log/7")
    assert not store.exists("log/7")
    assert list(store.list("")) == []
    assert list(store.list("log/")) == []


@pytest.mark.parametrize("body", [b"", b"\0", bytes(range(256)) * 80_000], ids=["empty", "nul", "20 MB"])
def test_bodies_of_any_size_come_back_byte_for_byte(store, body):
    assert store.put_if_absent("objects/body", body)
    assert store.get("objects/body") == body
    assert store.put_if_absent("objects/body", body)


KEYS = [
    "a",
    "a-b",
    "a.b",
    "b/x",
    "b/y/1",
    "b/y-1",
    "b/y.1",
    "b0",
    "log/00000001",
    "log/00000002",
    "log/00000010",
]


@pytest.fixture
def filled(store: BlobStore) -> BlobStore:
    for key in reversed(KEYS):
        assert store.put_if_absent(key, key.encode())
    return store


def test_keys_are_listed_in_byte_order(filled):
    assert list(filled.list("")) == sorted(KEYS)


@pytest.mark.parametrize(
    "prefix", ["a", "b", "b/", "b/y", "b/y/", "log/0000000", "log/00000001", "log/2", "nothing/"]
)
def test_a_prefix_is_a_prefix_of_the_text(filled, prefix):
    assert list(filled.list(prefix)) == sorted(key for key in KEYS if key.startswith(prefix))


@pytest.mark.parametrize(
    "start_after", ["a", "a.b", "b", "b/", "b/y", "b/y/1", "b/z", "log/00000002", "log/9", "z"]
)
@pytest.mark.parametrize("prefix", ["", "b/", "log/"])
def test_a_listing_starts_after_a_text(filled, prefix, start_after):
    wanted = sorted(key for key in KEYS if key.startswith(prefix) and key > start_after)
    assert list(filled.list(prefix, start_after=start_after)) == wanted


segment = st.text("ab0-._", min_size=1, max_size=3).filter(lambda text: not text.startswith("."))
key_paths = st.lists(segment, min_size=1, max_size=3).map("/".join)


def _free_of_conflicts(keys: set[str]) -> bool:
    return not any(other.startswith(f"{key}/") for key in keys for other in keys)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(key_paths, max_size=8).filter(_free_of_conflicts), key_paths, key_paths)
def test_every_store_lists_as_a_sorted_set_does(tmp_path_factory, keys, prefix, start_after):
    store = LocalStore(tmp_path_factory.mktemp("laws"))
    for key in keys:
        store.put_if_absent(key, b"")
    for short in (prefix, prefix[:1], ""):
        wanted = sorted(key for key in keys if key.startswith(short) and key > start_after)
        assert list(store.list(short, start_after=start_after)) == wanted


def test_more_keys_than_a_page_holds(store):
    keys = [f"log/{number:08}" for number in range(1, 1_021)]
    for key in keys:
        store.put_if_absent(key, b"")
    assert list(store.list("log/")) == keys
    assert list(store.list("log/", start_after=keys[1_000])) == keys[1_001:]


def test_one_of_many_writers_wins(reopen):
    stores = [reopen() for _ in range(8)]
    for turn in range(5):
        key, start = f"log/{turn}", threading.Barrier(len(stores))
        won: dict[int, bool] = {}

        def write(
            number: int,
            store: BlobStore,
            key: str = key,
            start: threading.Barrier = start,
            won: dict[int, bool] = won,
        ) -> None:
            start.wait()
            won[number] = store.put_if_absent(key, f"nonce {number}".encode())

        writers = [threading.Thread(target=write, args=each) for each in enumerate(stores)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        winners = [number for number, wrote in won.items() if wrote]
        assert len(won) == len(stores)
        assert len(winners) == 1
        assert stores[0].get(key) == f"nonce {winners[0]}".encode()


def test_writers_of_the_same_body_all_win(reopen):
    stores = [reopen() for _ in range(8)]
    wrote: list[bool] = []
    writers = [
        threading.Thread(target=lambda each=each: wrote.append(each.put_if_absent("objects/same", b"same")))
        for each in stores
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert wrote == [True] * len(stores)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        "/etc/passwd",
        "a/",
        "a//b",
        ".",
        "..",
        "a/../b",
        ".git/x",
        "A",
        "é",
        "a b",
        "a\0",
        "tmp/x",
        "a\n",
    ],
)
def test_what_is_no_key_is_refused(store, key):
    for call in (store.get, store.exists, lambda bad: store.put_if_absent(bad, b"")):
        with pytest.raises(StoreCorruptError, match="cannot be the key of a blob"):
            call(key)
    assert list(store.list("")) == []


@pytest.mark.parametrize("prefix", ["/", "../", "a/../", ".", "a//", "A"])
def test_what_begins_no_key_is_refused(store, prefix):
    with pytest.raises(StoreCorruptError, match="can begin with"):
        list(store.list(prefix))


def test_a_body_has_no_keys_below_it(store):
    store.put_if_absent("log", b"")
    assert not store.exists("log/1")
    assert list(store.list("log/")) == []
    with pytest.raises(BlobMissingError):
        store.get("log/1")


@pytest.mark.parametrize(("how", "reached"), [("before", False), ("after", True)])
def test_the_faulty_store_fails_at_one_call_and_goes_on(how, reached):
    inner = FakeBlobStore()
    store = FaultyBlobStore(inner, fail_at=2, how=how)
    store.put_if_absent("log/1", b"")
    with pytest.raises(StoreUnreachableError):
        store.put_if_absent("log/2", b"")
    assert inner.exists("log/2") is reached
    assert store.put_if_absent("log/2", b"")
    assert [method for method, _ in store.calls] == ["put_if_absent"] * 3


def test_the_faulty_store_stays_dead_after_a_kill():
    store = FaultyBlobStore(FakeBlobStore(), fail_at=1, error=Killed)
    calls: list[Callable[[], object]] = [
        lambda: store.put_if_absent("log/1", b""),
        lambda: store.get("log/1"),
        lambda: store.exists("log/1"),
        lambda: store.list(""),
    ]
    for call in calls:
        with pytest.raises(Killed):
            call()
    assert store.calls == [("put_if_absent", "log/1")]


def test_an_address_opens_its_kind_of_store(tmp_path):
    assert open_store("s3://my-bucket/Team A/x/", base=tmp_path).address == "s3://my-bucket/Team A/x"
    assert open_store("s3://my-bucket", base=tmp_path).address == "s3://my-bucket"
    assert open_store(".guardian", base=tmp_path).address == str(tmp_path / ".guardian")
    assert open_store("/var/guardian", base=tmp_path).address == "/var/guardian"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "s3:bucket",
        "s3://",
        "s3://B",
        "s3://bucket?x=1",
        "gs://bucket",
        "https://example.com/x",
        "~nobody-of-that-name/x",
        "a\0b",
        "s3://AKIA:hunter2@bucket/x",
    ],
)
def test_an_address_of_no_store_is_a_setting_to_correct(tmp_path, address):
    with pytest.raises(SettingsError) as caught:
        open_store(address, base=tmp_path)
    assert "s3://bucket/prefix" in caught.value.hint
    assert "hunter2" not in str(caught.value)
