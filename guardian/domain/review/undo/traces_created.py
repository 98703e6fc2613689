"""What a creation puts itself in the place of, or leaves behind when it is undone."""

from collections.abc import Callable

from guardian.domain.oneway import at
from guardian.domain.oneway_rule import Attributes
from guardian.domain.review.undo.rule import AWS, page_of
from guardian.domain.review.undo.trace import on_creation
from guardian.domain.review.undo.traces_moved import EXPIRED, LIFECYCLE, UNTAGGED, UNTAGGED_BY, moves
from guardian.domain.review.undo.verdict import Undo

_S3 = f"{AWS}/AmazonS3/latest/userguide"
_API = f"{AWS}/AmazonS3/latest/API"


def _expires(lifecycle: Attributes) -> bool:
    return moves(lifecycle.get("rule"))


def _is_versioned(versioning: Attributes) -> bool:
    return at(versioning, "versioning_configuration.status") in {"Enabled", "Suspended"}


def _can_be_for_ever(lock: Attributes) -> bool:
    return bool(lock.get("changeable_for_days"))


def _rotates_at_once(rotation: Attributes) -> bool:
    return rotation.get("rotate_immediately") is not False


def _is_locked_for_good(item: Attributes) -> bool:
    return item.get("object_lock_mode") == "COMPLIANCE"


def _says(name: str) -> Callable[[Attributes], bool]:
    return lambda attributes: bool(attributes.get(name))


def _denies(name: str) -> Callable[[Attributes], bool]:
    return lambda attributes: attributes.get(name) is False


def _takes_a_snapshot(database: Attributes) -> bool:
    return not database.get("skip_final_snapshot")


def _has_no_name_for_it(database: Attributes) -> bool:
    return not database.get("skip_final_snapshot") and not database.get("final_snapshot_identifier")


_ADOPTED = "it is adopted, not created: the rules that it had before are removed, and the undo puts none back"
_ROUTES = "it is adopted, not created: the routes that it had before are removed, and the undo puts none back"

_LASTING = (
    on_creation(
        "aws_s3_bucket_versioning",
        "versioning that was once enabled can be suspended, and never be disabled again",
        f"{_S3}/Versioning.html",
        of="bucket",
        when=_is_versioned,
    ),
    on_creation(
        "aws_s3_bucket_object_lock_configuration",
        "Object Lock can never be disabled again, and what was written meanwhile stays locked",
        f"{_S3}/object-lock-managing.html",
        of="bucket",
    ),
    on_creation(
        "aws_s3_object",
        "in compliance mode nobody can delete it before its time is over",
        f"{_S3}/object-lock.html",
        when=_is_locked_for_good,
    ),
    on_creation(
        "aws_s3_bucket_lifecycle_configuration",
        EXPIRED,
        LIFECYCLE,
        of="bucket",
        undo=Undo.NEW_OBJECT,
        when=_expires,
    ),
    on_creation(
        "aws_s3_bucket_intelligent_tiering_configuration",
        "objects that are archived by it meanwhile stay archived until somebody restores them",
        f"{_S3}/intelligent-tiering-managing.html",
        of="bucket",
        undo=Undo.NEW_OBJECT,
    ),
    on_creation("aws_ecr_lifecycle_policy", UNTAGGED, UNTAGGED_BY, of="repository", undo=Undo.NEW_OBJECT),
    on_creation(
        "aws_secretsmanager_secret_rotation",
        "the secret is rotated at once, and its former value does not come back",
        f"{AWS}/secretsmanager/latest/apireference/API_RotateSecret.html",
        of="secret_id",
        undo=Undo.NEW_OBJECT,
        when=_rotates_at_once,
    ),
    on_creation(
        "aws_backup_vault_lock_configuration",
        "once its days of grace are over a vault lock can never be removed",
        f"{AWS}/aws-backup/latest/devguide/vault-lock.html",
        when=_can_be_for_ever,
    ),
    on_creation("aws_default_security_group", _ADOPTED, page_of("aws_default_security_group"), of="vpc_id"),
    on_creation(
        "aws_default_network_acl",
        _ADOPTED,
        page_of("aws_default_network_acl"),
        of="default_network_acl_id",
    ),
    on_creation(
        "aws_default_route_table",
        _ROUTES,
        page_of("aws_default_route_table"),
        of="default_route_table_id",
    ),
)

_ONE_AT_MOST = (
    *(
        (each, "bucket", f"{_API}/API_{call}.html")
        for each, call in (
            ("aws_s3_bucket_accelerate_configuration", "PutBucketAccelerateConfiguration"),
            ("aws_s3_bucket_acl", "PutBucketAcl"),
            ("aws_s3_bucket_cors_configuration", "PutBucketCors"),
            ("aws_s3_bucket_lifecycle_configuration", "PutBucketLifecycleConfiguration"),
            ("aws_s3_bucket_logging", "PutBucketLogging"),
            ("aws_s3_bucket_notification", "PutBucketNotificationConfiguration"),
            ("aws_s3_bucket_ownership_controls", "PutBucketOwnershipControls"),
            ("aws_s3_bucket_policy", "PutBucketPolicy"),
            ("aws_s3_bucket_public_access_block", "PutPublicAccessBlock"),
            ("aws_s3_bucket_replication_configuration", "PutBucketReplication"),
            ("aws_s3_bucket_request_payment_configuration", "PutBucketRequestPayment"),
            ("aws_s3_bucket_server_side_encryption_configuration", "PutBucketEncryption"),
            ("aws_s3_bucket_website_configuration", "PutBucketWebsite"),
        )
    ),
    ("aws_s3_account_public_access_block", "", page_of("aws_s3_account_public_access_block")),
    ("aws_iam_account_password_policy", "", page_of("aws_iam_account_password_policy")),
    ("aws_iam_account_alias", "", f"{AWS}/IAM/latest/APIReference/API_CreateAccountAlias.html"),
    ("aws_ecr_registry_policy", "", f"{AWS}/AmazonECR/latest/APIReference/API_PutRegistryPolicy.html"),
    *(
        (each, owner, page_of(each))
        for each, owner in (
            ("aws_backup_vault_policy", "backup_vault_name"),
            ("aws_db_proxy_default_target_group", "db_proxy_name"),
            ("aws_ecr_lifecycle_policy", "repository"),
            ("aws_ecr_repository_policy", "repository"),
            ("aws_ecs_cluster_capacity_providers", "cluster_name"),
            ("aws_efs_backup_policy", "file_system_id"),
            ("aws_efs_file_system_policy", "file_system_id"),
            ("aws_kms_key_policy", "key_id"),
            ("aws_lambda_function_event_invoke_config", "function_name"),
            ("aws_network_acl_association", "subnet_id"),
            ("aws_opensearch_domain_policy", "domain_name"),
            ("aws_secretsmanager_secret_policy", "secret_arn"),
            ("aws_sns_topic_policy", "arn"),
            ("aws_sqs_queue_policy", "queue_url"),
            ("aws_sqs_queue_redrive_allow_policy", "queue_url"),
            ("aws_sqs_queue_redrive_policy", "queue_url"),
            ("aws_vpc_dhcp_options_association", "vpc_id"),
            ("aws_vpc_endpoint_policy", "vpc_endpoint_id"),
            ("aws_wafv2_web_acl_association", "resource_arn"),
            ("aws_wafv2_web_acl_logging_configuration", "resource_arn"),
        )
    ),
)
"""By type whose setting it is, where an owner has one at most and a creation writes over it unasked."""

_TAKES_OVER = (
    *(
        on_creation(
            each,
            "what was set there before, no plan tells: it is written over, and the undo does not put it back",
            source,
            of=owner,
            undo=Undo.UNKNOWN,
            takes_over=True,
        )
        for each, owner, source in _ONE_AT_MOST
    ),
    on_creation(
        "aws_iam_policy_attachment",
        "it is exclusive: whoever else has the policy loses it, and the undo does not give it back",
        page_of("aws_iam_policy_attachment"),
        of="policy_arn",
        undo=Undo.UNKNOWN,
        takes_over=True,
    ),
    on_creation(
        "aws_route53_record",
        "with allow_overwrite it may take the place of a record that is there, which the undo deletes",
        page_of("aws_route53_record"),
        of="zone_id",
        undo=Undo.UNKNOWN,
        when=_says("allow_overwrite"),
    ),
    on_creation(
        "aws_ssm_parameter",
        "with overwrite it may take over a parameter that is there, which the undo deletes",
        page_of("aws_ssm_parameter"),
        undo=Undo.UNKNOWN,
        when=_says("overwrite"),
    ),
    on_creation(
        "aws_s3_object",
        "an object that has the key already is written over, and the undo deletes it",
        f"{_API}/API_PutObject.html",
        of="bucket",
        undo=Undo.UNKNOWN,
    ),
)

_KEPT = (
    *(
        (each, "skip_destroy")
        for each in (
            "aws_cloudwatch_log_group",
            "aws_db_option_group",
            "aws_db_parameter_group",
            "aws_ecs_task_definition",
            "aws_lambda_function",
            "aws_lambda_layer_version",
            "aws_lambda_provisioned_concurrency_config",
            "aws_organizations_policy",
            "aws_organizations_policy_attachment",
            "aws_shield_subscription",
            "aws_volume_attachment",
        )
    ),
    ("aws_cloudfront_distribution", "retain_on_delete"),
    ("aws_eks_addon", "preserve"),
    ("aws_ebs_volume", "final_snapshot"),
    ("aws_elasticache_cluster", "final_snapshot_identifier"),
    ("aws_elasticache_replication_group", "final_snapshot_identifier"),
    ("aws_memorydb_cluster", "final_snapshot_name"),
)
_DATABASES = (
    "aws_db_instance",
    "aws_docdb_cluster",
    "aws_neptune_cluster",
    "aws_rds_cluster",
    "aws_redshift_cluster",
)

_LEFT_BEHIND = (
    *(
        on_creation(
            each,
            f"with {name} the undo leaves something of it behind",
            page_of(each),
            undo=Undo.NEW_OBJECT,
            when=_says(name),
        )
        for each, name in _KEPT
    ),
    *(
        on_creation(
            each,
            "without skip_final_backup the undo leaves a backup of it behind",
            page_of(each),
            undo=Undo.NEW_OBJECT,
            when=_denies("skip_final_backup"),
        )
        for each in (
            "aws_fsx_lustre_file_system",
            "aws_fsx_openzfs_file_system",
            "aws_fsx_windows_file_system",
        )
    ),
    *(
        on_creation(
            each,
            "without delete_automated_backups the undo leaves its backups behind",
            page_of(each),
            undo=Undo.NEW_OBJECT,
            when=_denies("delete_automated_backups"),
        )
        for each in ("aws_db_instance", "aws_rds_cluster")
    ),
    *(
        on_creation(
            each,
            "without skip_final_snapshot the undo leaves a snapshot of it behind",
            page_of(each),
            undo=Undo.NEW_OBJECT,
            when=_takes_a_snapshot,
        )
        for each in _DATABASES
    ),
    *(
        on_creation(
            each,
            "with neither skip_final_snapshot nor final_snapshot_identifier its deletion is refused",
            page_of(each),
            of="final_snapshot_identifier",
            when=_has_no_name_for_it,
        )
        for each in _DATABASES
    ),
)

CREATED = (*_LASTING, *_TAKES_OVER, *_LEFT_BEHIND)
