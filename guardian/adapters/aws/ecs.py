"""Clusters of containers; their services and task definitions are modules of their own."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws import ecs_services, ecs_tasks
from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.read import (
    Asked,
    Attributes,
    Identity,
    Read,
    block,
    by,
    chunks,
    named,
    tags_of,
)

# Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html
_AT_ONCE = 100


def _clusters(asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    answers = asked.many(
        lambda arns: asked.one(
            "describe_clusters", clusters=list(arns), include=["TAGS", "SETTINGS", "CONFIGURATIONS"]
        ),
        chunks(asked.every("list_clusters", "clusterArns", maxResults=100), _AT_ONCE),
    )
    found = [each for answer in answers for each in answer["clusters"]]
    return {each["clusterArn"]: each for each in found if each["status"] != "INACTIVE"}


def _cluster(item: Mapping[str, Any]) -> Attributes:
    configuration = item.get("configuration")
    return {
        "arn": item["clusterArn"],
        "name": item["clusterName"],
        "setting": [{"name": each["name"], "value": each["value"]} for each in item["settings"]],
        "service_connect_defaults": named(item.get("serviceConnectDefaults"), namespace="namespace"),
        "tags": _tags(item),
        # Where there is none, the provider keeps what was written.
        **({} if configuration is None else {"configuration": [_configuration(configuration)]}),
    }


def _configuration(found: Mapping[str, Any]) -> Attributes:
    commands = [
        {
            "kms_key_id": each.get("kmsKeyId"),
            "logging": each.get("logging"),
            "log_configuration": named(
                each.get("logConfiguration"),
                cloud_watch_encryption_enabled="cloudWatchEncryptionEnabled",
                cloud_watch_log_group_name="cloudWatchLogGroupName",
                s3_bucket_encryption_enabled="s3EncryptionEnabled",
                s3_bucket_name="s3BucketName",
                s3_key_prefix="s3KeyPrefix",
            ),
        }
        for each in block(found.get("executeCommandConfiguration"))
    ]
    storage = named(
        found.get("managedStorageConfiguration"),
        fargate_ephemeral_storage_kms_key_id="fargateEphemeralStorageKmsKeyId",
        kms_key_id="kmsKeyId",
    )
    return {"execute_command_configuration": commands, "managed_storage_configuration": storage}


def _tags(item: Mapping[str, Any]) -> dict[str, str]:
    return tags_of(item.get("tags") or (), key="key", value="value")


TYPES = {
    "aws_ecs_cluster": LiveType(
        service="ecs",
        read=Read(
            calls={"list_clusters", "describe_clusters"},
            listed=_clusters,
            key=by("arn"),
            bulk=_cluster,
            identity=lambda item: Identity(name=item["clusterName"], tags=_tags(item)),
        ),
    ),
    **ecs_services.TYPES,
    **ecs_tasks.TYPES,
}
