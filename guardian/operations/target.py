"""What a recovery goes back to."""

from guardian.domain.state import EMPTY, State
from guardian.operations.course import Course


def target_state(course: Course) -> State:
    """Return the state that the target recorded; the empty one when the way leads to nothing."""
    known = course.gathered.situation.baseline
    step = course.plan.reapply
    return EMPTY if known is None or (step is not None and step.destroy) else known.state
