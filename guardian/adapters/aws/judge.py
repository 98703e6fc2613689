"""Judge what was found: which of it no state knows, and whether it is proven to be the run's own."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from guardian.adapters.aws.declare import Findings, Found
from guardian.domain.observation import Absent, Observation, Present, Sought, Unreadable

# How far the clocks of AWS and of this machine may be apart.
CLOCKS = timedelta(minutes=5)
_NAMED_MAX = 5
_NEVER = datetime.min.replace(tzinfo=UTC)


def judge(sought: Sought, findings: Findings) -> Observation:
    """Return what the findings say of the sought object."""
    told = next((each for each in findings.found if each.object_id == sought.object_id), None)
    if told is not None and sought.object_id:
        words = "found by the id that the provider told when it had made it"
        return _present(told, certain=True, words=words)
    fitting = [
        each
        for each in findings.found
        if each.object_id not in sought.known_ids
        # What only fits and is older is another one; what has the very name stands in its place.
        and (each.exact or not _is_older(each, sought.since))
    ]
    if not fitting:
        return Unreadable(reason=findings.gap) if findings.gap else Absent()
    best = max(fitting, key=lambda each: each.created_at or each.changed_at or _NEVER)
    if len(fitting) > 1:
        names = ", ".join(each.import_id or each.object_id for each in fitting[:_NAMED_MAX])
        more = ", ..." if len(fitting) > _NAMED_MAX else ""
        words, certain = f"{len(fitting)} objects fit {best.by}: {names}{more}", False
    else:
        words, certain = _verdict(best, sought.since)
    foreign = len(fitting) == 1 and _is_older(best, sought.since)
    return replace(_present(best, certain=certain, words=words), foreign=foreign)


def _present(found: Found, *, certain: bool, words: str) -> Present:
    return Present(
        object_id=found.object_id,
        import_id=found.import_id or found.object_id,
        certain=certain,
        words=words,
    )


def one_for_each(sought: Mapping[str, Sought], observed: Mapping[str, Observation]) -> dict[str, Observation]:
    """Take the certainty from what was found for several addresses: it cannot be the object of each.

    Args:
        sought: What was looked for, by address.
        observed: What was seen, by address.
    """
    objects = {
        address: (sought[address].resource_type, sought[address].region, seen.object_id)
        for address, seen in observed.items()
        if isinstance(seen, Present)
    }
    times = Counter(objects.values())
    judged = dict(observed)
    for address, seen in observed.items():
        if isinstance(seen, Present) and times[objects[address]] > 1:
            judged[address] = replace(
                seen, certain=False, words=f"{seen.words}; it was found for several addresses"
            )
    return judged


def undated(seen: Observation, *, apart: timedelta) -> Observation:
    """Take the certainty from what was seen while this machine's clock is wrong."""
    if not isinstance(seen, Present):
        return seen
    words = f"{seen.words}; no date proves that, for this machine's clock is {apart} apart from AWS's"
    return replace(seen, certain=False, words=words)


def _verdict(found: Found, since: datetime | None) -> tuple[str, bool]:
    """Say why it is proven to be the run's own, or why that is not proven."""
    by, made = f"found by {found.by}", found.created_at
    if _is_older(found, since):
        date = made or found.changed_at
        return f"{by}, but it existed before the run: made {'' if made else 'before '}{_day(date)}", False
    if not found.exact:
        return f"{by}: others may fit it too", False
    if found.doubt:
        return f"{by}, but {found.doubt}", False
    if made is None:
        # A creation that was refused because the name is taken must not lead to somebody else's object.
        return f"{by}, but AWS does not tell whether it was made before the run", False
    if since is None:
        return f"{by}, made {_day(made)}, but it is not known when the run began", False
    if made < since.replace(microsecond=0):  # AWS tells whole seconds
        # The clocks may differ, and then it is the run's own; that is not proven, and adoption wants a proof.
        return f"{by}, but it was made {_day(made)}, before the run began by this machine's clock", False
    return f"{by}, made {_day(made)}, since the run began", True


def _is_older(found: Found, since: datetime | None) -> bool:
    made = found.created_at or found.changed_at
    return made is not None and since is not None and made < since - CLOCKS


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
