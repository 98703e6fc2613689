"""What making again gives of networks, names and load balancers."""

from guardian.domain.review.undo.rule import UndoRule, anew, page_of, same

_NETWORKS = (
    anew("aws_vpc", "id arn main_route_table_id default_security_group_id default_network_acl_id"),
    anew("aws_subnet", "id arn"),
    anew("aws_internet_gateway", "id arn"),
    anew("aws_egress_only_internet_gateway", "id"),
    same("aws_internet_gateway_attachment", "internet_gateway_id vpc_id"),
    anew("aws_nat_gateway", "id network_interface_id"),
    anew("aws_route_table", "id arn"),
    same(
        "aws_route",
        "route_table_id destination_cidr_block destination_ipv6_cidr_block destination_prefix_list_id",
    ),
    anew("aws_route_table_association", "id"),
    anew("aws_main_route_table_association", "id"),
    anew("aws_security_group", "id arn"),
    same(
        "aws_security_group_rule",
        "security_group_id type protocol from_port to_port cidr_blocks source_security_group_id",
    ),
    anew("aws_vpc_security_group_ingress_rule", "security_group_rule_id arn"),
    anew("aws_vpc_security_group_egress_rule", "security_group_rule_id arn"),
    anew("aws_network_acl", "id arn"),
    same("aws_network_acl_rule", "network_acl_id rule_number egress"),
    anew("aws_network_acl_association", "id"),
    anew("aws_network_interface", "id mac_address"),
    anew("aws_network_interface_attachment", "attachment_id"),
    same("aws_network_interface_sg_attachment", "network_interface_id security_group_id"),
    anew("aws_vpc_dhcp_options", "id arn"),
    same("aws_vpc_dhcp_options_association", "vpc_id dhcp_options_id"),
    anew("aws_vpc_ipv4_cidr_block_association", "id"),
    anew("aws_flow_log", "id arn"),
    anew("aws_ec2_managed_prefix_list", "id arn"),
    same("aws_ec2_managed_prefix_list_entry", "prefix_list_id cidr"),
    same("aws_default_security_group", "vpc_id"),
    same("aws_default_network_acl", "default_network_acl_id"),
    same("aws_default_route_table", "default_route_table_id"),
)

_CONNECTIONS = (
    anew("aws_vpc_endpoint", "id arn dns_entry network_interface_ids"),
    same("aws_vpc_endpoint_policy", "vpc_endpoint_id"),
    same("aws_vpc_endpoint_route_table_association", "vpc_endpoint_id route_table_id"),
    same("aws_vpc_endpoint_subnet_association", "vpc_endpoint_id subnet_id"),
    anew("aws_vpc_endpoint_service", "id service_name"),
    anew("aws_vpc_peering_connection", "id", gone=("its acceptance",)),
    anew("aws_customer_gateway", "id arn"),
    anew("aws_vpn_gateway", "id arn"),
    anew("aws_vpn_connection", "id tunnel1_address tunnel2_address"),
    same("aws_vpn_connection_route", "vpn_connection_id destination_cidr_block"),
    anew("aws_ec2_transit_gateway", "id arn"),
    anew("aws_ec2_transit_gateway_vpc_attachment", "id"),
    anew("aws_ec2_transit_gateway_route_table", "id arn"),
    same("aws_ec2_transit_gateway_route", "transit_gateway_route_table_id destination_cidr_block"),
    anew("aws_globalaccelerator_accelerator", "id dns_name ip_sets"),
    anew("aws_globalaccelerator_listener", "id"),
)

_NAMES = (
    anew("aws_route53_zone", "zone_id arn name_servers"),
    same("aws_route53_record", "zone_id name type set_identifier"),
    same("aws_route53_zone_association", "zone_id vpc_id"),
    anew("aws_route53_health_check", "id arn"),
    anew("aws_route53_resolver_rule", "id arn"),
    anew("aws_route53_resolver_rule_association", "id"),
    anew("aws_route53_resolver_endpoint", "id arn"),
    anew("aws_service_discovery_private_dns_namespace", "id hosted_zone"),
    anew("aws_service_discovery_service", "id arn"),
)

_TARGET = "target_group_arn target_id port availability_zone"

_BALANCERS = (
    anew("aws_lb", "arn dns_name"),
    anew("aws_lb_listener", "arn"),
    anew("aws_lb_listener_rule", "arn"),
    anew("aws_lb_target_group", "arn"),
    same("aws_lb_target_group_attachment", _TARGET),
    # The older names have no pages of their own.
    anew("aws_alb", "arn dns_name", page_of("aws_lb")),
    anew("aws_alb_listener", "arn", page_of("aws_lb_listener")),
    anew("aws_alb_listener_rule", "arn", page_of("aws_lb_listener_rule")),
    anew("aws_alb_target_group", "arn", page_of("aws_lb_target_group")),
    same("aws_alb_target_group_attachment", _TARGET, page_of("aws_lb_target_group_attachment")),
    same("aws_lb_listener_certificate", "listener_arn certificate_arn"),
    anew("aws_elb", "dns_name"),
    anew("aws_wafv2_web_acl", "id arn"),
    anew("aws_wafv2_ip_set", "id arn"),
    anew("aws_wafv2_rule_group", "id arn"),
    same("aws_wafv2_web_acl_association", "resource_arn web_acl_arn"),
    same("aws_wafv2_web_acl_logging_configuration", "resource_arn"),
)

NETWORK: tuple[UndoRule, ...] = (*_NETWORKS, *_CONNECTIONS, *_NAMES, *_BALANCERS)
