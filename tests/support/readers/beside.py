"""What other resources of the state make of an object is no drift of it; what somebody adds by hand is."""

import json
from collections.abc import Mapping
from typing import Any

from tests.support.readers import ec2_routing, s3, sns, sqs
from tests.support.readers.case import Case, Client

BY_HAND = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
)


def _let_through(client: Client, it: Mapping[str, Any]) -> None:
    def permission(port: int) -> Mapping[str, Any]:
        return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}

    client("ec2").authorize_security_group_ingress(GroupId=it["id"], IpPermissions=[permission(22)])
    client("ec2").authorize_security_group_egress(GroupId=it["id"], IpPermissions=[permission(25)])


def _delete_group(client: Client, it: Mapping[str, Any]) -> None:
    """Delete a group after the interface in it, as AWS wants it."""
    ec2 = client("ec2")
    for each in ec2.describe_network_interfaces()["NetworkInterfaces"]:
        if it["id"] in {group["GroupId"] for group in each["Groups"]}:
            ec2.delete_network_interface(NetworkInterfaceId=each["NetworkInterfaceId"])
    ec2.delete_security_group(GroupId=it["id"])


def _permit_more(client: Client, it: Mapping[str, Any]) -> None:
    """Put a policy on one role, and attach one to the other."""
    client("iam").put_role_policy(RoleName=it["name"], PolicyName="by-hand", PolicyDocument=BY_HAND)
    client("iam").attach_role_policy(
        RoleName="beside-other", PolicyArn="arn:aws:iam::123456789012:policy/by-hand"
    )


def _delete_role(client: Client, it: Mapping[str, Any]) -> None:
    iam, role = client("iam"), it["name"]
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    for each in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=role, PolicyArn=each["PolicyArn"])
    iam.delete_role(RoleName=role)


def _route_by_hand(client: Client, it: Mapping[str, Any]) -> None:
    gateway = client("ec2").describe_internet_gateways()["InternetGateways"][0]["InternetGatewayId"]
    client("ec2").create_route(RouteTableId=it["id"], DestinationCidrBlock="10.66.0.0/16", GatewayId=gateway)


def _deny_by_hand(client: Client, it: Mapping[str, Any]) -> None:
    client("ec2").create_network_acl_entry(
        NetworkAclId=it["id"],
        RuleNumber=50,
        Egress=False,
        Protocol="-1",
        RuleAction="deny",
        CidrBlock="192.0.2.0/24",
    )


CASES = {
    "aws_security_group": Case(
        change=_let_through, drifts=frozenset({"ingress", "egress"}), delete=_delete_group
    ),
    "aws_route_table": Case(
        change=_route_by_hand,
        drifts=frozenset({"route"}),
        delete=lambda client, it: client("ec2").delete_route_table(RouteTableId=it["id"]),
    ),
    "aws_network_acl": Case(
        change=_deny_by_hand, drifts=frozenset({"ingress"}), delete=ec2_routing.delete_acl
    ),
    "aws_iam_role": Case(
        change=_permit_more,
        drifts=frozenset({"inline_policy"}),
        also={"aws_iam_role.other": frozenset({"managed_policy_arns"})},
        left={"aws_iam_policy.by_hand": frozenset({"attachment_count"})},
        delete=_delete_role,
    ),
    "aws_sns_topic_policy": Case(
        change=sns.widen,
        drifts=frozenset({"policy"}),
        left={"aws_sns_topic.it": frozenset({"policy"})},
        delete=lambda client, it: client("sns").delete_topic(TopicArn=it["arn"]),
    ),
    "aws_sqs_queue_policy": Case(
        change=sqs.widen,
        drifts=frozenset({"policy"}),
        left={"aws_sqs_queue.it": frozenset({"policy"})},
        delete=lambda client, it: client("sqs").delete_queue(QueueUrl=it["queue_url"]),
    ),
    "aws_s3_bucket_versioning": Case(
        change=s3.suspend,
        drifts=frozenset({"versioning_configuration"}),
        left={"aws_s3_bucket.it": frozenset({"versioning"})},
        delete=s3.goes_with_the_bucket,
    ),
    "aws_s3_bucket": Case(
        change=s3.tag,
        drifts=frozenset({"tags"}),
        delete=lambda client, it: client("s3").delete_bucket(Bucket=it["bucket"]),
    ),
}
