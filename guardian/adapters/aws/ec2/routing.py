"""Where traffic goes: route tables, their routes and subnets, and the gateways."""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_network
from typing import Any

from guardian.adapters.aws.apart import Others, left_to, shared, together, without
from guardian.adapters.aws.ec2.words import PAGE, Item, Pair, beside, identity, keyed, tags
from guardian.adapters.aws.read import Asked, Attributes, Read, by_id

# Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html
_TABLES_PAGE = 100
_TARGETS = {
    "carrier_gateway_id": "CarrierGatewayId",
    "core_network_arn": "CoreNetworkArn",
    "egress_only_gateway_id": "EgressOnlyInternetGatewayId",
    "local_gateway_id": "LocalGatewayId",
    "nat_gateway_id": "NatGatewayId",
    "network_interface_id": "NetworkInterfaceId",
    "transit_gateway_id": "TransitGatewayId",
    "vpc_peering_connection_id": "VpcPeeringConnectionId",
}
_LOCAL, _LATTICE, _ENDPOINT = "local", "VpcLattice", "vpce-"


def route_tables(asked: Asked) -> list[Item]:
    """Return every route table."""
    return asked.every("describe_route_tables", "RouteTables", MaxResults=_TABLES_PAGE)


# Tables


def _table(pair: Pair) -> Attributes:
    item, record = pair
    by_itself = {_of_block(each) for each in record.get("route") or () if each.get("gateway_id") == _LOCAL}
    return {
        "owner_id": item["OwnerId"],
        "propagating_vgws": [each["GatewayId"] for each in item.get("PropagatingVgws", ())],
        "route": [_block(each) for each in item["Routes"] if _is_recorded(each, by_itself)],
        # The provider hides the tag by which a file system marks the tables that it writes to.
        "tags": {key: value for key, value in tags(item).items() if key != "AmazonFSx"},
        "vpc_id": item["VpcId"],
    }


def _is_recorded(route: Item, local: set[str]) -> bool:
    """Tell whether the provider records a route in its table.

    Not what AWS adds by itself, nor what an endpoint adds; the local one only where it is configured.
    Source: `flattenRoutes` in its internal/service/ec2/vpc_route_table.go.
    """
    gateway = route.get("GatewayId", "")
    if gateway == _LOCAL:
        return _destination(route) in local
    if gateway == _LATTICE or route["Origin"] == "EnableVgwRoutePropagation":
        return False
    return not ("DestinationPrefixListId" in route and gateway.startswith(_ENDPOINT))


def _block(route: Item) -> dict[str, Any]:
    return {
        "cidr_block": route.get("DestinationCidrBlock"),
        "destination_prefix_list_id": route.get("DestinationPrefixListId"),
        "ipv6_cidr_block": route.get("DestinationIpv6CidrBlock"),
        **_target(route),
    }


def _target(route: Item) -> dict[str, Any]:
    gateway = route.get("GatewayId", "")
    # AWS names the endpoint of a load balancer as a gateway.
    to = "vpc_endpoint_id" if gateway.startswith(_ENDPOINT) else "gateway_id"
    return {
        "gateway_id": None,
        "vpc_endpoint_id": None,
        **{name: route.get(member) for name, member in _TARGETS.items()},
        to: gateway,
    }


def _destination(route: Item) -> str:
    for member in ("DestinationCidrBlock", "DestinationIpv6CidrBlock"):
        if route.get(member):
            return _cidr(route[member])
    return str(route.get("DestinationPrefixListId") or "")


def _of_block(block: Mapping[str, Any]) -> str:
    cidr = block.get("cidr_block") or block.get("ipv6_cidr_block")
    return _cidr(cidr) if cidr else str(block.get("destination_prefix_list_id") or "")


def _cidr(text: str) -> str:
    return str(ip_network(text, strict=False))


def is_main(table: Item) -> bool:
    """Tell whether a table is its network's own."""
    return any(each.get("Main") for each in table["Associations"])


def _routes_apart(live: Attributes, record: Attributes, others: Others) -> Attributes:
    """Leave to routes that stand alone where their destinations are reached."""
    theirs = {
        _recorded_destination(each) for each in others.of("aws_route", "route_table_id", record.get("id"))
    }
    return without(live, record, "route", theirs, _of_block)


ROUTE_TABLE = Read(
    calls={"describe_route_tables"},
    listed=lambda asked, known: beside(route_tables(asked), "RouteTableId", known),
    bulk=_table,
    apart=together(
        _routes_apart,
        shared(
            "propagating_vgws",
            "id",
            ("aws_vpn_gateway_route_propagation", "route_table_id", "vpn_gateway_id"),
        ),
    ),
    identity=lambda pair: identity(pair[0], own=is_main(pair[0])),
)


# Routes that stand alone


def _routes(asked: Asked, known: Sequence[Attributes]) -> dict[str, Item]:
    live = {
        (table["RouteTableId"], _destination(route)): route
        for table in route_tables(asked)
        for route in table["Routes"]
    }
    found = {by_id(each): live.get((each["route_table_id"], _recorded_destination(each))) for each in known}
    return {key: route for key, route in found.items() if route is not None}


def _recorded_destination(record: Attributes) -> str:
    return _of_block(
        {
            "cidr_block": record.get("destination_cidr_block"),
            "ipv6_cidr_block": record.get("destination_ipv6_cidr_block"),
            "destination_prefix_list_id": record.get("destination_prefix_list_id"),
        }
    )


def _route(route: Item) -> Attributes:
    # Its table and destination are what it was found by: they cannot have changed.
    return {
        **_target(route),
        "instance_id": route.get("InstanceId"),
        "instance_owner_id": route.get("InstanceOwnerId"),
        "origin": route["Origin"],
        "state": route["State"],
    }


ROUTE = Read(calls={"describe_route_tables"}, listed=_routes, bulk=_route)


# Which table a subnet or gateway uses


def _associations(asked: Asked, _: Sequence[Attributes]) -> dict[str, Item]:
    those = (each for table in route_tables(asked) for each in table["Associations"])
    return keyed(those, "RouteTableAssociationId")


def _association(item: Item) -> Attributes:
    return {
        "gateway_id": item.get("GatewayId"),
        "route_table_id": item["RouteTableId"],
        "subnet_id": item.get("SubnetId"),
    }


ROUTE_TABLE_ASSOCIATION = Read(calls={"describe_route_tables"}, listed=_associations, bulk=_association)


# Gateways


def _internet_gateways(asked: Asked, _: Sequence[Attributes]) -> dict[str, Item]:
    vpcs = asked.every("describe_vpcs", "Vpcs", MaxResults=PAGE)
    default = {each["VpcId"] for each in vpcs if each["IsDefault"]}
    items = asked.every("describe_internet_gateways", "InternetGateways", MaxResults=PAGE)
    return keyed(({**each, "IsDefault": _attached(each) in default} for each in items), "InternetGatewayId")


def _attached(gateway: Item) -> str:
    return next((str(each["VpcId"]) for each in gateway["Attachments"]), "")


def _internet_gateway(item: Item) -> Attributes:
    return {"owner_id": item["OwnerId"], "tags": tags(item), "vpc_id": _attached(item)}


INTERNET_GATEWAY = Read(
    calls={"describe_internet_gateways", "describe_vpcs"},
    listed=_internet_gateways,
    bulk=_internet_gateway,
    apart=left_to("id", ("aws_internet_gateway_attachment", "internet_gateway_id", {"vpc_id"})),
    identity=lambda item: identity(item, own=item["IsDefault"]),
)


def _nat_gateways(asked: Asked, _: Sequence[Attributes]) -> dict[str, Item]:
    items = asked.every("describe_nat_gateways", "NatGateways", MaxResults=PAGE)
    # A deleted one is listed for an hour.
    return keyed((each for each in items if each["State"] != "deleted"), "NatGatewayId")


def _nat_gateway(item: Item) -> Attributes:
    addresses = item["NatGatewayAddresses"]
    first: Item = next((each for each in addresses if each.get("IsPrimary") or len(addresses) == 1), {})
    others = [each for each in addresses if each is not first]
    private = list(_members(others, "PrivateIp"))
    return {
        "allocation_id": first.get("AllocationId"),
        "association_id": first.get("AssociationId"),
        "connectivity_type": item["ConnectivityType"],
        "network_interface_id": first.get("NetworkInterfaceId"),
        "private_ip": first.get("PrivateIp"),
        "public_ip": first.get("PublicIp"),
        "secondary_allocation_ids": list(_members(others, "AllocationId")),
        "secondary_private_ip_address_count": len(private),
        "secondary_private_ip_addresses": private,
        "subnet_id": item["SubnetId"],
        "tags": tags(item),
    }


def _members(items: Iterable[Item], name: str) -> Iterable[Any]:
    return (each[name] for each in items if each.get(name))


NAT_GATEWAY = Read(
    calls={"describe_nat_gateways"},
    listed=_nat_gateways,
    bulk=_nat_gateway,
    identity=identity,
)
