"""File systems."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def _other_group(client: Client, it: Mapping[str, Any]) -> object:
    group = client("ec2").create_security_group(GroupName="other", Description="other")
    return client("efs").modify_mount_target_security_groups(
        MountTargetId=it["id"], SecurityGroups=[group["GroupId"]]
    )


def _delete_system(client: Client, it: Mapping[str, Any]) -> object:
    for each in client("efs").describe_mount_targets(FileSystemId=it["id"])["MountTargets"]:
        client("efs").delete_mount_target(MountTargetId=each["MountTargetId"])
    return client("efs").delete_file_system(FileSystemId=it["id"])


CASES = {
    "aws_efs_access_point": Case(
        change=lambda client, it: client("efs").tag_resource(
            ResourceId=it["id"], Tags=[{"Key": "team", "Value": "till"}]
        ),
        drifts=frozenset({"tags"}),
        delete=lambda client, it: client("efs").delete_access_point(AccessPointId=it["id"]),
    ),
    "aws_efs_mount_target": Case(
        change=_other_group,
        drifts=frozenset({"security_groups"}),
        delete=lambda client, it: client("efs").delete_mount_target(MountTargetId=it["id"]),
    ),
    "aws_efs_file_system": Case(
        change=lambda client, it: client("efs").put_lifecycle_configuration(
            FileSystemId=it["id"], LifecyclePolicies=[{"TransitionToIA": "AFTER_7_DAYS"}]
        ),
        drifts=frozenset({"lifecycle_policy"}),
        delete=_delete_system,
        # Made before its mount targets, which tell.
        unread=frozenset({"number_of_mount_targets"}),
    ),
}
