"""Databases: they take minutes to make, so that a cut-off creation is likely. AWS dates them when done."""

from collections.abc import Iterator, Mapping
from typing import Any

from guardian.adapters.aws import rds_groups, rds_instances
from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.rds_clusters import CLUSTERS
from guardian.adapters.aws.rds_instances import ALONE

_DOUBTS = {"creating": "it is still being created", "deleting": "it is being deleted"}


def _instance(calls: Calls, name: str) -> Found | None:
    answer = calls.ask(
        "describe_db_instances",
        absent={"DBInstanceNotFound", "DBInstanceNotFoundFault"},
        DBInstanceIdentifier=name,
    )
    return None if answer is None else _found_instance(answer["DBInstances"][0])


def _instances(calls: Calls, prefix: str) -> Iterator[Found]:
    for each in calls.pages("describe_db_instances", "DBInstances"):
        if each["DBInstanceIdentifier"].startswith(prefix):
            yield _found_instance(each)


def _found_instance(item: Mapping[str, Any]) -> Found:
    return Found(
        # Since version 5 the provider's id is the one that stays when an instance is renamed.
        object_id=item["DbiResourceId"],
        import_id=item["DBInstanceIdentifier"],
        name=item["DBInstanceIdentifier"],
        created_at=item.get("InstanceCreateTime"),
        doubt=_DOUBTS.get(item.get("DBInstanceStatus", ""), ""),
    )


def _cluster(calls: Calls, name: str) -> Found | None:
    answer = calls.ask("describe_db_clusters", absent={"DBClusterNotFoundFault"}, DBClusterIdentifier=name)
    return None if answer is None else _found_cluster(answer["DBClusters"][0])


def _clusters(calls: Calls, prefix: str) -> Iterator[Found]:
    for each in calls.pages("describe_db_clusters", "DBClusters"):
        if each["DBClusterIdentifier"].startswith(prefix):
            yield _found_cluster(each)


def _found_cluster(item: Mapping[str, Any]) -> Found:
    return Found(
        object_id=item["DBClusterIdentifier"],
        name=item["DBClusterIdentifier"],
        created_at=item.get("ClusterCreateTime"),
        doubt=_DOUBTS.get(item.get("Status", ""), ""),
    )


TYPES = {
    "aws_db_instance": LiveType(
        service="rds",
        find=Named(one=_instance, several=_instances, argument="identifier", prefix="identifier_prefix").find,
        read=ALONE,
    ),
    "aws_rds_cluster": LiveType(
        service="rds",
        find=Named(
            one=_cluster,
            several=_clusters,
            argument="cluster_identifier",
            prefix="cluster_identifier_prefix",
            default="tf-",
        ).find,
        read=CLUSTERS,
    ),
    **rds_groups.TYPES,
    **rds_instances.TYPES,
}
