"""Work while the store is down: on a spool that begins with what this client remembers."""

from guardian.domain.glass import Broken, Glass, broken, remembered_hold
from guardian.domain.journal import Kind
from guardian.domain.remembered import Remembered
from guardian.errors import SpooledError, WrongStateError
from guardian.operations.context import Context
from guardian.repository.journal import list_runs
from guardian.repository.project import Project
from guardian.repository.repository import Repository

FLUSH = "guardian flush    # brings them into the store, then the same again"


def refuse_unflushed(context: Context, project: Project) -> None:
    """Refuse to work with the store while runs of the same project wait to be flushed into it.

    Its known state and its baseline are not the newest then.

    Raises:
        SpooledError: Some wait.
    """
    if context.spool is None:
        return
    waiting = spooled_runs(context.spool, project.descriptor.name)
    if waiting:
        words = f"{waiting} run waits" if waiting == 1 else f"{waiting} runs wait"
        raise SpooledError(
            f"{words} on this machine to be flushed: {project.descriptor.name} was applied to "
            "while the store was down",
            hint=FLUSH,
        )


def spooled_runs(spool: Repository, name: str) -> int:
    """Count the runs of a project that a spool holds."""
    for each in spool.projects():
        if each.name == name:
            return sum(1 for _ in list_runs(spool.project(name).log))
    return 0


def begin_on_spool(context: Context, project: Project) -> Broken | None:
    """Announce a broken glass, and begin the spool's log with what is remembered; None where none is broken.

    Called with the spool's lease held, before anything of the run is written.

    Raises:
        WrongStateError: The name stands for a state that lives elsewhere, as far as is remembered.
    """
    glass = context.glass
    if glass is None:
        return None
    seen = context.memory.recall(glass.store, project.descriptor.name) if context.memory else None
    _refuse_other_project(project, seen)
    found = broken(glass, seen)
    context.audience.break_glass(found)
    if seen is not None:
        _begin(project, glass, seen)
    return found


def is_remembered(project: Project, run_id: str | None) -> bool:
    """Tell whether a hold of a spool was there when the glass was broken: no run of the spool set it."""
    return all(each.id != run_id for each in list_runs(project.log))


def _refuse_other_project(project: Project, seen: Remembered | None) -> None:
    if seen is not None and seen.descriptor != project.descriptor:
        raise WrongStateError(
            f"project {project.descriptor.name!r} was the state {seen.descriptor.backend_address} when this "
            f"machine saw it last, not {project.descriptor.backend_address}",
            hint="give this one another name: `project` in guardian.yaml",
        )


def _begin(project: Project, glass: Glass, seen: Remembered) -> None:
    """Write what is remembered; once a run is spooled, the spool's own log knows better."""
    standing = project.log.seen
    if standing.last_run is not None:
        return
    known, hold = seen.standing.known_state, remembered_hold(seen)
    when = f"remembered: record {seen.number} of {glass.store}"
    if known is not None and known != standing.known_state:
        project.log.append(Kind.STATE_ACCEPTED, {"state": known.to_json(), "reason": when})
    if hold is not None and hold != standing.hold:
        project.log.append(Kind.HELD, {"hold": hold.to_json()})
    elif hold is None and standing.hold is not None:
        project.log.append(Kind.RELEASED, {"reason": when})
