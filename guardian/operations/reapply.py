"""Go back by planning the target's configuration: shown, guarded, applied in the right order, proven."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial

from guardian.domain.plan import Action, PlannedChange, PlanSummary, beyond
from guardian.domain.state import State, parse_state
from guardian.domain.steps import Reapply, to_json
from guardian.errors import (
    DeclinedError,
    EngineError,
    InterruptedRunError,
    RecoveryRefusedError,
    RestoreIncompleteError,
)
from guardian.operations.carry import Carried, carry_out, plan_name, rendered
from guardian.operations.course import APPROVE, Course, Recovery, Reverse
from guardian.operations.guard import refuse_other_state
from guardian.operations.plan import Planned, make_plan
from guardian.operations.prepare import record_plan
from guardian.operations.prove import arrive, make_receipt
from guardian.operations.reverse import options, plan_back, refuse_unasked, stage
from guardian.operations.session import Reading, read_state, recorded_or_in_doubt

WHOLE, FIRST, REST = "whole", "first", "rest"


def preview(course: Course, step: Reapply, body: bytes) -> Reverse:
    """Show the way back as it will be once the record's entries are revised; nothing is written yet.

    Args:
        course: The recovery.
        step: The step that will follow.
        body: The record as it will be.

    Returns:
        What was shown: the real plan may do no more.
    """
    present = parse_state(body)
    course, scene = stage(course, step, present, name="preview", instead_of_backend=body)
    reverse = plan_back(course, step, scene, present, name="preview")
    show(course, reverse, present)
    return reverse


def show(course: Course, reverse: Reverse, present: State) -> None:
    """Show a planned way back, whole, and what it leaves alone; refuse what nobody allowed."""
    context = course.session.context
    context.audience.outside(_of_others(course, reverse))
    text = rendered(course, reverse.scene, reverse.planned)
    made_by_run = [
        each.address for each in reverse.planned.summary.changes if each.address in course.plan.created
    ]
    context.audience.way_back(reverse.planned.summary, text, made_by_run)
    if not course.dry_run:
        refuse_unasked(course, reverse, present)


def reapply(course: Course, step: Reapply, *, agreed: PlanSummary | None = None) -> Recovery:
    """Carry the step out, and prove the arrival.

    Args:
        course: The recovery.
        step: What to plan.
        agreed: What was shown and approved before, None when this is the first that is shown.

    Raises:
        DeclinedError, DataLossError, WrongStateError, RecoveryRefusedError: It changed nothing.
        EngineError: The configuration cannot be initialised or planned; it changed nothing.
        RestoreIncompleteError: The arrival could not be proven.
        UnrecordedError: The engine ran, but its end could not be recorded.
    """
    session, context = course.session, course.session.context
    context.audience.phase("laying out the snapshot's configuration")
    before = read_state(context, course.gathered.where, course.gathered.backend)
    if agreed is None:
        refuse_other_state(session, session.entered, before)
    course, scene = stage(course, step, before.state, name="configuration")
    scene = replace(scene, where=replace(scene.where, state_bytes=len(before.body or b"")))
    context.audience.phase("planning the way back")
    reverse = plan_back(course, step, scene, before.state, name="back")
    if not reverse.scope.inside and (reverse.scope.outside or not reverse.planned.summary.outputs):
        context.audience.outside(_of_others(course, reverse))
        return _already_there(course, step, reverse, before)
    record_plan(session, reverse.planned.file.sha256, reverse.planned.summary)
    if agreed is None:
        show(course, reverse, before.state)
    else:
        refuse_unasked(course, reverse, before.state)
        _refuse_more(course, reverse.planned.summary, agreed)
    if course.dry_run:
        return Recovery(scope=reverse.scope)
    if course.approve and not context.audience.approve(APPROVE):
        raise DeclinedError("restore cancelled; it changed nothing")
    return _carry_out(course, step, reverse, before)


def proof_of(course: Course, step: Reapply, *, snapshot_id: str | None) -> Recovery:
    """Plan the target's configuration once more, without applying it, and write the receipt.

    Raises:
        RestoreIncompleteError: The plan cannot be made.
    """
    session, context = course.session, course.session.context
    context.audience.phase("proving the arrival")
    after = read_state(context, course.gathered.where, course.gathered.backend)
    try:
        course, scene = stage(course, step, after.state, name="proof")
        reverse = plan_back(course, step, scene, after.state, name="proof")
    except (EngineError, InterruptedRunError) as error:
        raise RestoreIncompleteError(
            f"it was applied, but where that leads could not be proven: {error.message}",
            hint="guardian restore    # it carries on from what is live",
        ) from error
    receipt = make_receipt(course, reverse, after=after.state, closing=reverse.planned)
    with recorded_or_in_doubt(session):
        arrive(course, receipt, snapshot_id=snapshot_id or step.snapshot_id)
    return Recovery(scope=reverse.scope, receipt=receipt, snapshot_id=snapshot_id)


def _of_others(course: Course, reverse: Reverse) -> tuple[PlannedChange, ...]:
    return tuple(each for each in reverse.scope.outside if each.address not in course.stays)


def _already_there(course: Course, step: Reapply, reverse: Reverse, before: Reading) -> Recovery:
    receipt = make_receipt(course, reverse, after=before.state, closing=reverse.planned)
    if not course.dry_run:
        with recorded_or_in_doubt(course.session):
            arrive(course, receipt, snapshot_id=step.snapshot_id)
    return Recovery(scope=reverse.scope, receipt=receipt)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leg:
    """One part of the way: a plan of its own, no more than what was shown."""

    name: str
    targets: tuple[str, ...]
    ready: Planned | None


def _legs(step: Reapply, reverse: Reverse) -> tuple[_Leg, ...]:
    """Divide the way where the order matters: what survives lets go first, then the rest is destroyed."""
    whole = _Leg(name=WHOLE, targets=reverse.targets, ready=reverse.planned)
    destroys = any(each.action is Action.DELETE for each in reverse.planned.summary.changes)
    first = tuple(
        each.address
        for each in reverse.planned.summary.changes
        if each.address in step.first and each.action in {Action.UPDATE, Action.REPLACE}
    )
    if not first or not destroys:
        return (whole,)
    return _Leg(name=FIRST, targets=first, ready=None), replace(whole, name=REST, ready=None)


def _carry_out(course: Course, step: Reapply, reverse: Reverse, before: Reading) -> Recovery:
    session = course.session
    carried: Carried | None = None
    for leg in _legs(step, reverse):
        with recorded_or_in_doubt(session) if carried else nullcontext():
            now = carried.executed.after if carried else before
            carried = _carry_leg(course, step, reverse, leg, before=now or before) or carried
        if carried is not None and carried.incident is not None:
            taken = carried.snapshot.id if carried.snapshot else None
            return Recovery(scope=reverse.scope, incident=carried.incident, snapshot_id=taken)
    with recorded_or_in_doubt(session):
        session.context.audience.phase("proving the arrival")
        closing = _closing_plan(course, step, reverse)
        after = carried.executed.after if carried else None
        receipt = make_receipt(course, reverse, after=(after or before).state, closing=closing)
        taken = carried.snapshot.id if carried and carried.snapshot else step.snapshot_id
        arrive(course, receipt, snapshot_id=taken)
    return Recovery(scope=reverse.scope, receipt=receipt, snapshot_id=taken)


def _carry_leg(
    course: Course, step: Reapply, reverse: Reverse, leg: _Leg, *, before: Reading
) -> Carried | None:
    """Carry one part of the way out; None when there is nothing left to do in it."""
    began = leg.name == REST
    planned = leg.ready or _plan_leg(course, step, reverse, leg, began=began)
    if not planned.has_changes:
        return None
    return carry_out(
        course,
        {**to_json(step), "leg": leg.name},
        reverse.scene,
        planned,
        of=course.session.project.snapshot(step.snapshot_id),
        before=before,
        plan_again=partial(_plan_leg, course, step, reverse, leg, began=True),
        step="reapply",
    )


def _plan_leg(course: Course, step: Reapply, reverse: Reverse, leg: _Leg, *, began: bool) -> Planned:
    """Plan one part of the way on what is there now; refuse when it would do more than was shown.

    Raises:
        RestoreIncompleteError: For whatever goes wrong once something was applied already.
    """
    context, scene = course.session.context, reverse.scene
    try:
        planned = make_plan(
            context,
            scene.where,
            options(course, scene, step, targets=leg.targets),
            name=plan_name(course, leg.name),
            own=False,
        )
        present = read_state(context, course.gathered.where, course.gathered.backend)
        half_made = [each.address for each in present.state.managed.values() if each.tainted]
        _refuse_more(course, planned.summary, reverse.planned.summary, renewed=half_made)
    except (EngineError, RecoveryRefusedError) as error:
        if not began:
            raise
        raise RestoreIncompleteError(
            f"the way back was begun, but cannot go on: {error.message}",
            hint="guardian restore    # it carries on from what is live",
        ) from error
    return planned


def _refuse_more(
    course: Course, plan: PlanSummary, agreed: PlanSummary, *, renewed: list[str] | None = None
) -> None:
    adopted = {each.address for each in course.adopted}
    more = [each for each in beyond(plan, agreed, renewed=renewed or ()) if each.address not in adopted]
    if more:
        names = ", ".join(f"{each.address} ({each.action})" for each in more)
        raise RecoveryRefusedError(
            f"planned again, the way back would do more than was shown: {names}",
            code="beyond_plan",
            hint="guardian restore    # shows what it would do now",
        )


def _closing_plan(course: Course, step: Reapply, reverse: Reverse) -> Planned:
    scene = reverse.scene
    targets = reverse.targets if reverse.not_planned else ()
    try:
        return make_plan(
            course.session.context,
            scene.where,
            options(course, scene, step, targets=targets),
            name="closing.tfplan",
            own=False,
        )
    except (EngineError, InterruptedRunError) as error:
        raise RestoreIncompleteError(
            f"the way back was applied, but the arrival could not be proven: {error.message}",
            hint="guardian restore    # it carries on from what is live",
        ) from error
