"""Roles, policies, users, groups, and what is attached to them."""

import json
from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client, Step

GONE = frozenset({"(absent)"})
OTHER = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}}
)


def _attachment(kind: str) -> Case:
    """An attachment has nothing that could change but that it is there."""

    def detach(client: Client, it: Mapping[str, Any]) -> None:
        call = getattr(client("iam"), f"detach_{kind}_policy")
        call(**{f"{kind.capitalize()}Name": it[kind], "PolicyArn": it["policy_arn"]})

    return Case(change=detach, drifts=GONE, delete=lambda *_: None)


def _inline(kind: str) -> Case:
    def step(verb: str, **more: str) -> Step:
        def call(client: Client, it: Mapping[str, Any]) -> None:
            ask = getattr(client("iam"), f"{verb}_{kind}_policy")
            ask(**{f"{kind.capitalize()}Name": it[kind], "PolicyName": it["name"]}, **more)

        return call

    return Case(change=step("put", PolicyDocument=OTHER), drifts=frozenset({"policy"}), delete=step("delete"))


def _delete_role(client: Client, it: Mapping[str, Any]) -> None:
    iam = client("iam")
    iam.remove_role_from_instance_profile(InstanceProfileName="shop", RoleName=it["name"])
    for arn in it["managed_policy_arns"]:
        iam.detach_role_policy(RoleName=it["name"], PolicyArn=arn)
    iam.delete_role(RoleName=it["name"])


def _delete_policy(client: Client, it: Mapping[str, Any]) -> None:
    iam = client("iam")
    for each in iam.list_policy_versions(PolicyArn=it["arn"])["Versions"]:
        if not each["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=it["arn"], VersionId=each["VersionId"])
    iam.delete_policy(PolicyArn=it["arn"])


def _make_group_anew(client: Client, it: Mapping[str, Any]) -> None:
    # moto does not move groups.
    client("iam").delete_group(GroupName=it["name"])
    client("iam").create_group(GroupName=it["name"], Path=it["path"])


def _delete_membership(client: Client, it: Mapping[str, Any]) -> None:
    # It goes with its group alone.
    for each in client("iam").get_group(GroupName=it["group"])["Users"]:
        client("iam").remove_user_from_group(GroupName=it["group"], UserName=each["UserName"])
    client("iam").delete_group(GroupName=it["group"])


CASES = {
    "aws_iam_role_policy": _inline("role"),
    "aws_iam_user_policy": _inline("user"),
    "aws_iam_group_policy": _inline("group"),
    "aws_iam_role_policy_attachment": _attachment("role"),
    "aws_iam_user_policy_attachment": _attachment("user"),
    "aws_iam_group_policy_attachment": _attachment("group"),
    "aws_iam_group_membership": Case(
        change=lambda client, it: client("iam").remove_user_from_group(
            GroupName=it["group"], UserName="bare"
        ),
        drifts=frozenset({"users"}),
        delete=_delete_membership,
    ),
    "aws_iam_role": Case(
        change=lambda client, it: client("iam").update_role(
            RoleName=it["name"], Description="other", MaxSessionDuration=it["max_session_duration"]
        ),
        drifts=frozenset({"description"}),
        delete=_delete_role,
        # The policies of aws_iam_role_policy, which is read itself.
        unread=frozenset({"inline_policy"}),
    ),
    "aws_iam_policy": Case(
        change=lambda client, it: client("iam").create_policy_version(
            PolicyArn=it["arn"], PolicyDocument=OTHER, SetAsDefault=True
        ),
        drifts=frozenset({"policy"}),
        delete=_delete_policy,
        unread=frozenset({"attachment_count"}),
    ),
    "aws_iam_instance_profile": Case(
        change=lambda client, it: client("iam").tag_instance_profile(
            InstanceProfileName=it["name"], Tags=[{"Key": "team", "Value": "other"}]
        ),
        drifts=frozenset({"tags"}),
        delete=lambda client, it: client("iam").delete_instance_profile(InstanceProfileName=it["name"]),
    ),
    "aws_iam_user": Case(
        change=lambda client, it: client("iam").tag_user(
            UserName=it["name"], Tags=[{"Key": "more", "Value": ""}]
        ),
        drifts=frozenset({"tags"}),
        delete=lambda client, it: client("iam").delete_user(UserName=it["name"]),
    ),
    "aws_iam_group": Case(
        change=_make_group_anew,
        drifts=frozenset({"unique_id"}),
        delete=lambda client, it: client("iam").delete_group(GroupName=it["name"]),
    ),
    "aws_iam_openid_connect_provider": Case(
        change=lambda client, it: client("iam").update_open_id_connect_provider_thumbprint(
            OpenIDConnectProviderArn=it["arn"], ThumbprintList=["0" * 40]
        ),
        drifts=frozenset({"thumbprint_list"}),
        delete=lambda client, it: client("iam").delete_open_id_connect_provider(
            OpenIDConnectProviderArn=it["arn"]
        ),
    ),
}
