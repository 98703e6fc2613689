"""Streams."""

from collections.abc import Sequence

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, by, tags_of

_GONE = frozenset({"ResourceNotFoundException"})


def _listed(asked: Asked, _: Sequence[Attributes]) -> dict[str, str]:
    return {name: name for name in asked.every("list_streams", "StreamNames", Limit=10_000)}


def _detail(asked: Asked, name: str, _: Attributes) -> Attributes:
    answer = asked.need("describe_stream_summary", gone=_GONE, StreamName=name)
    told = answer["StreamDescriptionSummary"]
    # A stream has no more tags than one page holds.
    tags = asked.need("list_tags_for_stream", gone=_GONE, StreamName=name, Limit=50)
    mode = told.get("StreamModeDetails", {}).get("StreamMode")
    return {
        "arn": told["StreamARN"],
        "encryption_type": told.get("EncryptionType"),
        "kms_key_id": told.get("KeyId"),
        "retention_period": told.get("RetentionPeriodHours"),
        # On demand AWS chooses, and the provider does not look.
        "shard_count": None if mode == "ON_DEMAND" else told.get("OpenShardCount"),
        "shard_level_metrics": [
            metric for each in told.get("EnhancedMonitoring", ()) for metric in each["ShardLevelMetrics"]
        ],
        "stream_mode_details": [{"stream_mode": mode}] if mode else [],
        "tags": tags_of(tags["Tags"]),
    }


TYPES = {
    "aws_kinesis_stream": LiveType(
        service="kinesis",
        read=Read(
            calls={"list_streams", "describe_stream_summary", "list_tags_for_stream"},
            listed=_listed,
            key=by("name"),
            bulk=lambda name: {"name": name},
            detail=_detail,
            detailed={
                "arn",
                "encryption_type",
                "kms_key_id",
                "retention_period",
                "shard_count",
                "shard_level_metrics",
                "stream_mode_details",
                "tags",
            },
            identity=lambda name: Identity(name=name),
        ),
    )
}
