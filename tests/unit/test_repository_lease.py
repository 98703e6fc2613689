"""The lease: one holder, renewed while it lives, passed on when it is dead or silent."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from guardian.domain.actor import Actor
from guardian.domain.journal import Kind
from guardian.errors import InterruptedRunError, LeaseHeldError, LeaseLostError, StoreUnreachableError
from guardian.repository.lease import Lease, acquire
from guardian.repository.log import Log
from tests.fakes.blobs import FakeBlobStore, FaultyBlobStore
from tests.fakes.system import FakeIdentity, FakeInterruption
from tests.support.projects import open_project

T = TypeVar("T")
TTL_S = 0.3


class RealClock:
    """A clock that runs, because these tests wait; `ahead_s` sets its wall time apart."""

    def __init__(self, ahead_s: float = 0.0) -> None:
        self._ahead = timedelta(seconds=ahead_s)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def monotonic_s(self) -> float:
        return time.monotonic()


class Down(FakeBlobStore):
    """A store that answers no write."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []

    def put_if_absent(self, key: str, body: bytes) -> bool:
        self.refused.append(key)
        raise StoreUnreachableError("the store does not answer")


class Guardian:
    """One process that works on the project."""

    def __init__(self, store: FakeBlobStore, user: str, *, pid: int = 1, ahead_s: float = 0.0) -> None:
        self.identity = FakeIdentity(user, pid=pid)
        self.clock = RealClock(ahead_s)
        self.log: Log = open_project(store, identity=self.identity, clock=self.clock).log
        self.told: list[str] = []

    def acquire(self, *, wait: bool = False, interruption: FakeInterruption | None = None) -> Lease:
        return acquire(
            self.log,
            self.identity,
            self.clock,
            ttl_s=TTL_S,
            wait=wait,
            on_wait=self.told.append,
            interruption=interruption,
        )

    @property
    def holder(self) -> Actor | None:
        lease = self.log.standing().lease
        return lease.holder if lease else None


@pytest.fixture
def store() -> FakeBlobStore:
    return FakeBlobStore()


def test_a_free_lease_is_taken_and_given_back(store: FakeBlobStore) -> None:
    alice = Guardian(store, "alice")
    with alice.acquire():
        held_by = alice.holder
    assert held_by == alice.identity.actor()
    assert alice.holder is None
    assert [each.kind for each in alice.log.read()] == [Kind.LEASE_TAKEN, Kind.LEASE_RELEASED]


def test_a_held_lease_names_holder_time_and_run(store: FakeBlobStore) -> None:
    alice, bob = Guardian(store, "alice", pid=7), Guardian(store, "bob")
    with alice.acquire():
        opened = {"operation": "apply", "engine": {}, "root": ".", "run_dir": ""}
        alice.log.append(Kind.RUN_OPENED, opened, run_id="run-1")
        with pytest.raises(
            LeaseHeldError, match=r"alice@laptop \(pid 7\).*UTC, run run-1 \(apply\)"
        ) as refusal:
            bob.acquire()
        assert "guardian status" in refusal.value.hint
    with bob.acquire():
        assert bob.holder == bob.identity.actor()


def test_of_eight_that_race_exactly_one_wins(store: FakeBlobStore) -> None:
    for _ in range(5):
        racers = [Guardian(store, f"user{each}") for each in range(8)]
        start = threading.Barrier(len(racers))
        won: list[Lease] = []
        refused: list[LeaseHeldError] = []

        def race(racer: Guardian, start=start, won=won, refused=refused) -> None:
            start.wait()
            try:
                won.append(racer.acquire())
            except LeaseHeldError as error:
                refused.append(error)

        threads = [threading.Thread(target=race, args=(each,)) for each in racers]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert (len(won), len(refused)) == (1, 7)
        won[0].release()


class Intruded(FaultyBlobStore):
    """A store in which something happens right after the n-th call."""

    def __init__(self, inner: FakeBlobStore, at: int, happens: Callable[[], object]) -> None:
        super().__init__(inner)
        self._at = at
        self._happens = happens

    def _call(self, method: str, what: str, call: Callable[[], T]) -> T:
        answer = super()._call(method, what, call)
        if len(self.calls) == self._at:
            self._happens()
        return answer


@pytest.mark.parametrize("known", [0, 1], ids=["the first lease ever", "a later one"])
def test_who_takes_the_lease_between_any_two_calls_of_another_keeps_it(known: int) -> None:
    for at in range(1, 100):
        store = FakeBlobStore()
        alice, bob = Guardian(store, "alice"), Guardian(store, "bob")
        for _ in range(known):
            alice.acquire().release()
        won: list[str] = []

        def takes(bob: Guardian = bob, won: list[str] = won) -> None:
            with suppress(LeaseHeldError):
                bob.acquire()
                won.append("bob")

        intruded = Intruded(store, at, takes)
        alice.log._store = intruded
        with suppress(LeaseHeldError):
            alice.acquire()
            won.append("alice")
        if len(intruded.calls) < at:
            break
        assert len(won) == 1, f"after call {at}: {intruded.calls[at - 1]}"
        assert [each.kind for each in bob.log.read()].count(Kind.LEASE_TAKEN) == known + 1
    assert at > 3


def test_a_holder_that_is_proven_dead_is_succeeded_at_once(store: FakeBlobStore) -> None:
    alice, bob = Guardian(store, "alice"), Guardian(store, "bob")
    alice.acquire()
    bob.identity.dead.add(alice.identity.actor())
    with bob.acquire():
        assert bob.holder == bob.identity.actor()
        with pytest.raises(LeaseLostError):
            alice.log.append(Kind.NOTE, {"text": "t"})
    assert bob.told == []


@pytest.mark.parametrize(("ahead_s", "wait"), [(60.0, False), (-60.0, False), (0.0, True), (-60.0, True)])
def test_a_silent_holder_is_watched_and_then_succeeded(
    store: FakeBlobStore, ahead_s: float, *, wait: bool
) -> None:
    alice, bob = Guardian(store, "alice"), Guardian(store, "bob", ahead_s=ahead_s)
    alice.acquire()  # not entered: nothing renews it
    began_s = time.monotonic()
    with bob.acquire(wait=wait):
        assert time.monotonic() - began_s >= TTL_S
        assert bob.holder == bob.identity.actor()
    assert len(bob.told) == 1
    assert "alice" in bob.told[0]


@pytest.mark.parametrize(("ahead_s", "wait"), [(60.0, False), (-60.0, False), (0.0, True)])
def test_a_holder_that_lives_keeps_its_lease_whatever_the_clocks_say(
    store: FakeBlobStore, ahead_s: float, *, wait: bool
) -> None:
    alice, bob = Guardian(store, "alice"), Guardian(store, "bob", ahead_s=ahead_s)
    with alice.acquire():
        with pytest.raises(LeaseHeldError):
            bob.acquire(wait=wait)
        alice.log.append(Kind.NOTE, {"text": "still here"})


def test_somebody_elses_note_is_no_sign_of_life_of_the_holder(store: FakeBlobStore) -> None:
    alice, bob, carol = (Guardian(store, each) for each in ("alice", "bob", "carol"))
    alice.acquire()
    timer = threading.Timer(TTL_S / 3, lambda: carol.log.append(Kind.NOTE, {"text": "anybody there?"}))
    timer.start()
    with bob.acquire(wait=True):
        assert bob.holder == bob.identity.actor()
    timer.join()


def test_a_lease_given_back_while_it_is_watched_is_taken(store: FakeBlobStore) -> None:
    alice, bob = Guardian(store, "alice"), Guardian(store, "bob")
    lease = alice.acquire()
    timer = threading.Timer(TTL_S / 3, lease.release)
    timer.start()
    with bob.acquire(wait=True):
        assert bob.holder == bob.identity.actor()
    timer.join()


def test_a_signal_ends_the_watch(store: FakeBlobStore) -> None:
    alice, bob = Guardian(store, "alice"), Guardian(store, "bob")
    alice.acquire()
    with pytest.raises(InterruptedRunError, match="SIGTERM"):
        bob.acquire(wait=True, interruption=FakeInterruption(after=1))
    assert bob.holder == alice.identity.actor()


def test_a_lease_renews_itself_only_while_nothing_else_is_written(store: FakeBlobStore) -> None:
    alice = Guardian(store, "alice")
    with alice.acquire():
        for _ in range(10):
            alice.log.append(Kind.NOTE, {"text": "busy"})
            time.sleep(TTL_S / 10)
        busy = [each.kind for each in alice.log.read()].count(Kind.LEASE_RENEWED)
        time.sleep(TTL_S)
        idle = [each.kind for each in alice.log.read()].count(Kind.LEASE_RENEWED)
    assert busy <= 1
    assert idle >= busy + 1


def test_a_store_that_fails_for_a_while_costs_no_lease(store: FakeBlobStore) -> None:
    alice = Guardian(store, "alice")
    with alice.acquire():
        inner, down = alice.log._store, Down()
        alice.log._store = down
        time.sleep(TTL_S)
        with pytest.raises(StoreUnreachableError):
            alice.log.append(Kind.NOTE, {"text": "t"})
        alice.log._store = inner
        record = alice.log.append(Kind.NOTE, {"text": "t"})  # the heartbeat may have been quicker
        assert record.standing.lease is not None
        assert record.standing.lease.record == 1
    assert len(down.refused) >= 2


def test_a_lease_that_was_taken_over_is_not_given_back(store: FakeBlobStore) -> None:
    alice, bob = Guardian(store, "alice"), Guardian(store, "bob")
    bob.identity.dead.add(alice.identity.actor())
    with suppress(LeaseLostError), alice.acquire():
        bob.acquire()
        alice.log.append(Kind.NOTE, {"text": "t"})
    assert bob.holder == bob.identity.actor()


def test_a_failure_to_release_does_not_hide_the_failure_before_it(store: FakeBlobStore) -> None:
    alice = Guardian(store, "alice")

    def fail() -> None:
        with alice.acquire():
            alice.log._store = Down()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as first:
        fail()
    assert first.value.__notes__ == ["and the lease was not released: the store does not answer"]


def test_a_failure_to_release_is_told(store: FakeBlobStore) -> None:
    alice = Guardian(store, "alice")

    lease = alice.acquire().__enter__()
    alice.log._store = Down()
    with pytest.raises(StoreUnreachableError):
        lease.__exit__(None, None, None)
