"""Databases."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def _delete_instance(client: Client, it: Mapping[str, Any]) -> object:
    name = it["identifier"]
    client("rds").modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
    return client("rds").delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


CASES = {
    "aws_db_instance": Case(
        change=lambda client, it: client("rds").modify_db_instance(
            DBInstanceIdentifier=it["identifier"], BackupRetentionPeriod=9, ApplyImmediately=True
        ),
        drifts=frozenset({"backup_retention_period"}),
        delete=_delete_instance,
        # It moves on with the clock.
        unread=frozenset({"latest_restorable_time"}),
    ),
    "aws_db_subnet_group": Case(
        # moto loses a subnet group that is modified.
        change=lambda client, it: client("rds").add_tags_to_resource(
            ResourceName=it["arn"], Tags=[{"Key": "team", "Value": "till"}]
        ),
        drifts=frozenset({"tags"}),
        delete=lambda client, it: client("rds").delete_db_subnet_group(DBSubnetGroupName=it["name"]),
    ),
    "aws_db_parameter_group": Case(
        change=lambda client, it: client("rds").modify_db_parameter_group(
            DBParameterGroupName=it["name"],
            Parameters=[
                {
                    "ParameterName": "max_connections",
                    "ParameterValue": "300",
                    "ApplyMethod": "pending-reboot",
                }
            ],
        ),
        drifts=frozenset({"parameter"}),
        delete=lambda client, it: client("rds").delete_db_parameter_group(DBParameterGroupName=it["name"]),
    ),
}
