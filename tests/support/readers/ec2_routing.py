"""What leads into, out of and between networks."""

import json

from tests.support.readers.case import Case


def _tag(client, it):
    client("ec2").create_tags(Resources=[it["id"]], Tags=[{"Key": "team", "Value": "other"}])


def _gone_already(client, it):
    pass


def _reroute(client, it):
    gateways = client("ec2").describe_internet_gateways()["InternetGateways"]
    gateway = next(each["InternetGatewayId"] for each in gateways if each["Attachments"])
    client("ec2").replace_route(
        RouteTableId=it["route_table_id"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway
    )


def _delete_gateway(client, it):
    client("ec2").detach_internet_gateway(InternetGatewayId=it["id"], VpcId=it["vpc_id"])
    client("ec2").delete_internet_gateway(InternetGatewayId=it["id"])


def delete_acl(client, it):
    """Delete an ACL after its subnet has gone back to the network's own, as AWS wants it."""
    ec2 = client("ec2")
    for acl in ec2.describe_network_acls()["NetworkAcls"]:
        for each in acl["Associations"] if acl["NetworkAclId"] == it["id"] else ():
            own = next(
                other["NetworkAclId"]
                for other in ec2.describe_network_acls()["NetworkAcls"]
                if other["IsDefault"] and other["VpcId"] == it["vpc_id"]
            )
            ec2.replace_network_acl_association(
                AssociationId=each["NetworkAclAssociationId"], NetworkAclId=own
            )
    ec2.delete_network_acl(NetworkAclId=it["id"])


CASES = {
    "aws_route": Case(
        change=_reroute,
        drifts=frozenset({"gateway_id", "nat_gateway_id"}),
        delete=lambda client, it: client("ec2").delete_route(
            RouteTableId=it["route_table_id"], DestinationCidrBlock="0.0.0.0/0"
        ),
    ),
    "aws_route_table_association": Case(
        # Whatever changes one makes another: the recorded one is gone.
        change=lambda client, it: client("ec2").disassociate_route_table(AssociationId=it["id"]),
        drifts=frozenset({"(absent)"}),
        delete=_gone_already,
    ),
    "aws_route_table": Case(
        change=lambda client, it: client("ec2").delete_route(
            RouteTableId=it["id"], DestinationCidrBlock="10.9.0.0/16"
        ),
        drifts=frozenset({"route"}),
        delete=lambda client, it: client("ec2").delete_route_table(RouteTableId=it["id"]),
    ),
    "aws_vpc_endpoint": Case(
        change=lambda client, it: client("ec2").modify_vpc_endpoint(
            VpcEndpointId=it["id"], PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []})
        ),
        drifts=frozenset({"policy"}),
        delete=lambda client, it: client("ec2").delete_vpc_endpoints(VpcEndpointIds=[it["id"]]),
    ),
    "aws_eip": Case(
        change=lambda client, it: client("ec2").disassociate_address(AssociationId=it["association_id"]),
        drifts=frozenset({"association_id", "network_interface", "private_ip"}),
        delete=lambda client, it: client("ec2").release_address(AllocationId=it["id"]),
        # It follows from the private address.
        unread=frozenset({"private_dns"}),
    ),
    "aws_network_interface": Case(
        change=lambda client, it: client("ec2").modify_network_interface_attribute(
            NetworkInterfaceId=it["id"], SourceDestCheck={"Value": True}
        ),
        drifts=frozenset({"source_dest_check"}),
        delete=lambda client, it: client("ec2").delete_network_interface(NetworkInterfaceId=it["id"]),
    ),
    "aws_network_acl": Case(
        change=lambda client, it: client("ec2").delete_network_acl_entry(
            NetworkAclId=it["id"], RuleNumber=200, Egress=False
        ),
        drifts=frozenset({"ingress"}),
        delete=delete_acl,
    ),
    "aws_nat_gateway": Case(
        change=_tag,
        drifts=frozenset({"tags"}),
        delete=lambda client, it: client("ec2").delete_nat_gateway(NatGatewayId=it["id"]),
    ),
    "aws_internet_gateway": Case(change=_tag, drifts=frozenset({"tags"}), delete=_delete_gateway),
}
