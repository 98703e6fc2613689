"""One object of each type that guardian can look for, made in a fake cloud by boto3."""

from collections.abc import Callable
from typing import Any

from tests.support.aws_objects import identity, machines, networks, storage
from tests.support.aws_objects.made import POLICY, TRUST, Client, Made
from tests.support.moto import REGION

MAKERS: dict[str, Callable[[Client], Made]] = {
    "aws_cloudwatch_log_group": storage.log_group,
    "aws_cloudwatch_metric_alarm": storage.alarm,
    "aws_db_instance": machines.database,
    "aws_dynamodb_table": storage.table,
    "aws_ecr_repository": storage.repository,
    "aws_eks_cluster": machines.kubernetes,
    "aws_iam_group": identity.group,
    "aws_iam_instance_profile": identity.instance_profile,
    "aws_iam_policy": identity.policy,
    "aws_iam_role": identity.role,
    "aws_iam_user": identity.user,
    "aws_kms_alias": identity.alias,
    "aws_lambda_function": machines.function,
    "aws_lb": networks.balancer,
    "aws_rds_cluster": machines.cluster,
    "aws_s3_bucket": storage.bucket,
    "aws_secretsmanager_secret": identity.secret,
    "aws_security_group": networks.security_group,
    "aws_sns_topic": storage.topic,
    "aws_sqs_queue": storage.queue,
    "aws_ssm_parameter": storage.parameter,
    "aws_subnet": networks.subnet,
    "aws_vpc": networks.vpc,
}

# Objects whose names the provider generates: by which arguments, with which beginning, and how to make one.
GENERATED: list[tuple[str, dict[str, str], str, Callable[[Client, str], Any]]] = [
    (
        "aws_s3_bucket",
        {"bucket_prefix": "app-"},
        "app-",
        lambda client, name: client("s3").create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
        ),
    ),
    (
        "aws_iam_role",
        {"name_prefix": "app-"},
        "app-",
        lambda client, name: client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST),
    ),
    (
        "aws_iam_policy",
        {"name_prefix": "app-"},
        "app-",
        lambda client, name: client("iam").create_policy(PolicyName=name, PolicyDocument=POLICY),
    ),
    (
        "aws_cloudwatch_log_group",
        {},
        "terraform-",
        lambda client, name: client("logs").create_log_group(logGroupName=name),
    ),
    (
        "aws_sns_topic",
        {"name_prefix": "app-"},
        "app-",
        lambda client, name: client("sns").create_topic(Name=name),
    ),
    (
        "aws_sqs_queue",
        {"name_prefix": "app-"},
        "app-",
        lambda client, name: client("sqs").create_queue(QueueName=name),
    ),
    (
        "aws_secretsmanager_secret",
        {"name_prefix": "app-"},
        "app-",
        lambda client, name: client("secretsmanager").create_secret(Name=name, SecretString="x"),
    ),
    (
        "aws_security_group",
        {"name_prefix": "app-"},
        "app-",
        lambda client, name: client("ec2").create_security_group(GroupName=name, Description="x"),
    ),
    (
        "aws_kms_alias",
        {"name_prefix": "alias/app-"},
        "alias/app-",
        lambda client, name: client("kms").create_alias(
            AliasName=name, TargetKeyId=client("kms").create_key()["KeyMetadata"]["KeyId"]
        ),
    ),
    (
        "aws_iam_instance_profile",
        {"name_prefix": "app-"},
        "app-",
        lambda client, name: client("iam").create_instance_profile(InstanceProfileName=name),
    ),
]
