"""After a failed apply: what is live, so that what somebody else did is not laid at the run's door."""

from guardian.domain.journal import Kind
from guardian.domain.live import Tier
from guardian.domain.places import is_aws
from guardian.domain.state import parse_state
from guardian.errors import GuardianError, UnrecordedError
from guardian.operations.observe import DriftRequest, look_from, seen_object
from guardian.operations.prepare import Prepared
from guardian.operations.session import Session


def tell_drift(session: Session, prepared: Prepared) -> None:
    """Read what has a reader and show it beside the baseline; that it cannot be done ends nothing."""
    baseline, context = prepared.baseline, session.context
    if baseline is None or baseline.state is None or context.interruption.requested():
        return
    try:
        recorded = parse_state(session.project.get_state(baseline.state)).managed.values()
        if not any(is_aws(each) and context.fingerprints.covers(each.resource_type) for each in recorded):
            return
        seen = look_from(
            context, session.project, session.place, DriftRequest(since=baseline.id, tier=Tier.READERS)
        )
    except UnrecordedError:
        raise
    except GuardianError as error:
        context.audience.note(f"what else changed since the baseline is not known: {error.message}")
        return
    session.record(Kind.DRIFT_SEEN, seen_object(seen))
    context.audience.drift(seen)
