"""What making again gives of what holds data, and of its settings."""

from guardian.domain.review.undo.rule import AWS, UndoRule, anew, same

_RDS = f"{AWS}/AmazonRDS/latest/APIReference"
_CACHE = f"{AWS}/AmazonElastiCache/latest/APIReference"
_LOGS = f"{AWS}/AmazonCloudWatchLogs/latest/APIReference"

_DATABASES = (
    anew("aws_db_instance", "resource_id", gone=("its data",)),
    anew("aws_rds_cluster", "cluster_resource_id", gone=("its data",)),
    anew("aws_rds_cluster_instance", "dbi_resource_id"),
    anew("aws_rds_reserved_instance", "id arn"),
    anew("aws_rds_global_cluster", "global_cluster_resource_id"),
    anew(
        "aws_db_snapshot",
        "db_snapshot_arn",
        f"{_RDS}/API_DeleteDBSnapshot.html",
        gone=("the moment that it held",),
    ),
    anew(
        "aws_db_cluster_snapshot",
        "",
        f"{_RDS}/API_DeleteDBClusterSnapshot.html",
        gone=("the moment that it held",),
    ),
    same("aws_db_subnet_group", "name"),
    same("aws_db_parameter_group", "name"),
    same("aws_rds_cluster_parameter_group", "name"),
    same("aws_db_option_group", "name"),
    same("aws_db_event_subscription", "name"),
    same("aws_db_instance_role_association", "db_instance_identifier role_arn"),
    same("aws_db_proxy_default_target_group", "db_proxy_name"),
    anew("aws_docdb_cluster", "cluster_resource_id", gone=("its data",)),
    anew("aws_docdb_cluster_instance", "dbi_resource_id"),
    anew("aws_docdb_cluster_snapshot", "db_cluster_snapshot_arn", gone=("the moment that it held",)),
    same("aws_docdb_subnet_group", "name"),
    same("aws_docdb_cluster_parameter_group", "name"),
    anew("aws_neptune_cluster", "cluster_resource_id", gone=("its data",)),
    anew("aws_neptune_cluster_instance", "dbi_resource_id"),
    anew("aws_neptune_cluster_snapshot", "db_cluster_snapshot_arn", gone=("the moment that it held",)),
    same("aws_neptune_subnet_group", "name"),
    anew("aws_redshift_cluster", "cluster_namespace_arn", gone=("its data",)),
    anew("aws_redshift_cluster_snapshot", "arn", gone=("the moment that it held",)),
    anew("aws_redshiftserverless_snapshot", "arn", gone=("the moment that it held",)),
    same("aws_redshift_subnet_group", "name"),
    same("aws_redshift_parameter_group", "name"),
    anew("aws_dynamodb_table", "stream_arn", gone=("its items",)),
    anew("aws_elasticache_cluster", "", f"{_CACHE}/API_DeleteCacheCluster.html", gone=("what it cached",)),
    anew("aws_elasticache_replication_group", "", gone=("its data",)),
    anew("aws_elasticache_global_replication_group", "id arn"),
    anew("aws_elasticache_reserved_cache_node", "id arn"),
    same("aws_elasticache_subnet_group", "name"),
    same("aws_elasticache_parameter_group", "name"),
    same("aws_elasticache_user", "user_id"),
    anew(
        "aws_memorydb_cluster",
        "",
        f"{AWS}/memorydb/latest/APIReference/API_DeleteCluster.html",
        gone=("its data",),
    ),
    same("aws_memorydb_subnet_group", "name"),
    anew("aws_opensearch_domain", "", gone=("its indexes",)),
    anew(
        "aws_elasticsearch_domain",
        "",
        f"{AWS}/opensearch-service/latest/APIReference/API_DeleteDomain.html",
        gone=("its indexes",),
    ),
    same("aws_opensearch_domain_policy", "domain_name"),
)

_FILES = (
    anew("aws_efs_file_system", "id arn dns_name", gone=("its files",)),
    anew("aws_efs_mount_target", "id network_interface_id"),
    anew("aws_efs_access_point", "id arn"),
    same("aws_efs_backup_policy", "file_system_id"),
    same("aws_efs_file_system_policy", "file_system_id"),
    anew("aws_fsx_lustre_file_system", "id arn dns_name", gone=("its files",)),
    anew("aws_fsx_windows_file_system", "id arn dns_name", gone=("its files",)),
    anew(
        "aws_fsx_openzfs_file_system",
        "id arn dns_name",
        f"{AWS}/fsx/latest/APIReference/API_DeleteFileSystem.html",
        gone=("its files",),
    ),
    anew("aws_fsx_backup", "id arn", gone=("the moment that it held",)),
    anew("aws_ebs_volume", "id arn", gone=("its data",)),
    anew("aws_ebs_snapshot", "id arn", gone=("the moment that it held",)),
    same("aws_volume_attachment", "device_name volume_id instance_id"),
)

_STREAMS = (
    anew("aws_kinesis_stream", "", gone=("its records",)),
    anew(
        "aws_kinesis_stream_consumer",
        "creation_timestamp",
        f"{AWS}/kinesis/latest/APIReference/API_RegisterStreamConsumer.html",
    ),
    anew("aws_sqs_queue", "", gone=("its messages",)),
    same("aws_sqs_queue_policy", "queue_url"),
    same("aws_sqs_queue_redrive_policy", "queue_url"),
    same("aws_sqs_queue_redrive_allow_policy", "queue_url"),
    anew(
        "aws_msk_cluster",
        "arn bootstrap_brokers",
        f"{AWS}/msk/latest/developerguide/delete-cluster-api.html",
        gone=("its topics",),
    ),
    anew("aws_cloudwatch_log_group", "", gone=("its log events",)),
    anew("aws_cloudwatch_log_stream", "", f"{_LOGS}/API_DeleteLogStream.html", gone=("its log events",)),
    same("aws_cloudwatch_log_metric_filter", "log_group_name name"),
    same("aws_cloudwatch_log_subscription_filter", "log_group_name name"),
    same("aws_cloudwatch_log_resource_policy", "policy_name"),
)

_BACKUPS = (
    anew("aws_backup_vault", "", gone=("its recovery points",)),
    same("aws_backup_vault_policy", "backup_vault_name"),
    same("aws_backup_vault_lock_configuration", "backup_vault_name"),
    anew("aws_backup_plan", "id arn"),
    anew("aws_backup_selection", "id"),
)

DATA: tuple[UndoRule, ...] = (*_DATABASES, *_FILES, *_STREAMS, *_BACKUPS)
