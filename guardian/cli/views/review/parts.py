"""What a review says, once, for all its forms. Texts of others are not encoded yet."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from guardian.cli.typed import Typed
from guardian.cli.views.drift import value_text
from guardian.cli.views.table import SHORT_ID
from guardian.cli.views.terminal import by_address
from guardian.domain.difference import dotted
from guardian.domain.plan import Action, PlannedChange, PlanSummary
from guardian.domain.redaction import Path
from guardian.domain.review.policy import Effect, Finding
from guardian.domain.review.review import Review, ReviewedChange
from guardian.domain.review.risks.risk import Risk, Severity
from guardian.domain.review.undo.verdict import Undo
from guardian.domain.review.values import UNKNOWN

SHOWN_PATHS = 8
SHOWN_ADDRESSES = 10
THE_PLAN = "the plan as a whole"
PLAN = "release.tfplan"
BEFORE_WORDS = "    # "
"""What stands between a command to paste and what it does."""
SHOWN_FLAGS = 3

ACTIONS = {
    Action.CREATE: "created",
    Action.UPDATE: "updated in place",
    Action.REPLACE: "replaced",
    Action.DELETE: "destroyed",
    Action.MOVE: "moved",
    Action.IMPORT: "imported",
    Action.FORGET: "forgotten: it stays, and the state no longer knows it",
}
_WHOLE = {
    Undo.EXACT: "all of it can be undone exactly",
    Undo.NEW_OBJECT: "undo gives other objects",
    Undo.UNKNOWN: "nobody knows whether all of it can be undone",
    Undo.IMPOSSIBLE: "not all of it can be undone",
}
UNDO = {
    Undo.EXACT: "undo is exact",
    Undo.NEW_OBJECT: "undo gives a new object",
    Undo.UNKNOWN: "undo is unknown",
    Undo.IMPOSSIBLE: "it cannot be undone",
}
_RANK = {each: rank for rank, each in enumerate(reversed(Undo))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endangered:
    """All risks of one severity at one address.

    Attributes:
        address: Of the instance, or of a module or provider; empty for the plan as a whole.
        change: What is done to it, None where it is no instance that changes.
    """

    address: str
    risks: tuple[Risk, ...]
    change: ReviewedChange | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """One command to type next, and what it does."""

    command: str
    does: str


def summary_of(review: Review) -> PlanSummary:
    """Return the plan without the verdicts on it."""
    return PlanSummary(changes=tuple(each.intent for each in review.changes), outputs=review.outputs)


def alarm_words(review: Review) -> str:
    """Return how much there is to look at, for instance `2 red, 1 denied by policy`; empty for nothing."""
    warned = sum(each.effect is Effect.WARN for each in review.policy)
    found = (
        (len(review.red), "red"),
        (len(review.denied), "denied by policy"),
        (len(review.risks) - len(review.red), "amber"),
        (warned, "warned of by policy"),
    )
    return ", ".join(f"{number} {words}" for number, words in found if number)


def whole_words(review: Review) -> str:
    """Return the verdict on undoing the whole."""
    return _WHOLE[review.undo]


def undone_words(review: Review) -> str:
    """Return how many changes have each verdict."""
    return ", ".join(f"{number} {undo}" for undo, number in review.undone.items())


def dangers(review: Review, severity: Severity) -> tuple[Endangered, ...]:
    """Return the risks of a severity by address, in the order of the review."""
    found: dict[str, list[Risk]] = {}
    for each in review.risks:
        if each.severity is severity:
            found.setdefault(each.address, []).append(each)
    changes = by_its_address(review)
    return tuple(
        Endangered(address=address, risks=tuple(risks), change=changes.get(address))
        for address, risks in found.items()
    )


def by_its_address(review: Review) -> dict[str, ReviewedChange]:
    """Return the changes by address; the present object's where a deposed one goes too."""
    ordered = sorted(review.changes, key=lambda each: not each.intent.deposed)
    return {each.address: each for each in ordered}


def lost(review: Review) -> tuple[ReviewedChange, ...]:
    """Return the changes that cannot be undone and that no red risk names already."""
    named = frozenset(each.address for each in review.red)
    return tuple(
        each
        for each in review.changes
        if each.reversibility.undo is Undo.IMPOSSIBLE and each.address not in named
    )


def others(review: Review) -> list[ReviewedChange]:
    """Return the changes that stand nowhere in full, the worst to undo first, then by address."""
    named = frozenset(each.address for each in review.risks)
    found = [
        each
        for each in review.changes
        if each.address not in named and each.reversibility.undo is not Undo.IMPOSSIBLE
    ]
    return sorted(found, key=lambda each: (_RANK[each.reversibility.undo], by_address(each.address)))


def by_weight(findings: Iterable[Finding]) -> list[Finding]:
    """Sort: what stops the apply first, what somebody let pass last."""
    return sorted(findings, key=lambda each: (not each.denies, each.override is not None))


def address_of(intent: PlannedChange) -> str:
    """Return the address, with the key of the object where it is a deposed one."""
    return f"{intent.address} (deposed {intent.deposed})" if intent.deposed else intent.address


def action_words(intent: PlannedChange) -> str:
    """Return what is done, without where a `moved` block took it from."""
    return ACTIONS[intent.action]


def fate_words(change: ReviewedChange, shown: Callable[[str], str] = str) -> str:
    """Return what is done to an object, what undoing gives, who else feels it; `shown` encodes a name."""
    number = change.dependents
    depending = f"; {number} {'depends' if number == 1 else 'depend'} on it" if number else ""
    was = f", was {shown(change.intent.previous_address)}" if change.intent.previous_address else ""
    return f"is {action_words(change.intent)}{was}; {UNDO[change.reversibility.undo]}{depending}"


def undo_words(change: ReviewedChange) -> str:
    """Return the verdict on a change, with its first reason."""
    return ": ".join(filter(None, [change.reversibility.undo, reason_words(change)]))


def reason_words(change: ReviewedChange) -> str:
    """Return why undoing is not exact; empty where it is."""
    first, *more = [each.words for each in change.reversibility.reasons] or [""]
    return f"{first} (and {len(more)} more)" if more else first


def whole_fate_words(change: ReviewedChange) -> str:
    """Return what is done, what undoing gives, who feels it and why, in one sentence."""
    return "; ".join(filter(None, [fate_words(change), reason_words(change)]))


def path_words(paths: Sequence[Path], *, shown: int = SHOWN_PATHS) -> tuple[tuple[str, ...], int]:
    """Return the first paths as people write them, and how many are left out."""
    return tuple(dotted(each) for each in paths[:shown]), max(0, len(paths) - shown)


def effect_words(finding: Finding) -> str:
    """Return what a finding does, before `by` and its rule."""
    if finding.denies:
        return "denied"
    return "let pass, else denied" if finding.effect is Effect.DENY else "warned of"


def override_words(finding: Finding) -> str:
    """Return who let a denied change pass, until when and why; empty where nobody did."""
    if finding.override is None:
        return ""
    until = f"{finding.override.expires_at:%Y-%m-%d %H:%M} UTC"
    return f"overridden by {finding.override.by} until {until}: {finding.override.reason}"


def identity_words(review: Review) -> Iterator[tuple[str, str]]:
    """Yield what was reviewed, each with its label."""
    plan = review.plan
    yield "Plan, SHA-256", plan.digest
    yield "Terraform", plan.terraform_version
    if plan.lineage:
        yield "State", f"serial {plan.serial}, lineage {plan.lineage}"
    if plan.commit:
        yield "Commit", plan.commit
    if plan.made_at:
        yield "Planned", plan.made_at


def base_words(base: str) -> str:
    """Return what a rehearsal planned, short where it is a digest."""
    return base[:SHORT_ID] if len(base) > SHORT_ID and base.isalnum() else base


def obstacles(review: Review) -> Iterator[str]:
    """Yield what an apply will be refused for, but for the policy, which has a part of its own."""
    yield from review.obstacles
    if review.loses_data:
        number = len(review.loses_data)
        what = (
            "a resource that holds data is destroyed"
            if number == 1
            else f"{number} resources that hold data are destroyed"
        )
        yield f"{what}: an apply wants each named by --allow-delete=ADDRESS"


def next_commands(review: Review) -> Iterator[Next]:
    """Yield what to type next, what helps to decide first."""
    if review.errored:
        yield Next(command="terraform plan", does="says why it failed")
        return
    plan = shlex.quote(review.plan_path or PLAN)
    if review.overwritten:
        yield Next(command="guardian drift", does="what was changed by hand, and by whose leave")
    if review.rehearsal is None and review.undo is not Undo.EXACT:
        given = f" {plan}" if review.plan_path else ""
        yield Next(
            command=f"guardian review --rehearse{given}", does="the real way back, planned before the merge"
        )
    if not review.plan_path:
        yield Next(command=f"guardian plan -out={PLAN}", does="saves the plan that is to be approved")
    rules = dict.fromkeys(each.rule for each in review.denied)
    excepted = "".join(f" --override {shlex.quote(each)}" for each in rules)
    reason = " --reason '...'" if rules else ""
    yield Next(
        command=f"guardian approve {plan}{excepted}{reason}{_allowed(review)}",
        does="lets exactly this plan be applied, once",
    )
    yield Next(command="guardian apply --require-approval", does="after the merge: applies it, or refuses")


def _allowed(review: Review) -> str:
    named = review.loses_data[:SHOWN_FLAGS]
    left_out = " ..." if len(review.loses_data) > SHOWN_FLAGS else ""
    return "".join(f" --allow-delete={shlex.quote(each)}" for each in named) + left_out


def next_lines(review: Review, typed: Typed) -> Iterator[str]:
    """Yield the same as lines to be pasted, with the flags that the next command needs too."""
    return (f"{typed.again(each.command)}{BEFORE_WORDS}{each.does}" for each in next_commands(review))


def flags_of(review: Review) -> str:
    """Return the flags that lead from the top of the repository to the root module."""
    return "" if review.root in {"", "."} else shlex.join([f"-chdir={review.root}"])


def value_words(value: Any) -> str:
    """Return one value on a line, what is not known yet as such."""
    return UNKNOWN if value == UNKNOWN else value_text(value)


def more_words(left_out: int) -> str:
    """Return ` and 3 more`, or nothing."""
    return f" and {left_out} more" if left_out else ""
