"""The way back: a snapshot's configuration planned on the current state, applied, proven."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from guardian.domain.engine import ApplyOptions, PlanOptions
from guardian.domain.guards import data_loss
from guardian.domain.incident import Incident
from guardian.domain.journal import Kind
from guardian.domain.plan import PlannedChange
from guardian.domain.recovery import Receipt, Scope, divide
from guardian.domain.snapshot import Purpose, Snapshot, StateRef
from guardian.domain.state import State
from guardian.errors import (
    DataLossError,
    DeclinedError,
    EngineError,
    InterruptedRunError,
    RestoreIncompleteError,
)
from guardian.operations import capture
from guardian.operations.execute import Executed, execute, incident_of
from guardian.operations.guard import refuse_other_state
from guardian.operations.plan import Planned, make_plan
from guardian.operations.prepare import record_plan
from guardian.operations.prove import arrive, make_receipt
from guardian.operations.scene import Scene, add_moves, lay_out
from guardian.operations.session import Reading, Session, read_state, recorded_or_in_doubt
from guardian.operations.way import Move, Way, target_state, unaccounted

APPROVE = "Do you want to restore by performing these actions?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What a recovery found and did.

    Attributes:
        scope: The reverse plan, divided.
        receipt: None after a dry run or a failed apply.
        incident: The second failure, None when there was none.
        snapshot_id: The snapshot after, None when nothing was applied.
    """

    scope: Scope
    receipt: Receipt | None = None
    incident: Incident | None = None
    snapshot_id: str | None = None

    @property
    def applied(self) -> bool:
        """Tell whether an engine was started."""
        return self.snapshot_id is not None or self.incident is not None

    @property
    def proven(self) -> bool:
        """Tell whether the project is proven to be where it should."""
        return self.receipt is not None and self.receipt.proven


def recover(
    session: Session,
    way: Way,
    *,
    approve: bool,
    dry_run: bool,
    options: ApplyOptions,
    allow_delete: tuple[str, ...] = (),
) -> Recovery:
    """Carry out one way back.

    Args:
        way: From `way_back`, or a named snapshot.
        approve: Whether to ask before anything is changed.
        dry_run: Show the plan and stop.
        options: Terraform's options.
        allow_delete: Addresses or globs whose data may be lost although the target has them.

    Raises:
        DeclinedError, DataLossError, WrongStateError: Nothing was changed by the recovery.
        EngineError: The configuration cannot be initialised or planned; nothing was changed.
        RestoreIncompleteError: The record lacks what the run did, or the arrival could not be proven.
        UnrecordedError: The engine ran, but its end could not be recorded.
    """
    context = session.context
    started_s = context.clock.monotonic_s()
    context.audience.phase("laying out the snapshot's configuration")
    scene = lay_out(session, way.target)
    before = read_state(context, scene.where, scene.backend)
    refuse_other_state(session, session.entered, before)
    _refuse_stale_record(way, before)
    lost = unaccounted(way, before.state)
    add_moves(session, scene, [each for each in way.moves if _is_to_move(each, before.state)])
    context.audience.phase("planning the way back")
    planned, scope, way = _plan_back(session, scene, way, before.state, options)
    context.audience.outside(scope.outside)
    if not scope.inside and (scope.outside or not planned.summary.outputs):
        receipt = make_receipt(
            session, way, after=before.state, closing=planned, lost=lost, started_s=started_s
        )
        if not dry_run:
            arrive(session, way, receipt, snapshot_id=way.target.id)
        return Recovery(scope=scope, receipt=receipt)
    record_plan(session, planned.file.sha256, planned.summary)
    rendered = None
    if approve or dry_run:
        rendered = context.engine.show_plan_text(
            scene.where, planned.path, color=context.audience.wants_color
        )
    kept = _of_target(session, way, before.state, planned.summary.changes)
    made_by_run = [each.address for each in planned.summary.changes if each.address not in kept]
    context.audience.way_back(planned.summary, rendered, made_by_run)
    if dry_run:
        return Recovery(scope=scope)
    _refuse_loss(planned, kept, allow_delete)
    if approve and not context.audience.approve(APPROVE):
        raise DeclinedError("restore cancelled; it changed nothing")
    course = _Course(scene=scene, way=way, before=before, planned=planned, scope=scope, lost=lost)
    return _carry_out(session, course, options, started_s)


def _is_to_move(move: Move, present: State) -> bool:
    """Tell whether the failed run's move is in the record: it takes effect even when the apply fails."""
    return move.source in present.managed and move.home not in present.managed


def _of_target(
    session: Session, way: Way, present: State, changes: Iterable[PlannedChange]
) -> frozenset[str]:
    """Return the addresses whose place or whose very object belongs to the target."""
    target = target_state(session, way).managed
    objects = {(each.resource_type, each.object_id) for each in target.values() if each.object_id}
    found = set()
    for change in changes:
        here = present.managed.get(change.address)
        if change.address in target or (here and (here.resource_type, here.object_id) in objects):
            found.add(change.address)
    return frozenset(found)


def _refuse_stale_record(way: Way, present: Reading) -> None:
    """Refuse to plan on a record that lacks what the run did: its objects would be made a second time."""
    if way.stranded_at is not None and present.state.serial <= way.stranded_at:
        raise RestoreIncompleteError(
            "the failed run changed things, but its state could not be saved: "
            f"the record still stands at serial {present.state.serial}, as before it",
            hint="terraform state push errored.tfstate    # in that root module; then restore again",
        )


def _plan_back(
    session: Session, scene: Scene, way: Way, present: State, options: ApplyOptions
) -> tuple[Planned, Scope, Way]:
    """Plan everything; where that reaches beyond what the run touched, plan again for that alone.

    Returns:
        The plan to apply, its division, and the way with all that it entails among the touched.
    """
    context = session.context
    planned = make_plan(context, scene.where, _options(scene, way, options), name="back.tfplan")
    depends_on = {each.address: each.dependencies for each in present.managed.values()}
    scope = divide(planned.summary, way.touched, depends_on=depends_on)
    if way.touched is not None:
        entailed = (each.address for each in scope.inside)
        way = replace(way, touched=tuple(dict.fromkeys((*way.touched, *entailed))))
    if not scope.outside or not scope.inside:
        return planned, scope, way
    targeted = make_plan(
        context,
        scene.where,
        _options(scene, way, options, targets=way.touched or ()),
        name="back-targeted.tfplan",
    )
    # Terraform extends targets to all that they depend on, somebody else's changes among it.
    along = divide(targeted.summary, way.touched).outside
    if along:
        names = ", ".join(each.address for each in along)
        context.audience.note(f"the run did not touch these, but what it touched depends on them: {names}")
    taken = {each.address for each in along}
    divided = Scope(
        inside=(*scope.inside, *along),
        outside=tuple(each for each in scope.outside if each.address not in taken),
    )
    return targeted, divided, way


def _refuse_loss(planned: Planned, kept: frozenset[str], allowed: tuple[str, ...]) -> None:
    """Refuse to lose data that the target has; what only the failed run made may go."""
    lost = [each for each in data_loss(planned.summary.changes, allowed=allowed) if each.address in kept]
    if lost:
        names = ", ".join(each.address for each in lost)
        raise DataLossError(
            f"the way back would delete or replace what holds data: {names}",
            hint=" ".join(f"--allow-delete='{each.address}'" for each in lost[:3]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """A recovery that is planned and approved; `lost` are objects that may exist and that no state knows."""

    scene: Scene
    way: Way
    before: Reading
    planned: Planned
    scope: Scope
    lost: tuple[str, ...]


def _carry_out(session: Session, course: _Course, options: ApplyOptions, started_s: float) -> Recovery:
    scene, way, before, planned = course.scene, course.way, course.before, course.planned
    context, project = session.context, session.project
    source = capture.source_of(way.target)
    like = capture.store_state(project, before, way.target.state)
    capture.commit(
        session,
        purpose=Purpose.BEFORE,
        source=source,
        state=like,
        refreshed=capture.store_refreshed(project, planned, like or way.target.state),
        plan=capture.store_plan(project, planned),
        variables=way.target.variables_object,
    )
    step = way.step.to_json()
    session.record(Kind.STEP_STARTED, {"step": step})
    context.audience.step(step, "started")
    executed = execute(session, scene.where, scene.backend, planned, options, step="reapply")
    with recorded_or_in_doubt(session):
        ended = "done" if executed.went_well else "failed"
        session.record(Kind.STEP_FINISHED, {"step": step, "outcome": ended})
        context.audience.step(step, ended)
        after = _snapshot_after(session, way, source, executed, planned, like)
        if executed.after is None or after is None or executed.outcome.exit_code != 0:
            incident = incident_of(session, scene.where, scene.backend, before, executed)
            return Recovery(scope=course.scope, incident=incident, snapshot_id=after.id if after else None)
        context.audience.phase("proving the arrival")
        closing = _closing_plan(session, scene, way, options)
        receipt = make_receipt(
            session,
            way,
            after=executed.after.state,
            closing=closing,
            lost=course.lost,
            started_s=started_s,
        )
        arrive(session, way, receipt, snapshot_id=after.id)
    return Recovery(scope=course.scope, receipt=receipt, snapshot_id=after.id)


def _closing_plan(session: Session, scene: Scene, way: Way, options: ApplyOptions) -> Planned:
    try:
        return make_plan(session.context, scene.where, _options(scene, way, options), name="closing.tfplan")
    except (EngineError, InterruptedRunError) as error:
        raise RestoreIncompleteError(
            f"the way back was applied, but the arrival could not be proven: {error.message}",
            hint="guardian restore    # it carries on from what is live",
        ) from error


def _snapshot_after(
    session: Session,
    way: Way,
    source: capture.Source,
    executed: Executed,
    planned: Planned,
    like: StateRef | None,
) -> Snapshot | None:
    if executed.after is None:
        return None
    project = session.project
    with_json = capture.with_json(planned, executed.plan_json) if executed.plan_json else planned
    return capture.commit(
        session,
        purpose=Purpose.AFTER,
        source=source,
        state=capture.store_state(project, executed.after, like or way.target.state),
        refreshed=None,
        plan=capture.store_plan(project, with_json),
        variables=way.target.variables_object,
    )


def _options(scene: Scene, way: Way, options: ApplyOptions, *, targets: tuple[str, ...] = ()) -> PlanOptions:
    return PlanOptions(
        var_files=scene.var_files,
        destroy=way.step.destroy,
        parallelism=options.parallelism,
        lock=options.lock,
        lock_timeout=options.lock_timeout,
        targets=targets,
    )
