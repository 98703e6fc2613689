"""Log groups of CloudWatch."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, by, own_tags

_MILLISECONDS = 1000


def _group(calls: Calls, name: str) -> Found | None:
    return next((each for each in _groups(calls, name) if each.name == name), None)


def _groups(calls: Calls, prefix: str) -> Iterator[Found]:
    for each in calls.pages("describe_log_groups", "logGroups", logGroupNamePrefix=prefix):
        name: str = each["logGroupName"]
        created = datetime.fromtimestamp(each["creationTime"] / _MILLISECONDS, UTC)
        yield Found(object_id=name, name=name, created_at=created)


def _listed(asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    return {each["logGroupName"]: each for each in asked.every("describe_log_groups", "logGroups", limit=50)}


def _arn(item: Mapping[str, Any]) -> str:
    # With the suffix it would mean the streams in it.
    arn: str = item["arn"]
    return arn.removesuffix(":*")


def _bulk(item: Mapping[str, Any]) -> Attributes:
    return {
        "name": item["logGroupName"],
        "arn": _arn(item),
        "kms_key_id": item.get("kmsKeyId"),
        "log_group_class": item.get("logGroupClass"),
        "retention_in_days": item.get("retentionInDays"),
    }


def _tags(asked: Asked, item: Mapping[str, Any]) -> dict[str, str]:
    answer = asked.need("list_tags_for_resource", gone={"ResourceNotFoundException"}, resourceArn=_arn(item))
    return own_tags(answer.get("tags"))


TYPES = {
    "aws_cloudwatch_log_group": LiveType(
        service="logs",
        find=Named(one=_group, several=_groups).find,
        read=Read(
            calls={"describe_log_groups", "list_tags_for_resource"},
            listed=_listed,
            key=by("name"),
            bulk=_bulk,
            tagged="logs",
            tags=_tags,
            identity=lambda item: Identity(name=item["logGroupName"]),
        ),
    )
}
