"""Load balancers; their listeners and target groups are modules of their own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from guardian.adapters.aws import elbv2_listeners, elbv2_targets
from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.elbv2_tags import attributes_of, flag, renamed, with_tags
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, by

_GONE = {"LoadBalancerNotFound"}

_SETTINGS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "client_keep_alive": ("client_keep_alive.seconds", int),
    "desync_mitigation_mode": ("routing.http.desync_mitigation_mode", str),
    "dns_record_client_routing_policy": ("dns_record.client_routing_policy", str),
    "drop_invalid_header_fields": ("routing.http.drop_invalid_header_fields.enabled", flag),
    "enable_cross_zone_load_balancing": ("load_balancing.cross_zone.enabled", flag),
    "enable_deletion_protection": ("deletion_protection.enabled", flag),
    "enable_http2": ("routing.http2.enabled", flag),
    "enable_tls_version_and_cipher_suite_headers": (
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
        flag,
    ),
    "enable_waf_fail_open": ("waf.fail_open.enabled", flag),
    "enable_xff_client_port": ("routing.http.xff_client_port.enabled", flag),
    "enable_zonal_shift": ("zonal_shift.config.enabled", flag),
    "idle_timeout": ("idle_timeout.timeout_seconds", int),
    "preserve_host_header": ("routing.http.preserve_host_header.enabled", flag),
    "xff_header_processing_mode": ("routing.http.xff_header_processing.mode", str),
}


def _balancer(calls: Calls, name: str) -> Found | None:
    answer = calls.ask("describe_load_balancers", absent={"LoadBalancerNotFound"}, Names=[name])
    return None if answer is None else _found(answer["LoadBalancers"][0])


def _balancers(calls: Calls, prefix: str) -> Iterator[Found]:
    for each in calls.pages("describe_load_balancers", "LoadBalancers"):
        if each["LoadBalancerName"].startswith(prefix):
            yield _found(each)


def _found(item: Mapping[str, Any]) -> Found:
    return Found(
        object_id=item["LoadBalancerArn"],
        name=item["LoadBalancerName"],
        created_at=item.get("CreatedTime"),
    )


def _listed(asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    balancers = asked.every("describe_load_balancers", "LoadBalancers", PageSize=400)
    return with_tags(asked, {each["LoadBalancerArn"]: each for each in balancers})


def _bulk(item: Mapping[str, Any]) -> Attributes:
    arn, zones = item["LoadBalancerArn"], item["AvailabilityZones"]
    pool = (item.get("IpamPools") or {}).get("Ipv4IpamPoolId")
    inbound = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
    return {
        "arn": arn,
        "arn_suffix": arn.partition(":loadbalancer/")[2],
        "name": item["LoadBalancerName"],
        "load_balancer_type": item["Type"],
        "internal": item.get("Scheme") == "internal",
        "dns_name": item["DNSName"],
        "zone_id": item.get("CanonicalHostedZoneId"),
        "vpc_id": item.get("VpcId"),
        "ip_address_type": item.get("IpAddressType"),
        "security_groups": item.get("SecurityGroups"),
        "customer_owned_ipv4_pool": item.get("CustomerOwnedIpv4Pool"),
        "enforce_security_group_inbound_rules_on_private_link_traffic": item.get(inbound),
        "ipam_pools": [{"ipv4_ipam_pool_id": pool}] if pool else [],
        "subnets": [each["SubnetId"] for each in zones],
        "subnet_mapping": [_mapping(each) for each in zones],
        "tags": item["Tags"],
    }


def _mapping(zone: Mapping[str, Any]) -> Attributes:
    address: Mapping[str, Any] = next(iter(zone.get("LoadBalancerAddresses") or ()), {})
    return {
        "subnet_id": zone["SubnetId"],
        "outpost_id": zone.get("OutpostId"),
        "allocation_id": address.get("AllocationId"),
        "ipv6_address": address.get("IPv6Address"),
        "private_ipv4_address": address.get("PrivateIPv4Address"),
    }


def _detail(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    arn, kind = item["LoadBalancerArn"], item["Type"]
    found = attributes_of(asked.need("describe_load_balancer_attributes", gone=_GONE, LoadBalancerArn=arn))
    logs = {"access_logs": [_logs(found, "access_logs")]}
    if kind == "application":
        logs["connection_logs"] = [_logs(found, "connection_logs")]
    capacity = {} if kind == "gateway" else _capacity(asked, arn)
    return {**renamed(found, _SETTINGS), **logs, **capacity}


def _logs(found: Mapping[str, str], which: str) -> Attributes:
    return {
        "enabled": flag(found.get(f"{which}.s3.enabled", "")),
        "bucket": found.get(f"{which}.s3.bucket"),
        "prefix": found.get(f"{which}.s3.prefix"),
    }


def _capacity(asked: Asked, arn: str) -> Attributes:
    # Where it is not offered, or not to be read, the provider goes without it.
    absent = {"AccessDenied", "InvalidAction"}
    answer = asked.one("describe_capacity_reservation", absent=absent, LoadBalancerArn=arn)
    if answer is None:
        return {}
    units = (answer.get("MinimumLoadBalancerCapacity") or {}).get("CapacityUnits")
    return {"minimum_load_balancer_capacity": [{"capacity_units": units}] if units else []}


TYPES = {
    "aws_lb": LiveType(
        service="elbv2",
        find=Named(one=_balancer, several=_balancers, default="tf-lb-").find,
        read=Read(
            calls={
                "describe_load_balancers",
                "describe_tags",
                "describe_load_balancer_attributes",
                "describe_capacity_reservation",
            },
            listed=_listed,
            key=by("arn"),
            bulk=_bulk,
            detail=_detail,
            detailed={*_SETTINGS, "access_logs", "connection_logs", "minimum_load_balancer_capacity"},
            identity=lambda item: Identity(name=item["LoadBalancerName"], tags=item["Tags"]),
        ),
    ),
    **elbv2_listeners.TYPES,
    **elbv2_targets.TYPES,
}
