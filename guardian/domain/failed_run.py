"""A failed run, as the ways out of it see it: what it began, and whether anything of it is to be undone."""

from guardian.domain.incident import StateRecord
from guardian.domain.plan import Action
from guardian.domain.recovery import FailedRun
from guardian.domain.state import State

RELEASE_FAILED = "Error releasing the state lock"
"""How Terraform names the one failure after which everything is done and recorded.

Source: `internal/command/clistate/state.go`, errUnlock.
"""


def touched_by(run: FailedRun, present: State) -> tuple[str, ...]:
    """Return the addresses the run began to change, with the addresses they were moved from.

    What Terraform does in the record alone, without an event, counts where the record shows it.
    """
    touched = list(run.incident.progress.touched)
    for change in run.changes:
        if change.previous_address:
            touched += [change.address, change.previous_address]
        elif change.action in {Action.FORGET, Action.IMPORT} and (
            (change.address in run.before.managed) != (change.address in present.managed)
        ):
            touched.append(change.address)
    return tuple(dict.fromkeys(touched))


def is_complete(run: FailedRun) -> bool:
    """Tell whether every change is done and recorded, and only Terraform's lock was not released."""
    progress, incident = run.incident.progress, run.incident
    unfinished = progress.failed or progress.in_flight or progress.not_started
    return (
        incident.record is StateRecord.SAVED
        and not unfinished
        and bool(incident.causes)
        and all(each.summary == RELEASE_FAILED for each in incident.causes)
    )
