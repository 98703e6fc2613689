"""A prefix of an S3 bucket as a blob store, on AWS and on services that speak its language.

Writes are conditional (`If-None-Match: *`), so that of two guardians one wins. Retries are this module's
own, botocore's are off: a retried write whose first answer was lost meets its own object, and only
reading back can tell.
"""

import base64
import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from guardian.adapters.store.keys import checked_key, checked_prefix, is_key
from guardian.adapters.store.retries import GaveUpError, RetryPolicy
from guardian.adapters.store.s3_errors import DoubtfulAnswerError, error_code, unreachable
from guardian.errors import BlobMissingError, StoreCorruptError, StoreUnreachableError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

T = TypeVar("T")

_CONTRADICTIONS = 3


class S3Store:
    """Implements `BlobStore` below `s3://bucket/prefix`; credentials, region and endpoint are AWS's own.

    Args:
        bucket: The bucket, which must exist.
        prefix: What every object's name begins with; slashes around it do not matter.
        client: A boto3 S3 client without retries of its own; None makes one at the first request.
        connect_s: Longest wait for a connection.
        read_s: Longest silence while an answer is read.
        total_s: Longest time for one call of the port, with its repetitions.
        wait_s: First pause between two tries; doubles up to 5 s.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        client: "S3Client | None" = None,
        connect_s: float = 5.0,
        read_s: float = 10.0,
        total_s: float = 90.0,
        wait_s: float = 0.2,
    ) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._client = client
        self._connect_s = connect_s
        self._read_s = read_s
        self._retries = RetryPolicy(try_s=connect_s + read_s, total_s=total_s, wait_s=wait_s)
        self._making = threading.Lock()

    @property
    def address(self) -> str:
        """`s3://bucket/prefix`."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def put_if_absent(self, key: str, body: bytes) -> bool:
        """Write `body` unless the key exists; a refusal is resolved by reading back."""
        name = self._prefix + checked_key(key)
        contradictions = 0

        def claim() -> bool:
            nonlocal contradictions
            if self._put(name, body):
                return True
            there = self._get(name)
            if there is not None:
                return there == body
            contradictions += 1
            if contradictions == _CONTRADICTIONS:
                raise StoreUnreachableError(
                    f"{self.address} says both that {key} exists and that it does not",
                    hint="somebody deletes from the store while guardian writes: stop that, then try again",
                )
            raise DoubtfulAnswerError(f"{key} is taken, and is not there")

        # Both as one try: asked one after the other, each would have the whole time for itself.
        return self._ask(claim, requests=2)

    def get(self, key: str) -> bytes:
        """Return the body; raise `BlobMissingError` when there is none."""
        name = self._prefix + checked_key(key)
        body = self._ask(lambda: self._get(name))
        if body is None:
            raise BlobMissingError(f"{key} is not in the store {self.address}")
        return body

    def exists(self, key: str) -> bool:
        """Tell whether `key` holds a body.

        Asks for a list of one: the answer to HEAD has no body, which makes a missing bucket a missing key.
        """
        name = self._prefix + checked_key(key)
        page = self._ask(lambda: self._page(Prefix=name, MaxKeys=1))
        return any(each["Key"] == name for each in page.get("Contents", ()))

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[str]:
        """Yield keys in byte order, asking for a page of a thousand at a time."""
        request: dict[str, Any] = {"Prefix": self._prefix + checked_prefix(prefix)}
        if start_after:
            request["StartAfter"] = self._prefix + start_after
        return self._pages(request)

    def delete(self, key: str) -> None:
        """Delete the object; in a bucket with versions the older ones stay."""
        name = self._prefix + checked_key(key)
        self._ask(lambda: self._connected().delete_object(Bucket=self._bucket, Key=name))

    def _pages(self, request: dict[str, Any]) -> Iterator[str]:
        last = None
        while True:
            page = self._ask(partial(self._page, **request))
            for each in page.get("Contents", ()):
                key = each["Key"].removeprefix(self._prefix)
                if last is not None and key <= last:
                    raise StoreCorruptError(
                        f"{self.address} does not list its keys in byte order",
                        hint="use a general purpose bucket: directory buckets cannot keep a store",
                    )
                last = key
                if is_key(key):
                    yield key
            if not page.get("IsTruncated"):
                return
            request |= {"ContinuationToken": page["NextContinuationToken"]}

    def _put(self, name: str, body: bytes) -> bool:
        """Write one object; return False when its name is taken."""
        from botocore.exceptions import ClientError

        try:
            answer = self._connected().put_object(
                Bucket=self._bucket,
                Key=name,
                Body=body,
                IfNoneMatch="*",
                ContentType="application/octet-stream",
                ChecksumSHA256=base64.b64encode(hashlib.sha256(body).digest()).decode(),
            )
        except ClientError as error:
            if error_code(error) not in {"PreconditionFailed", "412"}:
                raise
            return False
        _expect_object(answer)
        return True

    def _get(self, name: str) -> bytes | None:
        """Read one object, None when there is none; botocore raises when less than its length arrives."""
        from botocore.exceptions import ClientError

        try:
            answer = self._connected().get_object(Bucket=self._bucket, Key=name)
        except ClientError as error:
            if error_code(error) not in {"NoSuchKey", "404"}:
                raise
            return None
        _expect_object(answer)
        # Not `with answer["Body"]`: that enters the stream below it, whose errors are not botocore's.
        with contextlib.closing(answer["Body"]) as body:
            return body.read()

    def _page(self, **request: Any) -> dict[str, Any]:
        """List once; an answer that was cut off before its first byte would look like a list of nothing."""
        from botocore.exceptions import IncompleteReadError

        page: dict[str, Any] = {**self._connected().list_objects_v2(Bucket=self._bucket, **request)}
        if "IsTruncated" not in page:
            length = page["ResponseMetadata"]["HTTPHeaders"].get("content-length", "some")
            raise IncompleteReadError(actual_bytes=0, expected_bytes=length)
        return page

    def _ask(self, request: Callable[[], T], *, requests: int = 1) -> T:
        try:
            return self._retries.ask(request, requests=requests)
        except GaveUpError as gave_up:
            raise unreachable(
                gave_up.error, bucket=self._bucket, prefix=self._prefix, tries=gave_up.tries
            ) from gave_up.error

    def _connected(self) -> "S3Client":
        """Make the client once: it costs as much as forty requests."""
        with self._making:
            if self._client is None:
                import boto3
                from botocore.config import Config

                self._client = boto3.session.Session().client(
                    "s3",
                    config=Config(
                        connect_timeout=self._connect_s,
                        read_timeout=self._read_s,
                        retries={"total_max_attempts": 1},
                        max_pool_connections=32,
                        request_checksum_calculation="when_required",
                        response_checksum_validation="when_required",
                        user_agent_extra="guardian",
                    ),
                )
            return self._client


def _expect_object(answer: Any) -> None:
    """Refuse a success that is none: an error, or a page of a proxy's, under status 200.

    botocore finds an error only where it parses the body, which it does not for an object's.

    Source: "PutObject" and "GetObject", Amazon S3 API Reference: both answer with an ETag.
    """
    if not answer.get("ETag"):
        raise DoubtfulAnswerError("a success without an ETag, which is not S3's")
