"""What AWS says that the fake cloud never does: canned answers, as its reference describes them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from guardian.adapters.aws.calls import Calls, Clients
from guardian.adapters.aws.declare import generated_at
from guardian.adapters.aws.declared import TYPES
from guardian.adapters.aws.judge import judge
from guardian.adapters.aws.refusals import no_answer
from guardian.domain.observation import Absent, Observation, Present, Sought

SINCE = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = SINCE + timedelta(minutes=3)


class Canned(Calls):
    """Calls that are answered from a table, by operation."""

    def __init__(self, answers: Mapping[str, Any], *, region: str = "eu-central-1") -> None:
        super().__init__(Clients({}, workers=1), "canned", region, deadline=0.0, allowed=answers)
        self.answers = answers
        self.regions: list[str] = []

    def at(self, region: str) -> Calls:
        self.regions.append(region)
        return self

    def ask(self, operation: str, *, absent: Collection[str] = (), **request: Any) -> dict[str, Any] | None:
        answer: dict[str, Any] | None = self.answers[operation]
        return answer

    def pages(
        self, operation: str, member: str, *, left_out_when_empty: bool = False, **request: Any
    ) -> Iterator[Any]:
        yield from self.answers[operation][member]


def seen(resource_type: str, arguments: Mapping[str, Any], answers: Mapping[str, Any]) -> Observation:
    return judge(wanted(resource_type, arguments), TYPES[resource_type].find(Canned(answers), arguments))


def wanted(resource_type: str, arguments: Mapping[str, Any]) -> Sought:
    return Sought(
        address=f"{resource_type}.it",
        resource_type=resource_type,
        arguments=arguments,
        provider="",
        region="",
        known_ids=frozenset(),
        since=SINCE,
    )


def test_the_id_that_the_provider_told_is_proof_enough():
    vpcs = {"describe_vpcs": {"Vpcs": [{"VpcId": f"vpc-{each}", "Tags": []} for each in (1, 2)]}}
    told = replace(wanted("aws_vpc", {"cidr_block": "10.0.0.0/16"}), object_id="vpc-2")
    found = judge(told, TYPES["aws_vpc"].find(Canned(vpcs), told.arguments))
    assert isinstance(found, Present)
    assert (found.object_id, found.certain, found.foreign) == ("vpc-2", True, False)


def database(status: str, **more: Any) -> dict[str, Any]:
    only = {"DBInstanceIdentifier": "main", "DbiResourceId": "db-ABC", "DBInstanceStatus": status, **more}
    return {"describe_db_instances": {"DBInstances": [only]}}


@pytest.mark.parametrize(
    ("resource_type", "arguments", "answers", "words"),
    [
        (
            "aws_db_instance",
            {"identifier": "main"},
            database("creating"),
            "found by its name, but it is still being created",
        ),
        (
            "aws_db_instance",
            {"identifier": "main"},
            database("deleting", InstanceCreateTime=LATER),
            "found by its name, but it is being deleted",
        ),
        (
            "aws_rds_cluster",
            {"cluster_identifier": "main"},
            {
                "describe_db_clusters": {
                    "DBClusters": [
                        {"DBClusterIdentifier": "main", "Status": "deleting", "ClusterCreateTime": LATER}
                    ]
                }
            },
            "found by its name, but it is being deleted",
        ),
        (
            "aws_eks_cluster",
            {"name": "main"},
            {"describe_cluster": {"cluster": {"name": "main", "status": "CREATING", "createdAt": LATER}}},
            "found by its name, but it is still being created",
        ),
        (
            "aws_dynamodb_table",
            {"name": "main"},
            {"describe_table": {"Table": {"TableStatus": "DELETING", "CreationDateTime": LATER}}},
            "found by its name, but it is being deleted",
        ),
        (
            "aws_lambda_function",
            {"function_name": "main"},
            {"get_function_configuration": {"LastModified": "2026-03-01T12:03:00.000+0000"}},
            "found by its name, but AWS does not tell whether it was made before the run",
        ),
        (
            "aws_lambda_function",
            {"function_name": "main"},
            {"get_function_configuration": {"LastModified": "2026-02-01T12:03:00.000+0000"}},
            "found by its name, but it existed before the run: made before 2026-02-01T12:03:00Z",
        ),
    ],
)
def test_what_is_half_there_or_undated_is_not_certain(resource_type, arguments, answers, words):
    found = seen(resource_type, arguments, answers)
    assert isinstance(found, Present)
    assert (found.certain, found.words) == (False, words)


@pytest.mark.parametrize(("made", "certain"), [(LATER, True), (SINCE - timedelta(days=1), False)])
def test_the_date_of_an_alias_counts(made, certain):
    alias = {"AliasName": "alias/main", "CreationDate": made, "LastUpdatedDate": LATER}
    found = seen("aws_kms_alias", {"name": "alias/main"}, {"list_aliases": {"Aliases": [alias]}})
    assert isinstance(found, Present)
    assert found.certain is certain


def test_a_database_is_imported_by_its_name_and_known_by_its_id():
    found = seen("aws_db_instance", {"identifier": "main"}, database("available", InstanceCreateTime=LATER))
    assert isinstance(found, Present)
    assert (found.object_id, found.import_id, found.certain) == ("db-ABC", "main", True)


def test_a_bucket_is_dated_where_its_date_does_not_move():
    calls = Canned({"head_bucket": {}, "list_buckets": {"Buckets": [{"Name": "b", "CreationDate": LATER}]}})
    assert TYPES["aws_s3_bucket"].find(calls, {"bucket": "b"}).found[0].created_at == LATER
    assert calls.regions == ["us-east-1"]


def test_the_default_vpc_is_nobodys_orphan():
    default = {"VpcId": "vpc-1", "IsDefault": True}
    answers = {"describe_vpcs": {"Vpcs": [default]}}
    assert seen("aws_vpc", {"cidr_block": "172.31.0.0/16"}, answers) == Absent()


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("app-202603011200005000" + "00000001", datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("app-202603011200005000" + "0000000g", None),
        ("app-202613011200005000" + "00000001", None),
        ("app-202603011200005000" + "000000001", None),
        ("other-202603011200005000" + "00000001", None),
        ("app-production", None),
        ("app-", None),
    ],
)
def test_a_generated_name_is_known_by_its_form(name, made):
    assert generated_at(name, "app-") == made


def test_an_answer_that_cannot_be_read_is_not_repeated():
    error = ResponseParserError("invalid XML received: b'<Value>s3cret'")
    reason = no_answer("ssm", "get_parameter", error).reason
    assert reason == "ssm get_parameter: the answer cannot be read (ResponseParserError)"


def test_a_denial_is_one_line_of_bounded_length():
    words: Any = {"Code": "UnauthorizedOperation", "Message": "You may not.\nEncoded: " + "x" * 2000}
    reason = no_answer("ec2", "describe_vpcs", ClientError({"Error": words}, "DescribeVpcs")).reason
    assert reason.startswith("ec2 describe_vpcs: UnauthorizedOperation: You may not. Encoded: xx")
    assert len(reason) < 400
