"""The S3 store behind a proxy that fails: nothing lost, nothing written twice, each refusal with its hint."""

import io
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from guardian.adapters.store.s3 import S3Store
from guardian.errors import BlobMissingError, StoreUnreachableError
from tests.support.moto import REGION, MotoServer, environment, moto_server
from tests.support.proxy import FaultProxy, fault_proxy

BUCKET = "guardian-faults"
READ_S = 0.5


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoServer]:
    with moto_server() as server:
        server.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield server


@pytest.fixture(scope="module")
def running(moto: MotoServer) -> Iterator[FaultProxy]:
    with fault_proxy(moto.url) as proxy:
        yield proxy


@pytest.fixture
def proxy(running: FaultProxy) -> Iterator[FaultProxy]:
    running.faults.forget_counts()
    yield running
    running.faults.clear()


def patient(**changed: Any) -> S3Store:
    settings: dict[str, Any] = {"connect_s": 1, "read_s": READ_S, "total_s": 15, "wait_s": 0.01} | changed
    return S3Store(BUCKET, settings.pop("prefix", str(uuid.uuid4())), **settings)


@pytest.fixture(scope="module")
def client(running: FaultProxy) -> Any:
    """Return the client as the store itself makes it: half a second, so one for all."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(running.url).items():
            patch.setenv(name, value)
        return patient()._connected()


@pytest.fixture
def store(client: Any) -> S3Store:
    return patient(client=client)


def hasty(client: Any) -> S3Store:
    """Return a store that gives up after a fifth of a second."""
    return patient(client=client, connect_s=0.1, read_s=0.1, total_s=5.6)


TRANSIENT = [
    {"action": "error_before", "status": 500, "code": "InternalError"},
    {"action": "error_before", "status": 503, "code": "SlowDown"},
    {"action": "error_before", "status": 502, "code": "Whatever"},
    {"action": "error_before", "status": 429, "code": "TooManyRequests"},
    {"action": "error_before", "status": 400, "code": "RequestTimeout"},
    {"action": "error_before", "status": 409, "code": "ConditionalRequestConflict"},
    {"action": "error_before", "status": 200, "code": "InternalError"},
    {"action": "reset_before"},
]
LOST_ANSWERS = [
    {"action": "reset_after"},
    {"action": "error_after", "status": 500, "code": "InternalError"},
    {"action": "error_after", "status": 200, "code": "InternalError"},
    {"action": "hold_after"},
]


@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_write_is_tried_again(store, proxy, fault, caplog):
    caplog.set_level(logging.DEBUG)
    proxy.add(operation="PutObject", nth=1, **fault)
    assert store.put_if_absent("log/1", b"body")
    assert store.get("log/1") == b"body"
    assert proxy.count("s3", "PutObject") == 2
    told = [each for each in caplog.records if not each.name.startswith(("botocore", "urllib3", "boto3"))]
    assert [(each.name, each.levelname) for each in told] == [("guardian.store", "INFO")]


@pytest.mark.parametrize("fault", LOST_ANSWERS)
def test_a_write_whose_answer_is_lost_recognises_itself(store, proxy, fault):
    proxy.add(operation="PutObject", nth=1, **fault)
    assert store.put_if_absent("log/1", b"my nonce")
    assert proxy.count("s3", "PutObject") == 2
    assert proxy.count("s3", "GetObject") == 1
    assert store.get("log/1") == b"my nonce"


@pytest.mark.parametrize("fault", TRANSIENT + LOST_ANSWERS)
def test_a_write_never_takes_another_ones_object_for_its_own(store, proxy, fault):
    assert store.put_if_absent("log/1", b"theirs")
    proxy.add(operation="PutObject", nth=1, **fault)
    assert not store.put_if_absent("log/1", b"mine")
    assert store.get("log/1") == b"theirs"


@pytest.mark.parametrize("fault", TRANSIENT)
@pytest.mark.parametrize("operation", ["GetObject", "ListObjectsV2"])
def test_a_read_is_tried_again(store, proxy, fault, operation):
    store.put_if_absent("log/1", b"body")
    proxy.add(operation=operation, nth=1, **fault)
    assert store.get("log/1") == b"body"
    assert store.exists("log/1")
    assert list(store.list("log/")) == ["log/1"]
    assert proxy.count("s3", operation) == (2 if operation == "GetObject" else 3)


@pytest.mark.parametrize("keep_bytes", [0, 1, 70_000])
def test_half_an_answer_is_not_taken_for_a_body(store, proxy, keep_bytes):
    body = bytes(range(256)) * 400
    store.put_if_absent("objects/body", body)
    proxy.add("truncate", operation="GetObject", nth=1, keep_bytes=keep_bytes)
    assert store.get("objects/body") == body
    assert proxy.count("s3", "GetObject") == 2


@pytest.mark.parametrize("keep_bytes", [0, 40, 300])
def test_half_a_listing_is_not_taken_for_all(store, proxy, keep_bytes):
    keys = [f"log/{number}" for number in range(9)]
    for key in keys:
        store.put_if_absent(key, b"")
    proxy.add("truncate", operation="ListObjectsV2", nth=1, keep_bytes=keep_bytes)
    assert list(store.list("")) == keys


def test_a_listing_asks_for_the_next_page_when_it_is_wanted_and_survives_a_fault_between(proxy, monkeypatch):
    for name, value in environment(proxy.url).items():
        monkeypatch.setenv(name, value)
    store = patient(read_s=40)  # a thousand keys take the fake cloud a while
    keys = [f"log/{number:04}" for number in range(1_002)]
    for key in keys:
        store.put_if_absent(key, b"")
    proxy.add("reset_before", operation="ListObjectsV2", nth=2)
    listing = store.list("log/")
    assert proxy.count("s3", "ListObjectsV2") == 0
    assert next(listing) == keys[0]
    assert proxy.count("s3", "ListObjectsV2") == 1
    assert list(listing) == keys[1:]
    assert proxy.count("s3", "ListObjectsV2") == 3


Call = Callable[[S3Store], object]
CALLS: dict[str, tuple[str, Call]] = {
    "put": ("PutObject", lambda store: store.put_if_absent("log/1", b"")),
    "get": ("GetObject", lambda store: store.get("log/1")),
    "exists": ("ListObjectsV2", lambda store: store.exists("log/1")),
    "list": ("ListObjectsV2", lambda store: list(store.list(""))),
}
each_call = pytest.mark.parametrize(("operation", "call"), CALLS.values(), ids=CALLS)


@each_call
def test_an_outage_ends_with_the_store_and_the_tries_named(client, proxy, operation, call):
    store = hasty(client)
    proxy.add("error_before", operation=operation, status=503, code="SlowDown", message="reduce your rate")
    started = time.monotonic()
    with pytest.raises(
        StoreUnreachableError, match=r"s3://guardian-faults/.* after \d+ tries: SlowDown: reduce"
    ):
        call(store)
    assert time.monotonic() - started < 5
    assert proxy.count("s3", operation) > 2
    proxy.faults.clear()
    assert store.put_if_absent("log/1", b"")


REFUSALS = [
    (403, "AccessDenied", "s3:ListBucket on arn:aws:s3:::guardian-faults "),
    (403, "InvalidAccessKeyId", "AWS_PROFILE"),
    (403, "SignatureDoesNotMatch", "AWS_PROFILE"),
    (403, "RequestTimeTooSkewed", "clock"),
    (400, "ExpiredToken", "aws sso login"),
    (400, "AuthorizationHeaderMalformed", "AWS_REGION"),
    (501, "NotImplemented", "conditional writes"),
]


@each_call
@pytest.mark.parametrize(("status", "code", "hint"), REFUSALS, ids=[code for _, code, _ in REFUSALS])
def test_a_refusal_is_not_repeated_and_says_what_to_do(store, proxy, operation, call, status, code, hint):
    proxy.add("error_before", operation=operation, status=status, code=code, message="no")
    with pytest.raises(StoreUnreachableError, match=f"{code}: no") as caught:
        call(store)
    assert hint in caught.value.hint
    assert "{" not in caught.value.hint
    assert proxy.count("s3", operation) == 1


@each_call
def test_a_missing_bucket_is_not_a_missing_key(client, operation, call):
    store = S3Store("no-such-bucket", "x", client=client)
    with pytest.raises(StoreUnreachableError, match="NoSuchBucket") as caught:
        call(store)
    assert "no-such-bucket" in caught.value.hint


def test_a_missing_key_is_told_at_once(store, proxy):
    with pytest.raises(BlobMissingError):
        store.get("log/1")
    assert proxy.count("s3", "GetObject") == 1


def test_an_object_that_is_deleted_between_two_tries_is_written(store, proxy):
    proxy.add("error_before", operation="PutObject", nth=1, status=412, code="PreconditionFailed")
    assert store.put_if_absent("log/1", b"body")
    assert store.get("log/1") == b"body"


def test_a_store_that_contradicts_itself_is_not_asked_for_ever(store, proxy):
    proxy.add("error_before", operation="PutObject", status=412, code="PreconditionFailed")
    with pytest.raises(StoreUnreachableError, match="both that log/1 exists and that it does not"):
        store.put_if_absent("log/1", b"body")


@each_call
def test_an_endpoint_that_nobody_serves_is_named(operation, call, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(
        StoreUnreachableError, match=r"EndpointConnectionError.*http://127\.0\.0\.1:1"
    ) as caught:
        call(hasty(None))
    assert "AWS_ENDPOINT_URL" in caught.value.hint


def test_missing_credentials_are_told_without_a_request(moto, proxy, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(StoreUnreachableError, match="NoCredentialsError") as caught:
        patient().exists("log/1")
    assert "AWS_PROFILE" in caught.value.hint
    assert proxy.faults.counts() == {}


def test_an_unknown_profile_is_told(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nope")
    with pytest.raises(StoreUnreachableError, match="nope") as caught:
        patient().exists("log/1")
    assert "list-profiles" in caught.value.hint


def test_foreign_objects_under_the_prefix_are_not_keys(store, moto):
    bucket = moto.client("s3")
    prefix = store.address.removeprefix(f"s3://{BUCKET}/")
    for name in ("", "README.md", "tmp/x", "log/", "log/1"):
        bucket.put_object(Bucket=BUCKET, Key=f"{prefix}/{name}", Body=b"")
    bucket.put_object(Bucket=BUCKET, Key=f"{prefix}-other/log/2", Body=b"")
    assert list(store.list("")) == ["log/1"]


def test_a_page_that_a_proxy_puts_in_place_of_the_store_is_no_success():
    """Status 200 to everything, as the login page of a network gives it."""
    page = {"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}}}

    class Portal:
        def put_object(self, **_: Any) -> dict[str, Any]:
            return page

        def get_object(self, **_: Any) -> dict[str, Any]:
            return {**page, "Body": io.BytesIO(b"<html>log in</html>")}

        def list_objects_v2(self, **_: Any) -> dict[str, Any]:
            return page

    store = hasty(Portal())
    for _, call in CALLS.values():
        with pytest.raises(StoreUnreachableError, match="cannot be used after") as caught:
            call(store)
        assert "proxy variables" in caught.value.hint
