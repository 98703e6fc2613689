"""Which change of which attribute turns encryption off, or the customer's own key."""

from guardian.domain.review.risks.codes import ENCRYPTION_OFF
from guardian.domain.review.risks.risk import Severity
from guardian.domain.review.risks.weakened_rule import each_of, is_off, left

_AWS = "https://docs.aws.amazon.com"
_RDS = f"{_AWS}/AmazonRDS/latest/UserGuide"
_AURORA = f"{_AWS}/AmazonRDS/latest/AuroraUserGuide"
_S3 = f"{_AWS}/AmazonS3/latest/userguide"
_RED, _AMBER = Severity.RED, Severity.AMBER

ENCRYPTION_RULES = (
    *each_of(
        ENCRYPTION_OFF,
        _RED,
        is_off,
        "encryption at rest is turned off",
        ("aws_db_instance", "storage_encrypted", f"{_RDS}/Overview.Encryption.html"),
        ("aws_rds_cluster", "storage_encrypted", f"{_AURORA}/Overview.Encryption.html"),
        (
            "aws_docdb_cluster",
            "storage_encrypted",
            f"{_AWS}/documentdb/latest/developerguide/encryption-at-rest.html",
        ),
        ("aws_neptune_cluster", "storage_encrypted", f"{_AWS}/neptune/latest/userguide/encrypt.html"),
        ("aws_redshift_cluster", "encrypted", f"{_AWS}/redshift/latest/mgmt/working-with-db-encryption.html"),
        ("aws_ebs_volume", "encrypted", f"{_AWS}/ebs/latest/userguide/ebs-encryption.html"),
        ("aws_instance", "root_block_device.encrypted", f"{_AWS}/ebs/latest/userguide/ebs-encryption.html"),
        (
            "aws_ebs_encryption_by_default",
            "enabled",
            f"{_AWS}/ebs/latest/userguide/encryption-by-default.html",
        ),
        ("aws_efs_file_system", "encrypted", f"{_AWS}/efs/latest/ug/encryption-at-rest.html"),
        (
            "aws_elasticache_replication_group",
            "at_rest_encryption_enabled",
            f"{_AWS}/AmazonElastiCache/latest/dg/at-rest-encryption.html",
        ),
        (
            "aws_opensearch_domain",
            "encrypt_at_rest.enabled",
            f"{_AWS}/opensearch-service/latest/developerguide/encryption-at-rest.html",
        ),
        (
            "aws_sqs_queue",
            "sqs_managed_sse_enabled",
            f"{_AWS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html",
        ),
    ),
    *each_of(
        ENCRYPTION_OFF,
        _RED,
        is_off,
        "encryption in transit is turned off",
        (
            "aws_elasticache_replication_group",
            "transit_encryption_enabled",
            f"{_AWS}/AmazonElastiCache/latest/dg/in-transit-encryption.html",
        ),
        (
            "aws_opensearch_domain",
            "node_to_node_encryption.enabled",
            f"{_AWS}/opensearch-service/latest/developerguide/ntn.html",
        ),
        (
            "aws_opensearch_domain",
            "domain_endpoint_options.enforce_https",
            f"{_AWS}/opensearch-service/latest/APIReference/API_DomainEndpointOptions.html",
        ),
    ),
    *each_of(
        ENCRYPTION_OFF,
        _AMBER,
        is_off,
        "the customer's own key no longer encrypts it",
        (
            "aws_sqs_queue",
            "kms_master_key_id",
            f"{_AWS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html",
        ),
        ("aws_sns_topic", "kms_master_key_id", f"{_AWS}/sns/latest/dg/sns-server-side-encryption.html"),
        (
            "aws_cloudwatch_log_group",
            "kms_key_id",
            f"{_AWS}/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        ),
        (
            "aws_dynamodb_table",
            "server_side_encryption.enabled",
            f"{_AWS}/amazondynamodb/latest/developerguide/EncryptionAtRest.html",
        ),
        (
            "aws_secretsmanager_secret",
            "kms_key_id",
            f"{_AWS}/secretsmanager/latest/userguide/security-encryption.html",
        ),
        (
            "aws_cloudtrail",
            "kms_key_id",
            f"{_AWS}/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
        ),
        ("aws_eks_cluster", "encryption_config", f"{_AWS}/eks/latest/userguide/envelope-encryption.html"),
    ),
    *each_of(
        ENCRYPTION_OFF,
        _AMBER,
        left("aws:kms", "aws:kms:dsse"),
        "new objects are no longer encrypted with a key of KMS",
        (
            "aws_s3_bucket_server_side_encryption_configuration",
            "rule.apply_server_side_encryption_by_default.sse_algorithm",
            f"{_S3}/UsingKMSEncryption.html",
        ),
        (
            "aws_s3_bucket",
            "server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.sse_algorithm",
            f"{_S3}/UsingKMSEncryption.html",
        ),
    ),
    *each_of(
        ENCRYPTION_OFF,
        _RED,
        left("KMS"),
        "records are no longer encrypted with a key of KMS",
        ("aws_kinesis_stream", "encryption_type", f"{_AWS}/streams/latest/dev/server-side-encryption.html"),
    ),
    *each_of(
        ENCRYPTION_OFF,
        _AMBER,
        is_off,
        "the key is no longer rotated",
        ("aws_kms_key", "enable_key_rotation", f"{_AWS}/kms/latest/developerguide/rotate-keys.html"),
    ),
)
