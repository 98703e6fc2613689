"""Parameters. The value of a secure string is never read: its version tells that it was changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, by_id, chunks, tags_of

# Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
_AT_ONCE = 10
# Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html
_A_PAGE = 50
_DESCRIBE = "describe_parameters"


def _parameter(calls: Calls, name: str) -> Found | None:
    # `describe_parameters` would spare the value, but lags behind what was just made.
    answer = calls.ask("get_parameter", absent={"ParameterNotFound"}, Name=name, WithDecryption=False)
    if answer is None:
        return None
    parameter = answer["Parameter"]
    changed = parameter.get("LastModifiedDate")
    return Found(
        object_id=name,
        name=name,
        created_at=changed if parameter.get("Version") == 1 else None,
        changed_at=changed,
    )


def _listed(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    names = [by_id(each) for each in known]
    described = _described(asked, names)
    values = asked.many(
        lambda some: asked.one("get_parameters", Names=list(some), WithDecryption=False),
        chunks(names, _AT_ONCE),
    )
    read = {each["Name"]: each for answer in values for each in answer["Parameters"]}
    # What the one call does not know yet, or any more, the other may: it is there.
    return {each["Name"]: {**each, **read.get(each["Name"], {})} for each in (*read.values(), *described)}


def _described(asked: Asked, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return all parameters where unknown ones are wanted; else the known ones, pages side by side."""
    if asked.everything:
        return asked.every(_DESCRIBE, "Parameters", MaxResults=_A_PAGE)
    found = asked.many(
        lambda some: asked.every(
            _DESCRIBE,
            "Parameters",
            MaxResults=_A_PAGE,
            ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": list(some)}],
        ),
        chunks(names, _A_PAGE),
    )
    return [each for page in found for each in page]


def _bulk(item: Mapping[str, Any]) -> Attributes:
    secure = item["Type"] == "SecureString"
    return {
        "name": item["Name"],
        "arn": item.get("ARN"),
        "type": item["Type"],
        "version": item["Version"],
        "data_type": item.get("DataType"),
        "description": item.get("Description"),
        "tier": item.get("Tier", "Standard"),
        "allowed_pattern": item.get("AllowedPattern"),
        **({"key_id": item.get("KeyId")} if secure else {"value": item.get("Value")}),
    }


def _tags(asked: Asked, item: Mapping[str, Any]) -> dict[str, str]:
    answer = asked.need(
        "list_tags_for_resource",
        gone={"InvalidResourceId"},
        ResourceType="Parameter",
        ResourceId=item["Name"],
    )
    return tags_of(answer["TagList"])


TYPES = {
    "aws_ssm_parameter": LiveType(
        service="ssm",
        find=Named(one=_parameter).find,
        asks={"get_parameter"},
        read=Read(
            calls={"describe_parameters", "get_parameters", "list_tags_for_resource"},
            listed=_listed,
            bulk=_bulk,
            tagged="ssm:parameter",
            tags=_tags,
            identity=lambda item: Identity(name=item["Name"]),
        ),
    )
}
