"""Networks, what runs in them, and who may reach it."""

from collections.abc import Mapping

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.ec2 import (
    find,
    instances,
    interfaces,
    key_pairs,
    network_acls,
    networks,
    routing,
    security_group_rules,
    security_groups,
    templates,
    volumes,
)

TYPES: Mapping[str, LiveType] = {
    "aws_ebs_volume": LiveType(service="ec2", read=volumes.EBS_VOLUME),
    "aws_eip": LiveType(service="ec2", read=interfaces.EIP),
    "aws_instance": LiveType(service="ec2", read=instances.INSTANCE),
    "aws_internet_gateway": LiveType(service="ec2", read=routing.INTERNET_GATEWAY),
    "aws_key_pair": LiveType(service="ec2", read=key_pairs.KEY_PAIR),
    "aws_launch_template": LiveType(service="ec2", read=templates.LAUNCH_TEMPLATE),
    "aws_nat_gateway": LiveType(service="ec2", read=routing.NAT_GATEWAY),
    "aws_network_acl": LiveType(service="ec2", read=network_acls.NETWORK_ACL),
    "aws_network_interface": LiveType(service="ec2", read=interfaces.NETWORK_INTERFACE),
    "aws_route": LiveType(service="ec2", read=routing.ROUTE),
    "aws_route_table": LiveType(service="ec2", read=routing.ROUTE_TABLE),
    "aws_route_table_association": LiveType(service="ec2", read=routing.ROUTE_TABLE_ASSOCIATION),
    "aws_security_group": LiveType(
        service="ec2", find=find.security_group, read=security_groups.SECURITY_GROUP
    ),
    "aws_security_group_rule": LiveType(service="ec2", read=security_group_rules.RULE),
    "aws_subnet": LiveType(service="ec2", find=find.subnet, read=networks.SUBNET),
    "aws_volume_attachment": LiveType(service="ec2", read=volumes.VOLUME_ATTACHMENT),
    "aws_vpc": LiveType(service="ec2", find=find.vpc, read=networks.VPC),
    "aws_vpc_endpoint": LiveType(service="ec2", read=interfaces.VPC_ENDPOINT),
    "aws_vpc_security_group_egress_rule": LiveType(service="ec2", read=security_group_rules.EGRESS_RULE),
    "aws_vpc_security_group_ingress_rule": LiveType(service="ec2", read=security_group_rules.INGRESS_RULE),
}
