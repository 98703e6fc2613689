"""Which change of which attribute lets a deletion through, or shortens the way back from it."""

from guardian.domain.review.risks.codes import DELETION_PROTECTION_OFF
from guardian.domain.review.risks.risk import Severity
from guardian.domain.review.risks.weakened_rule import each_of, is_less, is_off, is_on, left

_AWS = "https://docs.aws.amazon.com"
_RDS = f"{_AWS}/AmazonRDS/latest/UserGuide"
_AURORA = f"{_AWS}/AmazonRDS/latest/AuroraUserGuide"
_S3 = f"{_AWS}/AmazonS3/latest/userguide"
_RED, _AMBER = Severity.RED, Severity.AMBER

DELETION_RULES = (
    *each_of(
        DELETION_PROTECTION_OFF,
        _RED,
        is_off,
        "deletion protection is turned off",
        ("aws_db_instance", "deletion_protection", f"{_RDS}/USER_DeleteInstance.html"),
        ("aws_rds_cluster", "deletion_protection", f"{_AURORA}/USER_DeleteCluster.html"),
        (
            "aws_docdb_cluster",
            "deletion_protection",
            f"{_AWS}/documentdb/latest/developerguide/db-cluster-delete.html",
        ),
        (
            "aws_neptune_cluster",
            "deletion_protection",
            f"{_AWS}/neptune/latest/userguide/manage-console-instances-delete.html",
        ),
        (
            "aws_dynamodb_table",
            "deletion_protection_enabled",
            f"{_AWS}/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html",
        ),
        (
            "aws_lb",
            "enable_deletion_protection",
            f"{_AWS}/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
        ),
        (
            "aws_instance",
            "disable_api_termination",
            f"{_AWS}/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html",
        ),
    ),
    *each_of(
        DELETION_PROTECTION_OFF,
        _AMBER,
        is_off,
        "what keeps it from being stopped is turned off",
        ("aws_instance", "disable_api_stop", f"{_AWS}/AWSEC2/latest/UserGuide/ec2-stop-protection.html"),
    ),
    *each_of(
        DELETION_PROTECTION_OFF,
        _RED,
        left("ACTIVE"),
        "deletion protection is turned off",
        (
            "aws_cognito_user_pool",
            "deletion_protection",
            f"{_AWS}/cognito/latest/developerguide/user-pool-settings-deletion-protection.html",
        ),
    ),
    *each_of(
        DELETION_PROTECTION_OFF,
        _AMBER,
        is_on,
        "a deletion takes along what is in it from now on",
        ("aws_s3_bucket", "force_destroy", f"{_S3}/delete-bucket.html"),
        ("aws_ecr_repository", "force_delete", f"{_AWS}/AmazonECR/latest/userguide/repository-delete.html"),
        ("aws_iam_user", "force_destroy", f"{_AWS}/IAM/latest/UserGuide/id_users_remove.html"),
        ("aws_route53_zone", "force_destroy", f"{_AWS}/Route53/latest/DeveloperGuide/DeleteHostedZone.html"),
    ),
    *each_of(
        DELETION_PROTECTION_OFF,
        _AMBER,
        is_less,
        "it can be called back for a shorter time after its deletion",
        ("aws_kms_key", "deletion_window_in_days", f"{_AWS}/kms/latest/developerguide/deleting-keys.html"),
        (
            "aws_secretsmanager_secret",
            "recovery_window_in_days",
            f"{_AWS}/secretsmanager/latest/userguide/manage_delete-secret.html",
        ),
    ),
)
