"""What holds or carries something."""

from tests.support.aws_objects.made import NAME, Client, Made
from tests.support.moto import REGION


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


def repository(client: Client) -> Made:
    ecr = client("ecr")
    ecr.create_repository(repositoryName=NAME)
    return Made(
        arguments={"name": NAME},
        object_id=NAME,
        import_id=NAME,
        gone=lambda: ecr.delete_repository(repositoryName=NAME),
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
