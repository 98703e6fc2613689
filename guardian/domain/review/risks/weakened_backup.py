"""Which change of which attribute ends older versions or backups."""

from guardian.domain.review.risks.codes import BACKUP_OFF, VERSIONING_OFF
from guardian.domain.review.risks.risk import Severity
from guardian.domain.review.risks.weakened_rule import (
    each_of,
    is_fewer,
    is_less,
    is_off,
    is_on,
    left,
    locks_less,
)

_AWS = "https://docs.aws.amazon.com"
_RDS = f"{_AWS}/AmazonRDS/latest/UserGuide"
_AURORA = f"{_AWS}/AmazonRDS/latest/AuroraUserGuide"
_S3 = f"{_AWS}/AmazonS3/latest/userguide"
_RED, _AMBER = Severity.RED, Severity.AMBER

VERSIONING_RULES = (
    *each_of(
        VERSIONING_OFF,
        _RED,
        left("Enabled"),
        "older versions of its objects are no longer kept",
        (
            "aws_s3_bucket_versioning",
            "versioning_configuration.status",
            f"{_S3}/manage-versioning-examples.html",
        ),
    ),
    *each_of(
        VERSIONING_OFF,
        _RED,
        is_off,
        "older versions of its objects are no longer kept",
        ("aws_s3_bucket", "versioning.enabled", f"{_S3}/manage-versioning-examples.html"),
    ),
    *each_of(
        VERSIONING_OFF,
        _AMBER,
        left("Enabled"),
        "versions can be deleted without a second factor",
        (
            "aws_s3_bucket_versioning",
            "versioning_configuration.mfa_delete",
            f"{_S3}/MultiFactorAuthenticationDelete.html",
        ),
    ),
    *each_of(
        VERSIONING_OFF,
        _RED,
        locks_less,
        "new objects are locked for a shorter time, in a weaker mode, or not at all",
        (
            "aws_s3_bucket_object_lock_configuration",
            "rule.default_retention",
            f"{_S3}/object-lock.html#object-lock-retention-modes",
        ),
    ),
    *each_of(
        VERSIONING_OFF,
        _AMBER,
        left("IMMUTABLE"),
        "an image's tag can be written over",
        (
            "aws_ecr_repository",
            "image_tag_mutability",
            f"{_AWS}/AmazonECR/latest/userguide/image-tag-mutability.html",
        ),
    ),
)

BACKUP_RULES = (
    *each_of(
        BACKUP_OFF,
        _RED,
        is_off,
        "automated backups are turned off, and those that there are get deleted",
        (
            "aws_db_instance",
            "backup_retention_period",
            f"{_RDS}/USER_WorkingWithAutomatedBackups.BackupRetention.html",
        ),
        (
            "aws_elasticache_replication_group",
            "snapshot_retention_limit",
            f"{_AWS}/AmazonElastiCache/latest/dg/backups-automatic.html",
        ),
        (
            "aws_redshift_cluster",
            "automated_snapshot_retention_period",
            f"{_AWS}/redshift/latest/mgmt/working-with-snapshots.html",
        ),
        (
            "aws_fsx_windows_file_system",
            "automatic_backup_retention_days",
            f"{_AWS}/fsx/latest/WindowsGuide/using-backups.html",
        ),
        (
            "aws_fsx_lustre_file_system",
            "automatic_backup_retention_days",
            f"{_AWS}/fsx/latest/LustreGuide/using-backups-fsx.html",
        ),
    ),
    *each_of(
        BACKUP_OFF,
        _RED,
        is_off,
        "it can no longer be restored to a point in time",
        (
            "aws_dynamodb_table",
            "point_in_time_recovery.enabled",
            f"{_AWS}/amazondynamodb/latest/developerguide/Point-in-time-recovery.html",
        ),
    ),
    *each_of(
        BACKUP_OFF,
        _AMBER,
        is_fewer,
        "backups are kept for fewer days, and the older ones get deleted",
        ("aws_rds_cluster", "backup_retention_period", f"{_AURORA}/Aurora.Managing.Backups.html"),
        (
            "aws_docdb_cluster",
            "backup_retention_period",
            f"{_AWS}/documentdb/latest/developerguide/backup_restore.html",
        ),
        (
            "aws_neptune_cluster",
            "backup_retention_period",
            f"{_AWS}/neptune/latest/userguide/backup-restore-overview.html",
        ),
        (
            "aws_db_instance",
            "backup_retention_period",
            f"{_RDS}/USER_WorkingWithAutomatedBackups.BackupRetention.html",
        ),
    ),
    *each_of(
        BACKUP_OFF,
        _AMBER,
        is_on,
        "no final snapshot is taken any more when it is deleted",
        ("aws_db_instance", "skip_final_snapshot", f"{_RDS}/USER_DeleteInstance.html"),
        ("aws_rds_cluster", "skip_final_snapshot", f"{_AURORA}/USER_DeleteCluster.html"),
        (
            "aws_docdb_cluster",
            "skip_final_snapshot",
            f"{_AWS}/documentdb/latest/developerguide/db-cluster-delete.html",
        ),
        (
            "aws_neptune_cluster",
            "skip_final_snapshot",
            f"{_AWS}/neptune/latest/userguide/manage-console-instances-delete.html",
        ),
        (
            "aws_redshift_cluster",
            "skip_final_snapshot",
            f"{_AWS}/redshift/latest/mgmt/managing-cluster-operations.html",
        ),
    ),
    *each_of(
        BACKUP_OFF,
        _AMBER,
        left("ENABLED"),
        "the file system is no longer backed up every day",
        ("aws_efs_backup_policy", "backup_policy.status", f"{_AWS}/efs/latest/ug/awsbackup.html"),
    ),
    *each_of(
        BACKUP_OFF,
        _AMBER,
        is_less,
        "records are kept for a shorter time",
        (
            "aws_kinesis_stream",
            "retention_period",
            f"{_AWS}/streams/latest/dev/kinesis-extended-retention.html",
        ),
        (
            "aws_sqs_queue",
            "message_retention_seconds",
            f"{_AWS}/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
        ),
    ),
)
