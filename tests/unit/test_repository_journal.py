"""A run's journal: records at once, Terraform's events in batches, nothing out of order, nothing lost."""

import threading
import time

import pytest

from guardian.domain.journal import Kind
from guardian.errors import LeaseLostError, NotFoundError, StoreCorruptError, StoreUnreachableError
from guardian.repository import journal as journal_module
from guardian.repository.journal import RunJournal, list_runs, read_run
from guardian.repository.log import Log
from tests.fakes.blobs import FakeBlobStore, FaultyBlobStore, unreachable
from tests.support.projects import ALICE, open_project

OPENED = {"operation": "apply", "engine": {}, "root": ".", "run_dir": ""}
CLOSED = {"outcome": "applied", "exit_code": 0}


class LosesAnswers(FaultyBlobStore):
    """A store that does what it is asked to, and loses the answers to the next `losing` writes."""

    def __init__(self) -> None:
        super().__init__(FakeBlobStore())
        self.losing = 0

    def put_if_absent(self, key: str, body: bytes) -> bool:
        is_ours = super().put_if_absent(key, body)
        if self.losing:
            self.losing -= 1
            raise unreachable()
        return is_ours


@pytest.fixture
def log() -> Log:
    return open_project(FakeBlobStore()).log


def events_of(log: Log) -> list[dict[str, object]]:
    return [event for each in log.read() if each.kind is Kind.ENGINE_EVENTS for event in each.body["events"]]


def test_events_come_before_the_record_that_follows_them(log: Log) -> None:
    with RunJournal(log, "run-1") as journal:
        journal.record(Kind.RUN_OPENED, OPENED)
        journal.event({"type": "apply_start"})
        journal.event({"type": "apply_complete"})
        journal.record(Kind.ENGINE_EXITED, {"exit_code": 0, "interrupted": False})
        journal.event({"type": "late"})
    assert [each.kind for each in log.read()] == [
        Kind.RUN_OPENED,
        Kind.ENGINE_EVENTS,
        Kind.ENGINE_EXITED,
        Kind.ENGINE_EVENTS,
    ]
    assert {each.run_id for each in log.read()} == {"run-1"}
    assert [each["type"] for each in events_of(log)] == ["apply_start", "apply_complete", "late"]


def test_events_are_written_by_themselves_within_about_a_second(log: Log) -> None:
    with RunJournal(log, "run-1") as journal:
        journal.event({"type": "apply_start"})
        end_s = time.monotonic() + 10
        while not list(log.read()) and time.monotonic() < end_s:
            time.sleep(0.05)
        assert events_of(log) == [{"type": "apply_start"}]


def test_batches_are_bounded_in_number_and_size(log: Log) -> None:
    with RunJournal(log, "run-1") as journal:
        for number in range(1200):
            journal.event({"n": number})
        for number in range(1200, 1205):
            journal.event({"n": number, "text": "x" * 100_000})
    batches = [each.body["events"] for each in log.read()]
    assert [event["n"] for batch in batches for event in batch] == list(range(1205))
    assert all(len(batch) <= journal_module.MOST_EVENTS for batch in batches)
    assert all(
        sum(len(each.get("text", "")) for each in batch) <= journal_module.MOST_BYTES for batch in batches
    )


def test_events_that_come_during_a_write_wait_for_the_next_one() -> None:
    coming: list[int] = []

    class Trickling(FakeBlobStore):
        def put_if_absent(self, key: str, body: bytes) -> bool:
            if coming:
                journal.event({"n": coming.pop(0)})
            return super().put_if_absent(key, body)

    log = open_project(Trickling()).log
    with RunJournal(log, "run-1") as journal:
        journal.event({"n": 0})
        coming += [1, 2, 3]
        journal.flush()
        assert [event["n"] for event in events_of(log)] == [0]
    assert [event["n"] for event in events_of(log)][:2] == [0, 1]


def test_an_event_larger_than_all_bounds_is_cut_and_says_so(log: Log) -> None:
    with RunJournal(log, "run-1") as journal:
        journal.event(
            {"type": "log", "@message": "Emergency state dump", "state": {"secret": "x" * 2_000_000}}
        )
    (event,) = events_of(log)
    assert event["@message"] == "Emergency state dump"
    assert "state" not in event
    assert isinstance(event["left_out_bytes"], int)
    assert event["left_out_bytes"] > 2_000_000


class SlowStore(FakeBlobStore):
    """A store that lets nothing through until it is told to, or that is down."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()
        self.open.set()
        self.down = False

    def put_if_absent(self, key: str, body: bytes) -> bool:
        if self.down:
            raise StoreUnreachableError("the store does not answer")
        assert self.open.wait(timeout=30)
        return super().put_if_absent(key, body)


def test_a_slow_store_never_holds_up_who_reads_the_stream() -> None:
    store = SlowStore()
    log = open_project(store).log
    journal = RunJournal(log, "run-1")
    store.open.clear()
    began_s = time.monotonic()
    for number in range(2000):
        journal.event({"n": number})
    assert time.monotonic() - began_s < 5
    store.open.set()
    journal.close()
    assert [each["n"] for each in events_of(log)] == list(range(2000))


def test_events_that_could_not_be_written_stay_and_the_next_record_says_why() -> None:
    store = SlowStore()
    log = open_project(store).log
    journal = RunJournal(log, "run-1")
    store.down = True
    journal.event({"n": 1})
    with pytest.raises(StoreUnreachableError):
        journal.record(Kind.NOTE, {"text": "t"})
    store.down = False
    journal.record(Kind.NOTE, {"text": "t"})
    journal.close()
    journal.close()
    assert events_of(log) == [{"n": 1}]
    assert [each.kind for each in log.read()] == [Kind.ENGINE_EVENTS, Kind.NOTE]


def test_a_failure_to_close_is_a_note_on_the_failure_before_it() -> None:
    store = SlowStore()
    log = open_project(store).log

    def fail() -> None:
        with RunJournal(log, "run-1") as journal:
            store.down = True
            journal.event({"n": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as first:
        fail()
    assert first.value.__notes__ == ["and the journal was not completed: the store does not answer"]


def test_a_journal_whose_lease_was_lost_writes_nothing() -> None:
    store = FakeBlobStore()
    log, other = open_project(store).log, open_project(store).log
    lease = {"ttl_s": 1.0, "holder": ALICE.to_json()}
    log.append(Kind.LEASE_TAKEN, {"lease": {"id": "ab" * 16, **lease}})
    log.bind("ab" * 16)
    journal = RunJournal(log, "run-1")
    other.append(Kind.LEASE_TAKEN, {"lease": {"id": "cd" * 16, **lease}})
    keys = set(store.bodies)
    journal.event({"n": 1})
    for attempt in (lambda: journal.record(Kind.NOTE, {"text": "t"}), journal.flush, journal.close):
        with pytest.raises(LeaseLostError):
            attempt()
    assert set(store.bodies) == keys


@pytest.mark.parametrize("lost", [1, 2, 3])
@pytest.mark.parametrize("late", [0, 1])
def test_events_whose_record_arrived_without_an_answer_are_not_written_again(lost: int, late: int) -> None:
    """The store takes the record and dies before it says so; meanwhile more events come."""
    store = LosesAnswers()
    log = open_project(store).log
    journal = RunJournal(log, "run-1")
    log.append(Kind.NOTE, {"text": "first"})
    store.losing = lost
    for number in range(lost):
        journal.event({"n": number})
        with pytest.raises(StoreUnreachableError):
            journal.flush()
        if late:
            open_project(store.inner).log.append(Kind.NOTE, {"text": f"somebody else's {number}"})
    journal.event({"n": lost})
    journal.close()
    assert [event["n"] for event in events_of(open_project(store.inner).log)] == list(range(lost + 1))


def test_a_record_that_did_not_arrive_is_written_when_it_is_written_again() -> None:
    inner = FakeBlobStore()
    log = open_project(inner).log
    store = FaultyBlobStore(inner, fail_at=2, how="before")
    log._store = store
    with pytest.raises(StoreUnreachableError):
        log.append(Kind.NOTE, {"text": "t"})
    open_project(inner).log.append(Kind.NOTE, {"text": "t"})
    mine = log.append(Kind.NOTE, {"text": "t"})
    assert [each.nonce for each in log.read()][1] == mine.nonce


def test_a_heartbeat_after_a_lost_answer_is_another_sign_of_life() -> None:
    store = LosesAnswers()
    log = open_project(store).log
    store.losing = 1
    with pytest.raises(StoreUnreachableError):
        log.append(Kind.LEASE_RENEWED, {"lease_id": "ab" * 16})
    log.append(Kind.LEASE_RENEWED, {"lease_id": "ab" * 16})
    assert len(list(log.read())) == 2


def test_runs_are_listed_newest_first_as_the_log_last_knew_them(log: Log) -> None:
    for number, closed in enumerate([True, False, True]):
        journal = RunJournal(log, f"run-{number}")
        journal.record(Kind.RUN_OPENED, OPENED)
        journal.record(Kind.NOTE, {"text": str(number)})
        if closed:
            journal.record(Kind.RUN_CLOSED, CLOSED)
        log.append(Kind.NOTE, {"text": "between"})
    runs = list(list_runs(log))
    assert [(each.id, each.outcome, each.is_open) for each in runs] == [
        ("run-2", "applied", False),
        ("run-1", None, True),
        ("run-0", "applied", False),
    ]
    assert [each.body.get("text") for each in read_run(log, "run-1")] == [None, "1"]
    assert len(read_run(log, "run-2")) == 3


def test_a_run_that_does_not_exist_names_those_that_do(log: Log) -> None:
    with pytest.raises(NotFoundError, match="run-9"):
        read_run(log, "run-9")
    RunJournal(log, "run-1").record(Kind.RUN_OPENED, OPENED)
    with pytest.raises(NotFoundError) as refusal:
        read_run(log, "run-9")
    assert "run-1" in refusal.value.hint
    assert list(list_runs(open_project(FakeBlobStore()).log)) == []


def test_a_run_with_a_lost_record_is_not_shown_as_if_it_were_whole() -> None:
    store = FakeBlobStore()
    log = open_project(store).log
    journal = RunJournal(log, "run-1")
    journal.record(Kind.RUN_OPENED, OPENED)
    journal.record(Kind.NOTE, {"text": "t"})
    journal.record(Kind.RUN_CLOSED, CLOSED)
    del store.bodies[log.key(2)]
    with pytest.raises(StoreCorruptError):
        read_run(open_project(store).log, "run-1")
