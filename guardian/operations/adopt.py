"""Adopt what exists and no state knows: a plan of the run's own configuration that holds imports alone."""

from guardian.domain.configuration import Override
from guardian.domain.engine import PlanOptions
from guardian.domain.plan import Action
from guardian.domain.receipt import Adopted
from guardian.domain.steps import Import
from guardian.errors import RestoreIncompleteError
from guardian.operations.course import Course
from guardian.operations.execute import execute
from guardian.operations.plan import make_plan
from guardian.operations.scene import Additions, lay_out


def adopt(course: Course, step: Import) -> Course:
    """Import the objects.

    Raises:
        RestoreIncompleteError: The plan would do more than import, or the import failed.
    """
    session, context = course.session, course.session.context
    snapshot = session.project.snapshot(step.snapshot_id)
    scene = lay_out(
        context,
        session.project,
        session.place,
        snapshot,
        name="adopting",
        # A creation that was cut off may lack what the provider adds by later calls: tags, settings.
        additions=Additions(
            imports=step.objects,
            overrides=[Override(address=address, as_found=True) for address in step.addresses],
        ),
    )
    planned = make_plan(
        context,
        scene.where,
        PlanOptions(
            var_files=scene.var_files,
            targets=step.addresses,
            lock=course.options.lock,
            lock_timeout=course.options.lock_timeout,
        ),
        name="adopting.tfplan",
        own=False,
    )
    more = [each for each in planned.summary.changes if each.action is not Action.IMPORT]
    if more or not planned.has_changes:
        names = ", ".join(f"{each.address} ({each.action})" for each in more)
        raise RestoreIncompleteError(
            f"what no state knows cannot be adopted by imports alone: {names or 'the plan is empty'}",
            hint="import it by hand: terraform import ADDRESS ID; then guardian restore",
        )
    executed = execute(session, scene.where, scene.backend, planned, course.options, step="import")
    if not executed.went_well:
        raise RestoreIncompleteError(
            "the import of what no state knows failed",
            hint="guardian run show last, then guardian restore: it looks again",
        )
    return course.after(
        adopted=tuple(Adopted(address=address, object_id=object_id) for address, object_id in step.objects)
    )
