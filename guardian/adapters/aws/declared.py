"""Every declared type, by its name."""

from collections.abc import Mapping

from guardian.adapters.aws import (
    cloudwatch,
    dynamodb,
    ec2,
    ecr,
    eks,
    elbv2,
    functions,
    iam,
    kms,
    logs,
    rds,
    s3,
    secretsmanager,
    sns,
    sqs,
    ssm,
)
from guardian.adapters.aws.declare import LiveType

TYPES: Mapping[str, LiveType] = {
    **cloudwatch.TYPES,
    **dynamodb.TYPES,
    **ec2.TYPES,
    **ecr.TYPES,
    **eks.TYPES,
    **elbv2.TYPES,
    **functions.TYPES,
    **iam.TYPES,
    **kms.TYPES,
    **logs.TYPES,
    **rds.TYPES,
    **s3.TYPES,
    **secretsmanager.TYPES,
    **sns.TYPES,
    **sqs.TYPES,
    **ssm.TYPES,
}
