"""Objects that were made and that no state knows, of many types at once: found, adopted, taken down."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.backend_stage import BACKEND, checkout_at, make_buckets, record_of
from tests.support.guardian import Checkout
from tests.support.moto import REGION, MotoServer
from tests.support.scenario.document import FIXTURES

pytestmark = [pytest.mark.terraform, pytest.mark.aws]

NAME = "orphan-12"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
)
GOOD = {
    "resource": {"aws_ssm_parameter": {"release": {"name": "/app/release", "type": "String", "value": "1"}}}
}


def resources(vpc: str, key: str) -> dict[str, dict[str, Any]]:
    """Return one resource of each type; what is planned is all that guardian knows of them."""
    return {
        "aws_cloudwatch_log_group": {"name": NAME, "retention_in_days": 3},
        "aws_cloudwatch_metric_alarm": {
            "alarm_name": NAME,
            "comparison_operator": "GreaterThanThreshold",
            "evaluation_periods": 1,
            "metric_name": "Errors",
            "namespace": "AWS/Lambda",
            "period": 60,
            "statistic": "Sum",
            "threshold": 1,
        },
        "aws_dynamodb_table": {
            "name": NAME,
            "billing_mode": "PAY_PER_REQUEST",
            "hash_key": "id",
            "attribute": [{"name": "id", "type": "S"}],
        },
        "aws_ecr_repository": {"name": NAME},
        "aws_iam_group": {"name": NAME},
        "aws_iam_instance_profile": {"name": NAME},
        "aws_iam_policy": {"name": NAME, "policy": POLICY},
        "aws_iam_role": {"name": NAME, "assume_role_policy": TRUST, "tags": {"app": "one"}},
        "aws_iam_user": {"name": NAME},
        "aws_kms_alias": {"name": f"alias/{NAME}", "target_key_id": key},
        "aws_s3_bucket": {"bucket": NAME, "tags": {"app": "one"}},
        "aws_secretsmanager_secret": {"name": NAME, "recovery_window_in_days": 0},
        "aws_ssm_parameter": {"name": f"/app/{NAME}", "type": "SecureString", "value": "s3cret-of-it"},
        "aws_security_group": {"name": NAME, "vpc_id": vpc},
        "aws_sns_topic": {"name": NAME},
        "aws_subnet": {"vpc_id": vpc, "cidr_block": "10.7.1.0/24"},
        "aws_vpc": {"cidr_block": "10.8.0.0/16", "tags": {"Name": NAME}},
    }


PROBABLE = (
    "aws_cloudwatch_metric_alarm",
    "aws_kms_alias",
    "aws_security_group",
    "aws_sns_topic",
    "aws_subnet",
    "aws_vpc",
)
"""AWS does not tell when these were made (moto neither of an alias): nothing proves whose they are."""

CREATIONS = {
    "logs": "CreateLogGroup",
    "cloudwatch": "PutMetricAlarm",
    "dynamodb": "CreateTable",
    "ecr": "CreateRepository",
    "s3": "CreateBucket",
    "secretsmanager": "CreateSecret",
    "ssm": "PutParameter",
    "kms": "CreateAlias",
    "sns": "CreateTopic",
    "iam": ("CreateGroup", "CreateInstanceProfile", "CreatePolicy", "CreateRole", "CreateUser"),
    "ec2": ("CreateSecurityGroup", "CreateSubnet", "CreateVpc"),
}

LISTS: dict[str, Callable[[Callable[[str], Any]], list[str]]] = {
    "aws_cloudwatch_log_group": lambda at: [
        each["logGroupName"] for each in at("logs").describe_log_groups()["logGroups"]
    ],
    "aws_cloudwatch_metric_alarm": lambda at: [
        each["AlarmName"] for each in at("cloudwatch").describe_alarms()["MetricAlarms"]
    ],
    "aws_dynamodb_table": lambda at: at("dynamodb").list_tables()["TableNames"],
    "aws_ecr_repository": lambda at: [
        each["repositoryName"] for each in at("ecr").describe_repositories()["repositories"]
    ],
    "aws_iam_group": lambda at: [each["GroupName"] for each in at("iam").list_groups()["Groups"]],
    "aws_iam_instance_profile": lambda at: [
        each["InstanceProfileName"] for each in at("iam").list_instance_profiles()["InstanceProfiles"]
    ],
    "aws_iam_policy": lambda at: [
        each["PolicyName"] for each in at("iam").list_policies(Scope="Local")["Policies"]
    ],
    "aws_iam_role": lambda at: [each["RoleName"] for each in at("iam").list_roles()["Roles"]],
    "aws_iam_user": lambda at: [each["UserName"] for each in at("iam").list_users()["Users"]],
    "aws_kms_alias": lambda at: [each["AliasName"] for each in at("kms").list_aliases()["Aliases"]],
    "aws_s3_bucket": lambda at: [each["Name"] for each in at("s3").list_buckets()["Buckets"]],
    "aws_secretsmanager_secret": lambda at: [
        each["Name"] for each in at("secretsmanager").list_secrets()["SecretList"]
    ],
    "aws_ssm_parameter": lambda at: [each["Name"] for each in at("ssm").describe_parameters()["Parameters"]],
    "aws_security_group": lambda at: [
        each["GroupId"] for each in at("ec2").describe_security_groups()["SecurityGroups"]
    ],
    "aws_sns_topic": lambda at: [each["TopicArn"] for each in at("sns").list_topics()["Topics"]],
    "aws_subnet": lambda at: [each["SubnetId"] for each in at("ec2").describe_subnets()["Subnets"]],
    "aws_vpc": lambda at: [each["VpcId"] for each in at("ec2").describe_vpcs()["Vpcs"]],
}


def census(moto: MotoServer) -> dict[str, set[str]]:
    return {each: set(listed(moto.client)) for each, listed in LISTS.items()}


def plant(moto: MotoServer) -> tuple[str, str]:
    """Make other people's objects with names that look the same; return a VPC and a key of theirs."""
    other, at = f"{NAME}-longer", moto.client
    at("logs").create_log_group(logGroupName=other)
    at("ecr").create_repository(repositoryName=other)
    at("iam").create_group(GroupName=other)
    at("iam").create_instance_profile(InstanceProfileName=other)
    at("iam").create_policy(PolicyName=other, PolicyDocument=POLICY)
    at("iam").create_role(RoleName=other, AssumeRolePolicyDocument=TRUST)
    at("iam").create_user(UserName=other)
    at("s3").create_bucket(Bucket=other, CreateBucketConfiguration={"LocationConstraint": REGION})
    at("secretsmanager").create_secret(Name=other, SecretString="theirs")
    at("ssm").put_parameter(Name=f"/app/{other}", Value="theirs", Type="String")
    at("sns").create_topic(Name=other)
    at("ec2").create_vpc(CidrBlock="10.8.0.0/16")
    vpc: str = at("ec2").create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    at("ec2").create_subnet(VpcId=vpc, CidrBlock="10.7.2.0/24")
    at("ec2").create_security_group(GroupName=other, Description="theirs", VpcId=vpc)
    at("ec2").create_security_group(GroupName=NAME, Description="theirs, in the default VPC")
    key: str = at("kms").create_key()["KeyMetadata"]["KeyId"]
    at("kms").create_alias(AliasName=f"alias/{other}", TargetKeyId=key)
    return vpc, key


@pytest.fixture
def checkout(tmp_path, moto, proxy, terraform, provider_mirror, guardian_exe) -> Checkout:
    make_buckets(moto)
    made = checkout_at(
        tmp_path / "checkout", guardian_exe, proxy.url, TF_CLI_CONFIG_FILE=str(provider_mirror)
    )
    made.deadline_s = 300
    made.write(BACKEND, "backend.tf")
    made.write((FIXTURES / "aws" / "provider.tf").read_text(), "provider.tf")
    return made


def write(checkout: Checkout, more: dict[str, dict[str, Any]]) -> None:
    merged: dict[str, Any] = {name: {"it": body} for name, body in more.items()}
    for name, body in GOOD["resource"].items():
        merged[name] = {**merged.get(name, {}), **body}
    # Terraform quotes the line that an error is about: a secret on that line is the configuration's own leak.
    checkout.write(json.dumps({"resource": merged}, indent=2), "main.tf.json")


def lines(said: str, kind: str) -> list[dict[str, Any]]:
    return [each for each in map(json.loads, said.splitlines()) if each["type"] == kind]


def engine_events(shown: str, step: str) -> Iterator[dict[str, Any]]:
    """Yield what the engine said while a step was carried out, from a run as it is recorded."""
    doing = ""
    for each in lines(shown, "record"):
        doing = each["body"].get("step", "") if each["kind"] == "applying" else doing
        if doing == step and each["kind"] == "engine_events":
            yield from each["body"]["events"]


@pytest.mark.sweep
def test_orphans_of_many_types_are_found_adopted_and_taken_down(checkout, moto, proxy, tally):
    made = resources(*plant(moto))
    tally(8, points=len(made))
    write(checkout, {})
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    before = census(moto)
    for service, operations in CREATIONS.items():
        for each in [operations] if isinstance(operations, str) else operations:
            proxy.add("error_after", service=service, operation=each, status=400, code="ValidationError")
    write(checkout, made)
    failed = checkout.run("apply", "-auto-approve", "--json")
    proxy.faults.clear()
    assert failed.exit_code == 3, failed.said
    addresses = {f"{each}.it" for each in made}
    assert set(lines(failed.stdout, "result")[0]["instances"]["failed"]) == addresses
    orphans = {each: found - before[each] for each, found in census(moto).items()}
    assert all(orphans.values()), orphans
    assert set(json.loads(record_of(moto) or b"")["resources"][0]["type"].split()) == {"aws_ssm_parameter"}

    restored = checkout.run("restore", "-auto-approve", "--json")
    assert restored.exit_code == 6, restored.said
    (receipt,) = lines(restored.stdout, "receipt")
    probable = {f"{each}.it" for each in PROBABLE}
    assert set(receipt["unaccounted"]) == probable
    assert {each["address"] for each in receipt["adopted"]} == addresses - probable
    assert receipt["remaining"] == []
    assert {each["address"]: (each["verdict"], each["certain"]) for each in receipt["looked"]} == {
        each: ("exists", each not in probable) for each in addresses
    }
    kept = {each: before[each] | (orphans[each] if each in PROBABLE else set()) for each in before}
    assert census(moto) == kept
    run = lines(restored.stdout, "result")[0]["run_id"]
    shown = checkout.run("run", "show", run, "--json").stdout
    (summary,) = [
        each["changes"] for each in engine_events(shown, "import") if each["type"] == "change_summary"
    ]
    counts = {name: summary[name] for name in ("add", "change", "import", "remove")}
    assert counts == {"add": 0, "change": 0, "import": len(addresses) - len(probable), "remove": 0}

    again = checkout.run("restore", "-auto-approve", "--json")
    assert again.exit_code == 6, again.said
    assert set(lines(again.stdout, "receipt")[0]["unaccounted"]) == probable
    assert census(moto) == kept
    said = failed.said + restored.said + again.said + checkout.run("run", "show").said
    assert "exists, probably" in said
    assert "s3cret-of-it" not in said
