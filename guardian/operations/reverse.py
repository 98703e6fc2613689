"""Plan the way back: the target's configuration on the current state, divided, guarded, its order kept."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from guardian.domain.address import resource_of
from guardian.domain.configuration import Override
from guardian.domain.engine import PlanOptions
from guardian.domain.guards import unasked
from guardian.domain.lock import REFUSED as LOCK_REFUSED
from guardian.domain.plan import Action, PlannedChange, destroyed
from guardian.domain.scope import Scope, divide
from guardian.domain.standstill import leave_out
from guardian.domain.state import State
from guardian.domain.steps import Reapply
from guardian.errors import ConfigurationError, DataLossError, PlanFailedError, RecoveryRefusedError
from guardian.operations import capture
from guardian.operations.course import Course, Reverse
from guardian.operations.hot_fixes import keep, settle
from guardian.operations.plan import Planned, make_plan
from guardian.operations.planned import plan_json
from guardian.operations.scene import Additions, Scene, lay_out, write_overrides
from guardian.operations.target import target_state

PREVENTED = "Instance cannot be destroyed"
"""How Terraform names a plan that `prevent_destroy` forbids.

Source: `internal/terraform/node_resource_abstract_instance.go`, checkPreventDestroy.
"""


def stage(
    course: Course, step: Reapply, present: State, *, name: str, instead_of_backend: bytes | None = None
) -> tuple[Course, Scene]:
    """Lay out the target's configuration with all that this way back adds to it.

    Returns:
        The course and the scene; what cannot be pinned there is left out of the course as a whole.

    Raises:
        RecoveryRefusedError: A provider that only the failed configuration has cannot be carried over.
    """
    session, gathered = course.session, course.gathered
    snapshot = session.project.snapshot(step.snapshot_id)
    carried_from = gathered.own_root if snapshot.id != (gathered.own.id if gathered.own else "") else None
    try:
        scene = lay_out(
            session.context,
            session.project,
            session.place,
            snapshot,
            name=name,
            additions=Additions(
                moves=[
                    each
                    for each in course.plan.moves
                    if each.source in present.managed and each.home not in present.managed
                ],
                overrides=course.plan.overrides,
                carried_from=carried_from,
                providers=sorted({each.provider for each in present.instances if each.provider}),
                variables=_own_variables(course),
            ),
            instead_of_backend=instead_of_backend,
        )
    except ConfigurationError as error:
        raise RecoveryRefusedError(error.message, code="not_carried", hint=error.hint) from error
    if scene.lent.providers:
        names = ", ".join(scene.lent.providers)
        session.context.audience.note(
            f"carried over from the failed configuration for this way back: {names}"
        )
    unpinned = [each.address for each in scene.not_expressed]
    return replace(course, plan=leave_out(course.plan, unpinned, target_state(course))), scene


def plan_back(course: Course, step: Reapply, scene: Scene, present: State, *, name: str) -> Reverse:
    """Plan everything; where that reaches beyond what the run touched, plan again for that alone.

    Raises:
        PlanFailedError: Not even what was touched can be planned.
        RecoveryRefusedError: The target protects what would go, or a hot-fix is in the way and nobody chose.
    """
    reverse = _whole(course, step, scene, present, name=name)
    reverse = _limited(course, step, reverse, name=name)
    return _with_hot_fixes(course, step, reverse, present, name=name)


def options(course: Course, scene: Scene, step: Reapply, *, targets: Iterable[str] = ()) -> PlanOptions:
    """Return the options of a plan on the way back."""
    return PlanOptions(
        var_files=scene.var_files,
        destroy=step.destroy,
        parallelism=course.options.parallelism,
        lock=course.options.lock,
        lock_timeout=course.options.lock_timeout,
        targets=tuple(targets),
    )


def refuse_unasked(course: Course, reverse: Reverse, present: State) -> None:
    """Refuse to destroy what nobody allowed to go; a person at a terminal is asked, address by address.

    Raises:
        DataLossError: With the options that allow it.
    """
    _refuse_protected(course, reverse)
    lost = unasked(
        reverse.planned.summary.changes,
        created=(*course.plan.created, *(each.address for each in course.adopted)),
        target=target_state(course),
        present=present,
        allow_delete=course.limits.allow_delete,
        allow_replace=course.limits.allow_replace,
        limited=reverse.touched is not None or not course.attended,
    )
    if lost and course.approve and all(_typed(course, each) for each in lost):
        return
    if lost:
        names = ", ".join(each.address for each in lost)
        raise DataLossError(
            f"the way back would delete or replace what the target has, or what holds data: {names}",
            hint=" ".join(f"{flag_of(each)}='{each.address}'" for each in lost[:3]),
        )


def _refuse_protected(course: Course, reverse: Reverse) -> None:
    """Refuse to destroy what the configuration that is left behind protects.

    Raises:
        RecoveryRefusedError: With the options that allow it.
    """
    protected = course.gathered.situation.protected
    allowed = course.limits.allow_delete
    named = [
        each
        for each in destroyed(reverse.planned.summary.changes)
        if resource_of(each.address) in protected
        and not any(each.address == one or fnmatchcase(each.address, one) for one in allowed)
        and not (each.action is Action.REPLACE and each.address in course.limits.allow_replace)
    ]
    if named and reverse.touched is None:
        names = ", ".join(each.address for each in named)
        raise RecoveryRefusedError(
            f"the present configuration protects by prevent_destroy what would go: {names}",
            code="protected",
            hint=" ".join(f"{flag_of(each)}='{each.address}'" for each in named),
        )


def _typed(course: Course, change: PlannedChange) -> bool:
    what = f"{change.address} would be {change.action}d, and what it holds is gone"
    question = f"{what}. Type its address to allow it."
    return course.session.context.audience.approve(question, word=change.address)


def flag_of(change: PlannedChange) -> str:
    """Return the option that allows what a change destroys to go, without its address."""
    return "--allow-replace" if change.action is Action.REPLACE else "--allow-delete"


def _own_variables(course: Course) -> Callable[[], Mapping[str, Any]]:
    def load() -> Mapping[str, Any]:
        own, project = course.gathered.own, course.session.project
        if own is None:
            return {}
        values = capture.load_variables(project, own)["values"]
        if values is None:
            shown = plan_json(course.session, own).get("variables") or {}
            values = {key: each.get("value") for key, each in shown.items()}
        found: Mapping[str, Any] = values
        return found

    return load


def _whole(course: Course, step: Reapply, scene: Scene, present: State, *, name: str) -> Reverse:
    context = course.session.context
    try:
        planned = make_plan(
            context, scene.where, options(course, scene, step), name=f"{name}.tfplan", own=False
        )
        return _divided(course, step, scene, planned, present)
    except PlanFailedError as error:
        if PREVENTED in error.summaries:
            return _unprotected(course, step, scene, present, error, name=name)
        targets = course.plan.touched or ()
        if not targets or LOCK_REFUSED in error.summaries:
            raise
        context.audience.note(
            "the whole configuration cannot be planned, so only what the run touched is: " + error.message
        )
        try:
            planned = make_plan(
                context,
                scene.where,
                options(course, scene, step, targets=targets),
                name=f"{name}-targeted.tfplan",
                own=False,
            )
        except PlanFailedError:
            raise error from None
        reverse = _divided(course, step, scene, planned, present)
        return replace(reverse, targets=targets, not_planned=error.message)


def _divided(course: Course, step: Reapply, scene: Scene, planned: Planned, present: State) -> Reverse:
    depends_on = {each.address: each.dependencies for each in present.managed.values()}
    touched = course.plan.touched
    scope = divide(planned.summary, touched, depends_on=depends_on)
    if touched is not None:
        entailed = (each.address for each in scope.inside)
        touched = tuple(dict.fromkeys((*touched, *entailed)))
    return Reverse(snapshot_id=step.snapshot_id, scene=scene, planned=planned, scope=scope, touched=touched)


def _limited(course: Course, step: Reapply, reverse: Reverse, *, name: str) -> Reverse:
    scope, touched = reverse.scope, reverse.touched
    if reverse.targets or not scope.outside or not scope.inside:
        return reverse
    targets = touched or ()
    targeted = make_plan(
        course.session.context,
        reverse.scene.where,
        options(course, reverse.scene, step, targets=targets),
        name=f"{name}-targeted.tfplan",
        own=False,
    )
    # Terraform extends targets to all that they depend on, somebody else's changes among it.
    along = divide(targeted.summary, touched).outside
    if along:
        names = ", ".join(each.address for each in along)
        course.session.context.audience.note(
            f"the run did not touch these, but what it touched depends on them: {names}"
        )
    taken = {each.address for each in along}
    divided = Scope(
        inside=(*scope.inside, *along),
        outside=tuple(each for each in scope.outside if each.address not in taken),
    )
    return replace(reverse, planned=targeted, scope=divided, targets=targets)


def _unprotected(
    course: Course, step: Reapply, scene: Scene, present: State, error: PlanFailedError, *, name: str
) -> Reverse:
    """Plan once more with the protection lifted in the private copy, to name what it protects.

    Raises:
        RecoveryRefusedError: It protects something that nobody allowed to go.
    """
    context = course.session.context
    protected = context.configuration.facts(scene.where.root).prevent_destroy
    addresses = [each for each in present.managed if resource_of(each) in protected]
    lifted = [Override(address=each, allow_destroy=True) for each in addresses]
    if not lifted or write_overrides(context, scene, lifted):
        raise error
    planned = make_plan(
        context, scene.where, options(course, scene, step), name=f"{name}-unprotected.tfplan", own=False
    )
    reverse = _divided(course, step, scene, planned, present)
    allowed = {*course.limits.allow_delete, *course.limits.allow_replace}
    named = [
        each
        for each in destroyed(reverse.scope.inside)
        if resource_of(each.address) in protected and each.address not in allowed
    ]
    if named:
        names = ", ".join(each.address for each in named)
        raise RecoveryRefusedError(
            f"the target's configuration protects by prevent_destroy what the way back must replace: {names}",
            code="protected",
            hint=" ".join(f"{flag_of(each)}='{each.address}'" for each in named),
        )
    return reverse


def _with_hot_fixes(course: Course, step: Reapply, reverse: Reverse, present: State, *, name: str) -> Reverse:
    fixes, kept = settle(course, reverse)
    if not fixes:
        return reverse
    if not kept:
        return replace(reverse, hot_fixes=fixes)
    keep(course, reverse, kept)
    again = _limited(
        course,
        step,
        _whole(course, step, reverse.scene, present, name=f"{name}-kept"),
        name=f"{name}-kept",
    )
    return replace(again, hot_fixes=fixes)
