"""Set and lift the stop sign, each with a reason; both are in the journal."""

from guardian.domain.journal import Kind
from guardian.domain.standing import Hold
from guardian.errors import RefusedError, UsageError
from guardian.ports.system import Clock, Identity
from guardian.repository.project import Project


def set_hold(project: Project, reason: str, *, clock: Clock, identity: Identity) -> Hold:
    """Put the project on hold; a run under way is not stopped by it, the next apply is.

    Raises:
        RefusedError: It is on hold already: the first reason stands.
    """
    if not reason:
        raise UsageError("a hold wants a reason", hint="guardian hold --reason 'why'")
    project.refuse_lost_log()
    head = project.log.head()
    if head is not None and head.standing.hold is not None:
        present = head.standing.hold
        raise RefusedError(
            f"already on hold since {present.since:%Y-%m-%d %H:%M} UTC by {present.by}: {present.reason}",
            hint="guardian release --reason 'why', then hold again",
        )
    hold = Hold(reason=reason, by=str(identity.actor()), since=clock.now(), run_id=None)
    project.log.append(Kind.HELD, {"hold": hold.to_json()})
    return hold


def release(project: Project, reason: str) -> Hold | None:
    """Lift the hold and return it; None when there was none, and then nothing is recorded."""
    if not reason:
        raise UsageError("a release wants a reason", hint="guardian release --reason 'what was mended'")
    project.refuse_lost_log()
    head = project.log.head()
    if head is None or head.standing.hold is None:
        return None
    project.log.append(Kind.RELEASED, {"reason": reason})
    return head.standing.hold
