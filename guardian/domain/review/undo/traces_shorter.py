"""What is kept for a shorter time, and deleted at once for it: no undo brings it back."""

from typing import Any

from guardian.domain.review.undo.rule import AWS
from guardian.domain.review.undo.trace import ends_sooner, is_lowered, is_off, on_update

_RDS = f"{AWS}/AmazonRDS/latest/UserGuide"
_AURORA = f"{AWS}/AmazonRDS/latest/AuroraUserGuide"
_FSX = f"{AWS}/fsx/latest/APIReference/API_UpdateFileSystem.html"
_CACHE = f"{AWS}/AmazonElastiCache/latest/dg/backups-automatic.html"
_INSIGHTS = f"{_RDS}/USER_PerfInsights.Overview.cost.html"

_BACKUPS = "automated backups older than the shorter retention are deleted"
_SNAPSHOTS = "automatic snapshots beyond the lower limit are deleted"

_KEPT = (
    ("aws_db_instance", "backup_retention_period", f"{_RDS}/USER_WorkingWithAutomatedBackups-Deleting.html"),
    ("aws_rds_cluster", "backup_retention_period", f"{_AURORA}/Aurora.Managing.Backups.html"),
    (
        "aws_docdb_cluster",
        "backup_retention_period",
        f"{AWS}/documentdb/latest/developerguide/backup_restore.html",
    ),
    (
        "aws_neptune_cluster",
        "backup_retention_period",
        f"{AWS}/neptune/latest/userguide/backup-restore-overview.html",
    ),
    ("aws_fsx_windows_file_system", "automatic_backup_retention_days", _FSX),
    ("aws_fsx_lustre_file_system", "automatic_backup_retention_days", _FSX),
    ("aws_fsx_openzfs_file_system", "automatic_backup_retention_days", _FSX),
)
_LIMITED = (
    ("aws_elasticache_cluster", "snapshot_retention_limit", _CACHE),
    ("aws_elasticache_replication_group", "snapshot_retention_limit", _CACHE),
    (
        "aws_memorydb_cluster",
        "snapshot_retention_limit",
        f"{AWS}/memorydb/latest/devguide/snapshots-automatic.html",
    ),
    (
        "aws_redshift_cluster",
        "automated_snapshot_retention_period",
        f"{AWS}/redshift/latest/APIReference/API_ModifyCluster.html",
    ),
    (
        "aws_redshift_cluster",
        "snapshot_copy.retention_period",
        f"{AWS}/redshift/latest/APIReference/API_ModifySnapshotCopyRetentionPeriod.html",
    ),
)
_FOR_EVER = (None, -1)
_MEASURED = ("aws_db_instance", "aws_rds_cluster", "aws_rds_cluster_instance")


def _ends(old: Any, new: Any) -> bool:
    return new not in _FOR_EVER and (old in _FOR_EVER or is_lowered(old, new))


def _is_suspended(old: Any, new: Any) -> bool:
    return bool(old == "Enabled" != new)


SHORTER = (
    *(on_update(type_, name, is_lowered, _BACKUPS, source) for type_, name, source in _KEPT),
    *(on_update(type_, name, is_lowered, _SNAPSHOTS, source) for type_, name, source in _LIMITED),
    *(
        on_update(
            each,
            "performance_insights_retention_period",
            is_lowered,
            "what Performance Insights measured before the shorter retention is deleted",
            _INSIGHTS,
        )
        for each in _MEASURED
    ),
    on_update(
        "aws_redshift_cluster_snapshot",
        "manual_snapshot_retention_period",
        _ends,
        "the snapshot is deleted when the shorter retention is over",
        f"{AWS}/redshift/latest/APIReference/API_ModifyClusterSnapshot.html",
    ),
    on_update(
        "aws_redshiftserverless_snapshot",
        "retention_period",
        _ends,
        "the snapshot is deleted when the shorter retention is over",
        f"{AWS}/redshift-serverless/latest/APIReference/API_UpdateSnapshot.html",
    ),
    on_update(
        "aws_cloudwatch_log_group",
        "retention_in_days",
        ends_sooner,
        "log events older than the shorter retention are deleted",
        f"{AWS}/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
    ),
    on_update(
        "aws_cloudwatch_event_archive",
        "retention_days",
        ends_sooner,
        "events older than the shorter retention are deleted",
        f"{AWS}/eventbridge/latest/APIReference/API_UpdateArchive.html",
    ),
    on_update(
        "aws_kinesis_stream",
        "retention_period",
        is_lowered,
        "records older than the shorter retention are lost",
        f"{AWS}/kinesis/latest/APIReference/API_DecreaseStreamRetentionPeriod.html",
    ),
    on_update(
        "aws_sqs_queue",
        "message_retention_seconds",
        is_lowered,
        "messages older than the shorter retention are deleted",
        f"{AWS}/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
    ),
    on_update(
        "aws_cloudtrail_event_data_store",
        "retention_period",
        is_lowered,
        "events older than the shorter retention are removed",
        f"{AWS}/awscloudtrail/latest/APIReference/API_UpdateEventDataStore.html",
    ),
    on_update(
        "aws_dynamodb_table",
        "point_in_time_recovery.enabled",
        is_off,
        "switched on again it can recover no moment from before",
        f"{AWS}/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html",
    ),
    on_update(
        "aws_dynamodb_table",
        "point_in_time_recovery.recovery_period_in_days",
        is_lowered,
        "moments before the shorter recovery period can no longer be recovered",
        f"{AWS}/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html",
    ),
    on_update(
        "aws_s3_bucket_versioning",
        "versioning_configuration.status",
        _is_suspended,
        "what is written over or deleted meanwhile has no older version to go back to",
        f"{AWS}/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html",
    ),
    on_update(
        "aws_s3_bucket",
        "versioning.enabled",
        is_off,
        "what is written over or deleted meanwhile has no older version to go back to",
        f"{AWS}/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html",
    ),
)
