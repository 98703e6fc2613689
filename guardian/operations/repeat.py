"""Go on instead of back: the failed run's own plan again, no more than it was."""

from collections.abc import Iterable
from functools import partial

from guardian.domain.engine import PlanOptions
from guardian.domain.journal import Kind
from guardian.domain.plan import PlanSummary, beyond
from guardian.domain.receipt import Receipt, Replanned
from guardian.domain.scope import divide
from guardian.domain.state import State
from guardian.domain.steps import Retry, to_json
from guardian.errors import DeclinedError, EngineError, RecoveryRefusedError, RestoreIncompleteError
from guardian.operations.carry import carry_out, plan_name, rendered
from guardian.operations.course import Course, Recovery
from guardian.operations.guard import refuse_other_state
from guardian.operations.plan import Planned, make_plan
from guardian.operations.prepare import record_plan
from guardian.operations.prove import since_failure_s
from guardian.operations.runs import REPEAT
from guardian.operations.scene import Scene, lay_out
from guardian.operations.session import read_state, recorded_or_in_doubt

APPROVE = "Do you want to go on with the failed run by performing these actions?"


def repeat(course: Course, step: Retry) -> Recovery:
    """Carry the step out.

    Raises:
        RecoveryRefusedError, DeclinedError: It changed nothing.
        EngineError: The configuration cannot be initialised or planned; it changed nothing.
        UnrecordedError: The engine ran, but its end could not be recorded.
    """
    session, context, project = course.session, course.session.context, course.session.project
    before = read_state(context, course.gathered.where, course.gathered.backend)
    refuse_other_state(session, session.entered, before)
    own = project.snapshot(step.snapshot_id)
    context.audience.phase("planning the failed run again")
    scene = lay_out(context, project, session.place, own, name="again")
    planned = _plan(course, step, scene, before.state)
    record_plan(session, planned.file.sha256, planned.summary)
    context.audience.plan(planned.summary, rendered(course, scene, planned))
    if course.dry_run:
        return Recovery()
    if course.approve and not context.audience.approve(APPROVE):
        raise DeclinedError("cancelled; it changed nothing")
    carried = carry_out(
        course,
        to_json(step),
        scene,
        planned,
        of=own,
        before=before,
        plan_again=partial(_plan_on, course, step, scene),
        step=REPEAT,
    )
    taken = carried.snapshot.id if carried.snapshot else None
    if carried.incident is not None:
        return Recovery(incident=carried.incident, snapshot_id=taken)
    with recorded_or_in_doubt(session):
        receipt = _receipt(course, step, scene, taken or step.snapshot_id)
        _close_incident(course, receipt)
    return Recovery(receipt=receipt, snapshot_id=taken, went_on=True)


def _plan(course: Course, step: Retry, scene: Scene, present: State) -> Planned:
    """Plan again; where the whole holds more than the failed run planned, its addresses alone.

    Raises:
        RecoveryRefusedError: Even that would do more than was planned before.
    """
    run = course.gathered.situation.run
    agreed = PlanSummary(changes=run.changes if run else ())
    half_made = [each.address for each in present.managed.values() if each.tainted]
    for targets in ((), step.addresses):
        planned = make_plan(
            course.session.context,
            scene.where,
            PlanOptions(
                var_files=scene.var_files,
                targets=targets,
                parallelism=course.options.parallelism,
                lock=course.options.lock,
                lock_timeout=course.options.lock_timeout,
            ),
            name=plan_name(course, "again"),
            own=False,
        )
        more = _more(planned.summary, agreed, half_made)
        if not more:
            return planned
    raise RecoveryRefusedError(
        f"planned again, the failed run would do more than before: {', '.join(more)}",
        code="beyond_plan",
        hint="guardian restore    # the way back",
    )


def _more(plan: PlanSummary, agreed: PlanSummary, half_made: Iterable[str]) -> list[str]:
    return [f"{each.address} ({each.action})" for each in beyond(plan, agreed, renewed=half_made)]


def _plan_on(course: Course, step: Retry, scene: Scene) -> Planned:
    present = read_state(course.session.context, course.gathered.where, course.gathered.backend)
    try:
        return _plan(course, step, scene, present.state)
    except (EngineError, RecoveryRefusedError) as error:
        raise RestoreIncompleteError(
            f"the failed run was repeated in part, but cannot go on: {error.message}",
            hint="guardian restore    # the way back",
        ) from error


def _receipt(course: Course, step: Retry, scene: Scene, snapshot_id: str) -> Receipt:
    """Plan the run's own configuration once more, and say what that leaves.

    Raises:
        RestoreIncompleteError: The plan cannot be made.
    """
    context = course.session.context
    context.audience.phase("proving the arrival")
    try:
        closing = make_plan(
            context,
            scene.where,
            PlanOptions(var_files=scene.var_files),
            name=plan_name(course, "closing"),
            own=False,
        )
    except EngineError as error:
        raise RestoreIncompleteError(
            f"the failed run was carried to its end, but that could not be proven: {error.message}",
            hint="guardian restore --strategy retry    # proves it, or goes on",
        ) from error
    rest = divide(closing.summary, step.addresses)
    counts = closing.summary.counts
    return Receipt(
        snapshot_id=snapshot_id,
        strategy=str(course.plan.strategy),
        proven=not rest.inside,
        replan_exit_code=2 if closing.has_changes else 0,
        replan=Replanned(add=counts.add, change=counts.change, remove=counts.remove),
        remaining=tuple(each.address for each in rest.inside),
        outside=tuple(each.address for each in rest.outside),
        new_objects=(),
        differing={},
        unaccounted=(),
        outputs=tuple(sorted(closing.summary.outputs)),
        to_nothing=False,
        duration_s=round(context.clock.monotonic_s() - course.started_s, 1),
        since_failure_s=since_failure_s(course),
    )


def _close_incident(course: Course, receipt: Receipt) -> None:
    """Promote what was reached: the failed run's own goal; and lift its hold."""
    session = course.session
    hold = session.standing.hold
    session.record(Kind.RECEIPT, {"receipt": receipt.to_json(), "proven": receipt.proven})
    evidence = ["the failed run was repeated, and its apply exited 0"]
    session.record(Kind.PROMOTED, {"snapshot_id": receipt.snapshot_id, "evidence": evidence})
    if hold is not None and hold.run_id is not None:
        session.record(Kind.RELEASED, {"reason": "the failed run was carried to its end"})
