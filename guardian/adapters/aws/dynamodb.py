"""Tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.apart import left_to
from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, by, tags_of

_GONE = frozenset({"ResourceNotFoundException", "TableNotFoundException"})
Answer = Mapping[str, Any]


def _table(calls: Calls, name: str) -> Found | None:
    answer = calls.ask("describe_table", absent={"ResourceNotFoundException"}, TableName=name)
    if answer is None:
        return None
    table = answer["Table"]
    return Found(
        object_id=name,
        name=name,
        created_at=table.get("CreationDateTime"),
        doubt="it is being deleted" if table.get("TableStatus") == "DELETING" else "",
    )


def _listed(asked: Asked, _: Sequence[Attributes]) -> dict[str, str]:
    return {name: name for name in asked.every("list_tables", "TableNames", Limit=100)}


def _detail(asked: Asked, name: str, recorded: Attributes) -> Attributes:
    table = asked.need("describe_table", gone=_GONE, TableName=name)["Table"]
    expiry = asked.need("describe_time_to_live", gone=_GONE, TableName=name)
    backups = asked.need("describe_continuous_backups", gone=_GONE, TableName=name)
    throughput = table.get("ProvisionedThroughput", {})
    stream = table.get("StreamSpecification", {})
    # The provider keeps what it recorded of a stream that is none any more.
    view = {"stream_view_type": stream.get("StreamViewType")} if stream else {}
    return {
        "arn": table["TableArn"],
        "attribute": [
            {"name": each["AttributeName"], "type": each["AttributeType"]}
            for each in table["AttributeDefinitions"]
        ],
        **_keys(table["KeySchema"]),
        # A table that never was on demand does not tell.
        "billing_mode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "deletion_protection_enabled": table.get("DeletionProtectionEnabled"),
        "read_capacity": throughput.get("ReadCapacityUnits"),
        "write_capacity": throughput.get("WriteCapacityUnits"),
        "on_demand_throughput": _on_demand(table.get("OnDemandThroughput")),
        "global_secondary_index": [_global(each) for each in table.get("GlobalSecondaryIndexes", ())],
        "local_secondary_index": [_index(each) for each in table.get("LocalSecondaryIndexes", ())],
        "point_in_time_recovery": [_recovery(backups["ContinuousBackupsDescription"])],
        **_replicas(table, recorded),
        "server_side_encryption": _encryption(table.get("SSEDescription"), recorded),
        "stream_arn": table.get("LatestStreamArn"),
        "stream_enabled": stream.get("StreamEnabled"),
        "stream_label": table.get("LatestStreamLabel"),
        **view,
        "table_class": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "ttl": [_expiry(expiry["TimeToLiveDescription"])],
    }


def _tags(asked: Asked, name: str) -> dict[str, str]:
    # The tags are asked by the table's ARN, which only the table tells; its details are asked anyway.
    arn = asked.need("describe_table", gone=_GONE, TableName=name)["Table"]["TableArn"]
    return tags_of(asked.every("list_tags_of_resource", "Tags", ResourceArn=arn))


def _keys(schema: Sequence[Answer]) -> dict[str, Any]:
    by_kind = {each["KeyType"]: each["AttributeName"] for each in schema}
    return {"hash_key": by_kind.get("HASH"), "range_key": by_kind.get("RANGE")}


def _on_demand(told: Answer | None) -> list[Attributes]:
    if told is None:
        return []
    return [
        {
            "max_read_request_units": told.get("MaxReadRequestUnits"),
            "max_write_request_units": told.get("MaxWriteRequestUnits"),
        }
    ]


def _global(index: Answer) -> Attributes:
    throughput = index.get("ProvisionedThroughput", {})
    return {
        **_index(index),
        "hash_key": _keys(index["KeySchema"])["hash_key"],
        "read_capacity": throughput.get("ReadCapacityUnits"),
        "write_capacity": throughput.get("WriteCapacityUnits"),
        "on_demand_throughput": _on_demand(index.get("OnDemandThroughput")),
    }


def _index(index: Answer) -> dict[str, Any]:
    """Return what is told of a local index: its hash key is the table's."""
    return {
        "name": index["IndexName"],
        "range_key": _keys(index["KeySchema"])["range_key"],
        "projection_type": index["Projection"]["ProjectionType"],
        "non_key_attributes": index["Projection"].get("NonKeyAttributes"),
    }


def _recovery(backups: Answer) -> Attributes:
    told = backups.get("PointInTimeRecoveryDescription", {})
    return {
        "enabled": told.get("PointInTimeRecoveryStatus") == "ENABLED",
        "recovery_period_in_days": told.get("RecoveryPeriodInDays"),
    }


def _replicas(table: Answer, recorded: Attributes) -> Attributes:
    """Return the replicas when there are none, or others than recorded.

    What else is recorded of one, only its own region tells.
    """
    live = {each["RegionName"] for each in table.get("Replicas", ())}
    if live and live == {each.get("region_name") for each in recorded.get("replica") or ()}:
        return {}
    return {"replica": [{"region_name": each} for each in sorted(live)]}


def _encryption(told: Answer | None, recorded: Attributes) -> list[Attributes]:
    if told is None:
        return []
    enabled = told.get("Status") == "ENABLED"
    # The provider records AWS's own key as none; which key that is only KMS tells.
    before = (recorded.get("server_side_encryption") or [{}])[0]
    own = enabled and before.get("enabled") and not before.get("kms_key_arn")
    return [{"enabled": enabled, "kms_key_arn": None if own else told.get("KMSMasterKeyArn")}]


def _expiry(told: Answer) -> Attributes:
    return {
        "enabled": told.get("TimeToLiveStatus") == "ENABLED",
        "attribute_name": told.get("AttributeName"),
    }


TYPES = {
    "aws_dynamodb_table": LiveType(
        service="dynamodb",
        find=Named(one=_table).find,
        read=Read(
            calls={
                "list_tables",
                "describe_table",
                "describe_time_to_live",
                "describe_continuous_backups",
                "list_tags_of_resource",
            },
            listed=_listed,
            key=by("name"),
            bulk=lambda name: {"name": name},
            detail=_detail,
            detailed={
                "arn",
                "attribute",
                "billing_mode",
                "deletion_protection_enabled",
                "global_secondary_index",
                "hash_key",
                "local_secondary_index",
                "on_demand_throughput",
                "point_in_time_recovery",
                "range_key",
                "read_capacity",
                "replica",
                "server_side_encryption",
                "stream_arn",
                "stream_enabled",
                "stream_label",
                "stream_view_type",
                "table_class",
                "ttl",
                "write_capacity",
            },
            apart=left_to("arn", ("aws_dynamodb_table_replica", "global_table_arn", {"replica"})),
            identity=lambda name: Identity(name=name),
            tagged="dynamodb:table",
            tags=_tags,
        ),
    )
}
