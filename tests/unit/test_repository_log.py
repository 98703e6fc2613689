"""The log: consecutive, chained, folded, whoever writes; and closed to a holder that came late."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.domain.journal import Kind, Record, Standing, advance
from guardian.errors import LeaseLostError, StoreCorruptError, StoreFormatError
from guardian.repository.keys import log_prefix, record_name
from guardian.repository.log import Log
from guardian.repository.numbers import last_number
from guardian.repository.repository import Project
from tests.fakes.blobs import FakeBlobStore
from tests.fakes.sealer import FakeSealer
from tests.fakes.system import FakeIdentity
from tests.support.projects import ALICE, open_project

HEX = "ab" * 32
APPROVAL: dict[str, Any] = {
    "plan": {"object": HEX, "bytes": 9, "sha256": HEX, "json_object": None},
    "configuration": {
        "tree": HEX,
        "root": ".",
        "files": 1,
        "bytes": 9,
        "left_out": [],
        "var_files": [],
        "lock_file": False,
    },
    "lock_file": None,
    "state": None,
    "sealed": [],
    "by": "alice",
    "reason": "",
    "expires_at": "2030-01-31T09:00:00.000000Z",
    "overrides": [],
}
KNOWN = {"lineage": "l", "serial": 3, "sha256": HEX, "instances": 4}
moves = st.sampled_from(
    [
        (Kind.LEASE_TAKEN, {"lease": {"id": "ab" * 16, "ttl_s": 60.0, "holder": ALICE.to_json()}}),
        (Kind.LEASE_RELEASED, {"lease_id": "ab" * 16}),
        (Kind.LEASE_RELEASED, {"lease_id": "cd" * 16}),
        (Kind.RUN_OPENED, {"operation": "apply", "engine": {}, "root": ".", "run_dir": ""}),
        (Kind.RUN_CLOSED, {"outcome": "applied", "exit_code": 0}),
        (
            Kind.HELD,
            {"hold": {"reason": "r", "by": "b", "since": "2030-01-31T09:00:00.000000Z", "run_id": None}},
        ),
        (Kind.RELEASED, {"reason": "r"}),
        (Kind.SNAPSHOT_COMMITTED, {"snapshot_id": HEX, "purpose": "before", "state": KNOWN}),
        (Kind.SNAPSHOT_COMMITTED, {"snapshot_id": HEX, "purpose": "after", "state": KNOWN}),
        (Kind.SNAPSHOT_COMMITTED, {"snapshot_id": HEX, "purpose": "manual", "state": None}),
        (Kind.STATE_ACCEPTED, {"state": KNOWN | {"serial": 9}, "reason": "r"}),
        (Kind.DRIFT_SEEN, {"since": None, "differences": 1, "unreadable": 2}),
        (Kind.DRIFT_ACCEPTED, {"accepted": [], "reason": "r"}),
        (Kind.PLAN_APPROVED, APPROVAL),
        (Kind.APPROVAL_USED, {"approval": 1, "plan_sha256": HEX, "root": "."}),
        (Kind.PROMOTED, {"snapshot_id": HEX, "evidence": []}),
        (Kind.INCIDENT_OPENED, {"incident": {}}),
        (Kind.RECEIPT, {"receipt": {}, "proven": True}),
        (Kind.RECEIPT, {"receipt": {}, "proven": False}),
        (Kind.NOTE, {"text": "t"}),
    ]
)


def note(log: Log, text: str = "t") -> Record:
    return log.append(Kind.NOTE, {"text": text})


@settings(max_examples=40)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 2), moves, st.sampled_from([None, "run-1", "run-2"])), max_size=15
    )
)
def test_interleaved_writers_make_one_chain_whose_fold_is_what_it_carries(steps) -> None:
    store = FakeBlobStore()
    writers = [open_project(store, identity=FakeIdentity(pid=each)).log for each in range(3)]
    for writer, (kind, body), run_id in steps:
        writers[writer].append(kind, body, run_id=run_id)
    records = list(open_project(store).log.read())
    assert [each.number for each in records] == list(range(1, len(steps) + 1))
    assert [(each.actor.pid, each.kind, each.body) for each in records] == [
        (writer, kind, body) for writer, (kind, body), _ in steps
    ]
    standing = Standing()
    for each in records:
        standing = advance(standing, each.kind, each.body, number=each.number, at=each.at, run_id=each.run_id)
        assert each.standing == standing
    assert open_project(store).log.standing() == standing


def test_the_fold_keeps_what_a_status_needs() -> None:
    log = open_project(FakeBlobStore()).log
    opened = {"operation": "apply", "engine": {}, "root": ".", "run_dir": ""}
    log.append(Kind.RUN_OPENED, opened, run_id="run-1")
    log.append(
        Kind.SNAPSHOT_COMMITTED, {"snapshot_id": HEX, "purpose": "after", "state": KNOWN}, run_id="run-1"
    )
    log.append(Kind.INCIDENT_OPENED, {"incident": {}}, run_id="run-1")
    failed = log.standing()
    assert failed.open_incident is not None
    assert (failed.open_incident.run_id, failed.open_incident.record) == ("run-1", 3)
    log.append(Kind.RUN_CLOSED, {"outcome": "failed_held", "exit_code": 3}, run_id="run-1")
    log.append(Kind.RUN_CLOSED, {"outcome": "applied", "exit_code": 0}, run_id="another run")
    closed = log.standing()
    assert closed.last_run is not None
    assert (closed.last_run.outcome, closed.last_run.exit_code, closed.last_run.first_record) == (
        "failed_held",
        3,
        1,
    )
    promoted = log.append(Kind.PROMOTED, {"snapshot_id": HEX, "evidence": []}, run_id="run-1")
    assert (promoted.standing.baseline, promoted.standing.baseline_since) == (HEX, promoted.at)
    assert promoted.standing.open_incident is None
    assert promoted.standing.known_state is not None
    assert promoted.standing.known_state.serial == 3


def test_a_snapshot_before_vouches_for_no_state() -> None:
    log = open_project(FakeBlobStore()).log
    log.append(Kind.SNAPSHOT_COMMITTED, {"snapshot_id": HEX, "purpose": "before", "state": KNOWN})
    assert log.standing().known_state is None


def test_reading_from_the_middle_still_checks_the_chain_into_it() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    for each in range(5):
        note(project.log, str(each))
    assert [each.body["text"] for each in project.log.read(3, 4)] == ["2", "3"]
    other = open_project(FakeBlobStore())
    for each in range(2):
        note(other.log, f"other {each}")
    store.bodies[project.log.key(2)] = other.log._store.get(other.log.key(2))
    with pytest.raises(StoreCorruptError, match="between records 2 and 3"):
        list(open_project(store).log.read(3))


@pytest.fixture
def long_log() -> tuple[FakeBlobStore, Project]:
    store = FakeBlobStore()
    project = open_project(store)
    for each in range(200):
        note(project.log, str(each))
    return store, project


def test_a_gap_is_found_wherever_it_is(long_log) -> None:
    store, project = long_log
    for number in (1, 2, 100, 199):
        body = store.bodies.pop(project.log.key(number))
        with pytest.raises(StoreCorruptError, match=f"record {number} is missing"):
            list(open_project(store).log.read())
        store.bodies[project.log.key(number)] = body
    assert len(list(open_project(store).log.read())) == 200


def test_two_records_that_changed_places_are_found(long_log) -> None:
    store, project = long_log
    first, second = project.log.key(150), project.log.key(151)
    store.bodies[first], store.bodies[second] = store.bodies[second], store.bodies[first]
    with pytest.raises(StoreCorruptError, match="holds record 151"):
        list(open_project(store).log.read())


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2500, 9_999, 40_000])
def test_the_newest_record_is_found_with_few_questions(count: int) -> None:
    asked = []

    class Listing(FakeBlobStore):
        def list(self, prefix: str, *, start_after: str = "") -> Iterator[str]:
            asked.append(start_after)
            first = int(start_after[-12:]) + 1
            return (prefix + record_name(number) for number in range(first, count + 1))

    project = open_project(FakeBlobStore())
    project.log._store = Listing()
    assert last_number(project.log._store, project.state_id, 0) == count
    assert len(asked) <= 14


def test_the_head_costs_one_listing_and_one_read_and_nothing_when_it_is_known() -> None:
    calls: list[str] = []

    class Counting(FakeBlobStore):
        def get(self, key: str) -> bytes:
            calls.append("get")
            return super().get(key)

        def list(self, prefix: str, *, start_after: str = "") -> Iterator[str]:
            calls.append("list")
            return super().list(prefix, start_after=start_after)

    store = Counting()
    note(open_project(store).log)
    log = open_project(store).log
    calls.clear()
    log.head()
    assert calls == ["list", "get"]
    calls.clear()
    log.head()
    assert calls == ["list"]


@pytest.mark.parametrize("reader", [lambda log: log.head(), lambda log: list(log.read()), note])
def test_a_record_of_another_format_is_refused_and_nothing_is_written(
    reader: Callable[[Log], object],
) -> None:
    store = FakeBlobStore()
    project = open_project(store)
    future = b'{"format":2}'
    store.bodies[project.log.key(1)] = project.log._envelope.wrap(future, project.log._place())
    keys = set(store.bodies)
    with pytest.raises(StoreFormatError, match="format 2"):
        reader(open_project(store).log)
    assert set(store.bodies) == keys


def test_strange_keys_beside_the_records_are_left_alone() -> None:
    store = FakeBlobStore()
    project = open_project(store)
    note(project.log)
    prefix = log_prefix(project.state_id)
    store.bodies[prefix + "000000000002.bak"] = store.bodies[prefix + "9999999999999"] = b"x"
    head = open_project(store).log.head()
    assert head is not None
    assert head.number == 1


def test_records_are_bound_to_their_project_when_they_are_sealed() -> None:
    store = FakeBlobStore()
    project = open_project(store, sealer=FakeSealer())
    record = note(project.log)
    assert b"laptop" not in b"".join(store.bodies.values())
    assert open_project(store, sealer=FakeSealer()).log.head() == record


class FencelessLog(Log):
    """The mutant: a log that does not look whose lease it is."""

    def _check_lease(self) -> None:
        return


def wakes_after_a_takeover(
    store: FakeBlobStore, kind: type[Log], *, looks_first: bool = False
) -> tuple[Log, set[str]]:
    """Let one holder pause, another take over, and the first write again, perhaps after a look at the log."""
    lease = {"ttl_s": 1.0, "holder": ALICE.to_json()}
    paused = open_project(store).log
    paused.__class__ = kind
    paused.append(Kind.LEASE_TAKEN, {"lease": {"id": "ab" * 16, **lease}})
    paused.bind("ab" * 16)
    note(paused, "before the pause")
    open_project(store).log.append(Kind.LEASE_TAKEN, {"lease": {"id": "cd" * 16, **lease}})
    keys = set(store.bodies)
    for _ in range(3):
        if looks_first:
            paused.head()
        with suppress(LeaseLostError):
            note(paused, "after the pause")
    return paused, keys


@pytest.mark.parametrize("looks_first", [False, True])
def test_a_paused_holder_that_wakes_after_a_takeover_writes_nothing(*, looks_first: bool) -> None:
    store = FakeBlobStore()
    log, keys = wakes_after_a_takeover(store, Log, looks_first=looks_first)
    assert set(store.bodies) == keys
    with pytest.raises(LeaseLostError, match=r"alice@laptop"):
        note(log)
    with pytest.raises(LeaseLostError):
        log.append_after(3, Kind.NOTE, {"text": "t"})


@pytest.mark.parametrize("looks_first", [False, True])
def test_a_log_without_the_fence_would_have_written(*, looks_first: bool) -> None:
    store = FakeBlobStore()
    _, keys = wakes_after_a_takeover(store, FencelessLog, looks_first=looks_first)
    assert len(set(store.bodies) - keys) == 3


def test_a_holder_writes_on_when_somebody_without_the_lease_wrote_between() -> None:
    store = FakeBlobStore()
    holder, other = open_project(store).log, open_project(store).log
    holder.append(Kind.LEASE_TAKEN, {"lease": {"id": "ab" * 16, "ttl_s": 1.0, "holder": ALICE.to_json()}})
    holder.bind("ab" * 16)
    note(other, "please stop")
    assert note(holder).number == 3


def test_append_after_writes_only_where_the_log_still_stands() -> None:
    store = FakeBlobStore()
    one, other = open_project(store).log, open_project(store).log
    assert one.append_after(0, Kind.NOTE, {"text": "t"}) is not None
    assert other.append_after(0, Kind.NOTE, {"text": "t"}) is None
    assert len(list(other.read())) == 1
