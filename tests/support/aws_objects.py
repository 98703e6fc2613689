"""One object of each type that guardian can look for, made in a fake cloud by boto3."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.moto import REGION

Client = Callable[[str], Any]
NAME = "orphan-7"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
)


@dataclass(frozen=True, kw_only=True)
class Made:
    """An object in the fake cloud, and how the plan that was to make it names it.

    Attributes:
        gone: Removes it again.
        dated: Whether the fake cloud tells when it was made.
    """

    arguments: Mapping[str, Any]
    object_id: str
    import_id: str
    gone: Callable[[], Any]
    dated: bool = True


def bucket(client: Client) -> Made:
    s3 = client("s3")
    s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": REGION})
    return Made(
        arguments={"bucket": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: s3.delete_bucket(Bucket=NAME),
    )


def parameter(client: Client) -> Made:
    ssm = client("ssm")
    ssm.put_parameter(Name="/app/key", Value="s3cret", Type="SecureString")
    return Made(
        arguments={"name": "/app/key"},
        object_id="/app/key",
        import_id="/app/key",
        gone=lambda: ssm.delete_parameter(Name="/app/key"),
    )


def log_group(client: Client) -> Made:
    logs = client("logs")
    logs.create_log_group(logGroupName=NAME + "-longer")
    logs.create_log_group(logGroupName=NAME)
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: logs.delete_log_group(logGroupName=NAME),
    )


def role(client: Client) -> Made:
    iam = client("iam")
    iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=TRUST)
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: iam.delete_role(RoleName=NAME),
    )


def policy(client: Client) -> Made:
    iam = client("iam")
    iam.create_policy(PolicyName=NAME + "-longer", PolicyDocument=POLICY)
    arn = iam.create_policy(PolicyName=NAME, Path="/team/", PolicyDocument=POLICY)["Policy"]["Arn"]
    return Made(
        arguments={"name": NAME, "path": "/team/"},
        object_id=arn,
        import_id=arn,
        gone=lambda: iam.delete_policy(PolicyArn=arn),
    )


def user(client: Client) -> Made:
    iam = client("iam")
    iam.create_user(UserName=NAME)
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: iam.delete_user(UserName=NAME),
    )


def group(client: Client) -> Made:
    iam = client("iam")
    iam.create_group(GroupName=NAME)
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: iam.delete_group(GroupName=NAME),
    )


def instance_profile(client: Client) -> Made:
    iam = client("iam")
    iam.create_instance_profile(InstanceProfileName=NAME)
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: iam.delete_instance_profile(InstanceProfileName=NAME),
    )


def table(client: Client) -> Made:
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName=NAME,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: dynamodb.delete_table(TableName=NAME),
    )


def topic(client: Client) -> Made:
    sns = client("sns")
    sns.create_topic(Name=NAME + "-longer")
    arn = sns.create_topic(Name=NAME)["TopicArn"]
    return Made(
        arguments={"name": NAME},
        object_id=arn,
        import_id=arn,
        gone=lambda: sns.delete_topic(TopicArn=arn),
        dated=False,
    )


def queue(client: Client) -> Made:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=NAME)["QueueUrl"]
    return Made(
        arguments={"name": NAME},
        object_id=url,
        import_id=url,
        gone=lambda: sqs.delete_queue(QueueUrl=url),
    )


def vpc_of(client: Client, tag: str) -> str:
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": tag}]}]
    made = client("ec2").create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=tags)
    return str(made["Vpc"]["VpcId"])


def vpc(client: Client) -> Made:
    vpc_of(client, "another")
    made = vpc_of(client, NAME)
    return Made(
        arguments={"cidr_block": "10.9.0.0/16", "tags": {"Name": NAME}},
        object_id=made,
        import_id=made,
        gone=lambda: client("ec2").delete_vpc(VpcId=made),
        dated=False,
    )


def subnet(client: Client) -> Made:
    ec2, where = client("ec2"), vpc_of(client, "its")
    ec2.create_subnet(VpcId=vpc_of(client, "another"), CidrBlock="10.9.1.0/24")
    made = ec2.create_subnet(VpcId=where, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    return Made(
        arguments={"cidr_block": "10.9.1.0/24", "vpc_id": where},
        object_id=made,
        import_id=made,
        gone=lambda: ec2.delete_subnet(SubnetId=made),
        dated=False,
    )


def security_group(client: Client) -> Made:
    ec2, where = client("ec2"), vpc_of(client, "its")
    for name, other in ((NAME, vpc_of(client, "another")), (NAME + "-longer", where)):
        ec2.create_security_group(GroupName=name, Description="another", VpcId=other)
    made = ec2.create_security_group(GroupName=NAME, Description="it", VpcId=where)["GroupId"]
    return Made(
        arguments={"name": NAME, "vpc_id": where},
        object_id=made,
        import_id=made,
        gone=lambda: ec2.delete_security_group(GroupId=made),
        dated=False,
    )


def alias(client: Client) -> Made:
    kms = client("kms")
    kms.create_alias(AliasName=f"alias/{NAME}", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    return Made(
        arguments={"name": f"alias/{NAME}"},
        object_id=f"alias/{NAME}",
        import_id=f"alias/{NAME}",
        gone=lambda: kms.delete_alias(AliasName=f"alias/{NAME}"),
        dated=False,  # AWS does tell, moto does not
    )


def secret(client: Client) -> Made:
    secrets = client("secretsmanager")
    arn = secrets.create_secret(Name=NAME, SecretString="s3cret")["ARN"]
    return Made(
        arguments={"name": NAME},
        object_id=arn,
        import_id=arn,
        gone=lambda: secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True),
    )


def repository(client: Client) -> Made:
    ecr = client("ecr")
    ecr.create_repository(repositoryName=NAME)
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: ecr.delete_repository(repositoryName=NAME),
    )


def function(client: Client) -> Made:
    functions, code = client("lambda"), io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "def handle(event, context): ...")
    made = client("iam").create_role(RoleName="lambda", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    functions.create_function(
        FunctionName=NAME,
        Runtime="python3.11",
        Role=made,
        Handler="main.handle",
        Code={"ZipFile": code.getvalue()},
    )
    return Made(
        arguments={"function_name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: functions.delete_function(FunctionName=NAME),
        dated=False,
    )


def alarm(client: Client) -> Made:
    cloudwatch = client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=NAME,
        MetricName="Errors",
        Namespace="AWS/Lambda",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        Statistic="Sum",
        ComparisonOperator="GreaterThanThreshold",
    )
    return Made(
        arguments={"alarm_name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: cloudwatch.delete_alarms(AlarmNames=[NAME]),
        dated=False,
    )


def database(client: Client) -> Made:
    rds = client("rds")
    made = rds.create_db_instance(
        DBInstanceIdentifier=NAME,
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        MasterUsername="root",
        MasterUserPassword="s3cret-s3cret",
        AllocatedStorage=20,
    )
    return Made(
        arguments={"identifier": NAME},
        object_id=made["DBInstance"]["DbiResourceId"],
        import_id=NAME,
        gone=lambda: rds.delete_db_instance(DBInstanceIdentifier=NAME, SkipFinalSnapshot=True),
    )


def cluster(client: Client) -> Made:
    rds = client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier=NAME,
        Engine="aurora-postgresql",
        MasterUsername="root",
        MasterUserPassword="s3cret-s3cret",
    )
    return Made(
        arguments={"cluster_identifier": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: rds.delete_db_cluster(DBClusterIdentifier=NAME, SkipFinalSnapshot=True),
    )


def balancer(client: Client) -> Made:
    ec2, where = client("ec2"), vpc_of(client, "its")
    subnets = [
        ec2.create_subnet(VpcId=where, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")
        for number, zone in enumerate("ab")
    ]
    made = client("elbv2").create_load_balancer(
        Name=NAME, Subnets=[each["Subnet"]["SubnetId"] for each in subnets]
    )
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    return Made(
        arguments={"name": NAME},
        object_id=arn,
        import_id=arn,
        gone=lambda: client("elbv2").delete_load_balancer(LoadBalancerArn=arn),
    )


def kubernetes(client: Client) -> Made:
    eks = client("eks")
    eks.create_cluster(name=NAME, roleArn="arn:aws:iam::123456789012:role/eks", resourcesVpcConfig={})
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: eks.delete_cluster(name=NAME),
    )


MAKERS: dict[str, Callable[[Client], Made]] = {
    "aws_cloudwatch_log_group": log_group,
    "aws_cloudwatch_metric_alarm": alarm,
    "aws_db_instance": database,
    "aws_dynamodb_table": table,
    "aws_ecr_repository": repository,
    "aws_eks_cluster": kubernetes,
    "aws_iam_group": group,
    "aws_iam_instance_profile": instance_profile,
    "aws_iam_policy": policy,
    "aws_iam_role": role,
    "aws_iam_user": user,
    "aws_kms_alias": alias,
    "aws_lambda_function": function,
    "aws_lb": balancer,
    "aws_rds_cluster": cluster,
    "aws_s3_bucket": bucket,
    "aws_secretsmanager_secret": secret,
    "aws_security_group": security_group,
    "aws_sns_topic": topic,
    "aws_sqs_queue": queue,
    "aws_ssm_parameter": parameter,
    "aws_subnet": subnet,
    "aws_vpc": vpc,
}
