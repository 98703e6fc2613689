"""Networks, what runs in them, and who may reach it."""

from collections.abc import Mapping

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.ec2 import find, networks, security_group_rules, security_groups

TYPES: Mapping[str, LiveType] = {
    "aws_security_group": LiveType(
        service="ec2", find=find.security_group, read=security_groups.SECURITY_GROUP
    ),
    "aws_security_group_rule": LiveType(service="ec2", read=security_group_rules.RULE),
    "aws_subnet": LiveType(service="ec2", find=find.subnet, read=networks.SUBNET),
    "aws_vpc": LiveType(service="ec2", find=find.vpc, read=networks.VPC),
    "aws_vpc_security_group_egress_rule": LiveType(service="ec2", read=security_group_rules.EGRESS_RULE),
    "aws_vpc_security_group_ingress_rule": LiveType(service="ec2", read=security_group_rules.INGRESS_RULE),
}
