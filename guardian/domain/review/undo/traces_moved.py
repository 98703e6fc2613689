"""Which rules of a bucket's or a repository's lifecycle leave something behind, and in which words."""

from typing import Any

from guardian.domain.review.undo.rule import AWS

EXPIRED = "objects that expire by it meanwhile are gone, and those that it moves stay in the colder class"
LIFECYCLE = f"{AWS}/AmazonS3/latest/userguide/object-lifecycle-mgmt.html"
UNTAGGED = "images that expire by it meanwhile are gone"
UNTAGGED_BY = f"{AWS}/AmazonECR/latest/userguide/LifecyclePolicies.html"
LOCKED = "what is written meanwhile can be deleted by nobody before its time is over"

_MOVING = (
    "expiration",
    "noncurrent_version_expiration",
    "transition",
    "noncurrent_version_transition",
)


def moves(rules: Any) -> bool:
    """Tell whether any lifecycle rule that is in force deletes objects or moves them to a colder class."""
    return isinstance(rules, list) and any(isinstance(each, dict) and _is_moving(each) for each in rules)


def _is_moving(rule: dict[str, Any]) -> bool:
    if rule.get("status") == "Disabled" or rule.get("enabled") is False:
        return False
    return any(rule.get(each) for each in _MOVING)
