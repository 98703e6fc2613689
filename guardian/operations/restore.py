"""`guardian restore`: from the failed or interrupted run back to the baseline, or to a named snapshot."""

from contextlib import nullcontext
from dataclasses import dataclass, field

from guardian.domain.engine import ApplyOptions, WorkingDirectory
from guardian.domain.incident import Incident
from guardian.domain.journal import Kind
from guardian.domain.recovery import Receipt, Scope
from guardian.domain.run import Outcome
from guardian.domain.snapshot import Purpose, Snapshot
from guardian.domain.state import EMPTY, parse_state
from guardian.errors import (
    EngineError,
    ExitCode,
    InitFailedError,
    PlanFailedError,
    RestoreIncompleteError,
    UsageError,
)
from guardian.operations.context import Checkout, Context
from guardian.operations.guard import refuse_wrong_state
from guardian.operations.project import find_project, project_name
from guardian.operations.recover import Recovery, recover
from guardian.operations.runs import load_run
from guardian.operations.session import (
    Place,
    Session,
    close_run,
    open_session,
    private_place,
    read_state,
    recorded_or_in_doubt,
    working_directory,
)
from guardian.operations.way import Way, way_back, way_to


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreRequest:
    """What the command line asks for.

    Attributes:
        checkout: The root module at hand, None where there is none.
        project: Name given by `--project`, or empty.
        snapshot: Id prefix, `baseline` or `latest`; empty for the way back from the last failure.
    """

    checkout: Checkout | None
    project: str = ""
    snapshot: str = ""
    auto_approve: bool = False
    dry_run: bool = False
    allow_delete: tuple[str, ...] = ()
    options: ApplyOptions = field(default_factory=ApplyOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreResult:
    """How the restore ended.

    Attributes:
        target_id: The snapshot that was to be restored, None when there was nothing to restore.
        failed_run: The run whose work was to be undone, None for a named snapshot.
        first: The failure that made the restore necessary.
        second: A failure of the restore itself.
    """

    outcome: Outcome
    exit_code: ExitCode
    project: str
    run_id: str
    target_id: str | None
    snapshot_id: str | None
    baseline_id: str | None
    failed_run: str | None
    scope: Scope | None
    receipt: Receipt | None
    first: Incident | None
    second: Incident | None


def restore(context: Context, request: RestoreRequest) -> RestoreResult:
    """Bring the project back, and prove it.

    Raises:
        RefusedError: A guard said no, or the person did; the restore changed nothing.
        RestoreIncompleteError: The way back could not be planned; the restore changed nothing.
        NotFoundError, AmbiguousError: No such snapshot or project.
    """
    project = find_project(
        context.repository, context.backend.locate, name=request.project, checkout=request.checkout
    )
    named = project.resolve(request.snapshot) if request.snapshot else None
    again = " ".join(["guardian restore", *filter(None, [request.snapshot])])
    if not (request.auto_approve or request.dry_run or context.audience.can_answer):
        raise UsageError(
            "there is no terminal to ask for approval",
            hint=f"{again} -auto-approve    # or --dry-run, to see the plan",
        )
    where = str(request.checkout.root) if request.checkout else ""
    with (
        private_place(context) as place,
        open_session(context, place, project, operation="restore", root=where, wait=True) as session,
    ):
        incident = None
        if named is not None:
            way: Way | None = way_to(named)
        else:
            incident = open_failure(session)
            if incident is None:
                return _nothing_failed(session, place, request.checkout)
            context.audience.incident(incident)
            way = _way_from(session, incident)
        if way is None:
            raise RestoreIncompleteError(
                "there is no known-good snapshot to go back to: no apply ever succeeded here under guardian",
                hint="guardian snapshot list, then: guardian restore SNAPSHOT",
            )
        session.record(Kind.RECOVERY_PLANNED, {"plan": {"steps": [way.step.to_json()]}})
        try:
            recovery = recover(
                session,
                way,
                approve=not request.auto_approve,
                dry_run=request.dry_run,
                options=request.options,
                allow_delete=request.allow_delete,
            )
        except EngineError as error:
            hint = error.hint
            if isinstance(error, PlanFailedError | InitFailedError):
                hint = f"mend what it names, then {again} again; nothing was changed"
            raise RestoreIncompleteError(
                f"the way back cannot be planned: {error.message}", hint=hint
            ) from error
        with recorded_or_in_doubt(session) if recovery.applied else nullcontext():
            return _finish(session, request, way, recovery, incident)


def open_failure(session: Session) -> Incident | None:
    """Return the failure that nobody mended yet, None when there is none."""
    reference = session.entered.open_incident
    return load_run(session.project, reference.run_id).incident if reference else None


def _way_from(session: Session, incident: Incident) -> Way | None:
    project = session.project
    baseline = project.snapshot(session.entered.baseline) if session.entered.baseline else None
    before, after = _snapshots_of(session, incident.run_id)
    recorded = EMPTY
    if before is not None and before.state is not None:
        recorded = parse_state(project.get_state(before.state))
    return way_back(
        session,
        baseline,
        incident,
        before=recorded,
        after=after or before,
        after_state=parse_state(project.get_state(after.state)) if after and after.state else None,
    )


def _snapshots_of(session: Session, run_id: str) -> tuple[Snapshot | None, Snapshot | None]:
    """Return the first snapshots before and after a run's own apply; a recovery in it takes more of them."""
    taken: dict[Purpose, Snapshot] = {}
    for link in session.project.snapshot_links():
        snapshot = session.project.snapshot(link.id)
        if snapshot.run_id == run_id:
            taken[snapshot.purpose] = snapshot  # newest first: the oldest of each is what stays
        elif taken:
            break
    return taken.get(Purpose.BEFORE), taken.get(Purpose.AFTER)


def _nothing_failed(session: Session, place: Place, checkout: Checkout | None) -> RestoreResult:
    """Say so; a hold that a proven recovery had no time to lift is lifted now.

    Raises:
        WrongStateError: The state of the checkout at hand is not the one that was recorded.
    """
    if checkout is not None:
        _refuse_wrong_state_here(session, working_directory(place, checkout), checkout)
    hold = session.entered.hold
    if hold is not None and hold.run_id is not None:
        session.record(Kind.RELEASED, {"reason": "restored and proven"})
    _note_a_persons_hold(session)
    close_run(session, Outcome.OK, ExitCode.OK)
    return _result(session, Outcome.OK, ExitCode.OK, way=None, recovery=None, first=None)


def _refuse_wrong_state_here(session: Session, where: WorkingDirectory, checkout: Checkout) -> None:
    """Refuse to call a project sound whose record is lost or another's; nothing is initialised for that."""
    backend = session.context.backend.locate(where)
    if backend is None or project_name(checkout.project, backend) != session.project.descriptor.name:
        return
    refuse_wrong_state(session, session.entered, read_state(session.context, where, backend))


def _note_a_persons_hold(session: Session) -> None:
    hold = session.standing.hold
    if hold is not None and hold.run_id is None:
        session.context.audience.note(
            f"the project stays on hold by {hold.by}: {hold.reason}; "
            "once that is over: guardian release --reason '...'"
        )


def _finish(
    session: Session, request: RestoreRequest, way: Way, recovery: Recovery, first: Incident | None
) -> RestoreResult:
    if request.dry_run:
        there = recovery.receipt is not None and recovery.receipt.proven
        outcome, code = (Outcome.OK, ExitCode.OK) if there else (Outcome.DIFFERENCES, ExitCode.DIFFERENCES)
    elif recovery.proven:
        outcome, code = Outcome.RESTORED, ExitCode.OK
        _note_a_persons_hold(session)
    elif recovery.incident is not None and recovery.incident.interrupted:
        outcome, code = Outcome.INTERRUPTED, ExitCode.INTERRUPTED
    else:
        outcome, code = Outcome.RESTORE_INCOMPLETE, ExitCode.RESTORE_INCOMPLETE
    close_run(session, outcome, code)
    return _result(session, outcome, code, way=way, recovery=recovery, first=first)


def _result(
    session: Session,
    outcome: Outcome,
    exit_code: ExitCode,
    *,
    way: Way | None,
    recovery: Recovery | None,
    first: Incident | None,
) -> RestoreResult:
    return RestoreResult(
        outcome=outcome,
        exit_code=exit_code,
        project=session.project.descriptor.name,
        run_id=session.run_id,
        target_id=way.target.id if way else None,
        snapshot_id=recovery.snapshot_id if recovery else None,
        baseline_id=session.standing.baseline,
        failed_run=first.run_id if first else None,
        scope=recovery.scope if recovery else None,
        receipt=recovery.receipt if recovery else None,
        first=first,
        second=recovery.incident if recovery else None,
    )
