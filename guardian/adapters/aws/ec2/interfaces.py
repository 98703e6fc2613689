"""Network interfaces, and what is reached by them: addresses and endpoints."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from guardian.adapters.aws.apart import left_to, shared, together
from guardian.adapters.aws.ec2.words import PAGE, Item, identity, keyed, tags
from guardian.adapters.aws.read import Asked, Attributes, Read
from guardian.domain.fingerprint import Shape


def _interfaces(asked: Asked) -> dict[str, Item]:
    items = asked.every("describe_network_interfaces", "NetworkInterfaces", MaxResults=PAGE)
    # Here alone tags are named otherwise.
    return keyed(({**each, "Tags": each.get("TagSet", ())} for each in items), "NetworkInterfaceId")


def _interface(item: Item) -> Attributes:
    private = [each["PrivateIpAddress"] for each in item["PrivateIpAddresses"]]
    six = [each["Ipv6Address"] for each in item.get("Ipv6Addresses", ())]
    prefixes = [each["Ipv4Prefix"] for each in item.get("Ipv4Prefixes", ())]
    six_prefixes = [each["Ipv6Prefix"] for each in item.get("Ipv6Prefixes", ())]
    attachment = item.get("Attachment")
    return {
        "attachment": [_attachment(attachment)] if attachment else [],
        "description": item.get("Description"),
        "interface_type": item["InterfaceType"],
        "ipv4_prefix_count": len(prefixes),
        "ipv4_prefixes": prefixes,
        "ipv6_address_count": len(six),
        "ipv6_address_list": six,
        "ipv6_addresses": six,
        "ipv6_prefix_count": len(six_prefixes),
        "ipv6_prefixes": six_prefixes,
        "mac_address": item["MacAddress"],
        "outpost_arn": item.get("OutpostArn"),
        "owner_id": item["OwnerId"],
        "private_dns_name": item.get("PrivateDnsName"),
        "private_ip": item.get("PrivateIpAddress"),
        "private_ip_list": private,
        "private_ips": private,
        # The first is not counted: it is none of those that one can ask for.
        "private_ips_count": max(0, len(private) - 1),
        "security_groups": [each["GroupId"] for each in item["Groups"]],
        "source_dest_check": item["SourceDestCheck"],
        "subnet_id": item["SubnetId"],
        "tags": tags(item),
    }


def _attachment(item: Item) -> Mapping[str, Any]:
    return {
        "attachment_id": item["AttachmentId"],
        "device_index": item["DeviceIndex"],
        "instance": item.get("InstanceId"),
    }


NETWORK_INTERFACE = Read(
    calls={"describe_network_interfaces"},
    listed=lambda asked, _: _interfaces(asked),
    bulk=_interface,
    apart=together(
        left_to(
            "id",
            ("aws_instance", "network_interface.network_interface_id", {"attachment"}),
            ("aws_network_interface_attachment", "network_interface_id", {"attachment"}),
        ),
        shared(
            "security_groups",
            "id",
            ("aws_network_interface_sg_attachment", "network_interface_id", "security_group_id"),
        ),
    ),
    identity=lambda item: identity(item, own=item["RequesterManaged"]),
)


# Addresses


def _address(item: Item) -> Attributes:
    return {
        "allocation_id": item["AllocationId"],
        "association_id": item.get("AssociationId"),
        "carrier_ip": item.get("CarrierIp"),
        "customer_owned_ip": item.get("CustomerOwnedIp"),
        "customer_owned_ipv4_pool": item.get("CustomerOwnedIpv4Pool"),
        "domain": item["Domain"],
        "instance": item.get("InstanceId"),
        "network_border_group": item.get("NetworkBorderGroup"),
        "network_interface": item.get("NetworkInterfaceId"),
        "private_ip": item.get("PrivateIpAddress"),
        "public_ip": item["PublicIp"],
        "public_ipv4_pool": item.get("PublicIpv4Pool"),
        "tags": tags(item),
        "vpc": item["Domain"] == "vpc",
    }


_ASSOCIATED = {"association_id", "instance", "network_interface", "private_ip"}
EIP = Read(
    calls={"describe_addresses"},
    # A list without pages.
    listed=lambda asked, _: keyed(
        (each for each in asked.every("describe_addresses", "Addresses") if "AllocationId" in each),
        "AllocationId",
    ),
    bulk=_address,
    apart=left_to(
        "allocation_id",
        ("aws_eip_association", "allocation_id", _ASSOCIATED),
        ("aws_lb", "subnet_mapping.allocation_id", _ASSOCIATED),
        ("aws_nat_gateway", "allocation_id", _ASSOCIATED),
        ("aws_nat_gateway", "secondary_allocation_ids", _ASSOCIATED),
    ),
    identity=lambda item: identity(item, own=bool(item.get("ServiceManaged"))),
)


# Endpoints


def _endpoints(asked: Asked, _: Sequence[Attributes]) -> dict[str, Item]:
    items = asked.every("describe_vpc_endpoints", "VpcEndpoints", MaxResults=PAGE)
    there = [each for each in items if each["State"].lower() != "deleted"]
    prefixes = asked.every("describe_prefix_lists", "PrefixLists", MaxResults=PAGE) if there else []
    lists = keyed(prefixes, "PrefixListName")
    interfaces = _interfaces(asked) if any(each.get("NetworkInterfaceIds") for each in there) else {}
    return keyed(
        (
            {
                **each,
                "PrefixList": lists.get(each.get("ServiceName", "")),
                "Interfaces": interfaces,
            }
            for each in there
        ),
        "VpcEndpointId",
    )


def _endpoint(item: Item) -> Attributes:
    prefixes = item["PrefixList"]
    return {
        "cidr_blocks": prefixes.get("Cidrs") if prefixes else [],
        "dns_entry": [
            {"dns_name": each.get("DnsName"), "hosted_zone_id": each.get("HostedZoneId")}
            for each in item.get("DnsEntries", ())
        ],
        "dns_options": _dns_options(item.get("DnsOptions")),
        "ip_address_type": item.get("IpAddressType"),
        "network_interface_ids": item.get("NetworkInterfaceIds"),
        "owner_id": item["OwnerId"],
        "policy": item.get("PolicyDocument"),
        # The provider keeps what it recorded where there is no such list.
        **({"prefix_list_id": prefixes["PrefixListId"]} if prefixes else {}),
        "private_dns_enabled": item.get("PrivateDnsEnabled"),
        "requester_managed": item.get("RequesterManaged"),
        "resource_configuration_arn": item.get("ResourceConfigurationArn"),
        "route_table_ids": item.get("RouteTableIds"),
        "security_group_ids": [each["GroupId"] for each in item.get("Groups", ())],
        "service_name": item.get("ServiceName"),
        "service_network_arn": item.get("ServiceNetworkArn"),
        "service_region": item.get("ServiceRegion"),
        "state": item["State"],
        "subnet_configuration": list(_subnets(item)),
        "subnet_ids": item.get("SubnetIds"),
        "tags": tags(item),
        "vpc_endpoint_type": item.get("VpcEndpointType") or "Gateway",
        "vpc_id": item["VpcId"],
    }


def _dns_options(options: Item | None) -> list[Mapping[str, Any]]:
    if options is None:
        return []
    inbound = options.get("PrivateDnsOnlyForInboundResolverEndpoint")
    return [
        {
            "dns_record_ip_type": options.get("DnsRecordIpType"),
            "private_dns_only_for_inbound_resolver_endpoint": inbound,
        }
    ]


def _subnets(item: Item) -> Iterable[Mapping[str, Any]]:
    for interface in item.get("NetworkInterfaceIds", ()):
        each = item["Interfaces"][interface]
        yield {
            "ipv4": each.get("PrivateIpAddress"),
            "ipv6": each.get("Ipv6Address"),
            "subnet_id": each["SubnetId"],
        }


VPC_ENDPOINT = Read(
    calls={"describe_network_interfaces", "describe_prefix_lists", "describe_vpc_endpoints"},
    listed=_endpoints,
    bulk=_endpoint,
    apart=together(
        left_to(
            "id",
            ("aws_vpc_endpoint_policy", "vpc_endpoint_id", {"policy"}),
            ("aws_vpc_endpoint_private_dns", "vpc_endpoint_id", {"private_dns_enabled"}),
            # It may replace the default group, too.
            ("aws_vpc_endpoint_security_group_association", "vpc_endpoint_id", {"security_group_ids"}),
            # What follows from the subnets.
            (
                "aws_vpc_endpoint_subnet_association",
                "vpc_endpoint_id",
                {"dns_entry", "network_interface_ids", "subnet_configuration"},
            ),
        ),
        shared(
            "route_table_ids",
            "id",
            ("aws_vpc_endpoint_route_table_association", "vpc_endpoint_id", "route_table_id"),
        ),
        shared("subnet_ids", "id", ("aws_vpc_endpoint_subnet_association", "vpc_endpoint_id", "subnet_id")),
    ),
    shape=Shape(policies=frozenset({"policy"})),
    identity=lambda item: identity(item, own=bool(item.get("RequesterManaged"))),
)
