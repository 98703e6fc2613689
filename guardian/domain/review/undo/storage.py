"""What making again gives of buckets, images, secrets, keys and parameters."""

from guardian.domain.review.undo.rule import AWS, UndoRule, anew, same

_SSM = f"{AWS}/systems-manager/latest"

_BUCKET_SETTINGS = (
    "aws_s3_bucket_accelerate_configuration",
    "aws_s3_bucket_acl",
    "aws_s3_bucket_cors_configuration",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_notification",
    "aws_s3_bucket_object_lock_configuration",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_replication_configuration",
    "aws_s3_bucket_request_payment_configuration",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_s3_bucket_website_configuration",
)
_NAMED_SETTINGS = (
    "aws_s3_bucket_analytics_configuration",
    "aws_s3_bucket_intelligent_tiering_configuration",
    "aws_s3_bucket_inventory",
    "aws_s3_bucket_metric",
)

_BUCKETS = (
    anew("aws_s3_bucket", "", gone=("its objects",)),
    anew("aws_s3_object", "version_id", f"{AWS}/AmazonS3/latest/API/API_DeleteObject.html"),
    *(same(each, "bucket") for each in _BUCKET_SETTINGS),
    *(same(each, "bucket name") for each in _NAMED_SETTINGS),
    same("aws_s3_account_public_access_block", "account_id"),
    same("aws_s3_access_point", "account_id name"),
)

_IMAGES = (
    anew("aws_ecr_repository", "", gone=("its images",)),
    same("aws_ecr_lifecycle_policy", "repository"),
    same("aws_ecr_repository_policy", "repository"),
    same("aws_ecr_registry_policy", "policy"),
    same("aws_ecr_pull_through_cache_rule", "ecr_repository_prefix"),
    anew("aws_ami", "id arn"),
    anew("aws_ami_from_instance", "id arn", gone=("the moment that it held",)),
    anew(
        "aws_codecommit_repository",
        "repository_id",
        f"{AWS}/codecommit/latest/APIReference/API_DeleteRepository.html",
        gone=("its commits",),
    ),
)

_SEALED = (
    anew("aws_kms_key", "key_id arn", gone=("what it sealed",)),
    anew("aws_kms_external_key", "id arn", gone=("what it sealed",)),
    same("aws_kms_replica_key", "primary_key_arn"),
    anew("aws_kms_replica_external_key", "", gone=("its key material",)),
    same("aws_kms_alias", "name"),
    anew("aws_paymentcryptography_key", "arn", gone=("what it sealed",)),
    same("aws_glacier_vault_lock", "vault_name"),
    same("aws_kms_key_policy", "key_id"),
    anew("aws_kms_grant", "grant_id grant_token"),
    anew("aws_secretsmanager_secret", "arn", gone=("its versions",)),
    anew("aws_secretsmanager_secret_version", "version_id"),
    same("aws_secretsmanager_secret_policy", "secret_arn"),
    same("aws_secretsmanager_secret_rotation", "secret_id"),
    anew(
        "aws_ssm_parameter",
        "",
        f"{_SSM}/userguide/sysman-paramstore-versions.html",
        gone=("its earlier versions",),
    ),
    anew(
        "aws_ssm_document",
        "",
        f"{_SSM}/APIReference/API_DeleteDocument.html",
        gone=("its earlier versions",),
    ),
    anew("aws_ssm_association", "association_id arn"),
    anew("aws_ssm_activation", "id activation_code"),
    anew("aws_ssm_maintenance_window", "id"),
    anew("aws_acm_certificate", "arn"),
    same("aws_acm_certificate_validation", "certificate_arn"),
    anew("aws_acmpca_certificate_authority", "arn certificate", gone=("its private key",)),
)

STORAGE: tuple[UndoRule, ...] = (*_BUCKETS, *_IMAGES, *_SEALED)
