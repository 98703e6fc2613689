"""`guardian restore`: from the failed or interrupted run back to the baseline, or to a named snapshot."""

from contextlib import nullcontext
from dataclasses import dataclass, field, replace

from guardian.domain.decide import decide
from guardian.domain.engine import ApplyOptions, WorkingDirectory
from guardian.domain.incident import Incident
from guardian.domain.journal import Kind
from guardian.domain.lock import hint_after
from guardian.domain.receipt import Receipt
from guardian.domain.recovery import Limits, RecoveryPlan, Strategy
from guardian.domain.run import Outcome
from guardian.domain.scope import Scope
from guardian.domain.snapshot import Snapshot
from guardian.errors import (
    DeclinedError,
    EngineError,
    ExitCode,
    InitFailedError,
    PlanFailedError,
    RecoveryRefusedError,
    RestoreIncompleteError,
    UsageError,
)
from guardian.operations.context import Checkout, Context
from guardian.operations.course import Course, Recovery, plan_object
from guardian.operations.guard import refuse_wrong_state
from guardian.operations.moved_on import refuse_moved_on, seen_at
from guardian.operations.offer import flags_of, offer
from guardian.operations.open import open_session
from guardian.operations.project import find_project, project_name
from guardian.operations.recover import recover
from guardian.operations.runs import Run, load_run
from guardian.operations.session import (
    Place,
    Session,
    close_run,
    private_place,
    read_state,
    recorded_or_in_doubt,
    working_directory,
)
from guardian.operations.situation import gather
from guardian.operations.soundness import refuse_damaged_target


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreRequest:
    """What the command line asks for.

    Attributes:
        checkout: The root module at hand, None where there is none.
        project: Name given by `--project`, or empty.
        snapshot: Id prefix, `baseline` or `latest`; empty for the way back from the last failure.
        limits: The strategy, and what is allowed.
        choose: Whether a person picks the strategy from a list.
    """

    checkout: Checkout | None
    project: str = ""
    snapshot: str = ""
    auto_approve: bool = False
    dry_run: bool = False
    choose: bool = False
    limits: Limits = field(default_factory=Limits)
    options: ApplyOptions = field(default_factory=ApplyOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreResult:
    """How the restore ended.

    Attributes:
        target_id: The snapshot that was to be restored, None when there was nothing to restore.
        failed_run: The run whose work was to be undone, None for a named snapshot.
        again: The command that asks for the same once more.
        plan: What was decided, None when there was nothing to decide.
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
    again: str = "guardian restore"
    plan: RecoveryPlan | None = None


def restore(context: Context, request: RestoreRequest) -> RestoreResult:
    """Bring the project back, and prove it.

    Raises:
        RefusedError: A guard said no, or the person did; the restore changed nothing.
        RestoreIncompleteError: The way back could not be planned, or did not arrive.
        NotFoundError, AmbiguousError: No such snapshot or project.
    """
    started_s = context.clock.monotonic_s()
    project = find_project(
        context.repository, context.backend.locate, name=request.project, checkout=request.checkout
    )
    named = project.resolve(request.snapshot) if request.snapshot else None
    if not (request.auto_approve or request.dry_run or context.audience.can_answer):
        raise UsageError(
            "there is no terminal to ask for approval",
            hint=f"{_again(request)} -auto-approve    # or --dry-run, to see the plan",
        )
    where = str(request.checkout.root) if request.checkout else ""
    refuse_damaged_target(project, named)
    with (
        private_place(context) as place,
        open_session(context, place, project, operation="restore", root=where, wait=True) as session,
    ):
        if request.checkout is not None:
            _refuse_moved_backend(session, working_directory(place, request.checkout), request.checkout)
        run = open_failure(session) if named is None else None
        if named is None and run is None and session.entered.last_snapshot is None:
            return _nothing_failed(session, place, request.checkout)
        if run is not None and run.incident is not None:
            context.audience.incident(run.incident, hold=session.entered.hold)
        gathered = gather(session, target=named or _baseline(session), run=run, limits=request.limits)
        limits = request.limits
        if run is None and named is None:
            if gathered.situation.broken is None and limits.strategy is not Strategy.RECORD:
                return _nothing_failed(session, place, request.checkout)
            limits = replace(limits, strategy=Strategy.RECORD)
        if request.choose and run is not None:
            chosen = offer(session, gathered, limits)
            if chosen is None:
                raise DeclinedError("everything stays as it is, on hold")
            limits = chosen
        plan = decide(gathered.situation, limits)
        refuse_moved_on(session, gathered, approved_by_person=request.dry_run or not request.auto_approve)
        session.record(Kind.RECOVERY_PLANNED, {"plan": plan_object(plan), "on": seen_at(gathered)})
        context.audience.recovery(plan)
        course = Course(
            session=session,
            gathered=gathered,
            plan=plan,
            limits=limits,
            options=request.options,
            approve=not request.auto_approve and not request.dry_run,
            dry_run=request.dry_run,
            started_s=started_s,
            attended=not request.auto_approve,
        )
        recovery = _recover(course, request)
        with recorded_or_in_doubt(session) if recovery.applied else nullcontext():
            again = _next(replace(request, limits=limits), plan)
            return replace(_finish(session, course, recovery, run), again=again)


def open_failure(session: Session) -> Run | None:
    """Return the run whose failure nobody mended yet, None when there is none."""
    reference = session.entered.open_incident
    return load_run(session.project, reference.run_id) if reference else None


def _again(request: RestoreRequest) -> str:
    """Return the command that asks for the same once more, approval aside."""
    return " ".join(["guardian restore", *filter(None, [request.snapshot]), *flags_of(request.limits)])


def _next(request: RestoreRequest, plan: RecoveryPlan) -> str:
    """Return what to type when more is to be done: what was created is gone, so the rest is another way's."""
    if plan.strategy is Strategy.DESTROY_CREATED and not request.dry_run:
        return "guardian restore --strategy reapply"
    return _again(request)


def _baseline(session: Session) -> Snapshot | None:
    return session.project.snapshot(session.entered.baseline) if session.entered.baseline else None


def _recover(course: Course, request: RestoreRequest) -> Recovery:
    try:
        return recover(course)
    except EngineError as error:
        if request.dry_run:
            raise  # an error before anything was changed, and nothing was to be
        hint = error.hint
        if isinstance(error, PlanFailedError | InitFailedError):
            summaries = error.summaries if isinstance(error, PlanFailedError) else ()
            hint = f"mend what it names, then {_again(request)} again; nothing was changed"
            hint = hint_after(summaries, hint)
        raise RestoreIncompleteError(f"the way back cannot be planned: {error.message}", hint=hint) from error


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
    return _result(session, Outcome.OK, ExitCode.OK)


def _refuse_wrong_state_here(session: Session, where: WorkingDirectory, checkout: Checkout) -> None:
    """Refuse to call a project sound whose record is lost or another's; nothing is initialised for that."""
    backend = session.context.backend.locate(where)
    if backend is None or project_name(checkout.project, backend) != session.project.descriptor.name:
        return
    refuse_wrong_state(session, session.entered, read_state(session.context, where, backend))


def _refuse_moved_backend(session: Session, where: WorkingDirectory, checkout: Checkout) -> None:
    """Refuse to plan on a record that the checkout at hand does not use any more.

    Raises:
        RecoveryRefusedError: Its backend is another one, under the project's own name.
    """
    backend, project = session.context.backend.locate(where), session.project.descriptor
    if backend is None or project_name(checkout.project, backend) != project.name:
        return
    if backend.address != project.backend_address:
        raise RecoveryRefusedError(
            f"the backend moved: {project.name} was recorded at {project.backend_address}, "
            f"but this root module keeps its state at {backend.address}",
            code="backend_moved",
            hint="terraform init -migrate-state    # back; or name what is there now another `project`, "
            "and apply the old configuration to it",
        )


def _note_a_persons_hold(session: Session) -> None:
    hold = session.standing.hold
    if hold is not None and hold.run_id is None:
        session.context.audience.note(
            f"the project stays on hold by {hold.by}: {hold.reason}; "
            "once that is over: guardian release --reason '...'"
        )


def _finish(session: Session, course: Course, recovery: Recovery, run: Run | None) -> RestoreResult:
    outcome, code = _ending(course, recovery)
    if outcome is Outcome.RESTORED:
        _note_a_persons_hold(session)
        if recovery.applied and session.standing.open_incident is not None:
            session.context.audience.note(
                "the record is back; what the failed run did is not undone yet: guardian restore"
            )
    close_run(session, outcome, code)
    target = course.gathered.target
    step = course.plan.reapply
    return replace(
        _result(session, outcome, code),
        target_id=step.snapshot_id if step else (target.id if target else None),
        snapshot_id=recovery.snapshot_id,
        failed_run=run.id if run else None,
        scope=recovery.scope,
        receipt=recovery.receipt,
        plan=course.plan,
        first=run.incident if run else None,
        second=recovery.incident,
    )


def _ending(course: Course, recovery: Recovery) -> tuple[Outcome, ExitCode]:
    if course.dry_run:
        there = recovery.receipt is not None and recovery.receipt.proven
        nothing = there or not course.plan.steps
        return (Outcome.OK, ExitCode.OK) if nothing else (Outcome.DIFFERENCES, ExitCode.DIFFERENCES)
    if recovery.went_on:
        return Outcome.APPLIED, ExitCode.OK
    if recovery.proven:
        return Outcome.RESTORED, ExitCode.OK
    if recovery.incident is not None and recovery.incident.interrupted:
        return Outcome.INTERRUPTED, ExitCode.INTERRUPTED
    return Outcome.RESTORE_INCOMPLETE, ExitCode.RESTORE_INCOMPLETE


def _result(session: Session, outcome: Outcome, exit_code: ExitCode) -> RestoreResult:
    return RestoreResult(
        outcome=outcome,
        exit_code=exit_code,
        project=session.project.descriptor.name,
        run_id=session.run_id,
        target_id=None,
        snapshot_id=None,
        baseline_id=session.standing.baseline,
        failed_run=None,
        scope=None,
        receipt=None,
        first=None,
        second=None,
    )
