"""The review's verdicts on a plan that somebody is about to see, or that must pass the policy."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from guardian.domain.engine import WorkingDirectory
from guardian.domain.review.document import read_document
from guardian.domain.review.policy import Finding, Override
from guardian.domain.review.review import PlanIdentity, Review
from guardian.operations.acceptances import accepted_of
from guardian.operations.approvals import overrides_of
from guardian.operations.context import Context
from guardian.operations.judge_plan import Beside, Limits, judge_plan
from guardian.operations.plan import Planned
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


def known_beside(project: Project | None, judging: Judging, now: datetime) -> Beside:
    """Return what the store knows beside a plan, and the policy that judges it."""
    rule = judging.rule
    overrides = overrides_of(project, now) if project is not None and rule is not None else ()
    return Beside(
        accepted=frozenset(each.address for each in accepted_of(project)) if project is not None else (),
        rule=None if rule is None else lambda inputs: rule(inputs, overrides),
    )


def verdicts(
    context: Context, planned: Planned, body: bytes, *, project: Project | None, judging: Judging
) -> Review:
    """Judge a plan by its JSON, for whoever is about to apply it.

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
        known_beside(project, judging, context.clock.now()),
        limits=judging.limits,
        now=context.clock.now(),
        values=False,
    )
