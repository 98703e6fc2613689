"""Kubernetes."""

from tests.support.readers.case import Case

CASES = {
    "aws_eks_node_group": Case(
        change=lambda client, it: client("eks").update_nodegroup_config(
            clusterName=it["cluster_name"], nodegroupName=it["node_group_name"], scalingConfig={"maxSize": 5}
        ),
        drifts=frozenset({"scaling_config"}),
        delete=lambda client, it: client("eks").delete_nodegroup(
            clusterName=it["cluster_name"], nodegroupName=it["node_group_name"]
        ),
    ),
    "aws_eks_cluster": Case(
        change=lambda client, it: client("eks").update_cluster_config(
            name=it["name"], logging={"clusterLogging": [{"types": ["audit"], "enabled": False}]}
        ),
        drifts=frozenset({"enabled_cluster_log_types"}),
        delete=lambda client, it: client("eks").delete_cluster(name=it["name"]),
    ),
}
