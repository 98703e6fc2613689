"""Clusters of databases: apart, for moto gives every instance the same id."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def _delete_cluster(client: Client, it: Mapping[str, Any]) -> object:
    name = it["cluster_identifier"]
    client("rds").modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=False)
    return client("rds").delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


CASES = {
    "aws_rds_cluster_instance": Case(
        change=lambda client, it: client("rds").add_tags_to_resource(
            ResourceName=it["arn"], Tags=[{"Key": "team", "Value": "till"}]
        ),
        drifts=frozenset({"tags"}),
        delete=lambda client, it: client("rds").delete_db_instance(
            DBInstanceIdentifier=it["identifier"], SkipFinalSnapshot=True
        ),
    ),
    "aws_rds_cluster": Case(
        change=lambda client, it: client("rds").modify_db_cluster(
            DBClusterIdentifier=it["cluster_identifier"], BackupRetentionPeriod=9, ApplyImmediately=True
        ),
        drifts=frozenset({"backup_retention_period"}),
        delete=_delete_cluster,
        # Made before its instances, which tell.
        unread=frozenset({"cluster_members"}),
    ),
    "aws_rds_cluster_parameter_group": Case(
        change=lambda client, it: client("rds").modify_db_cluster_parameter_group(
            DBClusterParameterGroupName=it["name"],
            Parameters=[
                {
                    "ParameterName": "log_min_duration_statement",
                    "ParameterValue": "900",
                    "ApplyMethod": "immediate",
                }
            ],
        ),
        drifts=frozenset({"parameter"}),
        delete=lambda client, it: client("rds").delete_db_cluster_parameter_group(
            DBClusterParameterGroupName=it["name"]
        ),
    ),
}
