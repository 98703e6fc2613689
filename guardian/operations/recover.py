"""Carry a recovery plan out, step by step; each step is a module of its own."""

from dataclasses import replace
from typing import assert_never

from guardian.domain.journal import Kind
from guardian.domain.plan import PlanSummary
from guardian.domain.recovery import Strategy
from guardian.domain.steps import (
    AskHuman,
    DestroyTargets,
    Import,
    Reapply,
    RestoreRecord,
    Retry,
    ReviseRecord,
    to_json,
)
from guardian.errors import DeclinedError, GuardianError, RestoreIncompleteError, UnrecordedError
from guardian.operations.adopt import adopt
from guardian.operations.course import APPROVE, Course, Recovery, undecided
from guardian.operations.destroy import destroy_created
from guardian.operations.mend import prove_record
from guardian.operations.reapply import preview, proof_of, reapply
from guardian.operations.repeat import repeat
from guardian.operations.rerecord import after_record_steps, keep_present, rerecord, vouch


def recover(course: Course) -> Recovery:
    """Carry the plan out.

    Raises:
        RefusedError: A guard said no, or the person did; nothing was changed.
        EngineError: Nothing could be planned; nothing was changed.
        RestoreIncompleteError: Something was done, and it did not arrive.
        UnrecordedError: The engine ran, but its end could not be recorded.
    """
    for step in course.plan.steps:
        if isinstance(step, AskHuman):
            raise undecided(step)
    prepared, agreed = _agree(course)
    if prepared is None:
        return Recovery()
    return _follow(prepared, agreed)


def _agree(course: Course) -> tuple[Course | None, PlanSummary | None]:
    """Show and approve what begins with the record or with imports; the rest shows its own plan.

    Returns:
        The course to follow, None after a dry run; and what was shown of the plan that comes after.
    """
    first = [each for each in course.plan.steps if isinstance(each, RestoreRecord | ReviseRecord | Import)]
    if not first:
        return course, None
    agreed = None
    body = after_record_steps(course) or course.gathered.before.body
    step = course.plan.reapply
    if step is not None and body is not None:
        agreed = preview(course, step, body).planned.summary
    if course.dry_run:
        return None, None
    if course.approve and not course.session.context.audience.approve(APPROVE):
        raise DeclinedError("restore cancelled; it changed nothing")
    keep_present(course)
    return replace(course, approve=False), agreed


def _follow(course: Course, agreed: PlanSummary | None) -> Recovery:
    began = False
    for step in course.plan.steps:
        match step:
            case RestoreRecord() | ReviseRecord() | Import():
                course = _first(course, step, began=began)
                began = True
            case Reapply():
                return reapply(course, step, agreed=agreed)
            case DestroyTargets():
                return destroy_created(course, step)
            case Retry():
                return repeat(course, step)
            case AskHuman():
                raise undecided(step)
            case _:
                assert_never(step)
    if course.plan.strategy is Strategy.RECORD:
        return prove_record(course, taken=vouch(course) if began else None)
    return _nothing_left(course)


def _first(course: Course, step: RestoreRecord | ReviseRecord | Import, *, began: bool) -> Course:
    session, written = course.session, to_json(step)
    session.record(Kind.STEP_STARTED, {"step": written})
    session.context.audience.step(written, "started")
    try:
        after = adopt(course, step) if isinstance(step, Import) else rerecord(course, step)
    except GuardianError as error:
        session.record(Kind.STEP_FINISHED, {"step": written, "outcome": "failed"})
        session.context.audience.step(written, "failed")
        if not began or isinstance(error, UnrecordedError | RestoreIncompleteError):
            raise
        raise RestoreIncompleteError(
            f"the recovery was begun, but cannot go on: {error.message}", hint=error.hint
        ) from error
    session.record(Kind.STEP_FINISHED, {"step": written, "outcome": "done"})
    session.context.audience.step(written, "done")
    return after


def _nothing_left(course: Course) -> Recovery:
    """Prove that nothing differs; should a plan find something all the same, that is the way back."""
    known = course.gathered.situation.baseline
    if known is None:
        return Recovery()
    step = Reapply(
        snapshot_id=known.snapshot_id,
        reason="nothing differs by the record; the proof",
        destroy=not known.state.managed,
        addresses=course.plan.touched or (),
    )
    if course.plan.strategy is Strategy.REAPPLY:
        return reapply(course, step)
    return proof_of(course, step, snapshot_id=None)
