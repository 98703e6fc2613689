"""The two clouds of the story: a directory, and AWS as moto's server plays it."""

from collections.abc import Mapping
from pathlib import Path

from tests.support.moto import MotoServer

BUCKET = "guardian-demo-state"
BACKEND = (
    f"-backend-config=bucket={BUCKET}",
    "-backend-config=key=demo/terraform.tfstate",
    "-backend-config=region=eu-central-1",
    "-backend-config=use_lockfile=true",
    "-backend-config=use_path_style=true",
    "-backend-config=skip_credentials_validation=true",
    "-backend-config=skip_requesting_account_id=true",
    "-backend-config=skip_metadata_api_check=true",
    "-backend-config=skip_region_validation=true",
)


def look_at_directory(cloud: Path) -> Mapping[str, str]:
    """Return each file with its content."""
    return {each.name: each.read_text().strip() for each in cloud.iterdir()}


def look_at_aws(server: MotoServer) -> Mapping[str, str]:
    """Ask AWS itself, by boto3, for what the stack makes."""
    found: dict[str, str] = {}
    for page in server.client("ssm").get_paginator("describe_parameters").paginate():
        for each in page["Parameters"]:
            value = server.client("ssm").get_parameter(Name=each["Name"])["Parameter"]["Value"]
            found[f"ssm {each['Name']}"] = value
    for each in server.client("iam").list_roles()["Roles"]:
        found[f"role {each['RoleName']}"] = each["Arn"]
    s3 = server.client("s3")
    for each in s3.list_buckets()["Buckets"]:
        if each["Name"] != BUCKET:
            tags = s3.get_bucket_tagging(Bucket=each["Name"])["TagSet"]
            found[f"bucket {each['Name']}"] = str({tag["Key"]: tag["Value"] for tag in tags})
    return found
