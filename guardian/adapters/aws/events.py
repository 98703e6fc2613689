"""EventBridge: buses, rules and their targets. Rules are listed on the buses of known ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.event_targets import ABSENT, AT_ONCE, TARGET, bus_of
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, block, by, pages, tags_of
from guardian.domain.fingerprint import Shape


def _rules(asked: Asked, known: Sequence[Attributes]) -> dict[str, Any]:
    def ask(bus: str) -> dict[str, Any]:
        rules = pages(asked, "list_rules", "Rules", absent=ABSENT, EventBusName=bus, Limit=AT_ONCE)
        return {f"{bus}/{each['Name']}": each for each in rules or ()}

    return {
        key: each
        for found in asked.many(ask, sorted({bus_of(each) for each in known}))
        for key, each in found.items()
    }


def _rule(item: Mapping[str, Any]) -> Attributes:
    return {
        "name": item["Name"],
        "arn": item["Arn"],
        "description": item.get("Description"),
        "event_pattern": item.get("EventPattern"),
        "schedule_expression": item.get("ScheduleExpression"),
        "role_arn": item.get("RoleArn"),
        "state": item["State"],
        "is_enabled": item["State"] != "DISABLED",
    }


def _tags(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    answer = asked.need("list_tags_for_resource", gone=ABSENT, ResourceARN=item["Arn"])
    return {"tags": tags_of(answer["Tags"])}


def _bus_detail(asked: Asked, item: Mapping[str, Any], recorded: Attributes) -> Attributes:
    bus = asked.need("describe_event_bus", gone=ABSENT, Name=item["Name"])
    return {
        "description": bus.get("Description"),
        "kms_key_identifier": bus.get("KmsKeyIdentifier"),
        "dead_letter_config": [{"arn": each.get("Arn")} for each in block(bus.get("DeadLetterConfig"))],
        **_tags(asked, item, recorded),
    }


TYPES: Mapping[str, LiveType] = {
    "aws_cloudwatch_event_bus": LiveType(
        service="events",
        read=Read(
            calls={"list_event_buses", "describe_event_bus", "list_tags_for_resource"},
            listed=lambda asked, _: {
                each["Name"]: each
                for each in pages(asked, "list_event_buses", "EventBuses", Limit=AT_ONCE) or ()
            },
            key=by("name"),
            bulk=lambda item: {"name": item["Name"], "arn": item["Arn"]},
            detail=_bus_detail,
            detailed={"description", "kms_key_identifier", "dead_letter_config", "tags"},
            identity=lambda item: Identity(name=item["Name"], own=item["Name"] == "default"),
        ),
    ),
    "aws_cloudwatch_event_rule": LiveType(
        service="events",
        read=Read(
            calls={"list_rules", "list_tags_for_resource"},
            listed=_rules,
            key=lambda recorded: f"{bus_of(recorded)}/{recorded.get('name')}",
            bulk=_rule,
            detail=_tags,
            detailed={"tags"},
            shape=Shape(documents=frozenset({"event_pattern"})),
            identity=lambda item: Identity(name=item["Name"], own="ManagedBy" in item),
        ),
    ),
    "aws_cloudwatch_event_target": LiveType(service="events", read=TARGET),
}
