"""Rights that are not a document: policies of full access attached, a boundary taken away or exchanged."""

from collections.abc import Iterator
from typing import Any

from guardian.domain.review.change import Change
from guardian.domain.review.risks.codes import IAM_WIDENED, KNOWN_AFTER_APPLY
from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.risk import Risk, Severity

_ATTACHED = {
    "aws_iam_role_policy_attachment": "policy_arn",
    "aws_iam_user_policy_attachment": "policy_arn",
    "aws_iam_group_policy_attachment": "policy_arn",
    "aws_iam_policy_attachment": "policy_arn",
    "aws_iam_role_policy_attachments_exclusive": "policy_arns",
    "aws_iam_user_policy_attachments_exclusive": "policy_arns",
    "aws_iam_group_policy_attachments_exclusive": "policy_arns",
    "aws_eks_access_policy_association": "policy_arn",
    "aws_iam_role": "managed_policy_arns",
    "aws_ssoadmin_managed_policy_attachment": "managed_policy_arn",
}
_BOUNDED = frozenset({"aws_iam_role", "aws_iam_user"})
RIGHTS_TYPES = _BOUNDED.union(_ATTACHED)
# Policies that make, alone or by what they let one do to oneself, an administrator.
_ADMINISTRATOR = (
    "AdministratorAccess",
    "PowerUserAccess",
    "IAMFullAccess",
    "AmazonEKSClusterAdminPolicy",
)
_FULL = "FullAccess"
_BOUND = "permissions_boundary"
_MANAGED = "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html"
_BOUNDARY = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"


def widened_rights(change: Change, facts: RiskFacts) -> Iterator[Risk]:
    """Yield policies of full access that were not attached before, and a boundary that may not hold."""
    attribute = _ATTACHED.get(change.resource_type, "")
    if attribute:
        yield from _attached(change, attribute, facts)
    if change.resource_type in _BOUNDED:
        yield from _unbound(change, facts)


def _unbound(change: Change, facts: RiskFacts) -> Iterator[Risk]:
    before, after = change.before.get(_BOUND), change.after.get(_BOUND)
    if not before:
        return
    if change.is_unknown(_BOUND):
        if facts.configures(change, _BOUND):
            words = f"{_BOUND} is known only after the apply: whether it still bounds cannot be told"
            yield KNOWN_AFTER_APPLY.of(change.address, words, source=_BOUNDARY)
    elif not after:
        words = "its permissions boundary is gone: all that its policies allow is allowed now"
        yield IAM_WIDENED.of(change.address, words, source=_BOUNDARY)
    elif before != after and any(name in _ADMINISTRATOR for name in _names(after)):
        words = "its permissions boundary bounds nothing any more: it is a policy of full access"
        yield IAM_WIDENED.of(change.address, words, source=_BOUNDARY)
    elif before != after:
        words = "its permissions boundary is another policy: whether that allows more cannot be told"
        yield IAM_WIDENED.of(change.address, words, severity=Severity.AMBER, source=_BOUNDARY)


def _attached(change: Change, attribute: str, facts: RiskFacts) -> Iterator[Risk]:
    if change.is_unknown(attribute):
        if facts.configures(change, attribute):
            words = f"{attribute} is known only after the apply: which rights it gives cannot be told"
            yield KNOWN_AFTER_APPLY.of(change.address, words, source=_MANAGED)
        return
    before = _names(change.before.get(attribute))
    for name in _names(change.after.get(attribute)):
        if name in before:
            continue
        if name in _ADMINISTRATOR:
            yield IAM_WIDENED.of(change.address, f"it gets the rights of {name}", source=_MANAGED)
        elif name.endswith(_FULL):
            words = f"it gets the rights of {name}: everything of a service"
            yield IAM_WIDENED.of(change.address, words, severity=Severity.AMBER, source=_MANAGED)


def _names(told: Any) -> list[str]:
    listed = told if isinstance(told, list) else [told]
    return [each.rpartition("/")[2] for each in listed if isinstance(each, str)]
