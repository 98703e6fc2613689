"""Which change of which attribute lets connections in that were refused: without TLS, or by the account."""

from guardian.domain.review.risks.codes import ENCRYPTION_OFF, HARDENING_OFF, OPENED_TO_THE_WORLD
from guardian.domain.review.risks.risk import Severity
from guardian.domain.review.risks.weakened_rule import each_of, is_off, left, unset_parameter

_AWS = "https://docs.aws.amazon.com"
_RDS = f"{_AWS}/AmazonRDS/latest/UserGuide"
_AURORA = f"{_AWS}/AmazonRDS/latest/AuroraUserGuide"
_CACHE = f"{_AWS}/AmazonElastiCache/latest/dg"
_RED, _AMBER = Severity.RED, Severity.AMBER

TLS_RULES = (
    *each_of(
        ENCRYPTION_OFF,
        _RED,
        left("HTTPS", "TLS"),
        "connections to it are no longer encrypted",
        (
            "aws_lb_listener",
            "protocol",
            f"{_AWS}/elasticloadbalancing/latest/application/create-https-listener.html",
        ),
    ),
    *each_of(
        ENCRYPTION_OFF,
        _RED,
        left("https-only", "redirect-to-https"),
        "viewers may use HTTP without TLS",
        (
            "aws_cloudfront_distribution",
            "default_cache_behavior.viewer_protocol_policy",
            f"{_AWS}/AmazonCloudFront/latest/DeveloperGuide/using-https-viewers-to-cloudfront.html",
        ),
    ),
    *each_of(
        ENCRYPTION_OFF,
        _AMBER,
        left("required"),
        "clients may connect without TLS",
        (
            "aws_elasticache_replication_group",
            "transit_encryption_mode",
            f"{_CACHE}/in-transit-encryption-enable.html",
        ),
    ),
    # Without the parameter the default of the engine's version holds, which may be either.
    *each_of(
        ENCRYPTION_OFF,
        _AMBER,
        unset_parameter("rds.force_ssl"),
        "the parameter rds.force_ssl no longer demands TLS of clients",
        ("aws_db_parameter_group", "parameter", f"{_RDS}/PostgreSQL.Concepts.General.SSL.html"),
        (
            "aws_rds_cluster_parameter_group",
            "parameter",
            f"{_AURORA}/AuroraPostgreSQL.Security.html#AuroraPostgreSQL.Security.SSL",
        ),
    ),
    *each_of(
        ENCRYPTION_OFF,
        _AMBER,
        unset_parameter("require_secure_transport"),
        "the parameter require_secure_transport no longer demands TLS of clients",
        ("aws_db_parameter_group", "parameter", f"{_RDS}/mysql-ssl-connections.require-ssl.html"),
        ("aws_rds_cluster_parameter_group", "parameter", f"{_AURORA}/AuroraMySQL.Security.html"),
    ),
    *each_of(
        ENCRYPTION_OFF,
        _AMBER,
        unset_parameter("require_ssl"),
        "the parameter require_ssl no longer demands TLS of clients",
        (
            "aws_redshift_parameter_group",
            "parameter",
            f"{_AWS}/redshift/latest/mgmt/connecting-ssl-support.html",
        ),
    ),
)

ACCESS_RULES = (
    *each_of(
        HARDENING_OFF,
        _AMBER,
        is_off,
        "clients need no password any more",
        ("aws_elasticache_replication_group", "auth_token", f"{_CACHE}/auth.html"),
    ),
    *each_of(
        OPENED_TO_THE_WORLD,
        _AMBER,
        left("block-all-sharing", "block-new-sharing"),
        "anybody may be given access from now on: what blocked that for the account is off",
        (
            "aws_ebs_snapshot_block_public_access",
            "state",
            f"{_AWS}/ebs/latest/userguide/block-public-access-snapshots.html",
        ),
        (
            "aws_ec2_image_block_public_access",
            "state",
            f"{_AWS}/AWSEC2/latest/UserGuide/block-public-access-to-amis.html",
        ),
    ),
)
