"""`guardian approve`: bind one saved plan to everything that it was made from, for one apply."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from guardian.domain.approval import Approval
from guardian.domain.journal import Kind
from guardian.domain.plan import PlanSummary
from guardian.domain.review.policy import Override
from guardian.errors import UsageError
from guardian.operations import capture
from guardian.operations.bound import lock_file_of
from guardian.operations.break_glass import refuse_unflushed
from guardian.operations.context import Checkout, Context
from guardian.operations.open import released_at_the_end, take_lease
from guardian.operations.plan import adopt_plan, find_backend
from guardian.operations.prepare import refuse_stale
from guardian.operations.project import project_of
from guardian.operations.sealing import seal
from guardian.operations.session import private_place, read_state, working_directory
from guardian.repository.proof import refuse_broken

ALL = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveRequest:
    """What the command line asks for.

    Attributes:
        plan_file: The saved plan.
        expires_hours: How long it may be applied.
        override_hours: How long the exceptions hold.
        overrides: Names of the policy rules to make an exception from.
        addresses: Globs that each exception is limited to; empty for all.
        by: Who approves, where that is somebody else than who runs the command; or empty.
    """

    checkout: Checkout
    plan_file: Path
    expires_hours: int
    override_hours: int
    reason: str = ""
    overrides: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """An approval on record, and what its plan does."""

    project: str
    approval: Approval
    summary: PlanSummary


def approve(context: Context, request: ApproveRequest) -> Approved:
    """Store the plan, what it was made from and the files that it will read; then record the approval.

    Raises:
        StalePlanError: The plan is not of this configuration, or of another moment of the state.
        UsageError: It changes nothing, or an exception lacks its reason.
        LeaseHeldError: Another guardian works on the project.
    """
    _refuse_what_does_not_fit(request)
    checkout = request.checkout
    context.engine.version()
    with private_place(context) as place:
        where = working_directory(place, checkout)
        backend = find_backend(context, where, checkout.init)
        project = project_of(context, checkout, backend)
        project.refuse_lost_log()
        refuse_broken(project.log)
        refuse_unflushed(context, project)
        # Without the lease, a prune might take away what is stored here before a record names it.
        with released_at_the_end(context, take_lease(context, project, wait=False)):
            planned = adopt_plan(context, where, request.plan_file, checkout)
            if not planned.has_changes:
                raise UsageError(
                    f"{request.plan_file} changes nothing: there is nothing to approve", hint="guardian apply"
                )
            before = read_state(context, where, backend)
            refuse_stale(planned, before)
            configuration = capture.store_source(
                context,
                project,
                where,
                checkout,
                backend,
                var_files=(),
                own=(request.plan_file,),
            ).configuration
            now = context.clock.now()
            by = request.by or str(project.log.actor)
            approval = Approval(
                number=0,
                # Its JSON is as long again, and is made anew in seconds.
                plan=capture.store_plan(project, replace(planned, json=None)),
                configuration=configuration,
                lock_file=lock_file_of(project, configuration),
                lineage=before.facts.lineage if before.facts else None,
                serial=before.facts.serial if before.facts else None,
                sealed=seal(context, project, checkout, planned),
                by=by,
                reason=request.reason,
                at=now,
                expires_at=now + timedelta(hours=request.expires_hours),
                overrides=tuple(
                    Override(
                        rule=rule,
                        address=address,
                        reason=request.reason,
                        by=by,
                        expires_at=now + timedelta(hours=request.override_hours),
                    )
                    for rule in request.overrides
                    for address in request.addresses or (ALL,)
                ),
            )
            record = project.log.append(Kind.PLAN_APPROVED, approval.body())
    written = Approval.from_record(record.body, number=record.number, at=record.at)
    return Approved(project=project.descriptor.name, approval=written, summary=planned.summary)


def _refuse_what_does_not_fit(request: ApproveRequest) -> None:
    if request.overrides and not request.reason.strip():
        raise UsageError("an exception from a rule wants a reason", hint="--override RULE --reason 'why'")
    if request.addresses and not request.overrides:
        raise UsageError("--address says where an exception holds", hint="--override RULE --address GLOB")
    if not all(each.strip() for each in (*request.overrides, *request.addresses)):
        # An unset variable in a script: an empty glob fits nothing, and an empty name no rule.
        raise UsageError("--override and --address want a value", hint="--override RULE --address GLOB")
