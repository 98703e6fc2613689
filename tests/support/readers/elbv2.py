"""Load balancing."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def _deregister(client: Client, it: Mapping[str, Any]) -> object:
    targets = [{"Id": it["target_id"], "Port": it["port"]}]
    return client("elbv2").deregister_targets(TargetGroupArn=it["target_group_arn"], Targets=targets)


def _set(client: Client, it: Mapping[str, Any], name: str, value: str) -> object:
    return client("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=it["arn"], Attributes=[{"Key": name, "Value": value}]
    )


def _delete_balancer(client: Client, it: Mapping[str, Any]) -> object:
    _set(client, it, "deletion_protection.enabled", "false")
    return client("elbv2").delete_load_balancer(LoadBalancerArn=it["arn"])


CASES = {
    "aws_lb_target_group_attachment": Case(
        change=_deregister,
        drifts=frozenset({"(absent)"}),
        delete=lambda *_: None,
    ),
    "aws_lb_listener_rule": Case(
        change=lambda client, it: client("elbv2").set_rule_priorities(
            RulePriorities=[{"RuleArn": it["arn"], "Priority": 30}]
        ),
        drifts=frozenset({"priority"}),
        delete=lambda client, it: client("elbv2").delete_rule(RuleArn=it["arn"]),
    ),
    "aws_lb_listener": Case(
        change=lambda client, it: client("elbv2").modify_listener(ListenerArn=it["arn"], Port=81),
        drifts=frozenset({"port"}),
        delete=lambda client, it: client("elbv2").delete_listener(ListenerArn=it["arn"]),
    ),
    "aws_lb": Case(
        change=lambda client, it: _set(client, it, "idle_timeout.timeout_seconds", "121"),
        drifts=frozenset({"idle_timeout"}),
        delete=_delete_balancer,
    ),
    "aws_lb_target_group": Case(
        change=lambda client, it: client("elbv2").modify_target_group(
            TargetGroupArn=it["arn"], HealthCheckPath="/alive"
        ),
        drifts=frozenset({"health_check"}),
        delete=lambda client, it: client("elbv2").delete_target_group(TargetGroupArn=it["arn"]),
        # Made before any listener: which balancers send to it, their listeners tell.
        unread=frozenset({"load_balancer_arns"}),
    ),
}
