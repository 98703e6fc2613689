"""What every object of load balancing has alike: tags, and settings as pairs of texts."""

from collections.abc import Callable, Mapping
from typing import Any

from guardian.adapters.aws.read import Asked, chunks, tags_of

# Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
_AT_ONCE = 20


def with_tags(asked: Asked, items: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return objects by ARN with their tags."""
    answers = asked.many(
        lambda arns: asked.one("describe_tags", ResourceArns=list(arns)), chunks(sorted(items), _AT_ONCE)
    )
    tags = {
        each["ResourceArn"]: tags_of(each["Tags"]) for answer in answers for each in answer["TagDescriptions"]
    }
    return {arn: {**item, "Tags": tags[arn]} for arn, item in items.items()}


def attributes_of(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings of an answer by AWS's names."""
    return {each["Key"]: each.get("Value") or "" for each in answer["Attributes"]}


def renamed(
    found: Mapping[str, str], names: Mapping[str, tuple[str, Callable[[str], Any]]]
) -> dict[str, Any]:
    """Return the settings that AWS tells by the provider's names; those that it does not know are kept."""
    return {name: value(found[theirs]) for name, (theirs, value) in names.items() if theirs in found}


def flag(text: str) -> bool:
    """Return what a setting says that is on or off."""
    return text == "true"
