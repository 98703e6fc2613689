"""Kubernetes clusters: they take ten minutes to make, so that a cut-off creation is likely."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws import eks_nodes
from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, block, by, named, own_tags

_GONE = {"ResourceNotFoundException"}
# The list tells names alone.
_OF_CLUSTER = {
    "access_config",
    "arn",
    "certificate_authority",
    "cluster_id",
    "compute_config",
    "enabled_cluster_log_types",
    "encryption_config",
    "endpoint",
    "identity",
    "kubernetes_network_config",
    "outpost_config",
    "platform_version",
    "remote_network_config",
    "role_arn",
    "status",
    "storage_config",
    "tags",
    "upgrade_policy",
    "version",
    "vpc_config",
    "zonal_shift_config",
}
_DOUBTS = {"CREATING": "it is still being created", "DELETING": "it is being deleted"}


def _cluster(calls: Calls, name: str) -> Found | None:
    answer = calls.ask("describe_cluster", absent={"ResourceNotFoundException"}, name=name)
    if answer is None:
        return None
    cluster = answer["cluster"]
    return Found(
        object_id=name,
        name=name,
        created_at=cluster.get("createdAt"),
        doubt=_DOUBTS.get(cluster.get("status", ""), ""),
    )


def _names(asked: Asked, _: Sequence[Attributes]) -> dict[str, str]:
    return {name: name for name in asked.every("list_clusters", "clusters", maxResults=100)}


def _detail(asked: Asked, name: str, recorded: Attributes) -> Attributes:
    found = asked.need("describe_cluster", gone=_GONE, name=name)["cluster"]
    logs = (found.get("logging") or {}).get("clusterLogging") or ()
    outposts = found.get("outpostConfig")
    return {
        "arn": found["arn"],
        "endpoint": found.get("endpoint"),
        "platform_version": found.get("platformVersion"),
        "role_arn": found["roleArn"],
        "status": found["status"],
        "version": found["version"],
        "tags": own_tags(found.get("tags")),
        "enabled_cluster_log_types": [kind for each in logs if each.get("enabled") for kind in each["types"]],
        "encryption_config": [
            {"resources": each["resources"], "provider": [{"key_arn": each["provider"]["keyArn"]}]}
            for each in found.get("encryptionConfig") or ()
        ],
        "access_config": _access(found.get("accessConfig"), recorded),
        "certificate_authority": named(found.get("certificateAuthority"), data="data"),
        "compute_config": named(
            found.get("computeConfig"),
            enabled="enabled",
            node_pools="nodePools",
            node_role_arn="nodeRoleArn",
        ),
        "identity": [
            {"oidc": named(each.get("oidc"), issuer="issuer")} for each in block(found.get("identity"))
        ],
        "kubernetes_network_config": _network(found.get("kubernetesNetworkConfig")),
        "outpost_config": _outposts(outposts),
        "remote_network_config": [_remote(each) for each in block(found.get("remoteNetworkConfig"))],
        "storage_config": [
            {"block_storage": named(each.get("blockStorage"), enabled="enabled")}
            for each in block(found.get("storageConfig"))
        ],
        "upgrade_policy": named(found.get("upgradePolicy"), support_type="supportType"),
        "vpc_config": named(
            found["resourcesVpcConfig"],
            cluster_security_group_id="clusterSecurityGroupId",
            endpoint_private_access="endpointPrivateAccess",
            endpoint_public_access="endpointPublicAccess",
            public_access_cidrs="publicAccessCidrs",
            security_group_ids="securityGroupIds",
            subnet_ids="subnetIds",
            vpc_id="vpcId",
        ),
        "zonal_shift_config": named(found.get("zonalShiftConfig"), enabled="enabled"),
        # The provider knows the id of clusters on Outposts alone.
        **({} if outposts is None else {"cluster_id": found.get("id")}),
    }


def _access(found: Mapping[str, Any] | None, recorded: Attributes) -> list[Attributes]:
    if found is None:
        return []
    # AWS never tells whether the creator was made an administrator.
    creator = "bootstrap_cluster_creator_admin_permissions"
    written = (recorded.get("access_config") or [{creator: True}])[0]
    return [{"authentication_mode": found.get("authenticationMode"), creator: written.get(creator)}]


def _network(found: Mapping[str, Any] | None) -> list[Attributes]:
    names = {
        "ip_family": "ipFamily",
        "service_ipv4_cidr": "serviceIpv4Cidr",
        "service_ipv6_cidr": "serviceIpv6Cidr",
    }
    return [
        {**own, "elastic_load_balancing": named(each.get("elasticLoadBalancing"), enabled="enabled")}
        for each in block(found)
        for own in named(each, **names)
    ]


def _outposts(found: Mapping[str, Any] | None) -> list[Attributes]:
    return [
        {
            "control_plane_instance_type": each["controlPlaneInstanceType"],
            "control_plane_placement": named(each.get("controlPlanePlacement"), group_name="groupName"),
            "outpost_arns": each["outpostArns"],
        }
        for each in block(found)
    ]


def _remote(found: Mapping[str, Any]) -> Attributes:
    return {
        "remote_node_networks": [
            {"cidrs": each.get("cidrs")} for each in found.get("remoteNodeNetworks") or ()
        ],
        "remote_pod_networks": [
            {"cidrs": each.get("cidrs")} for each in found.get("remotePodNetworks") or ()
        ],
    }


TYPES = {
    "aws_eks_cluster": LiveType(
        service="eks",
        find=Named(one=_cluster).find,
        read=Read(
            calls={"list_clusters", "describe_cluster"},
            listed=_names,
            key=by("name"),
            bulk=lambda name: {"name": name},
            detail=_detail,
            detailed=_OF_CLUSTER,
            identity=lambda name: Identity(name=name),
        ),
    ),
    **eks_nodes.TYPES,
}
