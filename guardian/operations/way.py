"""Work out where to go back to, and what may be touched on the way."""

from dataclasses import dataclass

from guardian.domain.incident import Incident, StateRecord
from guardian.domain.recovery import Reapply
from guardian.domain.snapshot import Snapshot
from guardian.domain.state import EMPTY, State, parse_state
from guardian.operations.runs import planned_changes
from guardian.operations.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where to, and what may be touched on the way.

    Attributes:
        target: The snapshot to restore.
        step: What will be done.
        touched: Addresses that the failed run began to change; None when the whole snapshot is wanted.
        in_flight: Those of them that neither completed nor failed.
        stranded_at: Serial of the record before the run, where the run's own could not be saved; else None.
    """

    target: Snapshot
    step: Reapply
    touched: tuple[str, ...] | None
    in_flight: tuple[str, ...] = ()
    stranded_at: int | None = None


def way_back(
    session: Session, baseline: Snapshot | None, incident: Incident, *, before: State, after: Snapshot | None
) -> Way | None:
    """Work out the way back from a failed run; None when nothing known-good is recorded.

    Without a baseline there is still one provable way: when the state was empty before the run, all that
    it holds now is the run's own work, and the way back is to destroy it by the run's configuration.
    """
    touched = touched_by(session, incident)
    stranded_at = before.serial if incident.record is StateRecord.STRANDED else None
    in_flight = incident.progress.in_flight
    if baseline is not None:
        step = Reapply(
            snapshot_id=baseline.id,
            reason="the baseline's configuration on the current state, limited to what the run touched",
            addresses=touched,
        )
        return Way(target=baseline, step=step, touched=touched, in_flight=in_flight, stranded_at=stranded_at)
    if after is not None and not before.managed:
        step = Reapply(
            snapshot_id=after.id,
            reason="the state was empty before this run: all that it holds is the run's own work",
            addresses=touched,
            destroy=True,
        )
        return Way(target=after, step=step, touched=touched, in_flight=in_flight, stranded_at=stranded_at)
    return None


def touched_by(session: Session, incident: Incident) -> tuple[str, ...]:
    """Return the addresses the run began to change, with the addresses they were moved from."""
    touched = list(incident.progress.touched)
    for change in planned_changes(session.project, incident.run_id):
        if change.previous_address and change.previous_address not in touched:
            touched += [change.previous_address]
            if change.address not in touched:
                touched.append(change.address)
    return tuple(touched)


def target_state(session: Session, way: Way) -> State:
    """Return the state that the target recorded."""
    if way.target.state is None or way.step.destroy:
        return EMPTY
    return parse_state(session.project.get_state(way.target.state))
