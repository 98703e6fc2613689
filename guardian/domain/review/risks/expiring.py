"""Rules of a bucket that delete all its objects once they are old enough.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
"""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from guardian.domain.review.change import Change, is_marked
from guardian.domain.review.risks.codes import DATA_DELETED
from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.risk import Risk

_RULES = {"aws_s3_bucket_lifecycle_configuration": "rule", "aws_s3_bucket": "lifecycle_rule"}
EXPIRING_TYPES = frozenset(_RULES)
_SOURCE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html"


def shorter_lives(change: Change, facts: RiskFacts) -> Iterator[Risk]:
    """Yield that all objects of a bucket that there is are deleted sooner than before."""
    del facts  # what is not known yet is no rule that is told
    if is_marked(change.unknown, ("bucket",)):
        return  # a bucket that is made by the same plan is empty
    name = _RULES[change.resource_type]
    if name == "lifecycle_rule" and not change.before:
        return
    was, will = _days(change.before.get(name)), _days(change.after.get(name))
    if will < was:
        old = f"once it is {will:g} days old" if will else "on a date"
        words = f"every object of the bucket is deleted {old}: a rule says so for all of them ({name})"
        yield DATA_DELETED.of(change.address, words, source=_SOURCE)


def _days(rules: Any) -> float:
    """Return after how many days all objects are deleted: 0 for a date, infinity for never."""
    return min(
        (
            days
            for each in (rules if isinstance(rules, list) else ())
            if isinstance(each, Mapping) and _is_on(each) and _is_of_all(each)
            for days in _expirations(each.get("expiration"))
        ),
        default=inf,
    )


def _is_on(rule: Mapping[str, Any]) -> bool:
    return rule.get("status") == "Enabled" or rule.get("enabled") is True


def _is_of_all(rule: Mapping[str, Any]) -> bool:
    return not rule.get("prefix") and not rule.get("tags") and not _holds(rule.get("filter"))


def _holds(filters: Any) -> bool:
    """Tell whether a filter asks for anything; its empty blocks and texts do not."""
    if isinstance(filters, list):
        return any(map(_holds, filters))
    if isinstance(filters, Mapping):
        return any(map(_holds, filters.values()))
    return bool(filters)


def _expirations(blocks: Any) -> Iterator[float]:
    for each in blocks if isinstance(blocks, list) else ():
        if isinstance(each, Mapping):
            days = each.get("days")
            if each.get("date"):
                yield 0
            elif isinstance(days, int) and days > 0:
                yield min(days, 1_000_000)
