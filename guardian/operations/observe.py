"""Read what is live and say what differs from the expected moment; nothing is changed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from guardian.domain.drift import Look, Touched, find_drift
from guardian.domain.drift_rules import Scope
from guardian.domain.journal import Kind as RecordKind
from guardian.domain.live import Tier
from guardian.domain.observed import Observed
from guardian.domain.plan import Action
from guardian.domain.silence import Silence, expired, fits
from guardian.domain.snapshot import Purpose, Snapshot
from guardian.domain.state import EMPTY, State, StateInstance, parse_state
from guardian.errors import GuardianError, UsageError, WrongStateError
from guardian.operations import capture
from guardian.operations.acceptances import accepted_of
from guardian.operations.context import Context
from guardian.operations.live import read_live, unknown_anywhere
from guardian.operations.runs import load_run
from guardian.operations.scene import reach, unpack
from guardian.operations.session import Place, private_place
from guardian.repository.journal import list_runs
from guardian.repository.project import Project

STATE = "state"
IGNORING = "ignoring"
_GONE = "the recorded state is not there any more: Terraform would create everything again"
_RECORD = "guardian restore --strategy record    # puts the newest known record back"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRequest:
    """What is to be looked at.

    Attributes:
        since: `state` for the present record; else a snapshot: an id or its beginning, `baseline`, `latest`.
        addresses: Globs; only instances that fit one of them. Empty for all.
        tier: Who reads, and how much of it.
    """

    since: str = "baseline"
    addresses: tuple[str, ...] = ()
    tier: Tier = Tier.FULL


def observe(context: Context, project: Project, request: DriftRequest) -> Observed:
    """Look, and compare.

    Raises:
        NotFoundError: No such snapshot, or none that tells where the state lives.
        LiveError: The live infrastructure cannot be asked at all.
        WrongAccountError: The credentials are of another account than the state's.
        WrongStateError: The record is what is to be held against, and cannot be read.
    """
    with private_place(context) as place:
        return look_from(context, project, place, request)


def look_from(context: Context, project: Project, place: Place, request: DriftRequest) -> Observed:
    """Look, and compare, from a private directory that is there already; raises as `observe` does."""
    snapshot = None if request.since == STATE else project.resolve(request.since)
    located = snapshot or project.resolve("latest")
    today = context.clock.now().date()
    recorded, note = _recorded(context, project, place, located, needed=snapshot is None)
    expected = recorded if snapshot is None else _state_of(project, snapshot)
    assert expected is not None  # noqa: S101 - `needed` raised
    touched = _touched(project, snapshot)
    everything = _newest(expected, recorded, touched)
    names = _wanted(everything, touched, request)
    wanted = {
        address: each for address, each in everything.items() if not each.deposed and each.address in names
    }
    if request.addresses and not wanted:
        raise UsageError(
            f"no instance fits {' or '.join(request.addresses)}",
            hint="terraform state list    # the addresses; in a glob * and ? stand for anything",
        )
    reading, coverage = read_live(
        context,
        project,
        place,
        wanted,
        located,
        beside=[*everything.values(), *_destroyed(project, located, everything)],
        tier=request.tier,
        # What fits no address of the request may all the same be known by one that was left out.
        scope=Scope() if request.addresses else context.scope,
    )
    silence = Silence(
        rules=tuple(each for each in context.ignore if each.holds_on(today)),
        ignore_changes=_ignore_changes(context, project, place, located),
        accepted=tuple(accepted_of(project)),
    )
    look = Look(
        expected=_part(expected, names),
        recorded=None if recorded is None else _part(recorded, names),
        seen=reading.seen,
        unmanaged=unknown_anywhere(context, project, reading.unmanaged),
        touched=touched,
    )
    return Observed(
        snapshot=snapshot,
        found=find_drift(look, paths=context.differ.paths, silence=silence),
        coverage=coverage,
        expired=tuple(expired(context.ignore, today)),
        notes=(note,) if note else (),
    )


def _state_of(project: Project, snapshot: Snapshot) -> State:
    return EMPTY if snapshot.state is None else parse_state(project.get_state(snapshot.state))


def _recorded(
    context: Context, project: Project, place: Place, located: Snapshot, *, needed: bool
) -> tuple[State | None, str]:
    """Read the record as it is now; without it nobody can tell who made a difference."""
    backend = capture.load_backend(project, located)
    try:
        raw = context.backend.read(reach(context, place, backend), backend)
        found = EMPTY if raw.body is None else parse_state(raw.body)
    except GuardianError as error:
        if needed:
            raise
        return None, f"the recorded state cannot be read, so that nobody's hand can be told: {error.message}"
    if raw.body is not None or located.state is None:
        return found, ""
    if needed:
        raise WrongStateError(_GONE, hint=_RECORD)
    # Nothing can be laid at anybody's door, and nothing is gone because its record is.
    return None, f"{_GONE}; next: {_RECORD}"


def _newest(expected: State, recorded: State | None, touched: Touched) -> dict[str, StateInstance]:
    """Return what is known, each as it is recorded last: that is how it is found."""
    if recorded is None:
        return expected.managed
    latest = recorded.managed
    return {
        name: each
        for name, each in expected.managed.items()
        if not each.deposed and touched.moved.get(name) not in latest
    } | latest


def _destroyed(
    project: Project, located: Snapshot, known: Mapping[str, StateInstance]
) -> Iterator[StateInstance]:
    """Yield what the snapshot's run destroyed: the record of others may still hold what that made of them."""
    reached = False
    for link in project.snapshot_links():
        snapshot = project.snapshot(link.id)
        if snapshot.run_id == located.run_id and snapshot.purpose is Purpose.BEFORE:
            before = _state_of(project, snapshot).managed
            yield from (each for address, each in before.items() if address not in known)
        if reached and snapshot.run_id != located.run_id:
            return
        reached = reached or snapshot.run_id == located.run_id


def _wanted(
    everything: Mapping[str, StateInstance], touched: Touched, request: DriftRequest
) -> frozenset[str]:
    """Return the addresses that were asked for; what was moved by both of its names."""
    addresses = {each.address for each in everything.values()}.union(touched.moved)
    if not request.addresses:
        return frozenset(addresses)
    fitting = {each for each in addresses if any(fits(each, glob) for glob in request.addresses)}
    for was, now in touched.moved.items():
        if not fitting.isdisjoint((was, now)):
            fitting |= {was, now}
    return frozenset(fitting)


def _part(state: State, names: Collection[str]) -> State:
    return replace(state, instances=tuple(each for each in state.instances if each.address in names))


def _ignore_changes(
    context: Context, project: Project, place: Place, snapshot: Snapshot
) -> Mapping[str, tuple[str, ...]]:
    if snapshot.configuration is None:
        return {}
    return context.configuration.facts(
        unpack(context, project, snapshot, place.path / IGNORING)
    ).ignore_changes


def _touched(project: Project, snapshot: Snapshot | None) -> Touched:
    """Return what guarded runs did since the snapshot's own; for the record the last run alone counts."""
    done: set[str] = set()
    in_doubt: set[str] = set()
    destroyed: set[str] = set()
    moved: dict[str, str] = {}
    later: set[str] = set()
    for run_id in _runs_since(project, snapshot):
        run = load_run(project, run_id)
        if not run.began:
            continue
        progress = run.progress
        began = set(progress.touched)
        finished = set(progress.done)
        doubtful = {*progress.in_flight, *progress.failed}
        if not run.is_complete:
            doubtful |= {each.address for each in run.changes} - finished
        # What an older run did is told by the address that newer ones gave it.
        done |= {moved.get(each, each) for each in finished}
        in_doubt |= {moved.get(each, each) for each in doubtful}
        destroyed |= {
            each.address
            for each in run.changes
            if each.action is Action.DELETE and each.address in finished - later and not each.deposed
        }
        later |= {each.address for each in run.changes}
        if began or not run.is_complete:
            moved |= {
                each.previous_address: moved.get(each.address, each.address)
                for each in run.changes
                if each.previous_address
            }
    gone = {was for was, now in moved.items() if now in destroyed}
    done |= gone
    destroyed |= gone
    return Touched(
        done=frozenset(done), in_doubt=frozenset(in_doubt), destroyed=frozenset(destroyed), moved=moved
    )


def _runs_since(project: Project, snapshot: Snapshot | None) -> Iterator[str]:
    """Yield the runs from the newest on; with the snapshot's own where that is from before its changes."""
    if snapshot is None:
        yield from (each.id for each in islice(list_runs(project.log), 1))
        return
    for each in list_runs(project.log):
        if each.id != snapshot.run_id:
            yield each.id
            continue
        if snapshot.purpose is Purpose.BEFORE:
            yield each.id
        return


def remember(project: Project, seen: Observed) -> None:
    """Record that somebody looked, and how much differed; the differences themselves are not kept.

    Raises:
        StoreError: It could not be written.
    """
    project.log.append(RecordKind.DRIFT_SEEN, seen_object(seen))


def seen_object(seen: Observed) -> dict[str, Any]:
    """Return the body of the record that somebody looked."""
    return {
        "since": seen.snapshot.id if seen.snapshot else None,
        "differences": len(seen.found.drifts) - seen.unreadable,
        "unreadable": seen.unreadable,
    }
