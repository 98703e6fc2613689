"""Carry one planned step out: snapshot, journal, apply and repetitions, snapshot, incident."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from guardian.domain.incident import Incident
from guardian.domain.journal import Kind
from guardian.domain.snapshot import Purpose, Snapshot, StateRef
from guardian.operations import capture
from guardian.operations.again import repeat_while_transient
from guardian.operations.course import Course
from guardian.operations.execute import Executed, execute, incident_of
from guardian.operations.plan import Planned
from guardian.operations.scene import Scene
from guardian.operations.session import Reading, recorded_or_in_doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How one step ended.

    Attributes:
        snapshot: The snapshot after it; None when the state could not be read.
        incident: Its failure, None when it went well.
    """

    executed: Executed
    snapshot: Snapshot | None
    incident: Incident | None


def rendered(course: Course, scene: Scene, planned: Planned) -> str | None:
    """Return a plan as Terraform renders it, where a person will read it before anything is changed."""
    context = course.session.context
    if not (course.approve or course.dry_run):
        return None
    return context.engine.show_plan_text(scene.where, planned.path, color=context.audience.wants_color)


def plan_name(course: Course, what: str) -> str:
    """Return a file name for a plan that no other plan of this run has."""
    return f"{what}-{course.session.context.clock.monotonic_s():.6f}.tfplan"


def _save_before(course: Course, of: Snapshot, before: Reading, planned: Planned) -> StateRef | None:
    """Take the snapshot before, and return its state: nothing is applied unless it reads back."""
    project = course.session.project
    like = capture.store_state(project, before, of.state)
    capture.commit(
        course.session,
        purpose=Purpose.BEFORE,
        source=capture.source_of(of),
        state=like,
        refreshed=capture.store_refreshed(project, planned, like or of.state),
        plan=capture.store_plan(project, planned),
        variables=of.variables_object,
    )
    return like


def carry_out(
    course: Course,
    written: Mapping[str, Any],
    scene: Scene,
    planned: Planned,
    *,
    of: Snapshot,
    before: Reading,
    plan_again: Callable[[], Planned],
    step: str,
) -> Carried:
    """Apply a plan, again while its failure may pass; the intent is in the journal before, the outcome after.

    Args:
        course: The recovery.
        written: The step as the journal has it.
        scene: Where it was planned.
        planned: What to apply first.
        of: The snapshot whose configuration is applied.
        before: The state before it.
        plan_again: Plans for another attempt, no more than was shown.
        step: Which step, for the `applying` record.

    Raises:
        UnrecordedError: The engine ran, but its end could not be recorded.
    """
    session, project = course.session, course.session.project
    like = _save_before(course, of, before, planned)
    session.record(Kind.STEP_STARTED, {"step": dict(written)})
    session.context.audience.step(written, "started")
    plans = [planned]

    def attempt() -> Executed:
        ready = plans.pop() if plans else plan_again()
        return execute(session, scene.where, scene.backend, ready, course.options, step=step)

    executed = repeat_while_transient(session, course.limits.retry, attempt)
    with recorded_or_in_doubt(session):
        ended = "done" if executed.went_well else "failed"
        session.record(Kind.STEP_FINISHED, {"step": dict(written), "outcome": ended})
        session.context.audience.step(written, ended)
        taken = None
        if executed.after is not None:
            taken = capture.commit(
                session,
                purpose=Purpose.AFTER,
                source=capture.source_of(of),
                state=capture.store_state(project, executed.after, like or of.state),
                refreshed=None,
                plan=capture.store_plan(project, planned),
                variables=of.variables_object,
            )
        incident = None
        if not executed.went_well or taken is None:
            incident = incident_of(session, scene.where, scene.backend, before, executed)
    return Carried(executed=executed, snapshot=taken, incident=incident)
