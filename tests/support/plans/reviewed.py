"""What guardian says of a recorded plan, in the form of its `expected.yaml`."""

from datetime import UTC, datetime

from guardian.adapters.configuration.versions import versions
from guardian.domain.review.document import read_document
from guardian.domain.review.review import PlanIdentity, Review, ReviewedChange
from guardian.operations.judge_plan import Beside, Limits, judge_plan
from tests.support.plans.corpus import Expected, RecordedPlan

_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def review_of(plan: RecordedPlan, *, values: bool = False) -> Review:
    """Judge a recorded plan beside the configuration that was applied before; nobody knows of any backup."""
    before = plan.directory / "before"
    document = read_document(plan.recording.read_bytes(), named=plan.name)
    beside = Beside(
        versions_before=versions(before) if before.is_dir() else {},
        versions_after=versions(plan.directory / "after"),
    )
    blank = Review(
        project=plan.name,
        root=".",
        workspace="default",
        plan=PlanIdentity(digest="", terraform_version=document.terraform_version),
    )
    return judge_plan(document, blank, beside, limits=Limits(), now=_NOW, values=values)


def said_of(plan: RecordedPlan) -> Expected:
    """Return what is said of a recorded plan, spelled as it is expected."""
    review = review_of(plan)
    risks: dict[str, set[str]] = {}
    for risk in review.risks:
        risks.setdefault(risk.address, set()).add(risk.code)
    return Expected(
        changes={
            _spelled(each): f"{each.intent.action}, {each.reversibility.undo}" for each in review.changes
        },
        risks={address: sorted(codes) for address, codes in risks.items()},
        overwritten={
            each.address: [".".join(map(str, path)) for path in each.paths] or [""]
            for each in review.overwritten
        },
    )


def _spelled(change: ReviewedChange) -> str:
    return f"{change.address} (deposed)" if change.intent.deposed else change.address
