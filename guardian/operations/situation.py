"""Gather all that the decision about a way back rests on; nothing is changed and no engine is run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from pathlib import Path

from guardian.domain.engine import Backend, WorkingDirectory
from guardian.domain.guards import other_state
from guardian.domain.incident import StateRecord
from guardian.domain.observation import Observation, Sought, Unreadable
from guardian.domain.recovery import BrokenRecord, FailedRun, Known, Limits, Situation, Strategy
from guardian.domain.snapshot import Purpose, Snapshot
from guardian.domain.state import EMPTY, State, facts_of, parse_state
from guardian.domain.unaccounted import cut_off, sought
from guardian.errors import EngineError, WrongStateError
from guardian.operations import capture, stranded
from guardian.operations.look import look_twice
from guardian.operations.lost import with_lost
from guardian.operations.planned import plan_json, planned_instances
from guardian.operations.runs import Run, failed_run
from guardian.operations.scene import reach, unpack
from guardian.operations.session import Reading, Session
from guardian.operations.stale_digest import written_again
from guardian.repository.journal import list_runs, read_run
from guardian.repository.objects import ObjectKind

FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The situation, and where its parts are.

    Attributes:
        situation: What is decided upon.
        target: The snapshot to go back to; None when nothing is known to be good.
        own: A snapshot that holds the configuration that made what is there: the failed run's own, or the
            baseline's on the way to a named one. None when there is none.
        own_root: That configuration unpacked, to be read; None when there is none.
        where: A directory to reach the backend from, without an engine.
        backend: The backend.
        before: The state as it is recorded; a broken record has no facts and the empty state.
        sound: The raw state that a broken record is mended with, None when it is sound.
        opened_at: When the failure was recorded, None for a named snapshot.
        live_before: What the failed run's plan saw live; None when that is not known.
    """

    situation: Situation
    target: Snapshot | None
    own: Snapshot | None
    own_root: Path | None
    where: WorkingDirectory
    backend: Backend
    before: Reading
    sound: bytes | None = None
    opened_at: datetime | None = None
    live_before: State | None = None


def gather(
    session: Session, *, target: Snapshot | None, run: Run | None, limits: Limits, look: bool = True
) -> Gathered:
    """Gather the situation.

    Args:
        session: The run that restores.
        target: The snapshot to go back to, None when nothing is known to be good.
        run: The run to undo; None when a whole named snapshot is wanted.
        limits: Tells whether a record that is another's may be overwritten: only where that was asked for.
        look: Whether to look live for what no state knows.

    Raises:
        WrongStateError: The record is another state's, or went back, and mending it was not asked for.
        NotFoundError: There is no snapshot that tells where the state lives.
    """
    project, context = session.project, session.context
    first, after = snapshots_of(session, run.id) if run else (None, None)
    own = after or first or _left_behind(session, target)
    located = own or target or project.resolve("latest")
    backend = capture.load_backend(project, located)
    where = reach(context, session.place, backend)
    before, problem, table = _read(session, where, backend, limits)
    failed = failed_run(project, run, own=own, before=_state_of(session, first), after=_after(session, after))
    kept = _kept(session, run, before)
    problem = problem or _stranded(failed, before, kept)
    sound, broken = None, None
    if problem:
        sound, broken = _mend(
            session,
            failed,
            before,
            problem,
            kept=kept,
            wanted=target if limits.strategy is Strategy.RECORD and run is None else None,
        )
    elif table:
        sound, broken = written_again(session, before, table, highest=_highest_serial(session, before))
    present = parse_state(sound) if sound is not None else before.state
    if failed is not None and run is not None:
        failed = with_lost(context, project, run, failed, present)
    own_root = unpack(context, project, own, session.run_dir / FAILED) if own else None
    protected: frozenset[str] = frozenset()
    provisioned: frozenset[str] = frozenset()
    if own_root is not None:
        facts = context.configuration.facts(own_root)
        protected, provisioned = facts.prevent_destroy, facts.destroy_provisioners
        if facts.unreadable:
            names = ", ".join(facts.unreadable)
            context.audience.note(
                f"what these files of the failed configuration protect is not known: {names}"
            )
    observed: Mapping[str, Observation] = {}
    if failed is not None and look:
        observed = _observe(session, failed, present, own, since=run.began_at if run else None)
    return Gathered(
        situation=Situation(
            baseline=Known(snapshot_id=target.id, state=_state_of(session, target)) if target else None,
            run=failed,
            present=present,
            broken=broken,
            observed=observed,
            protected=protected,
            provisioned=provisioned,
        ),
        target=target,
        own=own,
        own_root=own_root,
        where=where,
        backend=backend,
        before=before,
        sound=sound,
        opened_at=run.failed_at if run else None,
        live_before=_live_before(session, first),
    )


def _left_behind(session: Session, target: Snapshot | None) -> Snapshot | None:
    """Return the baseline where a named snapshot leads away from it: its configuration made what is there."""
    baseline = session.entered.baseline
    if baseline is None or target is None or baseline == target.id:
        return None
    return session.project.snapshot(baseline)


def snapshots_of(session: Session, run_id: str) -> tuple[Snapshot | None, Snapshot | None]:
    """Return the first snapshots before and after a run's own apply; a recovery in it takes more of them."""
    taken: dict[Purpose, Snapshot] = {}
    for link in session.project.snapshot_links():
        snapshot = session.project.snapshot(link.id)
        if snapshot.run_id == run_id:
            taken[snapshot.purpose] = snapshot  # newest first: the oldest of each is what stays
        elif taken:
            break
    return taken.get(Purpose.BEFORE), taken.get(Purpose.AFTER)


def _state_of(session: Session, snapshot: Snapshot | None) -> State:
    if snapshot is None or snapshot.state is None:
        return EMPTY
    return parse_state(session.project.get_state(snapshot.state))


def _after(session: Session, snapshot: Snapshot | None) -> State | None:
    return _state_of(session, snapshot) if snapshot is not None and snapshot.state is not None else None


def _live_before(session: Session, snapshot: Snapshot | None) -> State | None:
    if snapshot is None or snapshot.refreshed is None:
        return None
    return parse_state(session.project.get_state(snapshot.refreshed))


def _read(
    session: Session, where: WorkingDirectory, backend: Backend, limits: Limits
) -> tuple[Reading, str, str]:
    """Read the record; a broken one comes back without facts, with what is wrong with it.

    Returns:
        The record, what is wrong with it, and the table that holds another record's digest.
    """
    raw = session.context.backend.read(where, backend)
    known = session.entered.known_state
    if raw.body is None:
        problem = f"the record of the state is gone: the backend has none at {backend.address}"
        broken = known is not None and known.instances > 0
        return Reading(body=None, source=raw.source, state=EMPTY, facts=None), problem if broken else "", ""
    try:
        state = parse_state(raw.body)
    except WrongStateError as error:
        return Reading(body=raw.body, source=raw.source, state=EMPTY, facts=None), error.message, ""
    reading = Reading(body=raw.body, source=raw.source, state=state, facts=facts_of(raw.body, state))
    verdict = other_state(known, reading.facts)
    if verdict is not None and limits.strategy is not Strategy.RECORD:
        raise WrongStateError(
            verdict,
            hint="guardian restore --strategy record    # puts the newest known record back; or, if the "
            "present state is right: guardian snapshot create --accept-state --reason '...'",
        )
    return reading, verdict or "", raw.stale_digest


def _kept(session: Session, run: Run | None, before: Reading) -> str:
    """Return the kept state, of the failed run or of a way back from it, that no record has."""
    if run is None:
        return ""
    known = session.entered.known_state
    lineage = before.state.lineage or (known.lineage if known else "")
    later = takewhile(lambda each: each.id != run.id, list_runs(session.project.log))
    runs = [run.records, *(read_run(session.project.log, each.id) for each in later)]
    return stranded.newest(session.project, runs, above=_highest_serial(session, before), lineage=lineage)


def _stranded(failed: FailedRun | None, before: Reading, kept: str) -> str:
    """Tell that the record lacks what was done: planning on it would make that a second time."""
    if kept:
        return "things were changed, but the state could not be saved: the record stands as before that"
    if failed is None or failed.incident.record is not StateRecord.STRANDED:
        return ""
    if before.facts is not None and before.state.serial > failed.before.serial:
        return ""
    if failed.incident.stranded_object and before.facts is not None:
        return ""  # it was written all the same, or has been put back
    return "the failed run changed things, but its state could not be saved: the record stands as before it"


def _mend(
    session: Session,
    failed: FailedRun | None,
    before: Reading,
    problem: str,
    *,
    kept: str,
    wanted: Snapshot | None,
) -> tuple[bytes | None, BrokenRecord]:
    """Find the newest sound record: what was stranded, the named snapshot's, or the newest snapshot's."""
    from guardian.domain.record import with_serial

    project = session.project
    origin, body = "", None
    highest = _highest_serial(session, before)
    if kept:
        origin, body = kept, project.get(ObjectKind.STATE, kept)
    elif (
        failed is not None
        and failed.incident.record is StateRecord.STRANDED
        and highest <= failed.before.serial
    ):
        pass  # older records lack what the run did
    else:
        for snapshot in [wanted] if wanted is not None else project.snapshots():
            if snapshot.state is not None:
                origin, body = snapshot.id, project.get_state(snapshot.state)
                break
    if body is None:
        return None, BrokenRecord(problem=problem, origin="", serial=highest + 1)
    restored = parse_state(body)
    serial = max(highest, restored.serial) + 1
    missing = tuple(sorted(restored.managed.keys() - before.state.managed.keys()))
    broken = BrokenRecord(problem=problem, origin=origin, serial=serial, missing=missing)
    return with_serial(body, serial), broken


def _highest_serial(session: Session, before: Reading) -> int:
    """Return the highest serial that was ever seen: a plan saved on a serial must never fit another state."""
    known = session.entered.known_state
    snapshots = [each.state.serial for each in session.project.snapshots() if each.state is not None]
    return max([before.state.serial, known.serial if known else 0, *snapshots])


def _observe(
    session: Session, failed: FailedRun, present: State, own: Snapshot | None, *, since: datetime | None
) -> Mapping[str, Observation]:
    """Look live for what the failed run may have made although no state knows it."""
    addresses = sought(failed, present)
    if not addresses or own is None:
        return {}
    try:
        planned = planned_instances(plan_json(session, own))
    except EngineError as error:
        return {each: Unreadable(reason=f"its plan cannot be read: {error.message}") for each in addresses}
    types = {each.address: each.resource_type for each in failed.changes}
    known: dict[str, set[str]] = {}
    for each in present.managed.values():
        known.setdefault(each.resource_type, set()).add(each.object_id)
    asked, told = [], dict[str, Observation]()
    for address in addresses:
        found = planned.get(address)
        if found is None or found.region is None:
            told[address] = Unreadable(reason="where its provider works cannot be told from the plan")
            continue
        asked.append(
            Sought(
                address=address,
                resource_type=types[address],
                arguments=found.arguments,
                provider="",
                region=found.region,
                known_ids=frozenset(known.get(types[address], ())),
                since=since,
                object_id=failed.made.get(address, ""),
            )
        )
    return {**told, **look_twice(session.context, asked, late={*cut_off(failed, present), *failed.made})}
