"""Target groups, and what is registered with them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.elbv2_tags import attributes_of, flag, renamed, with_tags
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, by

_GONE = {"TargetGroupNotFound"}
_HEALTH = "target_group_health."
_FAILOVER = f"{_HEALTH}dns_failover.minimum_healthy_targets."
_ROUTING = f"{_HEALTH}unhealthy_state_routing.minimum_healthy_targets."

# Of groups of instances and of addresses; the provider keeps those of other groups as they were written.
_SETTINGS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "connection_termination": ("deregistration_delay.connection_termination.enabled", flag),
    "deregistration_delay": ("deregistration_delay.timeout_seconds", str),
    "load_balancing_algorithm_type": ("load_balancing.algorithm.type", str),
    "load_balancing_anomaly_mitigation": ("load_balancing.algorithm.anomaly_mitigation", str),
    "load_balancing_cross_zone_enabled": ("load_balancing.cross_zone.enabled", str),
    "preserve_client_ip": ("preserve_client_ip.enabled", str),
    "proxy_protocol_v2": ("proxy_protocol_v2.enabled", flag),
    "slow_start": ("slow_start.duration_seconds", int),
}
_OF_LAMBDA: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "lambda_multi_value_headers_enabled": ("lambda.multi_value_headers.enabled", flag),
}
_BLOCKS = {"stickiness", "target_failover", "target_group_health", "target_health_state"}


def _listed(asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    groups = asked.every("describe_target_groups", "TargetGroups", PageSize=400)
    return with_tags(asked, {each["TargetGroupArn"]: each for each in groups})


def _bulk(item: Mapping[str, Any]) -> Attributes:
    arn = item["TargetGroupArn"]
    told = {
        "port": item.get("Port"),
        "protocol": item.get("Protocol"),
        "protocol_version": item.get("ProtocolVersion"),
        "vpc_id": item.get("VpcId"),
    }
    return {
        "arn": arn,
        "arn_suffix": arn.rpartition(":")[2],
        "name": item["TargetGroupName"],
        "target_type": item["TargetType"],
        "ip_address_type": item.get("IpAddressType"),
        "health_check": [_health_check(item)],
        "tags": item["Tags"],
        # What AWS does not tell, the provider keeps as it was written: groups of functions have none of it.
        **{name: value for name, value in told.items() if value is not None},
    }


def _health_check(item: Mapping[str, Any]) -> Attributes:
    matcher = item.get("Matcher") or {}
    return {
        "enabled": item.get("HealthCheckEnabled"),
        "healthy_threshold": item.get("HealthyThresholdCount"),
        "interval": item.get("HealthCheckIntervalSeconds"),
        "matcher": matcher.get("GrpcCode") or matcher.get("HttpCode"),
        "path": item.get("HealthCheckPath"),
        "port": item.get("HealthCheckPort"),
        "protocol": item.get("HealthCheckProtocol"),
        "timeout": item.get("HealthCheckTimeoutSeconds"),
        "unhealthy_threshold": item.get("UnhealthyThresholdCount"),
    }


def _detail(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    arn, protocol = item["TargetGroupArn"], item.get("Protocol")
    found = attributes_of(asked.need("describe_target_group_attributes", gone=_GONE, TargetGroupArn=arn))
    if item["TargetType"] == "lambda":
        settings = renamed(found, _OF_LAMBDA)
    else:
        # A group whose target is a load balancer has none.
        settings = renamed(found, _SETTINGS) if item["TargetType"] in {"instance", "ip"} else {}
    return {
        **settings,
        "stickiness": [_stickiness(found, protocol)],
        "target_failover": [_failover(found) if protocol == "GENEVE" else {}],
        "target_group_health": [_health({} if protocol == "GENEVE" else found)],
        "target_health_state": [_unhealthy(found) if protocol in {"TCP", "TLS"} else {}],
    }


def _stickiness(found: Mapping[str, str], protocol: str | None) -> Attributes:
    kind = found.get("stickiness.type")
    block: dict[str, Any] = {"enabled": flag(found.get("stickiness.enabled", "")), "type": kind}
    if protocol in {"HTTP", "HTTPS"} and kind in {"lb_cookie", "app_cookie"}:
        block["cookie_duration"] = int(found.get(f"stickiness.{kind}.duration_seconds") or 0)
        if kind == "app_cookie":
            block["cookie_name"] = found.get("stickiness.app_cookie.cookie_name")
    return block


def _failover(found: Mapping[str, str]) -> Attributes:
    return {
        "on_deregistration": found.get("target_failover.on_deregistration"),
        "on_unhealthy": found.get("target_failover.on_unhealthy"),
    }


def _health(found: Mapping[str, str]) -> Attributes:
    return {
        "dns_failover": [
            {
                "minimum_healthy_targets_count": found.get(f"{_FAILOVER}count"),
                "minimum_healthy_targets_percentage": found.get(f"{_FAILOVER}percentage"),
            }
        ],
        "unhealthy_state_routing": [
            {
                "minimum_healthy_targets_count": int(found.get(f"{_ROUTING}count") or 0),
                "minimum_healthy_targets_percentage": found.get(f"{_ROUTING}percentage"),
            }
        ],
    }


def _unhealthy(found: Mapping[str, str]) -> Attributes:
    state = "target_health_state.unhealthy."
    return {
        "enable_unhealthy_connection_termination": flag(
            found.get(f"{state}connection_termination.enabled", "")
        ),
        "unhealthy_draining_interval": int(found.get(f"{state}draining_interval_seconds") or 0),
    }


def _targets(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    groups = sorted({str(each["target_group_arn"]) for each in known})
    answers = asked.many(
        lambda arn: asked.one("describe_target_health", absent=_GONE, TargetGroupArn=arn), groups
    )
    found: dict[str, dict[str, Any]] = {}
    for arn, answer in zip(groups, answers, strict=True):
        for each in (answer or {"TargetHealthDescriptions": ()})["TargetHealthDescriptions"]:
            # One that is leaving is gone to the provider.
            if each["TargetHealth"].get("Reason") in {
                "Target.NotRegistered",
                "Target.DeregistrationInProgress",
            }:
                continue
            target = {"target_group_arn": arn, "target_id": each["Target"]["Id"]}
            # Recorded without a port, it is the one with the group's.
            for port in (each["Target"].get("Port"), None):
                found[_target_key({**target, "port": port})] = target
    return found


def _target_key(attributes: Attributes) -> str:
    port = attributes.get("port") or ""
    return f"{attributes['target_group_arn']} {attributes['target_id']} {port}"


TYPES = {
    "aws_lb_target_group": LiveType(
        service="elbv2",
        read=Read(
            calls={"describe_target_groups", "describe_tags", "describe_target_group_attributes"},
            listed=_listed,
            key=by("arn"),
            bulk=_bulk,
            detail=_detail,
            detailed={*_SETTINGS, *_OF_LAMBDA, *_BLOCKS},
            identity=lambda item: Identity(name=item["TargetGroupName"], tags=item["Tags"]),
        ),
    ),
    "aws_lb_target_group_attachment": LiveType(
        service="elbv2",
        read=Read(
            calls={"describe_target_health"},
            listed=_targets,
            key=_target_key,
            bulk=lambda item: item,
        ),
    ),
}
