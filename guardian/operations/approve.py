"""`guardian approve`: bind one saved plan to everything that it was made from, for one apply."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from shlex import quote

from guardian.domain.approval import Approval
from guardian.domain.guards import data_loss, wrong_state
from guardian.domain.journal import Kind
from guardian.domain.plan import PlannedChange, PlanSummary
from guardian.domain.review.policy import Finding, Override
from guardian.domain.standing import Hold
from guardian.errors import DataLossError, UsageError
from guardian.operations import capture
from guardian.operations.approvals import deletions_allowed
from guardian.operations.bound import lock_file_of
from guardian.operations.break_glass import refuse_unflushed
from guardian.operations.context import Checkout, Context
from guardian.operations.guard import state_refusal
from guardian.operations.judge import denial_of
from guardian.operations.open import released_at_the_end, take_lease
from guardian.operations.plan import adopt_plan, find_backend
from guardian.operations.prepare import refuse_stale
from guardian.operations.project import project_of
from guardian.operations.sealing import seal
from guardian.operations.session import Reading, private_place, read_state, working_directory
from guardian.operations.verdicts import Judging, shown, verdicts
from guardian.repository.project import Project
from guardian.repository.proof import refuse_broken

ALL = "*"
REASON = "'...'"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveRequest:
    """What the command line asks for.

    Attributes:
        plan_file: The saved plan.
        expires_hours: How long it may be applied.
        override_hours: How long the exceptions hold.
        overrides: Names of the policy rules to make an exception from.
        addresses: Globs that each exception is limited to; empty for all.
        allow_delete: Addresses or globs whose data the apply may lose.
        by: Who approves, where that is somebody else than who runs the command; or empty.
        judging: By what the plan will be judged before it is applied.
    """

    checkout: Checkout
    plan_file: Path
    expires_hours: int
    override_hours: int
    reason: str = ""
    overrides: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    allow_delete: tuple[str, ...] = ()
    by: str = ""
    judging: Judging = field(default_factory=Judging)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """An approval on record, and what its plan does.

    Attributes:
        lost: Changes that lose data, which the approval lets pass.
        excepted: Findings that would deny the plan, but for an exception.
        hold: What keeps every apply from passing, None where nothing does.
    """

    project: str
    approval: Approval
    summary: PlanSummary
    lost: tuple[PlannedChange, ...] = ()
    excepted: tuple[Finding, ...] = ()
    hold: Hold | None = None


def approve(context: Context, request: ApproveRequest) -> Approved:
    """Store the plan, what it was made from and the files that it will read; then record the approval.

    What its apply would refuse is refused here already, where somebody is at hand who may let it pass.

    Raises:
        StalePlanError: The plan is not of this configuration, or of another moment of the state.
        WrongStateError: The state is not the one that guardian knows.
        DataLossError: It loses data that nobody allowed to go.
        PolicyDeniedError: The project's policy denies it, and no exception holds.
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
            _refuse_wrong_state(project, before)
            refuse_stale(planned, before)
            now = context.clock.now()
            by = request.by or project.log.actor.person
            overrides = _exceptions(request, by=by, now=now)
            findings: tuple[Finding, ...] = ()
            if request.judging.rule is not None:
                body, _ = shown(context, where, planned, render=False, color=False)
                judged = verdicts(
                    context, planned, body, project=project, judging=request.judging, given=overrides
                )
                findings = judged.policy
            _refuse_what_apply_would(request, planned.summary.changes, findings)
            exceptions = [each.override for each in findings if each.override is not None]
            configuration = capture.store_source(
                context,
                project,
                where,
                checkout,
                backend,
                var_files=(),
                own=(request.plan_file,),
            ).configuration
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
                # Once an exception that it needs is over, the policy would deny what was approved.
                expires_at=min(
                    [now + timedelta(hours=request.expires_hours), *(each.expires_at for each in exceptions)]
                ),
                overrides=overrides,
                allow_delete=request.allow_delete,
            )
            record = project.log.append(Kind.PLAN_APPROVED, approval.body())
    written = Approval.from_record(record.body, number=record.number, at=record.at)
    return Approved(
        project=project.descriptor.name,
        approval=written,
        summary=planned.summary,
        lost=data_loss(planned.summary.changes, allowed=()),
        excepted=tuple(each for each in findings if each.override is not None),
        hold=record.standing.hold,
    )


def _exceptions(request: ApproveRequest, *, by: str, now: datetime) -> tuple[Override, ...]:
    return tuple(
        Override(
            rule=rule,
            address=address,
            reason=request.reason,
            by=by,
            expires_at=now + timedelta(hours=request.override_hours),
        )
        for rule in request.overrides
        for address in request.addresses or (ALL,)
    )


def _refuse_wrong_state(project: Project, before: Reading) -> None:
    standing = project.log.standing()
    verdict = wrong_state(standing.known_state, before.facts)
    if verdict is not None:
        raise state_refusal(standing, verdict)


def _refuse_what_apply_would(
    request: ApproveRequest, changes: Sequence[PlannedChange], findings: Sequence[Finding]
) -> None:
    """Refuse by both guards at once, and say all that it takes: each round of a pipeline costs minutes."""
    lost = [each.address for each in data_loss(changes, allowed=request.allow_delete)]
    denied = [each for each in findings if each.denies]
    denial = denial_of(denied)
    hint = _what_it_takes(request, lost, denied)
    if lost:
        also = f"\n{denial.message}" if denial is not None else ""
        raise DataLossError(
            f"the plan deletes or replaces what holds data: {', '.join(lost)}; nothing was approved{also}",
            hint=hint,
        )
    if denial is not None:
        denial.hint = hint
        raise denial


def _what_it_takes(request: ApproveRequest, lost: Sequence[str], denied: Sequence[Finding]) -> str:
    """Return the command that would pass, with what was given already."""
    rules = dict.fromkeys((*request.overrides, *(each.rule for each in denied)))
    # An exception that was limited to other addresses let nothing pass.
    where = (*request.addresses, *(each.address or ALL for each in denied)) if request.addresses else ()
    words = [
        *([deletions_allowed((*request.allow_delete, *lost))] if request.allow_delete or lost else []),
        *(f"--override {quote(each)}" for each in rules),
        *(f"--address={quote(each)}" for each in dict.fromkeys(where)),
        *([f"--reason {quote(request.reason) if request.reason else REASON}"] if rules else []),
    ]
    return f"guardian approve PLAN {' '.join(words)}    # if that is wanted"


def _refuse_what_does_not_fit(request: ApproveRequest) -> None:
    if request.overrides and not request.reason.strip():
        raise UsageError("an exception from a rule wants a reason", hint="--override RULE --reason 'why'")
    if request.addresses and not request.overrides:
        raise UsageError("--address says where an exception holds", hint="--override RULE --address GLOB")
    if not all(each.strip() for each in (*request.overrides, *request.addresses, *request.allow_delete)):
        # An unset variable in a script: an empty glob fits nothing, and an empty name no rule.
        raise UsageError(
            "--override, --address and --allow-delete want a value",
            hint="--override RULE --address GLOB --allow-delete ADDRESS",
        )
