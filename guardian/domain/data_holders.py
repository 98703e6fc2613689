"""Resource types whose deletion deletes data that no apply brings back.

Each entry names the page of the vendor that says so.
"""

_AWS = "https://docs.aws.amazon.com"

DATA_HOLDERS: dict[str, str] = {
    "aws_db_instance": f"{_AWS}/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
    "aws_rds_cluster": f"{_AWS}/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html",
    "aws_docdb_cluster": f"{_AWS}/documentdb/latest/developerguide/db-cluster-delete.html",
    "aws_neptune_cluster": f"{_AWS}/neptune/latest/userguide/manage-console-instances-delete.html",
    "aws_redshift_cluster": f"{_AWS}/redshift/latest/mgmt/managing-cluster-operations.html",
    "aws_dynamodb_table": f"{_AWS}/amazondynamodb/latest/APIReference/API_DeleteTable.html",
    "aws_s3_bucket": f"{_AWS}/AmazonS3/latest/userguide/delete-bucket.html",
    "aws_efs_file_system": f"{_AWS}/efs/latest/ug/delete-efs-fs.html",
    "aws_fsx_lustre_file_system": f"{_AWS}/fsx/latest/LustreGuide/delete-file-system.html",
    "aws_fsx_windows_file_system": f"{_AWS}/fsx/latest/WindowsGuide/delete-file-system.html",
    "aws_ebs_volume": f"{_AWS}/ebs/latest/userguide/ebs-deleting-volume.html",
    "aws_elasticache_replication_group": f"{_AWS}/AmazonElastiCache/latest/dg/Clusters.Delete.html",
    "aws_opensearch_domain": f"{_AWS}/opensearch-service/latest/APIReference/API_DeleteDomain.html",
    "aws_kinesis_stream": f"{_AWS}/kinesis/latest/APIReference/API_DeleteStream.html",
    "aws_sqs_queue": f"{_AWS}/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html",
    "aws_ecr_repository": f"{_AWS}/AmazonECR/latest/userguide/repository-delete.html",
    "aws_kms_key": f"{_AWS}/kms/latest/developerguide/deleting-keys.html",
    "aws_secretsmanager_secret": f"{_AWS}/secretsmanager/latest/userguide/manage_delete-secret.html",
    "aws_cloudwatch_log_group": f"{_AWS}/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html",
    "aws_cognito_user_pool": (
        f"{_AWS}/cognito-user-identity-pools/latest/APIReference/API_DeleteUserPool.html"
    ),
}
