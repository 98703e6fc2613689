"""Read live what was restored: a second witness beside Terraform's own plan."""

from collections.abc import Collection

from guardian.domain.difference import dotted
from guardian.domain.drift import Kind, Look, find_drift
from guardian.domain.live import Tier
from guardian.domain.places import is_aws
from guardian.domain.receipt import LiveProof
from guardian.domain.state import State
from guardian.errors import GuardianError
from guardian.operations.course import Course
from guardian.operations.live import read_live


def live_proof(course: Course, target: State, after: State, *, mine: Collection[str]) -> LiveProof | None:
    """Hold what is live of the restored instances against what they should be.

    Args:
        course: The recovery.
        target: The state that it leads to.
        after: The state as it is recorded now: by it the objects are found.
        mine: Addresses that the recovery was about.

    Returns:
        What was seen; None where nothing of it has a reader, or nobody answers: then only the plan proves.
    """
    context, project = course.session.context, course.session.project
    wanted = {
        address: each
        for address, each in after.managed.items()
        if address in mine and address in target.managed and not each.deposed
        if is_aws(each) and context.fingerprints.covers(each.resource_type)
    }
    if not wanted:
        return None
    try:
        reading, coverage = read_live(
            context,
            project,
            course.session.place,
            wanted,
            None,
            beside=after.managed.values(),
            tier=Tier.READERS,
        )
    except GuardianError as error:
        context.audience.note(f"what was restored could not be read live: {error.message}")
        return None
    found = find_drift(
        Look(expected=target, recorded=after, seen=reading.seen), paths=context.differ.paths
    ).drifts
    changed = [each for each in found if each.kind in {Kind.CHANGED, Kind.MISSING} and each.address in wanted]
    differing: dict[str, tuple[str, ...]] = {}
    for each in changed:
        paths = tuple(dotted(one.path) for one in each.paths) or ("it is missing",)
        differing[each.address] = (*differing.get(each.address, ()), *paths)
    return LiveProof(
        read=coverage.read,
        differing=differing,
        unreadable={each.address: each.words for each in found if each.kind is Kind.UNREADABLE},
    )
