"""Keys and their aliases; a key itself has no name to look for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from guardian.adapters.aws.apart import left_to, together
from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.read import Asked, Attributes, GoneError, Identity, Read, by, tags_of
from guardian.domain.fingerprint import Shape

_GONE = frozenset({"NotFoundException"})
_OWN = "alias/aws/"

_PREFIX = "alias/"
_POLICY = ("aws_kms_key_policy", "key_id", {"policy"})


def _aliases(calls: Calls, prefix: str) -> Iterator[Found]:
    for each in calls.pages("list_aliases", "Aliases"):
        name: str = each["AliasName"]
        if name.startswith(prefix):
            yield Found(
                object_id=name,
                name=name,
                created_at=each.get("CreationDate"),
                changed_at=each.get("LastUpdatedDate"),
            )


def _alias(calls: Calls, name: str) -> Found | None:
    return next((each for each in _aliases(calls, name) if each.name == name), None)


def _keys(asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    return {each["KeyId"]: each for each in asked.every("list_keys", "Keys", Limit=1000)}


def _detail(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    key = item["KeyId"]
    told = asked.need("describe_key", gone=_GONE, KeyId=key)["KeyMetadata"]
    if told["KeyState"] == "PendingDeletion":
        raise GoneError
    policy = asked.need("get_key_policy", gone=_GONE, KeyId=key, PolicyName="default")
    tags = asked.every("list_resource_tags", "Tags", KeyId=key, Limit=50)
    return {
        "custom_key_store_id": told.get("CustomKeyStoreId"),
        "customer_master_key_spec": told.get("KeySpec"),
        "description": told.get("Description"),
        "is_enabled": told.get("Enabled"),
        "key_usage": told.get("KeyUsage"),
        "multi_region": told.get("MultiRegion"),
        "policy": policy["Policy"],
        **_rotation(asked, told),
        "tags": tags_of(tags, key="TagKey", value="TagValue"),
        "xks_key_id": told.get("XksKeyConfiguration", {}).get("Id"),
    }


def _rotation(asked: Asked, key: Mapping[str, Any]) -> Attributes:
    """Return how AWS rotates the material of a key that is AWS's."""
    told = None
    if key.get("Origin") == "AWS_KMS":
        told = asked.one(
            "get_key_rotation_status", absent={*_GONE, "UnsupportedOperationException"}, KeyId=key["KeyId"]
        )
    told = told or {}
    return {
        "enable_key_rotation": told.get("KeyRotationEnabled"),
        "rotation_period_in_days": told.get("RotationPeriodInDays"),
    }


def _listed_aliases(asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    return {each["AliasName"]: each for each in asked.every("list_aliases", "Aliases", Limit=100)}


def _of_alias(item: Mapping[str, Any]) -> Attributes:
    # `target_key_id` is the ARN or its end, as it was written.
    arn: str = item["AliasArn"]
    key = item.get("TargetKeyId")
    return {
        "name": item["AliasName"],
        "arn": arn,
        "target_key_arn": f"{arn.removesuffix(item['AliasName'])}key/{key}" if key else None,
    }


TYPES = {
    "aws_kms_key": LiveType(
        service="kms",
        read=Read(
            calls={
                "list_keys",
                "describe_key",
                "get_key_policy",
                "get_key_rotation_status",
                "list_resource_tags",
            },
            listed=_keys,
            key=by("key_id"),
            bulk=lambda item: {"key_id": item["KeyId"], "arn": item["KeyArn"]},
            detail=_detail,
            detailed={
                "custom_key_store_id",
                "customer_master_key_spec",
                "description",
                "enable_key_rotation",
                "is_enabled",
                "key_usage",
                "multi_region",
                "policy",
                "rotation_period_in_days",
                "tags",
                "xks_key_id",
            },
            shape=Shape(policies=frozenset({"policy"})),
            apart=together(left_to("key_id", _POLICY), left_to("arn", _POLICY)),
            # The list tells no more than the ID, of AWS's own keys too.
            identity=lambda _: Identity(),
        ),
    ),
    "aws_kms_alias": LiveType(
        service="kms",
        find=Named(one=_alias, several=_aliases, default=_PREFIX).find,
        read=Read(
            calls={"list_aliases"},
            listed=_listed_aliases,
            key=by("name"),
            bulk=_of_alias,
            identity=lambda item: Identity(
                name=item["AliasName"], own=str(item["AliasName"]).startswith(_OWN)
            ),
        ),
    ),
}
