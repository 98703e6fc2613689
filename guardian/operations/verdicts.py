"""The review's verdicts on a plan that somebody is about to see, or that must pass the policy."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from guardian.domain.engine import WorkingDirectory
from guardian.domain.journal import Kind
from guardian.domain.review.document import read_document
from guardian.domain.review.policy import Finding, Override
from guardian.domain.review.review import PlanIdentity, Review
from guardian.operations.acceptances import accepted_of
from guardian.operations.approvals import overrides_of
from guardian.operations.context import Context
from guardian.operations.judge_plan import Beside, Limits, judge_plan
from guardian.operations.plan import Planned
from guardian.repository.journal import read_run
from guardian.repository.project import Project

RuleOf = Callable[[Sequence[Mapping[str, Any]], Sequence[Override]], tuple[Finding, ...]]
"""Judges changes by the project's policy; recorded exceptions let theirs pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """By what a plan is judged: the settings' limits and, where there is one, the project's policy."""

    limits: Limits = field(default_factory=Limits)
    rule: RuleOf | None = None


def shown(
    context: Context, where: WorkingDirectory, planned: Planned, *, render: bool, color: bool
) -> tuple[bytes, str | None]:
    """Return a plan's JSON, and Terraform's rendering where it is wanted.

    They are two processes that load the same providers: side by side they take no longer than one.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        text = (
            beside.submit(context.engine.show_plan_text, where, planned.path, color=color) if render else None
        )
        body = planned.json or context.engine.show_plan_json(where, planned.path)
        return body, text.result() if text is not None else None


def known_beside(
    project: Project | None, judging: Judging, now: datetime, *, given: tuple[Override, ...] = ()
) -> Beside:
    """Return what the store knows beside a plan, and the policy that judges it.

    Args:
        project: Whose exceptions and acceptances count; None for none.
        judging: By what it is judged.
        now: Decides which exceptions have expired.
        given: Exceptions that are not on record yet.
    """
    rule = judging.rule
    overrides = given
    if project is not None and rule is not None:
        overrides += overrides_of(project, now)
    return Beside(
        accepted=frozenset(each.address for each in accepted_of(project)) if project is not None else (),
        left_alone=_left_alone(project) if project is not None else (),
        obstacles=_hold(project) if project is not None else (),
        rule=None if rule is None else lambda inputs: rule(inputs, overrides),
    )


def _left_alone(project: Project) -> frozenset[str]:
    """Return what others had changed by hand when the baseline was recovered to, and the recovery left so."""
    head = project.log.head()
    if head is None or head.standing.baseline is None:
        return frozenset()
    snapshot = project.snapshot(head.standing.baseline)
    receipts = [each for each in read_run(project.log, snapshot.run_id) if each.kind is Kind.RECEIPT]
    return frozenset(address for each in receipts for address in each.body.get("outside", ()))


def _hold(project: Project) -> tuple[str, ...]:
    head = project.log.head()
    hold = head.standing.hold if head is not None else None
    if hold is None:
        return ()
    return (f"the project is on hold since {hold.since:%Y-%m-%d %H:%M} UTC, by {hold.by}: {hold.reason}",)


def verdicts(
    context: Context,
    planned: Planned,
    body: bytes,
    *,
    project: Project | None,
    judging: Judging,
    given: tuple[Override, ...] = (),
) -> Review:
    """Judge a plan by its JSON, for whoever is about to apply it; `given` are exceptions not on record yet.

    Raises:
        PlanFormatError: Terraform's JSON is of a format that is not known.
        PolicyError: A rule cannot be evaluated: that is no pass.
    """
    document = read_document(body, named="the plan's JSON")
    return judge_plan(
        document,
        Review(
            project=project.descriptor.name if project is not None else "",
            root="",
            workspace="",
            plan=PlanIdentity(digest=planned.file.sha256, terraform_version=document.terraform_version),
        ),
        known_beside(project, judging, context.clock.now(), given=given),
        limits=judging.limits,
        now=context.clock.now(),
        values=False,
    )
