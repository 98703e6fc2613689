"""Node groups of Kubernetes clusters."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, block, named, own_tags, pages
from guardian.domain.fingerprint import PLAIN, Shape

_GONE = {"ResourceNotFoundException"}
# The list tells names alone.
_OF_GROUP = {
    "ami_type",
    "arn",
    "capacity_type",
    "disk_size",
    "instance_types",
    "labels",
    "launch_template",
    "node_repair_config",
    "node_role_arn",
    "release_version",
    "remote_access",
    "resources",
    "scaling_config",
    "status",
    "subnet_ids",
    "tags",
    "taint",
    "update_config",
    "version",
}


def _groups(asked: Asked, known: Sequence[Attributes]) -> dict[str, tuple[str, str]]:
    clusters = sorted(
        {str(each["cluster_name"]) for each in known}
        & set(asked.every("list_clusters", "clusters", maxResults=100))
    )
    found = asked.many(
        lambda name: pages(
            asked,
            "list_nodegroups",
            "nodegroups",
            absent=_GONE,
            told="nextToken",
            given="nextToken",
            clusterName=name,
            maxResults=100,
        ),
        clusters,
    )
    return {
        f"{cluster}:{group}": (cluster, group)
        for cluster, groups in zip(clusters, found, strict=True)
        for group in groups or ()
    }


def _group(asked: Asked, item: tuple[str, str], _: Attributes) -> Attributes:
    cluster, name = item
    answer = asked.need("describe_nodegroup", gone=_GONE, clusterName=cluster, nodegroupName=name)
    found = answer["nodegroup"]
    return {
        "ami_type": found.get("amiType"),
        "arn": found["nodegroupArn"],
        "capacity_type": found.get("capacityType"),
        "disk_size": found.get("diskSize"),
        "instance_types": found.get("instanceTypes"),
        "labels": found.get("labels"),
        "launch_template": named(found.get("launchTemplate"), id="id", name="name", version="version"),
        "node_repair_config": named(found.get("nodeRepairConfig"), enabled="enabled"),
        "node_role_arn": found["nodeRole"],
        "release_version": found.get("releaseVersion"),
        "remote_access": named(
            found.get("remoteAccess"),
            ec2_ssh_key="ec2SshKey",
            source_security_group_ids="sourceSecurityGroups",
        ),
        "resources": [_resources(each) for each in block(found.get("resources"))],
        "scaling_config": named(
            found.get("scalingConfig"), desired_size="desiredSize", max_size="maxSize", min_size="minSize"
        ),
        "status": found["status"],
        "subnet_ids": found["subnets"],
        "tags": own_tags(found.get("tags")),
        "taint": [
            {"key": each.get("key"), "value": each.get("value"), "effect": each.get("effect")}
            for each in found.get("taints") or ()
        ],
        "update_config": named(
            found.get("updateConfig"),
            max_unavailable="maxUnavailable",
            max_unavailable_percentage="maxUnavailablePercentage",
        ),
        "version": found["version"],
    }


def _resources(found: Mapping[str, Any]) -> Attributes:
    return {
        "autoscaling_groups": [{"name": each.get("name")} for each in found.get("autoScalingGroups") or ()],
        "remote_access_security_group_id": found.get("remoteAccessSecurityGroup"),
    }


TYPES = {
    "aws_eks_node_group": LiveType(
        service="eks",
        read=Read(
            calls={"list_clusters", "list_nodegroups", "describe_nodegroup"},
            listed=_groups,
            bulk=lambda item: {"cluster_name": item[0], "node_group_name": item[1]},
            detail=_group,
            detailed=_OF_GROUP,
            shape=Shape(ordered=frozenset({"instance_types"}), maps=PLAIN.maps | {"labels"}),
            identity=lambda item: Identity(name=item[1]),
        ),
    ),
}
