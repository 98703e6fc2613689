"""Which change of which attribute ends logs, or takes another guard away."""

from guardian.domain.review.risks.codes import HARDENING_OFF, LOGGING_OFF
from guardian.domain.review.risks.risk import Severity
from guardian.domain.review.risks.weakened_rule import each_of, is_less_time, is_off, left, lost_some

_AWS = "https://docs.aws.amazon.com"
_RDS = f"{_AWS}/AmazonRDS/latest/UserGuide"
_AURORA = f"{_AWS}/AmazonRDS/latest/AuroraUserGuide"
_S3 = f"{_AWS}/AmazonS3/latest/userguide"
_RED, _AMBER = Severity.RED, Severity.AMBER

LOGGING_RULES = (
    *each_of(
        LOGGING_OFF,
        _RED,
        is_off,
        "calls to AWS are no longer recorded",
        (
            "aws_cloudtrail",
            "enable_logging",
            f"{_AWS}/awscloudtrail/latest/userguide/cloudtrail-turning-off-logging.html",
        ),
    ),
    *each_of(
        LOGGING_OFF,
        _AMBER,
        is_off,
        "calls to AWS are recorded in fewer places, or cannot be proven to be unchanged",
        (
            "aws_cloudtrail",
            "enable_log_file_validation",
            f"{_AWS}/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
        ),
        (
            "aws_cloudtrail",
            "is_multi_region_trail",
            f"{_AWS}/awscloudtrail/latest/userguide/cloudtrail-concepts.html",
        ),
    ),
    *each_of(
        LOGGING_OFF,
        _RED,
        is_off,
        "AWS Config no longer records changes",
        (
            "aws_config_configuration_recorder_status",
            "is_enabled",
            f"{_AWS}/config/latest/developerguide/stop-start-recorder.html",
        ),
    ),
    *each_of(
        LOGGING_OFF,
        _AMBER,
        is_off,
        "an alarm no longer tells anybody",
        (
            "aws_cloudwatch_metric_alarm",
            "actions_enabled",
            f"{_AWS}/AmazonCloudWatch/latest/APIReference/API_DisableAlarmActions.html",
        ),
    ),
    *each_of(
        LOGGING_OFF,
        _AMBER,
        is_off,
        "access to it is no longer logged",
        (
            "aws_redshift_cluster",
            "logging.enable",
            f"{_AWS}/redshift/latest/mgmt/db-auditing.html",
        ),
        ("aws_s3_bucket", "logging", f"{_S3}/ServerLogs.html"),
        (
            "aws_lb",
            "access_logs.enabled",
            f"{_AWS}/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
        ),
        (
            "aws_cloudfront_distribution",
            "logging_config",
            f"{_AWS}/AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html",
        ),
        (
            "aws_apigatewayv2_stage",
            "access_log_settings",
            f"{_AWS}/apigateway/latest/developerguide/http-api-logging.html",
        ),
    ),
    *each_of(
        LOGGING_OFF,
        _AMBER,
        lost_some,
        "some of its logs are no longer kept",
        (
            "aws_db_instance",
            "enabled_cloudwatch_logs_exports",
            f"{_RDS}/USER_LogAccess.Procedural.UploadtoCloudWatch.html",
        ),
        (
            "aws_rds_cluster",
            "enabled_cloudwatch_logs_exports",
            f"{_AURORA}/USER_LogAccess.Procedural.UploadtoCloudWatch.html",
        ),
        (
            "aws_eks_cluster",
            "enabled_cluster_log_types",
            f"{_AWS}/eks/latest/userguide/control-plane-logs.html",
        ),
    ),
    *each_of(
        LOGGING_OFF,
        _AMBER,
        is_less_time,
        "logs are kept for fewer days, and the older ones get deleted",
        (
            "aws_cloudwatch_log_group",
            "retention_in_days",
            f"{_AWS}/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
        ),
    ),
)

HARDENING_RULES = (
    *each_of(
        HARDENING_OFF,
        _RED,
        is_off,
        "GuardDuty no longer looks for threats",
        ("aws_guardduty_detector", "enable", f"{_AWS}/guardduty/latest/ug/guardduty_suspend-disable.html"),
    ),
    *each_of(
        HARDENING_OFF,
        _RED,
        is_off,
        "a request that no rule is about is let through, and no longer blocked",
        (
            "aws_wafv2_web_acl",
            "default_action.block",
            f"{_AWS}/waf/latest/developerguide/web-acl-default-action.html",
        ),
    ),
    *each_of(
        HARDENING_OFF,
        _AMBER,
        is_off,
        "none of its rules is left",
        ("aws_wafv2_web_acl", "rule", f"{_AWS}/waf/latest/developerguide/waf-rules.html"),
    ),
    *each_of(
        HARDENING_OFF,
        _AMBER,
        left("required"),
        "the instance answers requests for metadata without a session again (IMDSv1)",
        (
            "aws_instance",
            "metadata_options.http_tokens",
            f"{_AWS}/AWSEC2/latest/UserGuide/configuring-IMDS-existing-instances.html",
        ),
        (
            "aws_launch_template",
            "metadata_options.http_tokens",
            f"{_AWS}/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html",
        ),
    ),
    *each_of(
        HARDENING_OFF,
        _AMBER,
        is_off,
        "images are no longer scanned when they are pushed",
        (
            "aws_ecr_repository",
            "image_scanning_configuration.scan_on_push",
            f"{_AWS}/AmazonECR/latest/userguide/image-scanning-basic.html",
        ),
    ),
    *each_of(
        HARDENING_OFF,
        _AMBER,
        is_off,
        "users of IAM can no longer sign in to it",
        (
            "aws_db_instance",
            "iam_database_authentication_enabled",
            f"{_RDS}/UsingWithRDS.IAMDBAuth.html",
        ),
    ),
    *each_of(
        HARDENING_OFF,
        _AMBER,
        left("ON", "OPTIONAL"),
        "users sign in without a second factor",
        (
            "aws_cognito_user_pool",
            "mfa_configuration",
            f"{_AWS}/cognito/latest/developerguide/user-pool-settings-mfa.html",
        ),
    ),
)
