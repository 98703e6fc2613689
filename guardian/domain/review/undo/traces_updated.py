"""What an update in place sets off, or ends, that its undo does not take back."""

from typing import Any

from guardian.domain.oneway_rule import Attributes
from guardian.domain.review.undo.rule import AWS, page_of
from guardian.domain.review.undo.trace import (
    is_lowered,
    is_off,
    is_on,
    is_other,
    is_raised,
    lost_some,
    on_update,
)
from guardian.domain.review.undo.traces_moved import EXPIRED, LIFECYCLE, LOCKED, UNTAGGED, UNTAGGED_BY, moves
from guardian.domain.review.undo.verdict import Undo

_RDS = f"{AWS}/AmazonRDS/latest/UserGuide"
_AURORA = f"{AWS}/AmazonRDS/latest/AuroraUserGuide"
_DYNAMODB = f"{AWS}/amazondynamodb/latest/developerguide"
_EC2 = f"{AWS}/AWSEC2/latest/UserGuide"
_S3 = f"{AWS}/AmazonS3/latest/userguide"
_SCALING = f"{AWS}/autoscaling/ec2/userguide"

_RESTARTED = (
    "it is stopped and started: what is on instance stores is lost, and a public address that is no "
    "Elastic IP address is another one"
)
_TERMINATED = "the instances that are terminated for it do not come back, and others are started"
_STREAM = "it is another stream then, with another ARN and none of the records"
_ANOTHER_ONE = "the secret that AWS manages comes or goes with it, and the password is another one afterwards"
_CAPACITY = f"{_SCALING}/scale-your-group.html"
_REFRESH = f"{_SCALING}/asg-instance-refresh.html"
_LOCK = f"{_S3}/object-lock.html"


def _moves(old: Any, new: Any) -> bool:
    return bool(old != new) and moves(new)


def _is_compliance(old: Any, new: Any) -> bool:
    return bool(new == "COMPLIANCE" != old)


def _is_optimized(old: Any, new: Any) -> bool:
    return bool(old == "aurora-iopt1" != new)


def _leaves_standard(old: Any, new: Any) -> bool:
    return old in (None, "", "Standard") and new in ("Advanced", "Intelligent-Tiering")


def _is_switched(old: Any, new: Any) -> bool:
    return bool(old) and bool(new) and old != new


def _is_of_memcached(cluster: Attributes) -> bool:
    return cluster.get("engine") == "memcached"


def _refreshes(group: Attributes) -> bool:
    return bool(group.get("instance_refresh"))


def _comes_from_a_bucket(function: Attributes) -> bool:
    return bool(function.get("s3_key"))


def _rotates_at_once(rotation: Attributes) -> bool:
    return rotation.get("rotate_immediately") is not False


def _is_locked_for_good(item: Attributes) -> bool:
    return item.get("object_lock_mode") == "COMPLIANCE"


_OBJECTS = (
    on_update("aws_s3_bucket_lifecycle_configuration", "rule", _moves, EXPIRED, LIFECYCLE),
    on_update("aws_s3_bucket", "lifecycle_rule", _moves, EXPIRED, LIFECYCLE),
    on_update(
        "aws_s3_bucket",
        "versioning.enabled",
        is_on,
        "versioning that was once enabled can be suspended, and never be disabled again",
        f"{_S3}/Versioning.html",
        undo=Undo.IMPOSSIBLE,
    ),
    *(
        on_update(type_, f"{prefix}rule.default_retention.mode", _is_compliance, LOCKED, _LOCK, undo=undo)
        for type_, prefix, undo in (
            ("aws_s3_bucket_object_lock_configuration", "", Undo.IMPOSSIBLE),
            ("aws_s3_bucket", "object_lock_configuration.", Undo.IMPOSSIBLE),
        )
    ),
    *(
        on_update(
            type_,
            f"{prefix}rule.default_retention.{name}",
            is_raised,
            "what is written meanwhile stays locked for the longer time",
            _LOCK,
        )
        for type_, prefix in (
            ("aws_s3_bucket_object_lock_configuration", ""),
            ("aws_s3_bucket", "object_lock_configuration."),
        )
        for name in ("days", "years")
    ),
    on_update(
        "aws_s3_object",
        "object_lock_mode",
        _is_compliance,
        "in compliance mode nobody can shorten or lift the lock before its time is over",
        _LOCK,
        undo=Undo.IMPOSSIBLE,
    ),
    on_update(
        "aws_s3_object",
        "object_lock_retain_until_date",
        is_other,
        "in compliance mode nobody can shorten or lift the lock before its time is over",
        _LOCK,
        undo=Undo.IMPOSSIBLE,
        when=_is_locked_for_good,
    ),
    on_update(
        "aws_s3_bucket_intelligent_tiering_configuration",
        "tiering",
        is_other,
        "objects that are archived by it meanwhile stay archived until somebody restores them",
        f"{_S3}/intelligent-tiering-managing.html",
    ),
    on_update("aws_ecr_lifecycle_policy", "policy", is_other, UNTAGGED, UNTAGGED_BY),
    on_update(
        "aws_efs_file_system",
        "lifecycle_policy",
        is_other,
        "files that change their storage class by it meanwhile do not change back by the undo",
        f"{AWS}/efs/latest/ug/lifecycle-management-efs.html",
    ),
    on_update(
        "aws_backup_vault_lock_configuration",
        "changeable_for_days",
        is_on,
        "once its days of grace are over a vault lock can never be removed",
        f"{AWS}/aws-backup/latest/devguide/vault-lock.html",
    ),
)

_TABLES = (
    on_update(
        "aws_dynamodb_table",
        "ttl.enabled",
        is_on,
        "items whose time is over are deleted meanwhile",
        f"{_DYNAMODB}/TTL.html",
    ),
    on_update("aws_dynamodb_table", "stream_enabled", is_off, _STREAM, f"{_DYNAMODB}/Streams.html"),
    on_update("aws_dynamodb_table", "stream_view_type", _is_switched, _STREAM, f"{_DYNAMODB}/Streams.html"),
    on_update(
        "aws_dynamodb_table",
        "replica",
        lost_some,
        "a replica that is made again is another table, with another stream and no older backup",
        f"{_DYNAMODB}/V2globaltables_HowItWorks.html",
    ),
    on_update(
        "aws_dynamodb_table",
        "table_class",
        is_other,
        "the class of a table can be changed twice in 30 days only",
        f"{AWS}/amazondynamodb/latest/APIReference/API_UpdateTable.html",
        undo=Undo.UNKNOWN,
    ),
    on_update(
        "aws_db_instance",
        "max_allocated_storage",
        is_raised,
        "storage that grows by it meanwhile never shrinks again",
        f"{_RDS}/USER_PIOPS.Autoscaling.html",
    ),
    on_update(
        "aws_rds_cluster",
        "storage_type",
        _is_optimized,
        "a cluster can be switched to I/O-Optimized once in 30 days only",
        f"{_AURORA}/Aurora.Overview.StorageReliability.html",
        undo=Undo.UNKNOWN,
    ),
    on_update(
        "aws_elasticache_cluster",
        "num_cache_nodes",
        is_lowered,
        "what the removed nodes cached is gone",
        f"{AWS}/AmazonElastiCache/latest/APIReference/API_ModifyCacheCluster.html",
        when=_is_of_memcached,
    ),
    *(
        on_update(type_, name, is_other, _ANOTHER_ONE, source)
        for type_, name, source in (
            ("aws_db_instance", "manage_master_user_password", f"{_RDS}/rds-secrets-manager.html"),
            ("aws_rds_cluster", "manage_master_user_password", f"{_AURORA}/rds-secrets-manager.html"),
            ("aws_docdb_cluster", "manage_master_user_password", page_of("aws_docdb_cluster")),
            (
                "aws_redshift_cluster",
                "manage_master_password",
                f"{AWS}/redshift/latest/mgmt/redshift-secrets-manager-integration.html",
            ),
        )
    ),
)

_MACHINES = (
    *(
        on_update("aws_instance", each, is_other, _RESTARTED, source)
        for each, source in (
            ("instance_type", f"{_EC2}/how-ec2-instance-stop-start-works.html"),
            ("user_data", page_of("aws_instance")),
            ("user_data_base64", page_of("aws_instance")),
        )
    ),
    *(
        on_update("aws_autoscaling_group", each, is_lowered, _TERMINATED, _CAPACITY)
        for each in ("desired_capacity", "max_size")
    ),
    *(
        on_update("aws_autoscaling_group", each, is_other, _TERMINATED, _REFRESH, when=_refreshes)
        for each in ("launch_template", "launch_configuration", "mixed_instances_policy")
    ),
    *(
        on_update(
            "aws_eks_node_group",
            each,
            turn,
            "the nodes that are terminated for it do not come back, and others are started",
            f"{AWS}/eks/latest/userguide/managed-node-update-behavior.html",
        )
        for each, turn in (
            ("scaling_config.desired_size", is_lowered),
            ("scaling_config.max_size", is_lowered),
            ("launch_template", is_other),
        )
    ),
    on_update(
        "aws_lambda_function",
        "source_code_hash",
        is_other,
        "the new code lies under the key of the old: whether the old is still there, nobody can tell",
        page_of("aws_lambda_function"),
        undo=Undo.UNKNOWN,
        when=_comes_from_a_bucket,
        unless=("s3_bucket", "s3_key", "s3_object_version"),
    ),
)

_REST = (
    on_update(
        "aws_vpc",
        "assign_generated_ipv6_cidr_block",
        is_off,
        "its IPv6 addresses go back to AWS, and those that it gets again are others",
        f"{AWS}/vpc/latest/userguide/vpc-ip-addressing.html",
    ),
    on_update(
        "aws_ssm_parameter",
        "tier",
        _leaves_standard,
        "a parameter that became advanced is never a standard one again: the way back replaces it, and its "
        "earlier versions are gone",
        f"{AWS}/systems-manager/latest/userguide/parameter-store-advanced-parameters.html",
    ),
    *(
        on_update(
            "aws_secretsmanager_secret_rotation",
            each,
            is_other,
            "the secret is rotated at once, and its former value does not come back",
            f"{AWS}/secretsmanager/latest/apireference/API_RotateSecret.html",
            when=_rotates_at_once,
        )
        for each in ("rotation_lambda_arn", "rotation_rules")
    ),
    on_update(
        "aws_organizations_organization",
        "enabled_policy_types",
        lost_some,
        "every policy of the type is detached from all accounts, and switched on again nothing attaches it",
        f"{AWS}/organizations/latest/userguide/disable-policy-type.html",
    ),
    on_update(
        "aws_organizations_organization",
        "aws_service_access_principals",
        lost_some,
        "what the service takes away with its access to the accounts, no plan tells",
        f"{AWS}/organizations/latest/userguide/orgs_integrate_services.html",
        undo=Undo.UNKNOWN,
    ),
)

UPDATED = (*_OBJECTS, *_TABLES, *_MACHINES, *_REST)
