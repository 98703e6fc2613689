"""Differences that somebody took for the new expectation, each exactly as it was."""

from collections.abc import Iterator, Sequence

from guardian.domain.drift import Drift
from guardian.domain.drift import Kind as Difference
from guardian.domain.journal import Kind
from guardian.domain.silence import Accepted
from guardian.errors import UsageError
from guardian.repository.project import Project


def accept(project: Project, drifts: Sequence[Drift], reason: str) -> int:
    """Record the present as the new expectation, and return how many differences that are.

    What cannot be read is not accepted: nobody knows what it is.

    Raises:
        UsageError: Without a reason, or with nothing to accept.
    """
    if not reason.strip():
        raise UsageError("--accept wants a reason", hint="--reason 'why this is right as it is'")
    accepted = [
        {"address": each.address, "kind": str(each.kind), "digest": each.digest}
        for each in drifts
        if each.kind is not Difference.UNREADABLE
    ]
    if not accepted:
        raise UsageError("there is nothing to accept", hint="guardian drift")
    project.log.append(Kind.DRIFT_ACCEPTED, {"accepted": accepted, "reason": reason})
    return len(accepted)


def accepted_of(project: Project) -> Iterator[Accepted]:
    """Yield what was accepted, the newest first, at one read for each time."""
    head = project.log.head()
    number = head.standing.last_accepted if head else None
    while number is not None:
        record = project.log.record(number)
        for each in record.body["accepted"]:
            yield Accepted(
                address=each["address"],
                kind=each["kind"],
                digest=each["digest"],
                reason=record.body["reason"],
            )
        number = project.log.record(number - 1).standing.last_accepted if number > 1 else None
