"""Caches."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, tags_of

_RECORDED = "(recorded)"
_BY_MINOR_VERSION = 6

_NAMES = {
    "arn": "ARN",
    "availability_zone": "PreferredAvailabilityZone",
    "cluster_id": "CacheClusterId",
    "engine": "Engine",
    "ip_discovery": "IpDiscovery",
    "maintenance_window": "PreferredMaintenanceWindow",
    "network_type": "NetworkType",
    "node_type": "CacheNodeType",
    "num_cache_nodes": "NumCacheNodes",
    "preferred_outpost_arn": "PreferredOutpostArn",
    "replication_group_id": "ReplicationGroupId",
    "snapshot_retention_limit": "SnapshotRetentionLimit",
    "snapshot_window": "SnapshotWindow",
    "subnet_group_name": "CacheSubnetGroupName",
    "transit_encryption_enabled": "TransitEncryptionEnabled",
}


def _clusters(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    found = asked.every("describe_cache_clusters", "CacheClusters", ShowCacheNodeInfo=True, MaxRecords=100)
    written = {str(each["cluster_id"]): each.get("engine_version") for each in known}
    return {
        each["CacheClusterId"]: {**each, _RECORDED: written.get(each["CacheClusterId"])} for each in found
    }


def _cluster(item: Mapping[str, Any]) -> Attributes:
    topic, parameters = item.get("NotificationConfiguration"), item.get("CacheParameterGroup")
    several = item.get("PreferredAvailabilityZone") == "Multiple"
    return {
        **{name: item.get(theirs) for name, theirs in _NAMES.items()},
        "auto_minor_version_upgrade": str(bool(item.get("AutoMinorVersionUpgrade"))).lower(),
        "az_mode": "cross-az" if several else "single-az",
        "cache_nodes": [_node(each) for each in item.get("CacheNodes") or ()],
        "log_delivery_configuration": [_log(each) for each in item.get("LogDeliveryConfigurations") or ()],
        "security_group_ids": [each["SecurityGroupId"] for each in item.get("SecurityGroups") or ()],
        **_versions(item),
        **_endpoint(item),
        # What is not told, the provider keeps as it was.
        **({} if parameters is None else {"parameter_group_name": parameters["CacheParameterGroupName"]}),
        **(
            {"notification_topic_arn": topic["TopicArn"]}
            if topic is not None and topic.get("TopicStatus") == "active"
            else {}
        ),
    }


def _versions(item: Mapping[str, Any]) -> Attributes:
    """Return the version as the provider records it: since version 6 without its patch, or as `6.x`.

    Source: `setEngineVersionRedis` of the provider.
    """
    found = item.get("EngineVersion")
    if item["Engine"] == "memcached" or not found:
        return {"engine_version": found, "engine_version_actual": found}
    parts = [*found.split("."), "0", "0"][:3]
    actual = ".".join(parts)
    if int(parts[0]) < _BY_MINOR_VERSION:
        return {"engine_version": actual, "engine_version_actual": actual}
    major = re.fullmatch(r"[6-9]\.x", str(item[_RECORDED])) is not None
    shown = f"{parts[0]}.x" if major else f"{parts[0]}.{parts[1]}"
    return {"engine_version": shown, "engine_version_actual": actual}


def _endpoint(item: Mapping[str, Any]) -> Attributes:
    found = item.get("ConfigurationEndpoint")
    if found is not None:
        return {
            "port": found["Port"],
            "cluster_address": found["Address"],
            "configuration_endpoint": f"{found['Address']}:{found['Port']}",
        }
    nodes = item.get("CacheNodes") or ()
    return {"port": nodes[0]["Endpoint"]["Port"]} if nodes else {}


def _node(found: Mapping[str, Any]) -> Attributes:
    return {
        "id": found["CacheNodeId"],
        "address": found["Endpoint"]["Address"],
        "port": found["Endpoint"]["Port"],
        "availability_zone": found.get("CustomerAvailabilityZone"),
        "outpost_arn": found.get("CustomerOutpostArn"),
    }


def _log(found: Mapping[str, Any]) -> Attributes:
    details = found["DestinationDetails"]
    to_group = details.get("CloudWatchLogsDetails")
    return {
        "destination": to_group["LogGroup"]
        if to_group is not None
        else details["KinesisFirehoseDetails"]["DeliveryStream"],
        "destination_type": found["DestinationType"],
        "log_format": found["LogFormat"],
        "log_type": found["LogType"],
    }


def _subnet_groups(asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    found = asked.every("describe_cache_subnet_groups", "CacheSubnetGroups", MaxRecords=100)
    return {each["CacheSubnetGroupName"]: each for each in found}


def _subnet_group(item: Mapping[str, Any]) -> Attributes:
    return {
        "arn": item["ARN"],
        "name": item["CacheSubnetGroupName"],
        "description": item["CacheSubnetGroupDescription"],
        "subnet_ids": [each["SubnetIdentifier"] for each in item["Subnets"]],
        "vpc_id": item["VpcId"],
    }


def _tags(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    answer = asked.need(
        "list_tags_for_resource",
        gone={"CacheClusterNotFound", "CacheSubnetGroupNotFoundFault"},
        ResourceName=item["ARN"],
    )
    return {"tags": tags_of(answer["TagList"])}


TYPES = {
    "aws_elasticache_cluster": LiveType(
        service="elasticache",
        read=Read(
            calls={"describe_cache_clusters", "list_tags_for_resource"},
            listed=_clusters,
            bulk=_cluster,
            detail=_tags,
            detailed={"tags"},
            # The members of a replication group are its own.
            identity=lambda item: Identity(
                name=item["CacheClusterId"], own=bool(item.get("ReplicationGroupId"))
            ),
        ),
    ),
    "aws_elasticache_subnet_group": LiveType(
        service="elasticache",
        read=Read(
            calls={"describe_cache_subnet_groups", "list_tags_for_resource"},
            listed=_subnet_groups,
            bulk=_subnet_group,
            detail=_tags,
            detailed={"tags"},
            identity=lambda item: Identity(
                name=item["CacheSubnetGroupName"], own=item["CacheSubnetGroupName"] == "default"
            ),
        ),
    ),
}
