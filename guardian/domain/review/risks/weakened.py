"""Protection that a change takes away: encryption, versioning, backups, deletion protection, logs."""

from collections.abc import Iterator, Mapping
from typing import Any

from guardian.domain.difference import dotted
from guardian.domain.plan import Action
from guardian.domain.review.change import Change
from guardian.domain.review.risks.codes import KNOWN_AFTER_APPLY
from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.risk import Risk
from guardian.domain.review.risks.weakened_access import ACCESS_RULES, TLS_RULES
from guardian.domain.review.risks.weakened_backup import BACKUP_RULES, VERSIONING_RULES
from guardian.domain.review.risks.weakened_deletion import DELETION_RULES
from guardian.domain.review.risks.weakened_encryption import ENCRYPTION_RULES
from guardian.domain.review.risks.weakened_rule import Weakening
from guardian.domain.review.risks.weakened_watch import HARDENING_RULES, LOGGING_RULES

WEAKENINGS: tuple[Weakening, ...] = (
    *ENCRYPTION_RULES,
    *TLS_RULES,
    *ACCESS_RULES,
    *VERSIONING_RULES,
    *BACKUP_RULES,
    *DELETION_RULES,
    *LOGGING_RULES,
    *HARDENING_RULES,
)
WEAKENED: Mapping[str, tuple[Weakening, ...]] = {
    name: tuple(each for each in WEAKENINGS if each.resource_type == name)
    for name in {each.resource_type for each in WEAKENINGS}
}


def weakened(change: Change, facts: RiskFacts) -> Iterator[Risk]:
    """Yield what an update or replacement takes away from an object's protection."""
    if change.action is Action.CREATE:
        return
    for rule in WEAKENED[change.resource_type]:
        before = _at(change.before, rule.attribute)
        named = dotted(rule.attribute)
        if _at(change.unknown, rule.attribute) is True:
            if before and facts.configures(change, rule.attribute[0]):
                words = f"{named} is known only after the apply: whether {rule.words} cannot be told"
                yield KNOWN_AFTER_APPLY.of(change.address, words, source=rule.source)
        elif rule.weaker(before, _at(change.after, rule.attribute)):
            words = f"{rule.words} ({named})"
            yield rule.danger.of(change.address, words, severity=rule.severity, source=rule.source)


def _at(tree: Any, names: tuple[str, ...]) -> Any:
    """Return what stands at names through the first item of each list; None where it ends before.

    Of a tree of `after_unknown` that is True where a block or all of it is unknown.
    """
    for name in names:
        if isinstance(tree, list):
            tree = tree[0] if tree else None
        if tree is True:
            return True
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(name)
    return tree
