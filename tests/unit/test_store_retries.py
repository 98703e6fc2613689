"""How long a call of the S3 store may last: never more than its total, whatever each request takes."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardian.adapters.store.retries import GaveUpError, RetryPolicy
from guardian.adapters.store.s3 import S3Store
from guardian.errors import BlobMissingError, StoreUnreachableError

TOTAL_S = 90.0
TRY_S = 15.0
HANG = ReadTimeoutError(endpoint_url="http://store.invalid")


def refusal(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Whatever")


class Timeline:
    """Time that passes only where a test says so, or where somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.fixture
def timeline(monkeypatch: pytest.MonkeyPatch) -> Iterator[Timeline]:
    line = Timeline()
    with monkeypatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: line.now_s)
        patch.setattr(time, "sleep", line.sleep)
        yield line


class SlowS3:
    """A client whose n-th request takes the n-th duration and then ends as the n-th ending says."""

    def __init__(self, line: Timeline, durations: list[float], endings: list[str]) -> None:
        self._line = line
        self._durations = durations
        self._endings = endings
        self.requests = 0

    def _answer(self, taken: str) -> dict[str, Any]:
        number, self.requests = self.requests, self.requests + 1
        self._line.sleep(self._durations[number % len(self._durations)])
        match self._endings[number % len(self._endings)]:
            case "hang":
                raise HANG
            case "slow down":
                raise refusal("SlowDown", 503)
            case "there":
                raise refusal(taken, 412 if taken == "PreconditionFailed" else 404)
            case _:
                return {}  # neither an object nor a page

    def put_object(self, **_: Any) -> dict[str, Any]:
        return self._answer("PreconditionFailed")

    def get_object(self, **_: Any) -> dict[str, Any]:
        return self._answer("NoSuchKey")

    def list_objects_v2(self, **_: Any) -> dict[str, Any]:
        return {**self._answer("NoSuchBucket"), "ResponseMetadata": {"HTTPHeaders": {}}}


CALLS: list[Callable[[S3Store], object]] = [
    lambda store: store.put_if_absent("log/1", b""),
    lambda store: store.get("log/1"),
    lambda store: store.exists("log/1"),
]
one_timeline = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@one_timeline
@given(
    call=st.sampled_from(CALLS),
    durations=st.lists(st.sampled_from([0.0, 0.1, 4.9, 9.9, 14.9, TRY_S]), min_size=1, max_size=7),
    endings=st.lists(st.sampled_from(["hang", "slow down", "there", "nonsense"]), min_size=1, max_size=5),
    seed=st.integers(0, 1000),
)
def test_no_call_of_the_store_lasts_longer_than_ninety_seconds(timeline, call, durations, endings, seed):
    random.seed(seed)  # the pauses have a random part
    client: Any = SlowS3(timeline, durations, endings)
    store = S3Store("bucket", client=client)
    began_s = timeline.now_s
    with pytest.raises((StoreUnreachableError, BlobMissingError)):
        call(store)
    assert timeline.now_s - began_s <= TOTAL_S


def longest(timeline: Timeline, policy: RetryPolicy, *, requests: int = 1) -> float:
    """Return how long a policy tries a store that once answered, and then hangs for good."""
    return max(_one_hang(timeline, policy, requests) for _ in range(50))


def _one_hang(timeline: Timeline, policy: RetryPolicy, requests: int) -> float:
    policy.ask(lambda: None)
    began_s = timeline.now_s

    def hang() -> None:
        timeline.sleep(requests * TRY_S)
        raise HANG

    with pytest.raises(GaveUpError):
        policy.ask(hang, requests=requests)
    return timeline.now_s - began_s


@pytest.mark.parametrize("requests", [1, 2])
def test_a_store_that_hangs_is_given_most_of_the_time_and_not_more(timeline, requests):
    policy = RetryPolicy(try_s=TRY_S, total_s=TOTAL_S, wait_s=0.2)
    assert TOTAL_S - requests * TRY_S - 5 <= longest(timeline, policy, requests=requests) <= TOTAL_S


def test_a_policy_that_forgets_the_last_try_is_caught(timeline):
    """A mutant: it takes a request for instantaneous."""
    policy = RetryPolicy(try_s=0, total_s=TOTAL_S, wait_s=0.2)
    assert longest(timeline, policy) > TOTAL_S


def test_a_store_that_hangs_for_a_minute_is_outlasted(timeline):
    policy = RetryPolicy(try_s=TRY_S, total_s=TOTAL_S, wait_s=0.2)
    policy.ask(lambda: None)
    back_s = timeline.now_s + 60

    def write() -> bool:
        if timeline.now_s < back_s:
            timeline.sleep(min(TRY_S, back_s - timeline.now_s))
            raise HANG
        return True

    assert policy.ask(write)
