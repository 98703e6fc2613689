"""Roles, policies, users, groups and what lets them in, as the account's authorization details tell them."""

import json
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from guardian.adapters.aws.apart import shared, together
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, tags_of
from guardian.domain.fingerprint import Shape

# Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
_LISTS = {
    "Role": "RoleDetailList",
    "User": "UserDetailList",
    "Group": "GroupDetailList",
    "LocalManagedPolicy": "Policies",
}
_AT_ONCE = 1000
_GONE = frozenset({"NoSuchEntity"})
# Paths of what AWS makes: service-linked roles, and those of the identity centre.
_AWS_OWN = ("/aws-service-role/", "/aws-reserved/")


def details(asked: Asked, kind: str) -> list[dict[str, Any]]:
    """Return the authorization details of everything of one kind: one question for all types that ask it."""
    return asked.every("get_account_authorization_details", _LISTS[kind], Filter=[kind], MaxItems=_AT_ONCE)


def document(value: Any) -> str:
    """Return a policy as text; boto3 parses those that are JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _roles(asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    told = {each["RoleName"]: each for each in asked.every("list_roles", "Roles", MaxItems=_AT_ONCE)}
    return {each["RoleName"]: {**told.get(each["RoleName"], {}), **each} for each in details(asked, "Role")}


def _role(item: Mapping[str, Any]) -> Attributes:
    return {
        "name": item["RoleName"],
        "arn": item["Arn"],
        "unique_id": item["RoleId"],
        "path": item["Path"],
        "description": item.get("Description"),
        "max_session_duration": item["MaxSessionDuration"],
        "assume_role_policy": document(item["AssumeRolePolicyDocument"]),
        "permissions_boundary": _boundary(item),
        "managed_policy_arns": [each["PolicyArn"] for each in item.get("AttachedManagedPolicies", ())],
        "inline_policy": [
            {"name": each["PolicyName"], "policy": document(each["PolicyDocument"])}
            for each in item.get("RolePolicyList", ())
        ],
        "tags": tags_of(item.get("Tags", ())),
    }


def _boundary(item: Mapping[str, Any]) -> str | None:
    found: str | None = item.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return found


def _user(item: Mapping[str, Any]) -> Attributes:
    return {
        "name": item["UserName"],
        "arn": item["Arn"],
        "unique_id": item["UserId"],
        "path": item["Path"],
        "permissions_boundary": _boundary(item),
        "tags": tags_of(item.get("Tags", ())),
    }


def _group(item: Mapping[str, Any]) -> Attributes:
    return {
        "name": item["GroupName"],
        "arn": item["Arn"],
        "unique_id": item["GroupId"],
        "path": item["Path"],
    }


def _policy(item: Mapping[str, Any]) -> Attributes:
    # `attachment_count` is left out: it follows from attachments, and is recorded by the next refresh only.
    return {
        "name": _policy_name(item),
        "arn": item["Arn"],
        "path": item["Path"],
        "policy": next(
            document(each["Document"]) for each in item["PolicyVersionList"] if each["IsDefaultVersion"]
        ),
    }


def _policy_name(item: Mapping[str, Any]) -> str:
    return str(item["Arn"]).rpartition("/")[2]


def _policy_detail(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    policy = asked.need("get_policy", gone=_GONE, PolicyArn=item["Arn"])["Policy"]
    return {
        "policy_id": policy["PolicyId"],
        "description": policy.get("Description"),
        "tags": tags_of(policy.get("Tags", ())),
    }


def _profile(item: Mapping[str, Any]) -> Attributes:
    return {
        "name": item["InstanceProfileName"],
        "arn": item["Arn"],
        "unique_id": item["InstanceProfileId"],
        "path": item["Path"],
        "role": next((each["RoleName"] for each in item["Roles"]), None),
    }


def _profile_detail(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    name = item["InstanceProfileName"]
    answer = asked.need("get_instance_profile", gone=_GONE, InstanceProfileName=name)
    return {"tags": tags_of(answer["InstanceProfile"].get("Tags", ()))}


def _provider_detail(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    provider = asked.need("get_open_id_connect_provider", gone=_GONE, OpenIDConnectProviderArn=item["Arn"])
    return {
        "url": provider["Url"],
        "client_id_list": provider.get("ClientIDList"),
        "thumbprint_list": provider.get("ThumbprintList"),
        "tags": tags_of(provider.get("Tags", ())),
    }


ROLE = Read(
    calls={"get_account_authorization_details", "list_roles"},
    listed=_roles,
    bulk=_role,
    shape=Shape(policies=frozenset({"assume_role_policy", "inline_policy.policy"})),
    apart=together(
        shared(
            "inline_policy",
            "name",
            ("aws_iam_role_policy", "role", "name"),
            entry=itemgetter("name"),
        ),
        shared(
            "managed_policy_arns",
            "name",
            ("aws_iam_policy_attachment", "roles", "policy_arn"),
            ("aws_iam_role_policy_attachment", "role", "policy_arn"),
            ("aws_iam_role_policy_attachments_exclusive", "role_name", "policy_arns"),
        ),
    ),
    identity=lambda item: Identity(
        name=item["RoleName"], tags=tags_of(item.get("Tags", ())), own=item["Path"].startswith(_AWS_OWN)
    ),
    region="us-east-1",
)
USER = Read(
    calls={"get_account_authorization_details"},
    listed=lambda asked, _: {each["UserName"]: each for each in details(asked, "User")},
    bulk=_user,
    identity=lambda item: Identity(name=item["UserName"], tags=tags_of(item.get("Tags", ()))),
    region="us-east-1",
)
GROUP = Read(
    calls={"get_account_authorization_details"},
    listed=lambda asked, _: {each["GroupName"]: each for each in details(asked, "Group")},
    bulk=_group,
    identity=lambda item: Identity(name=item["GroupName"], tags={}),  # groups cannot be tagged
    region="us-east-1",
)
POLICY = Read(
    calls={"get_account_authorization_details", "get_policy"},
    listed=lambda asked, _: {each["Arn"]: each for each in details(asked, "LocalManagedPolicy")},
    bulk=_policy,
    detail=_policy_detail,
    detailed={"policy_id", "description", "tags"},
    shape=Shape(policies=frozenset({"policy"})),
    identity=lambda item: Identity(name=_policy_name(item)),
    region="us-east-1",
)
PROFILE = Read(
    calls={"list_instance_profiles", "get_instance_profile"},
    listed=lambda asked, _: {
        each["InstanceProfileName"]: each
        for each in asked.every("list_instance_profiles", "InstanceProfiles", MaxItems=_AT_ONCE)
    },
    bulk=_profile,
    detail=_profile_detail,
    detailed={"tags"},
    identity=lambda item: Identity(name=item["InstanceProfileName"]),
    region="us-east-1",
)
OPENID_PROVIDER = Read(
    calls={"list_open_id_connect_providers", "get_open_id_connect_provider"},
    listed=lambda asked, _: {
        each["Arn"]: each
        for each in asked.every("list_open_id_connect_providers", "OpenIDConnectProviderList")
    },
    bulk=lambda item: {"arn": item["Arn"]},
    detail=_provider_detail,
    detailed={"url", "client_id_list", "thumbprint_list", "tags"},
    identity=lambda item: Identity(name=item["Arn"].partition(":oidc-provider/")[2]),
    region="us-east-1",
)
