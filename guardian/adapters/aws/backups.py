"""Asks when the newest backup was made that outlives its object: snapshots, backups, points in time."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from guardian.adapters.aws.calls import Calls, Clients
from guardian.adapters.aws.refusals import NOT_AS_DESCRIBED, NoAnswerError, reason_of
from guardian.domain.observation import Unreadable
from guardian.domain.review.risks.data import DataLoss
from guardian.domain.review.risks.facts import Newest

WORKERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """How the backups of one type are found.

    Attributes:
        service: boto3's name of the service that is asked.
        calls: boto3's names of all operations that `made` asks.
        made: Yields when each complete backup was made that outlives the object.
    """

    service: str
    calls: Collection[str]
    made: Callable[[Calls, DataLoss], Iterator[datetime | None]]


class AwsBackups:
    """Implements `BackupReader` with read calls of boto3; credentials and endpoints are AWS's own.

    Args:
        environment: The process's environment.
        total_s: After that nothing more is asked.
    """

    def __init__(self, environment: Mapping[str, str], *, total_s: float = 30.0) -> None:
        self._clients = Clients(environment, workers=WORKERS)
        self._total_s = total_s

    def newest(self, sought: Sequence[DataLoss]) -> Mapping[str, Newest]:
        """Ask for each, several at a time."""
        if not sought:
            return {}
        deadline = time.monotonic() + self._total_s
        with ThreadPoolExecutor(max_workers=min(WORKERS, len(sought))) as pool:
            found = pool.map(lambda each: self._newest(each, deadline), sought)
            return {each.address: newest for each, newest in zip(sought, found, strict=True)}

    def _newest(self, loss: DataLoss, deadline: float) -> Newest:
        declared = BACKUPS.get(loss.resource_type)
        if declared is None:
            return Unreadable(reason=f"guardian knows no backups of {loss.resource_type}")
        calls = Calls(self._clients, declared.service, loss.region, deadline=deadline, allowed=declared.calls)
        try:
            made = [each for each in declared.made(calls, loss) if each is not None]
            return max((each.astimezone(UTC) for each in made), default=None)
        except (NoAnswerError, *NOT_AS_DESCRIBED) as error:
            return Unreadable(reason=reason_of(error, declared.service))


def _instance_snapshots(calls: Calls, loss: DataLoss) -> Iterator[datetime | None]:
    name = _needed(loss.name)
    for kind in _kinds(loss):
        yield from _available(
            calls.every("describe_db_snapshots", "DBSnapshots", SnapshotType=kind, DBInstanceIdentifier=name),
            "SnapshotCreateTime",
        )


def _cluster_snapshots(calls: Calls, loss: DataLoss) -> Iterator[datetime | None]:
    name = _needed(loss.name)
    for kind in _kinds(loss):
        yield from _available(
            calls.every(
                "describe_db_cluster_snapshots",
                "DBClusterSnapshots",
                SnapshotType=kind,
                DBClusterIdentifier=name,
            ),
            "SnapshotCreateTime",
        )


def _kinds(loss: DataLoss) -> tuple[str, ...]:
    """Return the kinds of snapshots that outlive a database; those of AWS Backup have to be asked for.

    Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html
    """
    return ("manual", "awsbackup", *(("automated",) if loss.keeps_automated else ()))


def _warehouse_snapshots(calls: Calls, loss: DataLoss) -> Iterator[datetime | None]:
    # Automated ones are deleted with the cluster.
    # Source: https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html
    found = calls.every("describe_cluster_snapshots", "Snapshots", ClusterIdentifier=_needed(loss.name))
    manual = (each for each in found if each["SnapshotType"] == "manual")
    yield from _available(manual, "SnapshotCreateTime")


def _volume_snapshots(calls: Calls, loss: DataLoss) -> Iterator[datetime | None]:
    found = calls.every(
        "describe_snapshots",
        "Snapshots",
        OwnerIds=["self"],
        Filters=[{"Name": "volume-id", "Values": [_needed(loss.object_id)]}],
    )
    yield from (each["StartTime"] for each in found if each["State"] == "completed")


def _cache_snapshots(calls: Calls, loss: DataLoss) -> Iterator[datetime | None]:
    # Automatic ones are deleted with the cluster.
    # Source: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-automatic.html
    found = calls.every(
        "describe_snapshots", "Snapshots", ReplicationGroupId=_needed(loss.object_id), SnapshotSource="user"
    )
    for each in found:
        if each["SnapshotStatus"] == "available":
            yield max(node["SnapshotCreateTime"] for node in each["NodeSnapshots"])


def _table_backups(calls: Calls, loss: DataLoss) -> Iterator[datetime | None]:
    name = _needed(loss.name)
    found = calls.every("list_backups", "BackupSummaries", TableName=name, BackupType="ALL")
    yield from (each["BackupCreationDateTime"] for each in found if each["BackupStatus"] == "AVAILABLE")
    # With a deletion the last state is kept for 35 days.
    # Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
    answer = calls.ask("describe_continuous_backups", TableName=name) or {}
    point = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    if point.get("PointInTimeRecoveryStatus") == "ENABLED":
        yield point["LatestRestorableDateTime"]


def _windows_backups(calls: Calls, loss: DataLoss) -> Iterator[datetime | None]:
    # Automatic ones are deleted with the file system.
    # Source: https://docs.aws.amazon.com/fsx/latest/WindowsGuide/using-backups.html
    found = calls.every(
        "describe_backups",
        "Backups",
        Filters=[{"Name": "file-system-id", "Values": [_needed(loss.object_id)]}],
    )
    for each in found:
        if each["Lifecycle"] == "AVAILABLE" and each["Type"] != "AUTOMATIC":
            yield each["CreationTime"]


def _recovery_points(calls: Calls, loss: DataLoss) -> Iterator[datetime | None]:
    found = calls.every("list_recovery_points_by_resource", "RecoveryPoints", ResourceArn=_needed(loss.arn))
    yield from (each["CreationDate"] for each in found if each["Status"] == "COMPLETED")


def _available(snapshots: Iterable[Mapping[str, Any]], made: str) -> Iterator[datetime | None]:
    return (each.get(made) for each in snapshots if each["Status"] == "available")


def _needed(value: str) -> str:
    """Return what its backups are found by."""
    if not value:
        raise NoAnswerError("the state does not tell what its backups are found by")
    return value


_CLUSTERS = Backups(service="rds", calls=("describe_db_cluster_snapshots",), made=_cluster_snapshots)
_FSX = Backups(service="fsx", calls=("describe_backups",), made=_windows_backups)
_BY_AWS_BACKUP = Backups(service="backup", calls=("list_recovery_points_by_resource",), made=_recovery_points)

BACKUPS: Mapping[str, Backups] = {
    "aws_db_instance": Backups(service="rds", calls=("describe_db_snapshots",), made=_instance_snapshots),
    # DocumentDB and Neptune answer to the same operations.
    "aws_rds_cluster": _CLUSTERS,
    "aws_docdb_cluster": _CLUSTERS,
    "aws_neptune_cluster": _CLUSTERS,
    "aws_redshift_cluster": Backups(
        service="redshift", calls=("describe_cluster_snapshots",), made=_warehouse_snapshots
    ),
    "aws_ebs_volume": Backups(service="ec2", calls=("describe_snapshots",), made=_volume_snapshots),
    "aws_elasticache_replication_group": Backups(
        service="elasticache", calls=("describe_snapshots",), made=_cache_snapshots
    ),
    "aws_dynamodb_table": Backups(
        service="dynamodb",
        calls=("list_backups", "describe_continuous_backups"),
        made=_table_backups,
    ),
    "aws_fsx_windows_file_system": _FSX,
    "aws_fsx_lustre_file_system": _FSX,
    "aws_efs_file_system": _BY_AWS_BACKUP,
    "aws_s3_bucket": _BY_AWS_BACKUP,
}
