"""`guardian flush`: bring what was spooled while the store was down into the store, each record once."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from guardian.domain.glass import contradiction, later_state, moved
from guardian.domain.journal import Kind, Record, Standing
from guardian.domain.standing import Hold
from guardian.errors import NotFoundError, SpooledError, StoreCorruptError
from guardian.operations.context import Context
from guardian.operations.open import released_at_the_end
from guardian.operations.session import Place, private_place
from guardian.operations.settle import settle_cut_short
from guardian.operations.transfer import Transfer
from guardian.ports.spool import SpoolPlace
from guardian.repository.lease import acquire
from guardian.repository.project import Project
from guardian.repository.proof import refuse_broken
from guardian.repository.repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class FlushedProject:
    """What became of one project's spooled runs.

    Attributes:
        runs: Their ids, oldest first.
        records: How many records they have.
        written: How many of these this flush wrote; the others were there already.
        moved: Whether the project went on in the store meanwhile; None when that cannot be told.
        contradiction: Why the spooled runs do not follow what the store knew, or empty.
        hold: The hold that the project is left with, None for none.
    """

    project: str
    runs: tuple[str, ...]
    records: int
    written: int = 0
    moved: bool | None = None
    contradiction: str = ""
    hold: Hold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flushed:
    """How a flush ended; `kept` is where the spool is now, empty when it is where it was."""

    projects: tuple[FlushedProject, ...]
    kept: str = ""


def waiting(spool: Repository) -> tuple[FlushedProject, ...]:
    """Tell what is spooled, and change nothing."""
    found = []
    for each in spool.projects():
        records = _of_runs(spool.project(each.name).log.read())
        runs = tuple(dict.fromkeys(str(record.run_id) for record in records))
        if runs:
            found.append(FlushedProject(project=each.name, runs=runs, records=len(records)))
    return tuple(found)


def flush(context: Context, spooled_at: SpoolPlace) -> Flushed:
    """Bring every project of the spool into the store, prove it, and set the spool aside.

    Ended anywhere, it can be run again: what is in the store already is recognised and not written twice.

    Args:
        context: The ports; `repository` is the store, `spool` the spool.
        spooled_at: Where the spool lies.

    Raises:
        LeaseHeldError: Somebody works on one of the projects, in the store or on the spool.
        WrongStateError: In the store, a project of that name is another state.
        StoreCorruptError: What was written does not read back; the spool stays.
        StoreError: The store went away again; the spool stays.
    """
    if context.spool is None:
        raise NotFoundError("nothing is spooled")
    with private_place(context) as place:
        done = []
        for each in context.spool.projects():
            spooled = context.spool.project(each.name)
            done.append(_flush_project(context, place, spooled))
    return Flushed(
        projects=tuple(each for each in done if each.runs), kept=spooled_at.set_aside(context.clock.now())
    )


def _of_runs(log: Iterable[Record]) -> tuple[Record, ...]:
    """Return the records of a spool's runs, in order; its leases and what it began with are its own."""
    return tuple(each for each in log if each.run_id is not None)


def _flush_project(context: Context, place: Place, spooled: Project) -> FlushedProject:
    target = context.repository.ensure_project(spooled.descriptor)
    target.refuse_lost_log()
    refuse_broken(target.log)
    with _held(context, spooled), _held(context, target):
        settle_cut_short(context, place, spooled)
        log = tuple(spooled.log.read())
        records = _of_runs(log)
        runs = tuple(dict.fromkeys(str(each.run_id) for each in records))
        if not runs:
            return FlushedProject(project=spooled.descriptor.name, runs=(), records=0)
        last = target.log.standing().last_run
        if last is not None and last.id not in runs:
            settle_cut_short(context, place, target, moved_on=True)
        after = _began_after(context, spooled, target, log)
        transfer = Transfer(source=spooled, target=target)
        found = tuple(target.log.read(after + 1))
        there = present(transfer, records, found)
        _say_origin(context, target, log, found)
        for each in records[there:]:
            if each.kind is Kind.SNAPSHOT_COMMITTED:
                transfer.commit(each)
            else:
                target.log.append(each.kind, transfer.body(each), run_id=each.run_id)
        before = target.log.record(after).standing if after else Standing()
        first = transfer.first_state(records)
        problem = contradiction(before, first.state.facts if first.state else None) if first else None
        _settle(target, before, problem, after=after, by=str(context.identity.actor()), at=context)
        prove(transfer, records, after)
        end = spooled.log.seen
    _refuse_if_it_went_on(spooled, end.last_run.id if end.last_run else "")
    return FlushedProject(
        project=spooled.descriptor.name,
        runs=runs,
        records=len(records),
        written=len(records) - there,
        moved=_moved(records, target, before),
        contradiction=problem or "",
        hold=target.log.seen.hold,
    )


def _began_after(context: Context, spooled: Project, target: Project, log: Iterable[Record]) -> int:
    """Return after which record of the store this flush began, as the first try of it wrote down.

    Whatever a killed try has written stands after that number: only there must be looked for it.
    """
    for each in log:
        if each.kind is Kind.FLUSHING and each.body["repository"] == context.repository.id:
            return int(each.body["after"])
    head = target.log.head()
    number = head.number if head else 0
    spooled.log.append(Kind.FLUSHING, {"repository": context.repository.id, "after": number})
    return number


def present(transfer: Transfer, records: Sequence[Record], found: Iterable[Record]) -> int:
    """Count the records that are in the store already: they went there in order, so it is their beginning.

    Records of the same runs that another guardian wrote in between, because it took a half-flushed run for
    one that was cut short, are not among them.
    """
    count = 0
    for there in found:
        if count < len(records) and transfer.same(records[count], there):
            count += 1
    return count


def prove(transfer: Transfer, records: Sequence[Record], after: int) -> None:
    """Read back what was flushed: every record, in order, and every byte of every snapshot.

    Raises:
        StoreCorruptError: Something is missing or differs.
    """
    count = present(transfer, records, transfer.target.log.read(after + 1))
    if count != len(records):
        raise StoreCorruptError(
            f"of {len(records)} flushed records only {count} read back; the spool stays where it is",
            hint="guardian flush    # again; guardian snapshot verify says what is damaged",
        )
    for each in records:
        if each.kind is Kind.SNAPSHOT_COMMITTED:
            snapshot = transfer.target.snapshot(transfer.ids[each.body["snapshot_id"]])
            findings = transfer.target.verify(snapshot, read_data=True)
            if findings:
                raise StoreCorruptError(
                    f"a flushed snapshot does not read back: {findings[0].problem}; the spool stays",
                    hint="guardian flush    # again; guardian snapshot verify says what is damaged",
                )


def _say_origin(context: Context, target: Project, log: Sequence[Record], found: Iterable[Record]) -> None:
    """Record where the runs that follow come from, once."""
    spool = context.spool.id if context.spool else ""
    if any(each.kind is Kind.FLUSHED and each.body["spool"] == spool for each in found):
        return
    reasons = [each.body["reason"] for each in log if each.kind is Kind.BREAK_GLASS]
    since = log[0]
    target.log.append(
        Kind.FLUSHED,
        {
            "spool": spool,
            "by": since.actor.to_json(),
            "since": since.to_json()["at"],
            "reason": "; ".join(dict.fromkeys(reasons)),
            "runs": list(dict.fromkeys(str(each.run_id) for each in _of_runs(log))),
        },
    )


def _settle(
    target: Project, before: Standing, problem: str | None, *, after: int, by: str, at: Context
) -> None:
    """Put right what the spooled records could not know: what others did in the store meanwhile."""
    known = later_state(before, target.log.seen.known_state)
    if known is None and problem is None and before.hold is None:
        return
    written = [(each.kind, each.body) for each in target.log.read(after + 1) if each.run_id is None]
    if known is not None:
        reason = "flush: the store's own is the later moment"
        _once(target, written, Kind.STATE_ACCEPTED, {"state": known.to_json(), "reason": reason})
    if problem is not None:
        text = f"flush: {problem}"
        if target.log.seen.hold is None and not any(
            kind is Kind.HELD and body["hold"]["reason"] == text for kind, body in written
        ):
            hold = Hold(reason=text, by=by, since=at.clock.now(), run_id=None)
            target.log.append(Kind.HELD, {"hold": hold.to_json()})
        elif target.log.seen.hold is not None and target.log.seen.hold.reason != text:
            _once(target, written, Kind.NOTE, {"text": text})
    if before.hold is not None and target.log.seen.hold is None:
        # A way back on the spool lifted the hold of its own failure, and did not know of this one.
        _once(target, written, Kind.HELD, {"hold": before.hold.to_json()})


def _once(target: Project, written: list[tuple[Kind, Any]], kind: Kind, body: dict[str, Any]) -> None:
    if (kind, body) not in [(each, dict(there)) for each, there in written]:
        target.log.append(kind, body)


def _moved(records: Sequence[Record], target: Project, before: Standing) -> bool | None:
    """Tell whether the project went on in the store between what was remembered and the flush."""
    broken = next((each for each in records if each.kind is Kind.BREAK_GLASS), None)
    number = broken.body["remembered"] if broken else None
    head = target.log.head()
    if number is None or head is None or number > head.number:
        return None
    return moved(_without_end(target.log.record(number).standing, before), before)


def _without_end(then: Standing, before: Standing) -> Standing:
    """Return what was remembered with the end that its open run was given since: that is no going on."""
    last, now = then.last_run, before.last_run
    if last is None or now is None or last.id != now.id or not last.is_open:
        return then
    return replace(then, last_run=now, hold=before.hold)


def _refuse_if_it_went_on(spooled: Project, last: str) -> None:
    head = spooled.log.head()
    run = head.standing.last_run if head else None
    lease = head.standing.lease if head else None
    if lease is not None or (run.id if run else "") != last:
        raise SpooledError(
            f"somebody works on the spool of {spooled.descriptor.name} again",
            hint="guardian flush    # again",
        )


@contextmanager
def _held(context: Context, project: Project) -> Iterator[None]:
    lease = acquire(
        project.log,
        context.identity,
        context.clock,
        ttl_s=context.lease_ttl_s,
        renew_s=context.renew_s,
        on_wait=context.audience.note,
        interruption=context.interruption,
    )
    with released_at_the_end(context, lease):
        yield


def unrecorded_runs(context: Context) -> tuple[str, ...]:
    """Return the runs that have no end in the store and whose directories this machine has.

    The store went away in the middle of them: Terraform worked to its end, and nobody could write that down.
    """
    kept = frozenset(context.workplace.kept_runs())
    if not kept:
        return ()
    found = []
    for each in context.repository.projects():
        standing = context.repository.project(each.name).log.standing()
        run, lease = standing.last_run, standing.lease
        at_work = lease is not None and not context.identity.is_dead(lease.holder)
        if run is not None and run.is_open and run.id in kept and not at_work:
            found.append(run.id)
    return tuple(found)
