"""Find who holds a project's two locks: guardian's lease, and Terraform's lock on the state."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from guardian.domain.actor import Actor
from guardian.domain.engine import Backend
from guardian.domain.journal import Kind, Record
from guardian.domain.lock import TerraformLock
from guardian.domain.standing import LeaseRecord
from guardian.domain.unlocking import Held, Life, What, life_of
from guardian.operations.context import Context
from guardian.repository.journal import list_runs
from guardian.repository.log import Log
from guardian.repository.project import Project

RUNS_LOOKED_AT = 30
"""How far back a lock's run is looked for; a lock that older runs left would have stopped these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLease:
    """guardian's lease.

    Attributes:
        last_sign: When its holder wrote its newest record, by its own clock.
    """

    held: Held
    lease: LeaseRecord
    last_sign: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLock:
    """Terraform's lock."""

    held: Held
    lock: TerraformLock


def held_lease(context: Context, project: Project) -> HeldLease | None:
    """Return the lease, None when it is free."""
    head = project.log.head()
    if head is None or head.standing.lease is None:
        return None
    lease, last = head.standing.lease, head.standing.last_run
    return HeldLease(
        held=Held(
            what=What.LEASE,
            id=lease.id,
            holder=str(lease.holder),
            life=_life(context, [lease.holder]),
            run_id=last.id if last is not None and last.is_open else "",
        ),
        lease=lease,
        last_sign=_last_sign(project.log, head, lease),
    )


def held_lock(context: Context, project: Project, backend: Backend, lock: TerraformLock) -> HeldLock:
    """Tell which run of this project holds Terraform's lock, and whether its processes live."""
    run_id, holders = _run_with(project.log, lock)
    # A local state's lock ends with its process: one that is held has a living holder.
    life = Life.ALIVE if backend.kind == "local" else _life(context, holders)
    held = Held(what=What.TERRAFORM, id=lock.id, holder=lock.describe(), life=life, run_id=run_id)
    return HeldLock(held=held, lock=lock)


def _life(context: Context, holders: list[Actor]) -> Life:
    return life_of(holders, context.identity.actor(), context.identity.is_dead)


def _last_sign(log: Log, head: Record, lease: LeaseRecord) -> datetime:
    """Return the time of the holder's newest record; others may write without the lease."""
    for number in range(head.number, lease.record, -1):
        record = log.record(number)
        if record.actor == lease.holder:
            return record.at
    return lease.since


def _run_with(log: Log, lock: TerraformLock) -> tuple[str, list[Actor]]:
    """Return the run that took a lock with all its processes; no run when none is known to have."""
    if not lock.id:
        return "", []
    for run_id, records in islice(_runs(log), RUNS_LOOKED_AT):
        if any(_is_of(record, lock) for record in records):
            return run_id, list(_processes(records))
    return "", []


def _runs(log: Log) -> Iterator[tuple[str, list[Record]]]:
    """Yield the runs with their records, newest first; what a later guardian wrote of one is left out."""
    last: int | None = None
    for run in list_runs(log):
        yield run.id, [each for each in log.read(run.first_record, last) if each.run_id == run.id]
        last = run.first_record - 1


def _is_of(record: Record, lock: TerraformLock) -> bool:
    """Tell whether a lock is the one recorded, or names the record's run, and was taken on its machine."""
    if record.actor.host != lock.who.rpartition("@")[2]:
        return False
    if record.kind is Kind.ENGINE_LOCKED:
        return bool(record.body["lock"]["id"] == lock.id)
    return record.kind is Kind.RUN_OPENED and record.run_id == lock.our_run


def _processes(records: list[Record]) -> Iterator[Actor]:
    """Yield the guardians that worked on a run, and its engines."""
    for record in records:
        if record.kind is Kind.ENGINE_STARTED:
            yield record.actor
            yield engine_of(record)
        elif record.kind in {Kind.RUN_OPENED, Kind.ENGINE_LOCKED, Kind.STEP_STARTED}:
            yield record.actor


def engine_of(record: Record) -> Actor:
    """Return the process that an `engine_started` record tells of."""
    starter = record.actor
    return Actor(
        user=starter.user,
        host=starter.host,
        pid=int(record.body["pid"]),
        boot_id=starter.boot_id,
        started=int(record.body["started"]),
    )
