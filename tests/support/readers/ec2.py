"""Networks, and who may reach what is in them."""

from tests.support.readers.case import Case


def _metrics(words):
    return {
        "IpProtocol": "tcp",
        "FromPort": 9100,
        "ToPort": 9101,
        "IpRanges": [{"CidrIp": each, "Description": words} for each in ("10.8.0.0/16", "10.9.0.0/16")],
        "Ipv6Ranges": [{"CidrIpv6": "fd00::/8", "Description": words}],
    }


def _https(cidr, *, words=""):
    ranges = [{"CidrIp": cidr, **({"Description": words} if words else {})}]
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": ranges}


def _delete_group(client, it):
    """Delete a group after the rules of others that refer to it, as AWS wants it."""
    ec2 = client("ec2")
    for each in ec2.describe_security_group_rules()["SecurityGroupRules"]:
        if each.get("ReferencedGroupInfo", {}).get("GroupId") == it["id"] != each["GroupId"]:
            ec2.revoke_security_group_ingress(
                GroupId=each["GroupId"], SecurityGroupRuleIds=[each["SecurityGroupRuleId"]]
            )
    ec2.delete_security_group(GroupId=it["id"])


CASES = {
    "aws_vpc_security_group_ingress_rule": Case(
        change=lambda client, it: client("ec2").update_security_group_rule_descriptions_ingress(
            GroupId=it["security_group_id"], IpPermissions=[_https("10.1.0.0/16", words="changed")]
        ),
        drifts=frozenset({"description"}),
        delete=lambda client, it: client("ec2").revoke_security_group_ingress(
            GroupId=it["security_group_id"], SecurityGroupRuleIds=[it["id"]]
        ),
    ),
    "aws_vpc_security_group_egress_rule": Case(
        change=lambda client, it: client("ec2").create_tags(
            Resources=[it["id"]], Tags=[{"Key": "team", "Value": "other"}]
        ),
        drifts=frozenset({"tags"}),
        delete=lambda client, it: client("ec2").revoke_security_group_egress(
            GroupId=it["security_group_id"], SecurityGroupRuleIds=[it["id"]]
        ),
    ),
    "aws_security_group_rule": Case(
        change=lambda client, it: client("ec2").update_security_group_rule_descriptions_ingress(
            GroupId=it["security_group_id"], IpPermissions=[_metrics("changed")]
        ),
        drifts=frozenset({"description"}),
        # One of its sources is enough: Terraform would make the whole rule anew.
        delete=lambda client, it: client("ec2").revoke_security_group_ingress(
            GroupId=it["security_group_id"],
            IpPermissions=[{**_metrics("changed"), "IpRanges": [{"CidrIp": "10.9.0.0/16"}]}],
        ),
    ),
    "aws_security_group": Case(
        change=lambda client, it: client("ec2").authorize_security_group_ingress(
            GroupId=it["id"], IpPermissions=[_https("10.7.0.0/16")]
        ),
        drifts=frozenset({"ingress"}),
        delete=_delete_group,
    ),
    "aws_subnet": Case(
        change=lambda client, it: client("ec2").modify_subnet_attribute(
            SubnetId=it["id"], MapPublicIpOnLaunch={"Value": False}
        ),
        drifts=frozenset({"map_public_ip_on_launch"}),
        delete=lambda client, it: client("ec2").delete_subnet(SubnetId=it["id"]),
    ),
    "aws_vpc": Case(
        change=lambda client, it: client("ec2").modify_vpc_attribute(
            VpcId=it["id"], EnableDnsHostnames={"Value": False}
        ),
        drifts=frozenset({"enable_dns_hostnames"}),
        delete=lambda client, it: client("ec2").delete_vpc(VpcId=it["id"]),
    ),
}
