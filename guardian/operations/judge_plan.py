"""Every verdict on one plan, in one pass over its changes; each is decoded, judged and let go."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from guardian.domain.address import resource_of
from guardian.domain.configuration import Place
from guardian.domain.plan import Action
from guardian.domain.redaction import Path
from guardian.domain.review.change import Change, differing, is_marked
from guardian.domain.review.document import PlanDocument
from guardian.domain.review.graph import Dependencies, count_managed
from guardian.domain.review.overwritten import DriftBefore
from guardian.domain.review.policy import Finding
from guardian.domain.review.policy_input import policy_input
from guardian.domain.review.references import arguments_of
from guardian.domain.review.review import Overwritten, Review, ReviewedChange
from guardian.domain.review.risks.data import DataLoss, data_loss_of
from guardian.domain.review.risks.facts import Newest, RiskFacts
from guardian.domain.review.risks.find import risks_of_change, risks_of_plan
from guardian.domain.review.risks.guards import protects_nothing
from guardian.domain.review.risks.risk import Risk, by_severity
from guardian.domain.review.risks.versions import unpinned_modules, version_risks
from guardian.domain.review.undo.provisioners import with_provisioners
from guardian.domain.review.undo.reversibility import reversibility_of
from guardian.domain.review.undo.verdict import Reversibility
from guardian.domain.review.values import shown_values

_DIFFERING = frozenset({Action.UPDATE, Action.REPLACE})
MOST_PLACES = 500
"""Of more changes than this only those with a risk or a finding are looked for in the files."""

FindPlaces = Callable[[Collection[str]], Mapping[str, Place]]
AskBackups = Callable[[Sequence[DataLoss]], Mapping[str, Newest]]
Rule = Callable[[Sequence[Mapping[str, Any]]], tuple[Finding, ...]]


def _no_places(_: Collection[str]) -> Mapping[str, Place]:
    return {}


def _no_backups(_: Sequence[DataLoss]) -> Mapping[str, Newest]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where on many deletions are many, and up to when a backup is fresh."""

    most_deletions: int = 10
    most_deletions_percent: int = 25
    backup_hours: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is known beside the plan; the defaults are what a plan alone tells.

    Attributes:
        accepted: Addresses whose drift somebody accepted as right.
        left_alone: Addresses that somebody changed by hand and that the newest recovery left as they were:
            they are recorded since, so that no refresh tells them.
        obstacles: What stands in the way of an apply, each a sentence.
        versions_before, versions_after: Of the base and of what was planned, by provider source or module.
        places: Tells where resources are declared.
        backups: Asks for the newest backup of what goes.
        rule: Judges the changes, as `policy_input` describes each, by the project's policy; None where it
            has none.
        notes: What could not be known, each a plain sentence.
    """

    accepted: Collection[str] = ()
    left_alone: Collection[str] = ()
    obstacles: tuple[str, ...] = ()
    versions_before: Mapping[str, str] = field(default_factory=dict)
    versions_after: Mapping[str, str] = field(default_factory=dict)
    places: FindPlaces = _no_places
    backups: AskBackups = _no_backups
    rule: Rule | None = None
    notes: tuple[str, ...] = ()


def judge_plan(
    document: PlanDocument,
    review: Review,
    beside: Beside,
    *,
    limits: Limits,
    now: datetime,
    values: bool,
) -> Review:
    """Return a review with the verdicts on every change and on the whole.

    Args:
        document: The plan.
        review: Which project and plan it is of.
        beside: What is known beside the plan.
        limits: From the settings.
        now: The moment, aware.
        values: Whether values are shown, masked.
    """
    configuration, recorded = document.configuration(), document.recorded()
    dependencies, arguments = Dependencies(configuration, recorded), arguments_of(configuration)
    drift = DriftBefore(
        document.drift(),
        accepted=beside.accepted,
        left_alone=beside.left_alone,
        arguments=arguments,
        show=shown_values if values else None,
    )
    facts = RiskFacts(
        now=now,
        dependents=dependencies.dependents,
        backup_hours=limits.backup_hours,
        most_deletions=limits.most_deletions,
        most_deletions_percent=limits.most_deletions_percent,
        managed=count_managed(recorded),
        arguments=arguments,
    )
    provisioned, seen = with_provisioners(configuration), _Seen()
    for change in document.changes():
        verdict = reversibility_of(change, provisioned=provisioned)
        _look_at(change, verdict, facts, drift, seen, values=values)
        if beside.rule is not None:
            paths = seen.changes[-1].paths
            seen.policy_inputs.append(policy_input(change, reversibility=verdict, changed=paths))
    facts = replace(facts, backups=beside.backups(seen.losses) if seen.losses else {})
    planned = [each.intent for each in seen.changes]
    depending = dependencies.counted(planned)
    blast = replace(
        dependencies.blast(each.address for each in planned), partly=dependencies.partly_gone(planned)
    )
    risks = [
        *seen.risks,
        *risks_of_plan(seen.changes, facts, losses=seen.losses, harmless=seen.harmless),
        *version_risks(beside.versions_before, beside.versions_after),
        *unpinned_modules(configuration),
    ]
    findings = beside.rule(seen.policy_inputs) if beside.rule is not None else ()
    places = beside.places(_sought(seen.changes, risks, findings))
    return replace(
        review,
        changes=tuple(
            replace(
                each,
                dependents=depending[each.address],
                place=places.get(resource_of(each.address)),
            )
            for each in seen.changes
        ),
        outputs=document.outputs(),
        drifted=len(drift.addresses),
        risks=by_severity(risks),
        overwritten=tuple(seen.overwritten),
        policy=findings,
        blast=blast,
        errored=document.errored,
        obstacles=(*_obstacles(document, seen), *beside.obstacles),
        notes=(*beside.notes, *_notes(document)),
    )


@dataclass(slots=True)
class _Seen:
    """What one pass over the changes leaves."""

    changes: list[ReviewedChange] = field(default_factory=list)
    risks: list[Risk] = field(default_factory=list)
    losses: list[DataLoss] = field(default_factory=list)
    harmless: set[str] = field(default_factory=set)
    overwritten: list[Overwritten] = field(default_factory=list)
    policy_inputs: list[Mapping[str, Any]] = field(default_factory=list)


def _look_at(
    change: Change,
    verdict: Reversibility,
    facts: RiskFacts,
    drift: DriftBefore,
    seen: _Seen,
    *,
    values: bool,
) -> None:
    paths = _paths(change, facts)
    seen.changes.append(
        ReviewedChange(
            intent=change.intent,
            reversibility=verdict,
            paths=paths,
            forces=change.replace_paths,
            values=shown_values(change, paths or _given(change, facts)) if values else (),
        )
    )
    undone = drift.undone_by(change)
    if undone is not None:
        seen.overwritten.append(undone)
    by_hand = frozenset({change.address} if undone is not None and not undone.accepted else ())
    seen.risks += risks_of_change(change, replace(facts, hot_fixes=by_hand) if by_hand else facts)
    loss = data_loss_of(change)
    if loss is not None:
        seen.losses.append(loss)
    if protects_nothing(change):
        seen.harmless.add(change.address)


def _paths(change: Change, facts: RiskFacts) -> tuple[Path, ...]:
    """Return what an update or replacement changes, without what the provider computes anew each time."""
    if change.action not in _DIFFERING:
        return ()
    return tuple(
        each
        for each in differing(change)
        if facts.configures(change, str(each[0])) or not is_marked(change.unknown, each)
    )


def _given(change: Change, facts: RiskFacts) -> tuple[Path, ...]:
    """Return what a new object is made with."""
    if change.action is not Action.CREATE:
        return ()
    named = {name for name, value in change.after.items() if value is not None}
    named |= {name for name in change.unknown or () if facts.configures(change, name)}
    return tuple((name,) for name in sorted(named))


def _sought(
    changes: Sequence[ReviewedChange], risks: Iterable[Risk], findings: Iterable[Finding]
) -> frozenset[str]:
    if len(changes) <= MOST_PLACES:
        return frozenset(resource_of(each.address) for each in changes)
    named = {each.address for each in risks} | {each.address for each in findings}
    return frozenset(resource_of(each) for each in named if each)


def _obstacles(document: PlanDocument, seen: _Seen) -> Iterator[str]:
    if document.errored:
        yield "Terraform failed while it planned: changes are missing, and no apply takes this plan"
    elif not document.applyable and seen.changes:
        yield "Terraform itself says that this plan cannot be applied"


def _notes(document: PlanDocument) -> Iterator[str]:
    if not document.complete and not document.errored:
        yield "the plan is not complete: -target, or changes that Terraform put off, left something out"
