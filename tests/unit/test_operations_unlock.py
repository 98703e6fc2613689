"""`guardian unlock` over a world in memory: it takes what its own dead run left, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from guardian.domain.actor import Actor
from guardian.domain.engine import Backend, WorkingDirectory
from guardian.domain.journal import Kind
from guardian.domain.lock import TerraformLock, our_info
from guardian.domain.unlocking import Life, Named, What
from guardian.errors import BackendError, LeaseLostError, RefusedError, StateLockedError, UsageError
from guardian.operations import unlock as module
from guardian.operations.held import held_lease, held_lock
from guardian.operations.unlock import Unlocked, UnlockRequest, unlock
from guardian.ports.system import Identity
from guardian.repository.lease import acquire
from guardian.repository.project import Project
from tests.fakes.engine import LOCK_ID, NOWHERE
from tests.fakes.world import PROJECT, World

RUN = "20260102T030405Z-abcdef"
DEAD = 4242


class Machine:
    """Implements `Identity`: a process of this machine's boot; pids in `dead` are gone."""

    def __init__(
        self, pid: int, *, host: str = "laptop", dead: frozenset[int] = frozenset({DEAD, NOWHERE})
    ) -> None:
        self._actor = Actor(user="ann", host=host, pid=pid, boot_id=f"boot of {host}", started=pid * 10)
        self._dead = dead

    def actor(self) -> Actor:
        return self._actor

    def is_dead(self, actor: Actor) -> bool:
        here = (actor.host, actor.boot_id) == (self._actor.host, self._actor.boot_id)
        return here and (actor.pid in self._dead or actor.started != actor.pid * 10)


class Locked:
    """A project whose newest run left Terraform's lock, and its guardian's lease."""

    def __init__(self, base: Path) -> None:
        self.world = World(base)
        self.world.configure(a="1")
        self.world.apply()
        self.backend = self.world.backend

    def leave(
        self,
        *,
        host: str = "laptop",
        guardian: int = DEAD,
        engine: int = NOWHERE,
        started: int = NOWHERE * 10,
        recorded: str | None = LOCK_ID,
        **lock: str,
    ) -> None:
        """Write what a run writes until it is killed in the middle of its apply."""
        project = self.project(Machine(guardian, host=host))
        acquire(project.log, Machine(guardian, host=host), self.world.clock, ttl_s=60)
        found = TerraformLock(
            **{"id": LOCK_ID, "operation": "OperationTypeApply", "who": f"ann@{host}", **lock}
        )
        engine_ = {"product": "terraform", "version": "1.11.4"}
        opened = {"operation": "apply", "engine": engine_, "root": "/root", "run_dir": "/run"}
        project.log.append(Kind.RUN_OPENED, opened, run_id=RUN)
        streams = {"stdout": "/run/o", "stderr": "/run/e"}
        project.log.append(Kind.ENGINE_STARTED, {"pid": engine, "started": started, **streams}, run_id=RUN)
        if recorded:
            kept = replace(found, id=recorded)
            project.log.append(Kind.ENGINE_LOCKED, {"lock": kept.to_json()}, run_id=RUN)
        self.backend.held = found

    def project(self, identity: Identity) -> Project:
        from guardian.repository.repository import Repository

        return Repository.open(self.world.store, clock=self.world.clock, identity=identity).project(PROJECT)

    def unlock(self, *, identity: Identity | None = None, **request: Any) -> Unlocked:
        context = replace(self.world.context(), identity=identity or Machine(1))
        if "named" in request and isinstance(request["named"], str):
            request["named"] = Named(what=What.TERRAFORM, id=request["named"])
        return unlock(context, UnlockRequest(checkout=None, project=PROJECT, **request))

    @property
    def lease_id(self) -> str:
        lease = self.world.project.log.standing().lease
        assert lease is not None
        return lease.id

    @property
    def is_leased(self) -> bool:
        return self.world.project.log.standing().lease is not None

    @property
    def unlocked(self) -> list[dict[str, Any]]:
        return [dict(each.body) for each in self.world.records if each.kind is Kind.UNLOCKED]


@pytest.fixture
def locked(tmp_path: Path) -> Locked:
    return Locked(tmp_path)


def test_where_nothing_is_locked_nothing_is_done(locked: Locked) -> None:
    before = len(locked.world.records)
    ended = locked.unlock()
    assert (ended.lease, ended.lock, ended.left, ended.judged) == (None, None, [], {})
    assert len(locked.world.records) == before


def test_what_its_own_dead_run_left_goes_and_each_removal_is_recorded_first(locked: Locked) -> None:
    locked.leave()
    lease_id = locked.lease_id
    ended = locked.unlock()
    assert ended.left == []
    assert ended.lock is not None
    assert ended.lock.held.run_id == RUN
    assert locked.backend.held is None
    assert not locked.is_leased
    assert [(each["what"], each["id"]) for each in locked.unlocked] == [
        ("terraform", LOCK_ID),
        ("lease", lease_id),
    ]
    kinds = [each.kind for each in locked.world.records][-4:]
    assert kinds == [Kind.UNLOCKED, Kind.UNLOCKED, Kind.LEASE_TAKEN, Kind.LEASE_RELEASED]


def test_a_record_lock_of_guardians_own_names_its_run_and_goes_with_it(locked: Locked) -> None:
    locked.leave(recorded=None, info=our_info(RUN), who="guardian@laptop", operation="guardian restore")
    assert locked.unlock().left == []
    assert locked.backend.held is None


def test_a_dry_run_removes_and_records_nothing(locked: Locked) -> None:
    locked.leave()
    before = len(locked.world.records)
    ended = locked.unlock(dry_run=True)
    assert all(each.verdict.removes and not each.removed for each in ended.judged.values())
    assert locked.backend.held is not None
    assert locked.is_leased
    assert len(locked.world.records) == before


ALIVE = 77
SOMEBODY_ELSES: dict[str, tuple[dict[str, Any], Life]] = {
    "a run on another host": ({"host": "build-7"}, Life.UNKNOWN),
    "its guardian lives": ({"guardian": ALIVE}, Life.ALIVE),
    "its terraform lives": ({"engine": ALIVE, "started": ALIVE * 10}, Life.ALIVE),
    "no run recorded it": ({"recorded": None}, Life.UNKNOWN),
    "the run recorded another": ({"recorded": LOCK_ID.replace("6", "7")}, Life.UNKNOWN),
    "the run recorded its beginning": ({"recorded": LOCK_ID[:8]}, Life.UNKNOWN),
    "it names a run of no log": ({"recorded": None, "info": our_info("another")}, Life.UNKNOWN),
    "it names a longer run": ({"recorded": None, "info": our_info(RUN + "0")}, Life.UNKNOWN),
    "it was taken on another host": ({"who": "ann@build-7"}, Life.UNKNOWN),
    "it does not say by whom": ({"who": ""}, Life.UNKNOWN),
}


@pytest.mark.parametrize("case", SOMEBODY_ELSES)
def test_somebody_elses_lock_is_never_removed_by_itself(locked: Locked, case: str) -> None:
    given, life = SOMEBODY_ELSES[case]
    locked.leave(**given)
    left = locked.backend.held
    ended = locked.unlock()
    assert locked.backend.held == left
    assert ended.lock is not None
    assert ended.lock.held.life is life
    assert What.TERRAFORM in [each.held.what for each in ended.left]
    assert all(each["what"] != "terraform" for each in locked.unlocked)


def test_a_pid_that_was_used_again_is_no_living_holder(locked: Locked) -> None:
    """The process of that pid started at another time: the run's own is gone."""
    locked.leave(engine=ALIVE, started=1)
    ended = locked.unlock()
    assert ended.left == []
    assert locked.backend.held is None


def test_a_lock_that_changed_hands_before_its_removal_stays(locked: Locked) -> None:
    locked.leave()
    theirs = TerraformLock(id="theirs", who="bob@build-7")
    real = locked.backend.lock

    def and_then(where: WorkingDirectory, backend: Backend) -> TerraformLock | None:
        found = real(where, backend)
        locked.backend.held = theirs
        return found

    locked.backend.lock = and_then  # type: ignore[method-assign]
    with pytest.raises(StateLockedError, match="theirs"):
        locked.unlock()
    assert locked.backend.held == theirs


def test_by_its_whole_id_an_unknown_lock_goes_with_the_reason_on_record(locked: Locked) -> None:
    locked.leave(host="build-7")
    ended = locked.unlock(named=LOCK_ID, reason="the runner was destroyed")
    assert ended.left == []
    assert locked.backend.held is None
    assert locked.is_leased  # nobody asked for that one
    assert [(each["id"], each["reason"]) for each in locked.unlocked] == [
        (LOCK_ID, "the runner was destroyed")
    ]


def test_by_its_id_a_lock_of_our_living_terraform_stays(locked: Locked) -> None:
    locked.leave(engine=ALIVE, started=ALIVE * 10)
    ended = locked.unlock(named=LOCK_ID, reason="I am in a hurry")
    assert [each.held.what for each in ended.left] == [What.TERRAFORM]
    assert locked.backend.held is not None
    assert locked.unlocked == []


@pytest.mark.parametrize("given", [LOCK_ID[:8], LOCK_ID + "0", LOCK_ID.upper()])
def test_a_part_of_an_id_removes_nothing(locked: Locked, given: str) -> None:
    locked.leave()
    assert len(locked.unlock(named=given, reason="x").left) == 1
    assert locked.backend.held is not None
    assert locked.unlocked == []


def test_a_name_without_a_reason_is_refused_before_anything_is_looked_at(locked: Locked) -> None:
    locked.leave()
    with pytest.raises(UsageError, match="wants a reason") as refused:
        locked.unlock(named=LOCK_ID)
    assert LOCK_ID in refused.value.hint
    assert locked.backend.held is not None


def test_a_living_holders_lease_is_taken_over_by_its_whole_id_and_fences_it(locked: Locked) -> None:
    holder = Machine(ALIVE)
    theirs = locked.project(holder)
    acquire(theirs.log, holder, locked.world.clock, ttl_s=60)
    lease_id = locked.lease_id
    assert len(locked.unlock().left) == 1
    assert locked.lease_id == lease_id
    wrong = Named(what=What.LEASE, id=lease_id[:-1])
    assert len(locked.unlock(named=wrong, reason="hangs").left) == 1
    assert locked.lease_id == lease_id
    assert locked.unlock(named=Named(what=What.LEASE, id=lease_id), reason="hangs").left == []
    assert not locked.is_leased
    with pytest.raises(LeaseLostError):
        theirs.log.append(Kind.NOTE, {"text": "I still work here"})


@pytest.mark.parametrize("taken_again", [False, True])
def test_a_lease_that_was_given_back_meanwhile_is_not_taken(
    locked: Locked, monkeypatch: pytest.MonkeyPatch, *, taken_again: bool
) -> None:
    holder = Machine(DEAD)
    lease = acquire(locked.project(holder).log, holder, locked.world.clock, ttl_s=60)
    real: Callable[..., Any] = held_lease

    def and_then(*arguments: Any) -> Any:
        found = real(*arguments)
        lease.release()
        if taken_again:
            acquire(locked.project(Machine(ALIVE)).log, Machine(ALIVE), locked.world.clock, ttl_s=60)
        return found

    monkeypatch.setattr(module, "held_lease", and_then)
    with pytest.raises(RefusedError, match="changed hands"):
        locked.unlock()
    standing = locked.world.project.log.standing()
    assert (standing.lease.holder.pid if standing.lease else None) == (ALIVE if taken_again else None)


def test_the_last_sign_of_life_is_the_holders_own(locked: Locked) -> None:
    holder = Machine(ALIVE)
    log = locked.project(holder).log
    acquire(log, holder, locked.world.clock, ttl_s=60)
    locked.world.clock.advance(10)
    sign = log.append(Kind.NOTE, {"text": "at work"})
    locked.world.clock.advance(10)
    locked.project(Machine(3)).log.append(Kind.NOTE, {"text": "somebody else"})
    ended = locked.unlock()
    assert ended.lease is not None
    assert (ended.lease.last_sign, ended.lease.held.life) == (sign.at, Life.ALIVE)


def test_a_lock_that_cannot_be_read_hides_no_lease(locked: Locked) -> None:
    locked.leave()

    def refuse(*_: Any) -> TerraformLock:
        raise BackendError("cannot read the lock table: AccessDenied")

    locked.backend.lock = refuse  # type: ignore[method-assign,assignment]
    ended = locked.unlock()
    assert ended.unreadable is not None
    assert ended.judged[What.LEASE].removed


def test_a_local_lock_that_is_held_has_a_living_holder(locked: Locked) -> None:
    locked.leave()
    lock = locked.backend.held
    assert lock is not None
    local = Backend(kind="local", config={}, workspace="default", address="local:/x")
    context = replace(locked.world.context(), identity=Machine(1))
    assert held_lock(context, locked.world.project, local, lock).held.life is Life.ALIVE
