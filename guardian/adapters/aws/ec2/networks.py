"""Networks and their subnets."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.apart import left_to
from guardian.adapters.aws.ec2.network_acls import network_acls
from guardian.adapters.aws.ec2.routing import is_main, route_tables
from guardian.adapters.aws.ec2.security_groups import security_groups
from guardian.adapters.aws.ec2.words import PAGE, Item, Pair, beside, identity, keyed, tags
from guardian.adapters.aws.read import Asked, Attributes, Read

_AMAZON, _IPAM = "Amazon", "IPAM Managed"
_GONE = {"InvalidVpcID.NotFound"}
_IPV6 = frozenset(
    {
        "assign_generated_ipv6_cidr_block",
        "ipv6_association_id",
        "ipv6_cidr_block",
        "ipv6_cidr_block_network_border_group",
        "ipv6_ipam_pool_id",
        "ipv6_netmask_length",
    }
)
# By the provider's name: AWS's names, in the question and in the answer.
_SWITCHES = {
    "enable_dns_hostnames": ("enableDnsHostnames", "EnableDnsHostnames"),
    "enable_dns_support": ("enableDnsSupport", "EnableDnsSupport"),
    "enable_network_address_usage_metrics": (
        "enableNetworkAddressUsageMetrics",
        "EnableNetworkAddressUsageMetrics",
    ),
}


def _vpcs(asked: Asked, known: Sequence[Attributes]) -> dict[str, Pair]:
    """Return networks, each with the parts that AWS made with it."""
    parts: dict[str, dict[str, str]] = {}
    for table in route_tables(asked):
        if is_main(table):
            parts.setdefault(table["VpcId"], {})["RouteTable"] = table["RouteTableId"]
    for acl in network_acls(asked):
        if acl["IsDefault"]:
            parts.setdefault(acl["VpcId"], {})["NetworkAcl"] = acl["NetworkAclId"]
    for group in security_groups(asked):
        if group["GroupName"] == "default":
            parts.setdefault(group["VpcId"], {})["SecurityGroup"] = group["GroupId"]
    items = asked.every("describe_vpcs", "Vpcs", MaxResults=PAGE)
    return beside([{**each, "Parts": parts.get(each["VpcId"], {})} for each in items], "VpcId", known)


def _vpc(pair: Pair) -> Attributes:
    item, record = pair
    parts = item["Parts"]
    return {
        "cidr_block": item["CidrBlock"],
        "default_network_acl_id": parts.get("NetworkAcl"),
        # The provider reads the main table as both.
        "default_route_table_id": parts.get("RouteTable"),
        "default_security_group_id": parts.get("SecurityGroup"),
        "dhcp_options_id": item["DhcpOptionsId"],
        "instance_tenancy": item["InstanceTenancy"],
        "main_route_table_id": parts.get("RouteTable"),
        "owner_id": item["OwnerId"],
        "tags": tags(item),
        **_ipv6(item, record),
    }


def _ipv6(item: Item, record: Attributes) -> Attributes:
    """Return the one IPv6 block that the provider records: the recorded one, else the last.

    Source: `defaultIPv6CIDRBlockAssociation` in its internal/service/ec2/vpc_.go.
    """
    blocks = [
        each
        for each in item.get("Ipv6CidrBlockAssociationSet", ())
        if each["Ipv6CidrBlockState"]["State"] == "associated"
    ]
    recorded = [each for each in blocks if each["AssociationId"] == record.get("ipv6_association_id")]
    block: Mapping[str, Any] = next(iter(recorded or blocks[-1:]), {})
    cidr, pool = block.get("Ipv6CidrBlock", ""), block.get("Ipv6Pool", "")
    owned = pool not in ("", _AMAZON)
    return {
        "assign_generated_ipv6_cidr_block": pool == _AMAZON,
        "ipv6_association_id": block.get("AssociationId"),
        "ipv6_cidr_block": cidr,
        "ipv6_cidr_block_network_border_group": block.get("NetworkBorderGroup"),
        "ipv6_netmask_length": int(cidr.partition("/")[2]) if owned else None,
        # Of a pool that IPAM manages AWS does not tell the id.
        **({} if pool == _IPAM else {"ipv6_ipam_pool_id": pool if owned else None}),
    }


def _switches(asked: Asked, pair: Pair, _: Attributes) -> Attributes:
    found = {}
    for name, (question, answer) in _SWITCHES.items():
        told = asked.need("describe_vpc_attribute", gone=_GONE, Attribute=question, VpcId=pair[0]["VpcId"])
        found[name] = told[answer]["Value"]
    return found


def _subnet(item: Item) -> Attributes:
    names = item.get("PrivateDnsNameOptionsOnLaunch", {})
    blocks = [
        each
        for each in item.get("Ipv6CidrBlockAssociationSet", ())
        if each["Ipv6CidrBlockState"]["State"] == "associated"
    ]
    block: Mapping[str, Any] = blocks[-1] if blocks else {}
    return {
        "arn": item["SubnetArn"],
        "assign_ipv6_address_on_creation": item["AssignIpv6AddressOnCreation"],
        "availability_zone": item["AvailabilityZone"],
        "availability_zone_id": item["AvailabilityZoneId"],
        "cidr_block": item.get("CidrBlock"),
        "customer_owned_ipv4_pool": item.get("CustomerOwnedIpv4Pool"),
        "enable_dns64": item.get("EnableDns64"),
        "enable_lni_at_device_index": item.get("EnableLniAtDeviceIndex"),
        "enable_resource_name_dns_a_record_on_launch": names.get("EnableResourceNameDnsARecord"),
        "enable_resource_name_dns_aaaa_record_on_launch": names.get("EnableResourceNameDnsAAAARecord"),
        "ipv6_cidr_block": block.get("Ipv6CidrBlock"),
        "ipv6_cidr_block_association_id": block.get("AssociationId"),
        "ipv6_native": item.get("Ipv6Native"),
        "map_customer_owned_ip_on_launch": item.get("MapCustomerOwnedIpOnLaunch"),
        "map_public_ip_on_launch": item["MapPublicIpOnLaunch"],
        "outpost_arn": item.get("OutpostArn"),
        "owner_id": item["OwnerId"],
        "private_dns_hostname_type_on_launch": names.get("HostnameType"),
        "tags": tags(item),
        "vpc_id": item["VpcId"],
    }


VPC = Read(
    calls={
        "describe_network_acls",
        "describe_route_tables",
        "describe_security_groups",
        "describe_vpc_attribute",
        "describe_vpcs",
    },
    listed=_vpcs,
    bulk=_vpc,
    detail=_switches,
    detailed=_SWITCHES,
    apart=left_to(
        "id",
        ("aws_main_route_table_association", "vpc_id", {"default_route_table_id", "main_route_table_id"}),
        ("aws_vpc_dhcp_options_association", "vpc_id", {"dhcp_options_id"}),
        ("aws_vpc_ipv6_cidr_block_association", "vpc_id", _IPV6),
    ),
    identity=lambda pair: identity(pair[0], own=pair[0]["IsDefault"]),
)
SUBNET = Read(
    calls={"describe_subnets"},
    listed=lambda asked, _: keyed(asked.every("describe_subnets", "Subnets", MaxResults=PAGE), "SubnetId"),
    bulk=_subnet,
    identity=lambda item: identity(item, own=item["DefaultForAz"]),
)
