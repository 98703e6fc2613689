"""What there is in the fake cloud: asked of moto with boto3, never of guardian or Terraform."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from tests.support.moto import MotoServer

STATE_BUCKET = "terraform-states"
STORE_BUCKET = "guardian-store"
LOCK_TABLE = "terraform-locks"
_OURS = frozenset({STATE_BUCKET, STORE_BUCKET})
_SECOND_REGION = "us-west-2"

Kind = dict[str, Any]


def contents(moto: MotoServer) -> dict[str, Kind]:
    """Return everything that a scenario may make, by kind and name; a kind without objects is empty."""
    return {kind: read(moto) for kind, read in _KINDS.items()}


def objects(moto: MotoServer) -> dict[str, str]:
    """Return the identity of each object that has one of its own, by `kind/name`."""
    tables = moto.client("dynamodb")
    logs = moto.client("logs").describe_log_groups()["logGroups"]
    iam = moto.client("iam")
    return (
        {f"security_groups/{each['GroupName']}": each["GroupId"] for each in _groups(moto)}
        | {f"log_groups/{each['logGroupName']}": str(each["creationTime"]) for each in logs}
        | {f"iam_roles/{each['RoleName']}": each["RoleId"] for each in iam.list_roles()["Roles"]}
        | {f"iam_policies/{each['PolicyName']}": each["PolicyId"] for each in _policies(moto)}
        | {
            f"dynamodb_tables/{name}": str(tables.describe_table(TableName=name)["Table"]["CreationDateTime"])
            for name in _tables(moto)
        }
        | {f"ebs_volumes/{_name(each)}": each["VolumeId"] for each in _volumes(moto)}
    )


def left_locks(moto: MotoServer) -> list[str]:
    """Return the keys of Terraform's locks that nobody removed: objects, and items of the lock table."""
    listed = moto.client("s3").list_objects_v2(Bucket=STATE_BUCKET).get("Contents", [])
    locks = [each["Key"] for each in listed if each["Key"].endswith(".tflock")]
    dynamodb = moto.client("dynamodb")
    if LOCK_TABLE in dynamodb.list_tables()["TableNames"]:
        items = [each["LockID"]["S"] for each in dynamodb.scan(TableName=LOCK_TABLE)["Items"]]
        # The digest of the state lies in the same table.
        locks += [each for each in items if not each.endswith("-md5")]
    return locks


def differences(
    found: Mapping[str, Kind], wanted: Mapping[str, Mapping[str, Any]], *, whole: bool
) -> list[str]:
    """Compare the cloud with what it should hold.

    Args:
        found: From `contents`.
        wanted: By kind.
        whole: Whether a kind that is not wanted must be empty; else it is not looked at.

    Returns:
        One line for each object that is missing, left over, or other than it should be.
    """
    lines: list[str] = []
    for kind in found if whole else wanted:
        want = wanted.get(kind, {})
        for name in sorted(want.keys() | found[kind].keys()):
            if name not in found[kind]:
                lines.append(f"{kind} {name}: missing")
            elif name not in want:
                lines.append(f"{kind} {name}: left over, {found[kind][name]!r}")
            elif found[kind][name] != want[name]:
                lines.append(f"{kind} {name}: {found[kind][name]!r}, wanted {want[name]!r}")
    return lines


def _tags(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in tags}


def _ssm_parameters(moto: MotoServer) -> Kind:
    return _parameters(moto.client("ssm"))


def _second_region_ssm_parameters(moto: MotoServer) -> Kind:
    return _parameters(_second_region_client(moto.url, "ssm"))


def _parameters(ssm: Any) -> Kind:
    pages = ssm.get_paginator("describe_parameters").paginate()
    names = [each["Name"] for page in pages for each in page["Parameters"]]
    return {
        name: ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        for name in names
        if not name.startswith("/aws/")
    }


def _s3_buckets(moto: MotoServer) -> Kind:
    from botocore.exceptions import ClientError

    s3 = moto.client("s3")
    found: Kind = {}
    for name in (each["Name"] for each in s3.list_buckets()["Buckets"]):
        if name in _OURS:
            continue
        try:
            found[name] = _tags(s3.get_bucket_tagging(Bucket=name)["TagSet"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchTagSet":
                raise
            found[name] = {}
    return found


def _groups(moto: MotoServer) -> list[dict[str, Any]]:
    found = moto.client("ec2").describe_security_groups()["SecurityGroups"]
    return [each for each in found if each["GroupName"] != "default"]


def _rules(direction: str, permissions: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[str]:
    return [
        f"{direction} {each['IpProtocol']} {each.get('FromPort', 0)} {where}"
        for each in permissions
        for where in (
            *(block["CidrIp"] for block in each["IpRanges"]),
            *(names.get(pair["GroupId"], pair["GroupId"]) for pair in each["UserIdGroupPairs"]),
        )
    ]


def _security_groups(moto: MotoServer) -> Kind:
    groups = _groups(moto)
    names = {each["GroupId"]: each["GroupName"] for each in groups}
    return {
        each["GroupName"]: sorted(
            _rules("in", each["IpPermissions"], names) + _rules("out", each["IpPermissionsEgress"], names)
        )
        for each in groups
    }


def _iam_roles(moto: MotoServer) -> Kind:
    return {
        each["RoleName"]: each.get("Description", "") for each in moto.client("iam").list_roles()["Roles"]
    }


def _policies(moto: MotoServer) -> list[dict[str, Any]]:
    return list(moto.client("iam").list_policies(Scope="Local")["Policies"])


def _iam_policies(moto: MotoServer) -> Kind:
    """Whom each one is attached to."""
    iam = moto.client("iam")
    return {
        each["PolicyName"]: sorted(
            role["RoleName"] for role in iam.list_entities_for_policy(PolicyArn=each["Arn"])["PolicyRoles"]
        )
        for each in _policies(moto)
    }


def _log_groups(moto: MotoServer) -> Kind:
    groups = moto.client("logs").describe_log_groups()["logGroups"]
    return {each["logGroupName"]: each.get("retentionInDays", 0) for each in groups}


def _tables(moto: MotoServer) -> list[str]:
    return [each for each in moto.client("dynamodb").list_tables()["TableNames"] if each != LOCK_TABLE]


def _dynamodb_tables(moto: MotoServer) -> Kind:
    client = moto.client("dynamodb")
    arns = {name: client.describe_table(TableName=name)["Table"]["TableArn"] for name in _tables(moto)}
    return {name: _tags(client.list_tags_of_resource(ResourceArn=arn)["Tags"]) for name, arn in arns.items()}


def _s3_versioning(moto: MotoServer) -> Kind:
    s3 = moto.client("s3")
    names = [each["Name"] for each in s3.list_buckets()["Buckets"] if each["Name"] not in _OURS]
    found = {name: s3.get_bucket_versioning(Bucket=name).get("Status", "") for name in names}
    return {name: status for name, status in found.items() if status}


def _volumes(moto: MotoServer) -> list[dict[str, Any]]:
    return list(moto.client("ec2").describe_volumes()["Volumes"])


def _name(tagged: Mapping[str, Any]) -> str:
    return _tags(tagged.get("Tags", [])).get("Name", "")


def _ebs_volumes(moto: MotoServer) -> Kind:
    return {_name(each): {"size": each["Size"], **_tags(each.get("Tags", []))} for each in _volumes(moto)}


def _kms_keys(moto: MotoServer) -> Kind:
    kms = moto.client("kms")
    keys = [kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in kms.list_keys()["Keys"]]
    return {each["Description"]: each["KeyState"] for each in keys if each["KeyManager"] == "CUSTOMER"}


def _sns_topics(moto: MotoServer) -> Kind:
    return _topics(moto.client("sns"))


def _second_region_sns_topics(moto: MotoServer) -> Kind:
    return _topics(_second_region_client(moto.url, "sns"))


def _topics(sns: Any) -> Kind:
    arns = [each["TopicArn"] for each in sns.list_topics()["Topics"]]
    return {
        arn.rpartition(":")[2]: sns.get_topic_attributes(TopicArn=arn)["Attributes"].get("DisplayName", "")
        for arn in arns
    }


@cache
def _second_region_client(url: str, service: str) -> Any:
    import boto3

    session: Any = boto3.session.Session(
        aws_access_key_id="testing", aws_secret_access_key="testing", region_name=_SECOND_REGION
    )
    return session.client(service, endpoint_url=url)


def _memorydb_users(moto: MotoServer) -> Kind:
    users = moto.client("memorydb").describe_users()["Users"]
    return {each["Name"]: each["AccessString"] for each in users if each["Name"] != "default"}


_KINDS: dict[str, Callable[[MotoServer], Kind]] = {
    "ssm_parameters": _ssm_parameters,
    "s3_buckets": _s3_buckets,
    "security_groups": _security_groups,
    "iam_roles": _iam_roles,
    "iam_policies": _iam_policies,
    "log_groups": _log_groups,
    "dynamodb_tables": _dynamodb_tables,
    "sns_topics": _sns_topics,
    "memorydb_users": _memorydb_users,
    "s3_versioning": _s3_versioning,
    "ebs_volumes": _ebs_volumes,
    "kms_keys": _kms_keys,
    "second_region_ssm_parameters": _second_region_ssm_parameters,
    "second_region_sns_topics": _second_region_sns_topics,
}
