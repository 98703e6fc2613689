"""Destroy exactly what the failed run created, by its own configuration, so that its provisioners run."""

from guardian.domain.engine import ApplyOptions, PlanOptions
from guardian.domain.plan import Action, PlanSummary
from guardian.domain.steps import DestroyTargets, Reapply, to_json
from guardian.errors import DeclinedError, EngineError, RecoveryRefusedError, RestoreIncompleteError
from guardian.operations.carry import carry_out, plan_name, rendered
from guardian.operations.context import Context
from guardian.operations.course import APPROVE, Course, Recovery
from guardian.operations.guard import refuse_other_state
from guardian.operations.plan import Planned, make_plan
from guardian.operations.prepare import record_plan
from guardian.operations.reapply import proof_of
from guardian.operations.scene import Additions, Scene, lay_out
from guardian.operations.session import read_state

SCENE = "destroying"


def plan_destroy(
    context: Context, scene: Scene, addresses: tuple[str, ...], options: ApplyOptions, *, name: str
) -> Planned:
    """Plan the destruction of exactly these addresses, in the configuration that made them.

    Raises:
        RecoveryRefusedError: Terraform would destroy more, or do something else.
    """
    planned = make_plan(
        context,
        scene.where,
        PlanOptions(
            var_files=scene.var_files,
            destroy=True,
            targets=addresses,
            parallelism=options.parallelism,
            lock=options.lock,
            lock_timeout=options.lock_timeout,
        ),
        name=name,
        own=False,
    )
    refuse_beyond(planned.summary, addresses)
    return planned


def refuse_beyond(summary: PlanSummary, addresses: tuple[str, ...]) -> None:
    """Refuse a destroy plan that holds anything but the deletion of what was listed."""
    more = [
        each for each in summary.changes if each.action is not Action.DELETE or each.address not in addresses
    ]
    if more:
        names = ", ".join(f"{each.address} ({each.action})" for each in more)
        raise RecoveryRefusedError(
            f"Terraform would do more than destroy what the run created: {names}",
            code="beyond_list",
            hint="guardian restore --strategy reapply    # lets go of it first, then destroys it",
        )


def destroy_created(course: Course, step: DestroyTargets) -> Recovery:
    """Carry the step out, and prove where that leads.

    Raises:
        RecoveryRefusedError, DeclinedError: It changed nothing.
        UnrecordedError: The engine ran, but its end could not be recorded.
    """
    session, context, project = course.session, course.session.context, course.session.project
    before = read_state(context, course.gathered.where, course.gathered.backend)
    refuse_other_state(session, session.entered, before)
    own = project.snapshot(step.snapshot_id)
    context.audience.phase("planning the destruction of what the run created")
    scene = lay_out(
        context,
        project,
        session.place,
        own,
        name=SCENE,
        additions=Additions(overrides=course.plan.overrides),
    )
    planned = plan_destroy(context, scene, step.addresses, course.options, name=plan_name(course, SCENE))
    record_plan(session, planned.file.sha256, planned.summary)
    context.audience.way_back(planned.summary, rendered(course, scene, planned), step.addresses)
    if course.dry_run:
        return Recovery()
    if course.approve and not context.audience.approve(APPROVE):
        raise DeclinedError("restore cancelled; it changed nothing")

    def again() -> Planned:
        try:
            return plan_destroy(context, scene, step.addresses, course.options, name=plan_name(course, SCENE))
        except (EngineError, RecoveryRefusedError) as error:
            raise RestoreIncompleteError(
                f"the destruction was begun, but cannot go on: {error.message}",
                hint="guardian restore    # it carries on from what is live",
            ) from error

    carried = carry_out(
        course,
        to_json(step),
        scene,
        planned,
        of=own,
        before=before,
        plan_again=again,
        step="destroy-created",
    )
    taken = carried.snapshot.id if carried.snapshot else None
    known = course.gathered.situation.baseline
    if carried.incident is not None or known is None:
        return Recovery(incident=carried.incident, snapshot_id=taken)
    proof = Reapply(snapshot_id=known.snapshot_id, reason="the proof", destroy=not known.state.managed)
    return proof_of(course, proof, snapshot_id=taken)
