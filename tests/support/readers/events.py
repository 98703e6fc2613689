"""Buses, rules and their targets."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def _retry_more(client: Client, it: Mapping[str, Any]) -> None:
    events = client("events")
    rule = {"Rule": it["rule"], "EventBusName": it["event_bus_name"]}
    (target,) = events.list_targets_by_rule(**rule)["Targets"]
    target["RetryPolicy"]["MaximumRetryAttempts"] = 7
    events.put_targets(**rule, Targets=[target])


CASES = {
    "aws_cloudwatch_event_target": Case(
        change=_retry_more,
        drifts=frozenset({"retry_policy"}),
        delete=lambda client, it: client("events").remove_targets(
            Rule=it["rule"], EventBusName=it["event_bus_name"], Ids=[it["target_id"]]
        ),
    ),
    "aws_cloudwatch_event_rule": Case(
        change=lambda client, it: client("events").disable_rule(
            Name=it["name"], EventBusName=it["event_bus_name"]
        ),
        drifts=frozenset({"state", "is_enabled"}),
        delete=lambda client, it: client("events").delete_rule(
            Name=it["name"], EventBusName=it["event_bus_name"]
        ),
    ),
    "aws_cloudwatch_event_bus": Case(
        change=lambda client, it: client("events").tag_resource(
            ResourceARN=it["arn"], Tags=[{"Key": "team", "Value": "other"}]
        ),
        drifts=frozenset({"tags"}),
        delete=lambda client, it: client("events").delete_event_bus(Name=it["name"]),
    ),
}
