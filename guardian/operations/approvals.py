"""The approvals in a project's log: which may be used, which overrides hold, and the one use of each."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from guardian.domain.approval import Approval, out_of_time
from guardian.domain.journal import Kind, Record
from guardian.domain.review.policy import Override
from guardian.errors import ApprovalError, StoreCorruptError
from guardian.repository.project import Project

if TYPE_CHECKING:  # a session loads all that drives the engine
    from guardian.operations.session import Session

APPROVE = "guardian approve PLAN    # then guardian apply --require-approval"
SHOWN_DIGITS = 12


def approvals_of(project: Project) -> Iterator[tuple[Approval, str]]:
    """Yield each approval with the run that used it, or nothing; the newest first, at one read for each.

    Raises:
        StoreCorruptError: A record of an approval cannot be read.
    """
    head = project.log.head()
    number = head.standing.last_approval if head else None
    used: dict[int, str] = {}
    while number is not None:
        record = project.log.record(number)
        if record.kind is Kind.APPROVAL_USED:
            used[record.body["approval"]] = record.run_id or "another run"
        else:
            yield approval_of(record), used.get(number, "")
        number = project.log.record(number - 1).standing.last_approval if number > 1 else None


def approval_of(record: Record) -> Approval:
    """Read a record `plan_approved`.

    Raises:
        StoreCorruptError: It cannot be read.
    """
    try:
        return Approval.from_record(record.body, number=record.number, at=record.at)
    except (ValueError, KeyError, TypeError) as error:
        raise StoreCorruptError(f"record {record.number} is no approval: {error}") from error


def overrides_of(project: Project, now: datetime) -> tuple[Override, ...]:
    """Return the exceptions from policy rules that were recorded and hold at a time, the newest first.

    They hold for the project until they expire, whatever became of the plan that they came with.
    """
    return tuple(
        override
        for approval, _ in approvals_of(project)
        for override in approval.overrides
        if now < override.expires_at
    )


def chosen(project: Project, plan_sha256: str | None, now: datetime) -> Approval:
    """Return the approval by which a plan may be applied.

    Args:
        project: Whose.
        plan_sha256: Digest of the plan file at hand, whose newest approval counts; None for the newest of
            all. What it supersedes is not fallen back to.
        now: By this machine's clock.

    Raises:
        ApprovalError: There is none, or it may not be used; says why.
    """
    other: Approval | None = None
    for approval, run_id in approvals_of(project):
        why = f"it was used already, by run {run_id}" if run_id else out_of_time(approval, now)
        if plan_sha256 not in {None, approval.plan.sha256}:
            other = other or (approval if not why else None)
        elif not why:
            return approval
        else:
            raise _error(f"the approval of {described(approval)} cannot be used: {why}")
    if other is not None:
        raise _error(
            f"this plan is not approved: its bytes differ. Its sha256 begins with "
            f"{(plan_sha256 or '')[:SHOWN_DIGITS]}; approved is {described(other)}"
        )
    raise _error("the plan is not approved" if plan_sha256 else "no plan of this project is approved")


def use(session: "Session", approval: Approval, root: Path) -> None:
    """Record the one use of an approval, durably: under the lease, so that nobody else can use it too.

    Args:
        session: The run that uses it.
        approval: Which.
        root: The directory that it is applied from.
    """
    body = {"approval": approval.number, "plan_sha256": approval.plan.sha256, "root": str(root)}
    session.record(Kind.APPROVAL_USED, body)


def described(approval: Approval) -> str:
    """Name an approved plan for a person."""
    digits = approval.plan.sha256[:SHOWN_DIGITS]
    return f"plan {digits}, given by {approval.by} at {approval.at:%Y-%m-%d %H:%M} UTC"


def deletions_allowed(addresses: Iterable[str]) -> str:
    """Return the options that let these addresses or globs go, ready for a shell."""
    return " ".join(f"--allow-delete={quote(each)}" for each in addresses)


def _error(message: str) -> ApprovalError:
    return ApprovalError(f"{message}; nothing was changed", hint=APPROVE)
