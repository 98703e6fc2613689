"""The guarded apply: plan to a file, guard, snapshot, journal, apply that very file, prove or hold."""

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from guardian.domain.approval import Approval
from guardian.domain.engine import ApplyOptions, PlanOptions
from guardian.domain.incident import Incident
from guardian.domain.journal import Kind
from guardian.domain.lock import WHO_HOLDS_IT
from guardian.domain.receipt import Receipt
from guardian.domain.recovery import Limits
from guardian.domain.run import Outcome, Progress
from guardian.domain.snapshot import Purpose, Snapshot, StateRef
from guardian.errors import ApplyNotStartedError, ExitCode, UsageError
from guardian.operations import capture
from guardian.operations.approvals import use
from guardian.operations.bound import approved_plan, refuse_moved
from guardian.operations.context import Checkout, Context
from guardian.operations.execute import Executed, execute, incident_of, lock_left
from guardian.operations.fail import fail, hold, release_own_hold
from guardian.operations.meanwhile import changed_meanwhile
from guardian.operations.offer import HOLD
from guardian.operations.open import open_session
from guardian.operations.plan import find_backend, words
from guardian.operations.prepare import Prepared, guard_and_ask, prepare
from guardian.operations.project import project_of
from guardian.operations.sealing import set_stage
from guardian.operations.session import (
    Session,
    close_run,
    private_place,
    recorded_or_in_doubt,
    working_directory,
)
from guardian.operations.soundness import refuse_damaged_baseline
from guardian.operations.verdicts import Judging


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRequest:
    """What the command line asks for.

    Attributes:
        plan_file: A plan saved before, or None to plan now.
        on_failure: `hold`, `ask`, `restore`, `destroy-created` or `retry`.
        allow_delete: Addresses or globs whose data may be lost, beside those that an approval lets go.
        allow_replace: Addresses or globs that a way back may replace.
        require_approval: Whether to apply an approved plan exactly, or nothing.
        judging: By what the plan is judged before anything is changed.
    """

    checkout: Checkout
    plan_options: PlanOptions = field(default_factory=PlanOptions)
    apply_options: ApplyOptions = field(default_factory=ApplyOptions)
    plan_file: Path | None = None
    auto_approve: bool = False
    on_failure: str = "hold"
    allow_delete: tuple[str, ...] = ()
    allow_replace: tuple[str, ...] = ()
    require_approval: bool = False
    judging: Judging = field(default_factory=Judging)

    @property
    def plans_now(self) -> bool:
        """Whether the plan is made by this run, and nobody has seen it yet."""
        return self.plan_file is None and not self.require_approval


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyResult:
    """How the apply ended.

    Attributes:
        outcome, exit_code: As in the JSON result.
        snapshot_id: The newest snapshot of the run, None when nothing was applied.
        baseline_id: The baseline after the run, None when there is none yet.
        incident: The failure, None when there was none.
        receipt: The proof of a recovery that this run carried out, else None.
    """

    outcome: Outcome
    exit_code: ExitCode
    project: str
    run_id: str
    snapshot_id: str | None
    baseline_id: str | None
    progress: Progress
    incident: Incident | None = None
    receipt: Receipt | None = None


def apply(context: Context, request: ApplyRequest) -> ApplyResult:
    """Run a guarded apply.

    Raises:
        RefusedError: A guard said no; nothing was changed.
        UnrecordedError: The engine ran, but its end could not be recorded.
        GuardianError: Something is missing or broken; this run changed nothing.
    """
    if not request.auto_approve and not context.audience.can_answer and request.plans_now:
        raise UsageError(
            "there is no terminal to ask for approval",
            hint="guardian apply -auto-approve    # or: guardian plan -out=FILE, then guardian apply FILE",
        )
    checkout = request.checkout
    context.engine.version()
    with private_place(context) as place:
        where = working_directory(place, checkout)
        backend = find_backend(context, where, checkout.init)
        project = project_of(context, checkout, backend)
        refuse_damaged_baseline(project)
        with open_session(
            context, place, project, operation="apply", root=str(checkout.root), wait=False
        ) as session:
            approval, plan_file = None, request.plan_file
            if request.require_approval:
                approval, plan_file = approved_plan(session, request.plan_file)
                request = replace(request, allow_delete=(*request.allow_delete, *approval.allow_delete))
            prepared = prepare(
                session,
                where,
                backend,
                checkout=checkout,
                options=request.plan_options,
                plan_file=plan_file,
                own=(request.plan_file,) if request.plan_file else (),
                check=None if approval is None else partial(refuse_moved, session, checkout, approval),
            )
            if not prepared.planned.has_changes:
                return _nothing_to_do(session, request, prepared)
            guard_and_ask(
                session,
                prepared,
                ask=not request.auto_approve and request.plans_now,
                allow_delete=request.allow_delete,
                judging=request.judging,
                by=f"approval {approval.number}" if approval else "option",
            )
            return _carry_out(session, request, prepared, approval)


def _nothing_to_do(session: Session, request: ApplyRequest, prepared: Prepared) -> ApplyResult:
    """Promote the present: an empty plan is the best evidence there is."""
    context, project = session.context, session.project
    context.audience.plan(prepared.planned.summary, None)
    values = _known_variables(session, request, prepared)
    if values is None:
        shown = prepared.planned.json or context.engine.show_plan_json(prepared.where, prepared.planned.path)
        values = capture.variables_of(shown)
    state = capture.store_state(project, prepared.before, _like(prepared.baseline))
    snapshot = capture.commit(
        session,
        purpose=Purpose.AFTER,
        source=prepared.source,
        state=state,
        refreshed=capture.store_refreshed(project, prepared.planned, state),
        plan=capture.store_plan(project, prepared.planned),
        variables=capture.store_variables(project, request.checkout, values),
    )
    session.record(Kind.PROMOTED, {"snapshot_id": snapshot.id, "evidence": ["the plan is empty"]})
    close_run(session, Outcome.NO_CHANGES, ExitCode.OK)
    return _result(session, Outcome.NO_CHANGES, ExitCode.OK, snapshot, Progress())


def _known_variables(session: Session, request: ApplyRequest, prepared: Prepared) -> dict[str, object] | None:
    """Take the baseline's variable values where its configuration and every input are the same."""
    baseline = prepared.baseline
    if baseline is None or baseline.configuration is None:
        return None
    if baseline.configuration.tree != prepared.source.configuration.tree:
        return None
    known = capture.load_variables(session.project, baseline)
    same = known["values"] is not None and known["inputs_digest"] == request.checkout.inputs_digest
    return known["values"] if same else None


def _carry_out(
    session: Session, request: ApplyRequest, prepared: Prepared, approval: Approval | None
) -> ApplyResult:
    context, project = session.context, session.project
    context.audience.phase("taking the snapshot")
    like = _like(prepared.baseline)
    state = capture.store_state(project, prepared.before, like)
    plan = capture.store_plan(project, prepared.planned)
    before = capture.commit(
        session,
        purpose=Purpose.BEFORE,
        source=prepared.source,
        state=state,
        refreshed=capture.store_refreshed(project, prepared.planned, state or like),
        plan=plan,
        variables=capture.store_variables(project, request.checkout, None),
    )
    stage = None
    if approval is not None:
        stage = set_stage(session, request.checkout, prepared, approval)
        session.stop_if_interrupted()
        use(session, approval, stage.where.root)
    executed = execute(
        session,
        stage.where if stage else prepared.where,
        prepared.backend,
        prepared.planned,
        request.apply_options,
        step="apply",
        render=True,
    )
    if not executed.went_well and _changed_nothing(executed, prepared):
        return _never_began(session, prepared, executed, before)
    with recorded_or_in_doubt(session):
        after = _snapshot_after(session, request, prepared, executed, before)
        in_doubt = ""
        if approval is not None and stage is not None:
            in_doubt = changed_meanwhile(session, request.checkout, prepared, approval, stage)
        if executed.went_well and in_doubt:
            return _held(session, executed, after or before, in_doubt)
        if executed.went_well:
            return _promote(session, executed, after or before)
        incident = incident_of(session, prepared.where, prepared.backend, prepared.before, executed)
        ending = fail(
            session,
            prepared,
            incident,
            # Going on would deploy more of what nobody approved, and a way back would lift the hold.
            on_failure=HOLD if in_doubt else request.on_failure,
            options=request.apply_options,
            limits=Limits(
                allow_delete=request.allow_delete,
                allow_replace=request.allow_replace,
                retry=context.retry,
            ),
            attended=not request.auto_approve,
        )
    return ApplyResult(
        outcome=ending.outcome,
        exit_code=ending.exit_code,
        project=project.descriptor.name,
        run_id=session.run_id,
        snapshot_id=ending.snapshot_id or (after or before).id,
        baseline_id=session.standing.baseline,
        progress=executed.progress,
        incident=incident,
        receipt=ending.receipt,
    )


def _changed_nothing(executed: Executed, prepared: Prepared) -> bool:
    after = executed.after
    return not executed.progress.touched and after is not None and after.facts == prepared.before.facts


def _never_began(session: Session, prepared: Prepared, executed: Executed, before: Snapshot) -> ApplyResult:
    """Say what stopped Terraform before it changed anything; no hold is needed."""
    if executed.outcome.interrupted:
        close_run(session, Outcome.INTERRUPTED, ExitCode.INTERRUPTED)
        return _result(session, Outcome.INTERRUPTED, ExitCode.INTERRUPTED, before, executed.progress)
    holder = lock_left(session, prepared.where, prepared.backend)
    raise ApplyNotStartedError(
        words(executed.outcome, "terraform apply failed"),
        hint=WHO_HOLDS_IT if holder else "mend what it names, then guardian apply again; nothing was changed",
    )


def _snapshot_after(
    session: Session, request: ApplyRequest, prepared: Prepared, executed: Executed, before: Snapshot
) -> Snapshot | None:
    """Take the snapshot after; None when the state cannot be read."""
    if executed.after is None:
        return None
    project = session.project
    values = capture.variables_of(executed.plan_json) if executed.plan_json is not None else None
    planned = prepared.planned
    if executed.plan_json is not None:
        planned = capture.with_json(planned, executed.plan_json)
    return capture.commit(
        session,
        purpose=Purpose.AFTER,
        source=prepared.source,
        state=capture.store_state(project, executed.after, before.state or before.refreshed),
        refreshed=None,
        plan=capture.store_plan(project, planned),
        variables=capture.store_variables(project, request.checkout, values),
    )


def _promote(session: Session, executed: Executed, after: Snapshot) -> ApplyResult:
    evidence = [f"apply exited 0 with {len(executed.progress.done)} of {len(executed.progress.done)} done"]
    release_own_hold(session)
    session.record(Kind.PROMOTED, {"snapshot_id": after.id, "evidence": evidence})
    close_run(session, Outcome.APPLIED, ExitCode.OK)
    return _result(session, Outcome.APPLIED, ExitCode.OK, after, executed.progress)


def _held(session: Session, executed: Executed, after: Snapshot, why: str) -> ApplyResult:
    """End an apply that went well, perhaps with other bytes than the approved ones: it is not known good."""
    # Of nobody's run: no run failed, and a restore that finds nothing to mend would lift that one's hold.
    hold(session, why, run_id=None)
    close_run(session, Outcome.FAILED_HELD, ExitCode.FAILED_HELD)
    return _result(session, Outcome.FAILED_HELD, ExitCode.FAILED_HELD, after, executed.progress)


def _result(
    session: Session, outcome: Outcome, exit_code: ExitCode, snapshot: Snapshot, progress: Progress
) -> ApplyResult:
    return ApplyResult(
        outcome=outcome,
        exit_code=exit_code,
        project=session.project.descriptor.name,
        run_id=session.run_id,
        snapshot_id=snapshot.id,
        baseline_id=session.standing.baseline,
        progress=progress,
    )


def _like(snapshot: Snapshot | None) -> StateRef | None:
    return snapshot.state if snapshot else None
