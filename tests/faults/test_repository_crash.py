"""Die before or after every single call to the store: what is left is whole, and a retry succeeds.

The matrix enumerates itself: the calls of an undisturbed scenario are counted, then each one fails in turn.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Literal

import pytest

from guardian.domain.journal import Kind
from guardian.domain.snapshot import Layout, Snapshot
from guardian.errors import GuardianError, StoreUnreachableError
from guardian.repository.check import check_project
from guardian.repository.lease import acquire
from guardian.repository.log import Log
from guardian.repository.repository import Project
from guardian.repository.snapshots import Snapshots
from guardian.repository.verification import Verification
from tests.fakes.blobs import FakeBlobStore, FaultyBlobStore, Killed, unreachable
from tests.fakes.system import FakeClock, FakeIdentity
from tests.support.projects import open_project, snapshot_of, state_body

How = Literal["before", "after"]
Scenario = Callable[[Project], object]
ENDS: list[tuple[How, Callable[[], BaseException]]] = [
    (how, error) for how in ("before", "after") for error in (Killed, unreachable)
]
INSTANCES = 1_000
TTL_S = 0.2


def with_history() -> FakeBlobStore:
    """Return a store with one committed snapshot."""
    store = FakeBlobStore()
    project = open_project(store)
    project.commit(snapshot_of(project, state_body(1, INSTANCES)))
    return store


def copy_of(store: FakeBlobStore) -> FakeBlobStore:
    copy = FakeBlobStore()
    copy.bodies = dict(store.bodies)
    return copy


def commit_a_second(project: Project) -> Snapshot:
    head = project.log.head()
    link = head.standing.last_snapshot if head else None
    like = project.snapshot(link.id).state if link else None
    body = state_body(2, INSTANCES, changed={3: "other", 700: "other"})
    return project.commit(snapshot_of(project, body, serial=2, like=like, run_id="run-2"))


def work_under_the_lease(project: Project) -> None:
    lease = acquire(project.log, FakeIdentity(), FakeClock(tick_s=TTL_S), ttl_s=TTL_S, wait=True)
    opened = {"operation": "apply", "engine": {}, "root": ".", "run_dir": ""}
    project.log.append(Kind.RUN_OPENED, opened, run_id="run-2")
    project.log.append(Kind.RUN_CLOSED, {"outcome": "applied", "exit_code": 0}, run_id="run-2")
    lease.release()


def begin_from_nothing(project: Project) -> None:
    project.log.append(Kind.NOTE, {"text": "the first record"})


def every_death(base: FakeBlobStore, scenario: Scenario) -> Iterator[tuple[FakeBlobStore, str]]:
    """Yield each store that a death at one call leaves behind, with the call's name."""
    undisturbed = FaultyBlobStore(copy_of(base))
    scenario(open_project(undisturbed))
    for number, (method, key) in enumerate(undisturbed.calls, start=1):
        for how, error in ENDS:
            left = copy_of(base)
            faulty = FaultyBlobStore(left, fail_at=number, how=how, error=error)
            with suppress(Killed, StoreUnreachableError):
                scenario(open_project(faulty))
            assert len(faulty.calls) >= number
            yield left, f"{error.__name__} {how} call {number}: {method} {key}"


def broken(store: FakeBlobStore) -> list[str]:
    """Return what a reader finds wrong."""
    try:
        return [each.problem for each in check_project(open_project(store), read_data=True)]
    except GuardianError as error:
        return [error.message]


def test_a_commit_leaves_the_snapshot_whole_or_not_there_and_can_be_tried_again() -> None:
    base = with_history()
    first = open_project(copy_of(base)).resolve("latest").id
    seen = set()
    for left, death in every_death(base, commit_a_second):
        ids = [each.id for each in open_project(copy_of(left)).snapshots()]
        assert ids[-1] == first, death
        assert len(ids) <= 2, death
        assert broken(copy_of(left)) == [], death
        seen.add(len(ids))
        project = open_project(left)
        second = commit_a_second(project)
        assert open_project(left).resolve("latest") == second, death
        assert broken(left) == [], death
    assert seen == {1, 2}
    assert second.state is not None
    assert second.state.layout is Layout.RECIPE


def test_appending_leaves_a_whole_log_and_can_be_tried_again() -> None:
    for left, death in every_death(with_history(), work_under_the_lease):
        assert broken(copy_of(left)) == [], death
        project = open_project(left)
        work_under_the_lease(project)
        standing = open_project(left).log.standing()
        assert standing.lease is None, death
        assert standing.last_run is not None
        assert standing.last_run.outcome == "applied", death
        assert broken(left) == [], death


def test_making_a_repository_leaves_one_or_none_and_can_be_tried_again() -> None:
    for left, death in every_death(FakeBlobStore(), begin_from_nothing):
        begin_from_nothing(open_project(left))
        assert broken(left) == [], death
        assert [key for key in left.bodies if key.endswith(".json")] == ["config.json"], death


class HastySnapshots(Snapshots):
    """The mutant: the record is written before what it refers to."""

    def commit(self, snapshot: Snapshot, log: Log, verification: Verification) -> Snapshot:
        quiet = open_project(FakeBlobStore()).log
        document = {"format": 1, **snapshot.to_json()}
        from guardian.repository.documents import written

        named = self._envelope.content_id("snapshot", written(document, "snapshot"))
        body = {"snapshot_id": named, "purpose": str(snapshot.purpose), "state": None}
        log.append(Kind.SNAPSHOT_COMMITTED, body, run_id=snapshot.run_id)
        return super().commit(snapshot, quiet, verification)


def hasty(project: Project) -> None:
    project._snapshots.__class__ = HastySnapshots
    commit_a_second(project)


def test_the_matrix_catches_a_commit_that_writes_the_reference_first() -> None:
    caught = [death for left, death in every_death(with_history(), hasty) if broken(left)]
    assert caught
    assert all("/log/" in death or "/snapshots/" in death for death in caught)


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_death_between_the_objects_and_the_manifest_shows_nothing(how: How) -> None:
    base = with_history()
    faulty = FaultyBlobStore(copy_of(base))
    commit_a_second(open_project(faulty))
    number = next(
        at
        for at, (method, key) in enumerate(faulty.calls, start=1)
        if method == "put_if_absent" and "/snapshots/" in key
    )
    left = copy_of(base)
    with pytest.raises(Killed):
        commit_a_second(open_project(FaultyBlobStore(left, fail_at=number, how=how, error=Killed)))
    assert len(open_project(left).snapshots()) == 1
    assert len(left.bodies) > len(base.bodies)
