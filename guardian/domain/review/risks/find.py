"""All that is dangerous about a plan: change by change while it is read, then over the whole.

A caller reads the plan once: `risks_of_change` and `data_loss_of` for each change, then `risks_of_plan` with
the losses, whose backups may have been asked for meanwhile.
"""

from collections.abc import Callable, Collection, Iterator, Sequence

from guardian.domain.address import resource_of
from guardian.domain.plan import DESTRUCTIVE, Action
from guardian.domain.review.change import Change
from guardian.domain.review.review import ReviewedChange
from guardian.domain.review.risks.codes import HOT_FIX_CHANGED, MANY_DELETIONS, REPLACED_UNDER_DEPENDENTS
from guardian.domain.review.risks.data import DataLoss, data_risk
from guardian.domain.review.risks.expiring import EXPIRING_TYPES, shorter_lives
from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.guards import fallen_guards
from guardian.domain.review.risks.iam import RIGHTS_TYPES, widened_rights
from guardian.domain.review.risks.network import NETWORK_TYPES, opened_network
from guardian.domain.review.risks.policy_attributes import POLICY_ATTRIBUTES
from guardian.domain.review.risks.public import PUBLIC, opened_setting
from guardian.domain.review.risks.resource_policy import widened_policies
from guardian.domain.review.risks.risk import Risk
from guardian.domain.review.risks.weakened import WEAKENED, weakened

_NAMED_MAX = 3
_MAKING = frozenset({Action.CREATE, Action.UPDATE, Action.REPLACE})
_TOUCHING = frozenset({Action.UPDATE, Action.REPLACE, Action.DELETE})

_Judge = Callable[[Change, RiskFacts], Iterator[Risk]]
_JUDGES: tuple[tuple[_Judge, Collection[str]], ...] = (
    (opened_network, NETWORK_TYPES),
    (opened_setting, PUBLIC),
    (widened_policies, POLICY_ATTRIBUTES),
    (widened_rights, RIGHTS_TYPES),
    (weakened, WEAKENED),
    (shorter_lives, EXPIRING_TYPES),
)
# Most changes of a large plan are of types that no rule is about: one look-up each.
_BY_TYPE: dict[str, tuple[_Judge, ...]] = {
    name: tuple(judge for judge, types in _JUDGES if name in types)
    for name in {each for _, types in _JUDGES for each in types}
}


def risks_of_change(change: Change, facts: RiskFacts) -> Iterator[Risk]:
    """Yield what is dangerous about one change, except the data that goes with it.

    Args:
        change: With its values; nothing of it is kept.
        facts: What is known beside the plan; `backups` and `managed` are not looked at.
    """
    yield from _replaced(change, facts)
    if change.action in _MAKING:
        for judge in _BY_TYPE.get(change.resource_type, ()):
            yield from judge(change, facts)
    if change.action in _TOUCHING and change.address in facts.hot_fixes:
        words = "somebody changed it by hand since the baseline, and this plan changes it"
        mend = "guardian drift    # shows what was changed; put it into the configuration if it is to stay"
        yield HOT_FIX_CHANGED.of(change.address, words, mend=mend)


def risks_of_plan(
    reviewed: Sequence[ReviewedChange],
    facts: RiskFacts,
    *,
    losses: Sequence[DataLoss] = (),
    harmless: Collection[str] = (),
) -> Iterator[Risk]:
    """Yield what only the whole plan tells.

    Args:
        reviewed: All changes.
        facts: With the backups of `losses`, as far as anybody asked for them.
        losses: What `data_loss_of` found in the changes.
        harmless: Addresses of the deletions of which `protects_nothing` holds.
    """
    for loss in losses:
        yield data_risk(loss, facts)
    yield from fallen_guards([each.intent for each in reviewed], facts, harmless=harmless)
    yield from _many(reviewed, facts)


def _replaced(change: Change, facts: RiskFacts) -> Iterator[Risk]:
    if change.action is not Action.REPLACE or change.create_before_destroy:
        return
    dependents = facts.dependents(resource_of(change.address))
    if not dependents:
        return
    more = f" and {len(dependents) - _NAMED_MAX} more" if len(dependents) > _NAMED_MAX else ""
    words = (
        "it is destroyed before its successor is made, and others refer to it: "
        f"{', '.join(dependents[:_NAMED_MAX])}{more}"
    )
    mend = "lifecycle { create_before_destroy = true }, where its name allows two at a time"
    yield REPLACED_UNDER_DEPENDENTS.of(change.address, words, mend=mend)


def _many(reviewed: Sequence[ReviewedChange], facts: RiskFacts) -> Iterator[Risk]:
    destroyed = [
        each.intent.action
        for each in reviewed
        if each.intent.action in DESTRUCTIVE and not each.intent.deposed
    ]
    number = len(destroyed)
    if number <= 1:
        return
    percent = 100 * number / facts.managed if facts.managed else 0
    if number <= facts.most_deletions and percent <= facts.most_deletions_percent:
        return
    replaced = destroyed.count(Action.REPLACE)
    among = f" ({replaced} of them replaced)" if replaced else ""
    of_all = f" of {facts.managed}, {percent:.0f} %" if facts.managed else ""
    limit = f"at most {facts.most_deletions} and {facts.most_deletions_percent} % are usual"
    yield MANY_DELETIONS.of("", f"{number} instances{of_all}{among} are destroyed: {limit}")
