"""Attachments, inline policies and memberships: all in the authorization details of what they belong to."""

from collections.abc import Callable
from typing import Any

from guardian.adapters.aws.apart import shared
from guardian.adapters.aws.iam_principals import details, document
from guardian.adapters.aws.read import Asked, Attributes, Read, by
from guardian.domain.fingerprint import Shape


def _key(*names: str) -> Callable[[Attributes], str]:
    """Return a key of several attributes; no name of IAM's holds a colon."""

    def key(attributes: Attributes) -> str:
        return ":".join(str(attributes.get(each) or "") for each in names)

    return key


def _read(kind: str, owner: str, member: str, told: Callable[[Any], Attributes], name: str) -> Read:
    """Return how the members of each object of a kind are read.

    Args:
        kind: As the authorization details call it.
        owner: The attribute that names the object.
        member: The list of members in its details.
        told: Returns the attributes that a member tells.
        name: The one of them that tells the members of an object apart.
    """
    key = _key(owner, name)

    def listed(asked: Asked, _: Any) -> dict[str, Attributes]:
        each_of = (
            {owner: each[f"{kind}Name"], **told(item)}
            for each in details(asked, kind)
            for item in each.get(member, ())
        )
        return {key(each): each for each in each_of}

    return Read(
        calls={"get_account_authorization_details"},
        listed=listed,
        key=key,
        bulk=lambda item: item,
        shape=Shape(policies=frozenset({"policy"})),
        region="us-east-1",
    )


def _attachments(kind: str) -> Read:
    return _read(
        kind,
        kind.lower(),
        "AttachedManagedPolicies",
        lambda item: {"policy_arn": item["PolicyArn"]},
        "policy_arn",
    )


def _inline(kind: str) -> Read:
    return _read(
        kind,
        kind.lower(),
        f"{kind}PolicyList",
        lambda item: {"name": item["PolicyName"], "policy": document(item["PolicyDocument"])},
        "name",
    )


def _members(asked: Asked, _: Any) -> dict[str, Attributes]:
    users = details(asked, "User")
    return {
        group: {
            "group": group,
            "users": [each["UserName"] for each in users if group in each.get("GroupList", ())],
        }
        for group in [each["GroupName"] for each in details(asked, "Group")]
    }


READS = {
    "aws_iam_role_policy": _inline("Role"),
    "aws_iam_user_policy": _inline("User"),
    "aws_iam_group_policy": _inline("Group"),
    "aws_iam_role_policy_attachment": _attachments("Role"),
    "aws_iam_user_policy_attachment": _attachments("User"),
    "aws_iam_group_policy_attachment": _attachments("Group"),
    "aws_iam_group_membership": Read(
        calls={"get_account_authorization_details"},
        listed=_members,
        key=by("group"),
        bulk=lambda item: item,
        apart=shared("users", "group", ("aws_iam_user_group_membership", "groups", "user")),
        region="us-east-1",
    ),
}
