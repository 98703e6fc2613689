"""What is remembered of a log, and when a log is refused for it."""

from dataclasses import replace

import pytest

from guardian.domain.journal import Kind
from guardian.domain.remembered import Found, Remembered, contradiction
from guardian.errors import LogRolledBackError
from guardian.ports.memory import HeadMemory
from guardian.repository.repository import Project, Repository
from tests.contracts.test_head_memory import SEEN
from tests.fakes.blobs import FakeBlobStore, FaultyBlobStore
from tests.fakes.memory import FakeHeadMemory
from tests.fakes.system import FakeClock, FakeIdentity
from tests.support.projects import NET

SAME = Found(
    repository_id=SEEN.repository_id,
    state_id=SEEN.state_id,
    descriptor=SEEN.descriptor,
    number=SEEN.number,
    digest=SEEN.digest,
)


def never(number: int) -> str:
    raise AssertionError(number)


def project(store: FakeBlobStore | FaultyBlobStore, memory: HeadMemory | None) -> Project:
    clock, identity = FakeClock(tick_s=0.001), FakeIdentity()
    repository = Repository.open_or_create(store, clock=clock, identity=identity, memory=memory)
    return repository.ensure_project(NET)


def number_in(memory: HeadMemory) -> int:
    seen = memory.recall("memory", "net")
    assert seen is not None
    return seen.number


def note(of: Project, text: str = "x") -> None:
    of.log.append(Kind.NOTE, {"text": text})


def test_it_is_written_and_read_whole():
    assert Remembered.from_json(SEEN.to_json()) == SEEN


def test_the_same_head_asks_nothing_more():
    assert contradiction(SEEN, SAME, never) == ""


def test_a_log_that_went_on_is_asked_for_the_record_that_was_seen():
    longer = replace(SAME, number=9, digest="e" * 64)
    assert contradiction(SEEN, longer, {7: SEEN.digest}.__getitem__) == ""
    assert "record 7 is not the one" in contradiction(SEEN, longer, {7: "f" * 64}.__getitem__)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": 6}, "went back: it ends at record 6, but this machine saw record 7 (2026-01-02 03:04:05"),
        ({"number": 0, "digest": ""}, "it has no record at all"),
        ({"digest": "f" * 64}, "was replaced: its record 7"),
        ({"repository_id": "q" * 32}, "is another one than before"),
        ({"state_id": "t" * 32}, "described as another project"),
        ({"descriptor": replace(NET, workspace="x")}, "described as another project"),
    ],
)
def test_what_contradicts_is_said(change, words):
    assert words in contradiction(SEEN, replace(SAME, **change), never)


def test_each_record_is_remembered_but_not_those_that_come_by_the_clock():
    store, memory = FakeBlobStore(), FakeHeadMemory()
    of = project(store, memory)
    note(of)
    seen = memory.recall(store.address, "net")
    assert seen is not None
    assert (seen.number, seen.descriptor, seen.state_id) == (1, NET, of.state_id)
    assert seen.digest == of.log.record(1).digest
    writes = memory.writes
    of.log.append(Kind.ENGINE_EVENTS, {"events": [{"type": "x"}]}, run_id="run-1")
    assert memory.writes == writes
    note(of)
    assert number_in(memory) == 3


def test_a_reader_remembers_what_others_wrote_and_asks_the_store_no_more_than_before():
    store, memory = FakeBlobStore(), FakeHeadMemory()
    note(project(store, memory))
    counted = []
    for each in (None, memory):
        faulty = FaultyBlobStore(store)
        of = project(faulty, each)
        before = len(faulty.calls)
        of.log.head()
        counted.append(len(faulty.calls) - before)
    assert counted[0] == counted[1]
    note(project(store, None))
    project(store, memory).log.head()
    assert number_in(memory) == 2


def test_nothing_is_written_to_a_log_that_went_back():
    store, memory = FakeBlobStore(), FakeHeadMemory()
    of = project(store, memory)
    note(of)
    note(of)
    del store.bodies[of.log.key(2)]
    left = dict(store.bodies)
    again = project(store, memory)
    for _ in range(2):  # asking twice does not wear it out
        with pytest.raises(LogRolledBackError, match="ends at record 1, but this machine saw record 2"):
            note(again)
        with pytest.raises(LogRolledBackError):
            again.log.head()
    assert store.bodies == left
    project(store, None).log.head()


def test_a_project_that_vanished_is_not_made_anew():
    store, memory = FakeBlobStore(), FakeHeadMemory()
    note(project(store, memory))
    for key in [each for each in store.bodies if each.startswith("states/")]:
        del store.bodies[key]
    left = dict(store.bodies)
    with pytest.raises(LogRolledBackError, match="net is not in memory any more"):
        project(store, memory)
    assert store.bodies == left


def test_a_store_that_was_emptied_is_not_begun_anew():
    memory = FakeHeadMemory()
    note(project(FakeBlobStore(), memory))
    empty = FakeBlobStore()
    with pytest.raises(LogRolledBackError, match="is empty, but this machine saw in it: net"):
        project(empty, memory)
    with pytest.raises(LogRolledBackError, match="is empty"):
        Repository.open(empty, clock=FakeClock(), identity=FakeIdentity(), memory=memory)
    assert empty.bodies == {}


def test_a_project_that_lives_elsewhere_now_is_told_apart():
    store, memory = FakeBlobStore(), FakeHeadMemory()
    note(project(store, memory))
    other = FakeBlobStore()
    note(project(other, None))
    with pytest.raises(LogRolledBackError, match="another one than before"):
        note(project(other, memory))
