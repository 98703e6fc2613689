"""Snapshots on their own: take one by hand, list, compare, verify, export the state."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from guardian.domain.difference import Difference, compare
from guardian.domain.engine import PlanOptions
from guardian.domain.journal import Kind
from guardian.domain.run import Outcome
from guardian.domain.snapshot import Purpose, Snapshot, StateRef
from guardian.domain.standing import KnownState
from guardian.domain.state import EMPTY, State, parse_state
from guardian.errors import ExitCode, NotFoundError, UsageError
from guardian.operations import capture
from guardian.operations.context import Checkout, Context
from guardian.operations.guard import read_sound_state, refuse_wrong_state
from guardian.operations.open import open_session
from guardian.operations.plan import find_backend, initialise, make_plan
from guardian.operations.prepare import refuse_stale
from guardian.operations.project import project_of
from guardian.operations.session import (
    Reading,
    Session,
    close_run,
    private_place,
    working_directory,
)
from guardian.ports.differ import Differ
from guardian.repository.project import Project
from guardian.repository.verification import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRequest:
    """What `snapshot create` is asked for.

    Attributes:
        accept_state: Take the present state for the right one although the log expected another.
        reason: Why; required with `accept_state`.
    """

    checkout: Checkout
    options: PlanOptions = field(default_factory=PlanOptions)
    accept_state: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A snapshot taken by hand; `promoted` when its plan was empty, which makes it known good."""

    snapshot: Snapshot
    run_id: str
    promoted: bool
    pending: int


def create(context: Context, request: CreateRequest) -> Created:
    """Take a snapshot of what is there; promote it when the configuration plans to change nothing.

    Raises:
        WrongStateError: The state is not the one the log knows, and `accept_state` was not given.
    """
    if request.accept_state and not request.reason:
        raise UsageError("--accept-state wants a reason", hint="--reason 'why this state is the right one'")
    checkout = request.checkout
    with private_place(context) as place:
        where = working_directory(place, checkout)
        backend = find_backend(context, where, checkout.init)
        project = project_of(context, checkout, backend)
        with open_session(
            context, place, project, operation="snapshot create", root=str(checkout.root), wait=False
        ) as session:
            before = read_sound_state(session, session.entered, where, backend)
            if request.accept_state:
                _accept(session, before, request.reason)
            else:
                refuse_wrong_state(session, session.entered, before)
            context.audience.phase("planning")
            planned = make_plan(
                context,
                where,
                request.options,
                initialise_first=lambda: initialise(context, where, checkout.init),
            )
            refuse_stale(planned, before)
            source = capture.store_source(
                context, project, where, checkout, backend, var_files=request.options.var_files
            )
            shown = context.engine.show_plan_json(where, planned.path)
            state = capture.store_state(project, before, _like(session))
            snapshot = capture.commit(
                session,
                purpose=Purpose.MANUAL,
                source=source,
                state=state,
                refreshed=capture.store_refreshed(project, planned, state),
                plan=capture.store_plan(project, capture.with_json(planned, shown)),
                variables=capture.store_variables(project, checkout, capture.variables_of(shown)),
            )
            promoted = not planned.has_changes
            if promoted:
                evidence = ["taken by hand; the plan is empty"]
                session.record(Kind.PROMOTED, {"snapshot_id": snapshot.id, "evidence": evidence})
            close_run(session, Outcome.OK, ExitCode.OK)
            return Created(
                snapshot=snapshot,
                run_id=session.run_id,
                promoted=promoted,
                pending=len(planned.summary.changes),
            )


def _accept(session: Session, present: Reading, reason: str) -> None:
    if present.facts is None:
        raise UsageError("the backend has no state: there is nothing to accept")
    facts = present.facts
    known = KnownState(
        lineage=facts.lineage, serial=facts.serial, sha256=facts.sha256, instances=facts.instances
    )
    session.record(Kind.STATE_ACCEPTED, {"state": known.to_json(), "reason": reason})


def _like(session: Session) -> StateRef | None:
    baseline = session.entered.baseline
    return session.project.snapshot(baseline).state if baseline else None


def recorded_state(project: Project, snapshot: Snapshot) -> State:
    """Return the state that a snapshot recorded, the empty one when there was none."""
    return EMPTY if snapshot.state is None else parse_state(project.get_state(snapshot.state))


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What differs between the states of two snapshots."""

    before: Snapshot
    after: Snapshot
    differences: tuple[Difference, ...]


def diff(project: Project, before: str, after: str, *, differ: Differ) -> Diff:
    """Compare two snapshots, each given by id prefix, `baseline` or `latest`."""
    old, new = project.resolve(before), project.resolve(after)
    same = old.state is not None and new.state is not None and old.state.sha256 == new.state.sha256
    found: tuple[Difference, ...] = ()
    if not same:
        found = compare(*_states(project, old, new, differ), paths=differ.paths)
    return Diff(before=old, after=new, differences=found)


def _states(project: Project, old: Snapshot, new: Snapshot, differ: Differ) -> tuple[State, State]:
    """Return what can differ between the two; of large states that is little."""
    if old.state is None or new.state is None:
        return recorded_state(project, old), recorded_state(project, new)
    return differ.narrow(project.get_state(old.state), project.get_state(new.state))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The raw state of a snapshot, and what is recorded about it."""

    snapshot: Snapshot
    state: StateRef
    body: bytes


def export(project: Project, name: str, *, file: Path, write: Callable[[Path, bytes], None]) -> Exported:
    """Write the state that a snapshot recorded to a new file, as the backend had it.

    Raises:
        NotFoundError: No such snapshot, or no state was there when it was taken.
        UsageError: The file is there already or cannot be written.
    """
    snapshot = project.resolve(name)
    if snapshot.state is None:
        raise NotFoundError(
            f"snapshot {snapshot.id[:12]} holds no state: there was none when it was taken",
            hint="guardian snapshot list    # those with a serial hold one",
        )
    body = project.get_state(snapshot.state)
    write(file, body)
    return Exported(snapshot=snapshot, state=snapshot.state, body=body)


def verify(project: Project, names: Iterable[str], *, read_data: bool) -> dict[str, tuple[Finding, ...]]:
    """Verify the named snapshots, all of them when none is named; an empty tuple means sound."""
    chosen = [project.resolve(each) for each in names] or list(project.snapshots())
    return {each.id: project.verify(each, read_data=read_data) for each in chosen}
