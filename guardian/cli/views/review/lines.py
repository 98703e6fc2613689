"""A review for a program: one line on the whole, then one each for what is said in it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from guardian.cli.views import jsonl
from guardian.cli.views.review.parts import obstacles
from guardian.domain.difference import PathChange
from guardian.domain.review.policy import Finding
from guardian.domain.review.rehearsal import Rehearsal
from guardian.domain.review.review import Overwritten, Review, ReviewedChange
from guardian.domain.review.risks.risk import Risk


def review_lines(review: Review) -> Iterator[dict[str, Any]]:
    """Yield the lines of docs/json-output.md; every key is always there."""
    yield _review(review)
    yield from map(_change, review.changes)
    yield from map(_risk, review.risks)
    yield from map(_policy, review.policy)
    yield from map(_overwritten, review.overwritten)
    yield from (
        {
            "type": "blast",
            "resource": resource,
            "direct": list(direct),
            "transitive": list(review.blast.transitive.get(resource, ())),
            "number": review.blast.number.get(resource, 0),
        }
        for resource, direct in review.blast.direct.items()
    )
    if review.rehearsal is not None:
        yield _rehearsal(review.rehearsal)


def _review(review: Review) -> dict[str, Any]:
    plan = review.plan
    return {
        "type": "review",
        "project": review.project,
        "root": review.root,
        "workspace": review.workspace,
        "plan": {
            "sha256": plan.digest,
            "terraform_version": plan.terraform_version,
            "lineage": plan.lineage or None,
            "serial": plan.serial if plan.lineage else None,
            "commit": plan.commit or None,
            "made_at": plan.made_at or None,
        },
        "empty": review.is_empty,
        "counts": jsonl.counts(review.counts),
        "undo": str(review.undo),
        "undone": {str(undo): number for undo, number in review.undone.items()},
        "red": len(review.red),
        "denied": len(review.denied),
        "drifted": review.drifted,
        "errored": review.errored,
        "obstacles": list(obstacles(review)),
        "outputs": dict(review.outputs),
        "notes": list(review.notes),
    }


def _change(change: ReviewedChange) -> dict[str, Any]:
    place = change.place
    return {
        "type": "change",
        **jsonl.change(change.intent),
        "resource_type": change.intent.resource_type,
        "undo": str(change.reversibility.undo),
        "reasons": [
            {"words": each.words, "attribute": each.attribute, "source": each.source}
            for each in change.reversibility.reasons
        ],
        "paths": [list(each) for each in change.paths],
        "forces": [list(each) for each in change.forces],
        "values": _values(change.values),
        "dependents": change.dependents,
        "place": {"file": place.file, "line": place.line} if place else None,
    }


def _risk(risk: Risk) -> dict[str, Any]:
    return {
        "type": "risk",
        "code": risk.code,
        "severity": str(risk.severity),
        "address": risk.address,
        "words": risk.words,
        "mend": risk.mend,
        "source": risk.source,
    }


def _policy(finding: Finding) -> dict[str, Any]:
    override = finding.override
    return {
        "type": "policy",
        "rule": finding.rule,
        "effect": str(finding.effect),
        "denies": finding.denies,
        "address": finding.address,
        "message": finding.message,
        "override": {
            "address": override.address,
            "by": override.by,
            "reason": override.reason,
            "expires_at": override.expires_at.isoformat(),
        }
        if override
        else None,
    }


def _overwritten(each: Overwritten) -> dict[str, Any]:
    return {
        "type": "overwritten",
        "address": each.address,
        "paths": [list(path) for path in each.paths],
        "accepted": each.accepted,
        "values": _values(each.values),
    }


def _rehearsal(rehearsal: Rehearsal) -> dict[str, Any]:
    plan = rehearsal.plan
    return {
        "type": "rehearsal",
        "base": rehearsal.base,
        "works": rehearsal.works,
        "refused": rehearsal.refused,
        "counts": jsonl.counts(plan.counts) if plan else None,
        "changes": [jsonl.change(each) for each in plan.changes] if plan else None,
        "destroys": [each.address for each in rehearsal.destroys],
        "protected": list(rehearsal.protected),
        "missing_providers": list(rehearsal.missing_providers),
        "moves": [asdict(each) for each in rehearsal.moves],
        "wants": list(rehearsal.wants),
        "errors": list(rehearsal.errors),
        "notes": list(rehearsal.notes),
    }


def _values(values: Iterable[PathChange]) -> list[dict[str, Any]]:
    return [{"path": list(each.path), "before": each.before, "after": each.after} for each in values]
