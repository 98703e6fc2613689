"""File systems, how they are reached, and by which paths. How much they hold is not looked at."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.apart import left_to
from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, named, pages, tags_of

_POLICY = {
    "transition_to_archive": "TransitionToArchive",
    "transition_to_ia": "TransitionToIA",
    "transition_to_primary_storage_class": "TransitionToPrimaryStorageClass",
}


def _systems(asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    return {each["FileSystemId"]: each for each in asked.every("describe_file_systems", "FileSystems")}


def _system(item: Mapping[str, Any]) -> Attributes:
    return {
        "arn": item["FileSystemArn"],
        "availability_zone_id": item.get("AvailabilityZoneId"),
        "availability_zone_name": item.get("AvailabilityZoneName"),
        "creation_token": item["CreationToken"],
        "encrypted": item.get("Encrypted"),
        "kms_key_id": item.get("KmsKeyId"),
        "name": item.get("Name"),
        "owner_id": item["OwnerId"],
        "performance_mode": item["PerformanceMode"],
        "protection": named(
            item.get("FileSystemProtection"), replication_overwrite="ReplicationOverwriteProtection"
        ),
        "provisioned_throughput_in_mibps": item.get("ProvisionedThroughputInMibps"),
        "throughput_mode": item.get("ThroughputMode"),
        "tags": tags_of(item["Tags"]),
    }


def _lifecycle(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    answer = asked.need(
        "describe_lifecycle_configuration", gone={"FileSystemNotFound"}, FileSystemId=item["FileSystemId"]
    )
    return {
        "lifecycle_policy": [
            {name: each.get(theirs) for name, theirs in _POLICY.items()}
            for each in answer["LifecyclePolicies"]
        ]
    }


def _targets(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    found = asked.many(
        lambda system: pages(
            asked,
            "describe_mount_targets",
            "MountTargets",
            absent={"FileSystemNotFound"},
            told="NextMarker",
            given="Marker",
            FileSystemId=system,
        ),
        sorted({str(each["file_system_id"]) for each in known}),
    )
    return {each["MountTargetId"]: each for targets in found for each in targets or ()}


def _target(item: Mapping[str, Any]) -> Attributes:
    return {
        "availability_zone_id": item.get("AvailabilityZoneId"),
        "availability_zone_name": item.get("AvailabilityZoneName"),
        "file_system_id": item["FileSystemId"],
        "ip_address": item.get("IpAddress"),
        "network_interface_id": item.get("NetworkInterfaceId"),
        "owner_id": item.get("OwnerId"),
        "subnet_id": item["SubnetId"],
    }


def _groups(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    answer = asked.need(
        "describe_mount_target_security_groups",
        gone={"MountTargetNotFound"},
        MountTargetId=item["MountTargetId"],
    )
    return {"security_groups": answer["SecurityGroups"]}


def _points(asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    found = asked.every("describe_access_points", "AccessPoints", MaxResults=100)
    return {each["AccessPointId"]: each for each in found}


def _point(item: Mapping[str, Any]) -> Attributes:
    root = item["RootDirectory"]
    made = named(
        root.get("CreationInfo"), owner_uid="OwnerUid", owner_gid="OwnerGid", permissions="Permissions"
    )
    return {
        "arn": item["AccessPointArn"],
        "file_system_id": item["FileSystemId"],
        "owner_id": item["OwnerId"],
        "posix_user": named(item.get("PosixUser"), uid="Uid", gid="Gid", secondary_gids="SecondaryGids"),
        "root_directory": [{"path": root.get("Path"), "creation_info": made}],
        "tags": tags_of(item["Tags"]),
    }


TYPES = {
    "aws_efs_file_system": LiveType(
        service="efs",
        read=Read(
            calls={"describe_file_systems", "describe_lifecycle_configuration"},
            listed=_systems,
            bulk=_system,
            detail=_lifecycle,
            detailed={"lifecycle_policy"},
            apart=left_to(
                "id", ("aws_efs_replication_configuration", "destination.file_system_id", {"protection"})
            ),
            identity=lambda item: Identity(name=item.get("Name") or "", tags=tags_of(item["Tags"])),
        ),
    ),
    "aws_efs_mount_target": LiveType(
        service="efs",
        read=Read(
            calls={"describe_mount_targets", "describe_mount_target_security_groups"},
            listed=_targets,
            bulk=_target,
            detail=_groups,
            detailed={"security_groups"},
        ),
    ),
    "aws_efs_access_point": LiveType(
        service="efs",
        read=Read(
            calls={"describe_access_points"},
            listed=_points,
            bulk=_point,
            identity=lambda item: Identity(name=item.get("Name") or "", tags=tags_of(item["Tags"])),
        ),
    ),
}
