"""What every reader of the live infrastructure must do, the fake included; the one for AWS type by type."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guardian.adapters.aws.declare import cannot_find
from guardian.adapters.aws.declared import TYPES
from guardian.adapters.aws.reader import AwsLiveReader
from guardian.domain.observation import Absent, Observation, Present, Sought, Unreadable
from guardian.ports.live import LiveReader
from tests.fakes.live import FakeLive
from tests.support.aws_objects import GENERATED, MAKERS
from tests.support.aws_objects.made import NAME, TRUST, Client
from tests.support.aws_objects.networks import vpc_of
from tests.support.moto import REGION, MotoServer, environment, moto_server
from tests.support.proxy import FaultProxy, fault_proxy


@pytest.fixture(scope="module")
def server() -> Iterator[MotoServer]:
    with moto_server() as running:
        yield running


@pytest.fixture(scope="module")
def cloud(server: MotoServer) -> Iterator[FaultProxy]:
    with fault_proxy(server.url) as running, pytest.MonkeyPatch.context() as patch:
        # boto3 takes endpoints from the process, as for a user.
        for name, value in environment(running.url).items():
            patch.setenv(name, value)
        yield running


@pytest.fixture(scope="module")
def aws(cloud: FaultProxy) -> AwsLiveReader:
    return AwsLiveReader(os.environ)


@pytest.fixture
def client(server: MotoServer, cloud: FaultProxy) -> Client:
    server.reset()
    cloud.faults.clear()
    # By the same way as the reader: moto's URLs of queues hold the host that was asked.
    return replace(server, url=cloud.url, _clients={}).client


def sought(
    resource_type: str,
    arguments: Mapping[str, Any],
    *,
    known: frozenset[str] = frozenset(),
    since: datetime | None = None,
    address: str = "",
    region: str = "",
) -> Sought:
    return Sought(
        address=address or f"{resource_type}.it",
        resource_type=resource_type,
        arguments=arguments,
        provider="",
        region=region,
        known_ids=known,
        since=since or datetime.now(UTC) - timedelta(minutes=1),
    )


def look(reader: LiveReader, one: Sought) -> Observation:
    seen = reader.look([one])
    assert list(seen) == [one.address]
    return seen[one.address]


def present(reader: LiveReader, one: Sought) -> Present:
    seen = look(reader, one)
    assert isinstance(seen, Present), seen
    return seen


def unreadable(reader: LiveReader, one: Sought) -> str:
    seen = look(reader, one)
    assert isinstance(seen, Unreadable), seen
    return seen.reason


# Every reader


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A reader, with an object of each of two names in what it reads."""

    reader: LiveReader
    first: Sought
    second: Sought
    object_id: str


@pytest.fixture(params=["fake", "aws"])
def stage(request: pytest.FixtureRequest) -> Stage:
    first = sought("aws_iam_role", {"name": NAME}, address='aws_iam_role.a["x"]')
    second = sought("aws_iam_role", {"name": "second"}, address="aws_iam_role.b")
    if request.param == "aws":
        client = request.getfixturevalue("client")
        for name in (NAME, "second"):
            client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        return Stage(reader=request.getfixturevalue("aws"), first=first, second=second, object_id=NAME)
    seen: dict[str, Observation] = {
        address: Present(object_id=name, import_id=name, certain=True, words="as the test says")
        for address, name in (
            (first.address, NAME),
            (second.address, "second"),
            ("aws_iam_role.twin", NAME),
        )
    }
    return Stage(
        reader=FakeLive(seen, uncovered={"null_resource"}), first=first, second=second, object_id=NAME
    )


def test_every_address_gets_its_own_answer(stage):
    nothing = sought("aws_iam_role", {"name": "nothing"}, address="aws_iam_role.nothing")
    seen = stage.reader.look([stage.second, nothing, stage.first])
    assert seen.keys() == {stage.first.address, stage.second.address, nothing.address}
    assert isinstance(seen[stage.first.address], Present)
    assert seen[stage.first.address] != seen[stage.second.address]
    assert seen[nothing.address] == Absent()
    assert stage.reader.look([]) == {}


def test_a_type_without_a_reader_is_unreadable(stage):
    assert stage.reader.covers("aws_iam_role")
    assert not stage.reader.covers("null_resource")
    assert unreadable(stage.reader, sought("null_resource", {})) == "no reader for null_resource"


def test_what_a_state_knows_is_passed_over(stage):
    assert present(stage.reader, stage.first).object_id == stage.object_id
    assert look(stage.reader, replace(stage.first, known_ids=frozenset({stage.object_id}))) == Absent()
    known = replace(stage.first, known_ids=frozenset({"second"}))
    assert present(stage.reader, known).object_id == stage.object_id


def test_one_object_is_certain_for_one_address_only(stage):
    assert present(stage.reader, stage.first).certain
    twin = replace(stage.first, address="aws_iam_role.twin")
    seen = stage.reader.look([stage.first, twin, stage.second])
    assert [seen[each.address].certain for each in (stage.first, twin, stage.second)] == [False, False, True]


# AWS, type by type


def test_every_type_that_can_be_found_is_proven_here():
    assert MAKERS.keys() == {name for name, each in TYPES.items() if each.find is not cannot_find}


@pytest.mark.parametrize("resource_type", sorted(MAKERS))
def test_a_type_is_found_where_it_is_and_absent_where_it_is_not(aws, client, cloud, resource_type):
    made = MAKERS[resource_type](client)
    wanted = sought(resource_type, made.arguments)
    cloud.faults.forget_counts()
    seen = present(aws, wanted)
    assert (seen.object_id, seen.import_id, seen.certain) == (made.object_id, made.import_id, made.dated)
    assert look(aws, replace(wanted, known_ids=frozenset({made.object_id}))) == Absent()

    later = present(aws, replace(wanted, since=datetime.now(UTC) + timedelta(hours=1)))
    assert not later.certain
    if made.dated:
        assert "existed before the run" in later.words

    cloud.add("error_before", status=403, code="AccessDenied", message="not authorized to do that")
    assert "403" in (reason := unreadable(aws, wanted)) or "AccessDenied" in reason
    cloud.faults.clear()
    cloud.add("error_before", status=400, code="ExpiredToken", message="the security token is expired")
    assert unreadable(aws, wanted)
    cloud.faults.clear()
    assert changing(cloud) == []

    made.gone()
    assert look(aws, wanted) == Absent()


def changing(cloud: FaultProxy) -> list[str]:
    """Return the requests since the last count that could change something."""
    reading = ("Get", "List", "Describe", "Head", "GET ")
    return [name for _, name in cloud.faults.counts() if not name.startswith(reading)]


@pytest.mark.parametrize("resource_type", sorted(MAKERS))
def test_too_little_known_of_it_is_not_absence(aws, client, resource_type):
    assert "not known when the run was planned" in unreadable(aws, sought(resource_type, {}))


# AWS, what may go wrong


def test_denied_for_one_is_an_answer_for_the_others(aws, client, cloud):
    MAKERS["aws_iam_role"](client)
    cloud.add("error_before", service="ssm", status=400, code="AccessDeniedException", message="no")
    seen = aws.look([sought("aws_ssm_parameter", {"name": "/a"}), sought("aws_iam_role", {"name": NAME})])
    assert seen["aws_ssm_parameter.it"] == Unreadable(reason="ssm get_parameter: AccessDeniedException: no")
    assert isinstance(seen["aws_iam_role.it"], Present)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"action": "error_before", "status": 400, "code": "ThrottlingException"}, "ThrottlingException"),
        ({"action": "error_before", "status": 500, "code": "InternalFailure"}, "InternalFailure"),
        ({"action": "error_before", "status": 400, "code": "InvalidClientTokenId"}, "InvalidClientTokenId"),
        ({"action": "reset_before"}, "Connection"),
    ],
)
def test_no_answer_is_not_absence(aws, client, cloud, fault, words):
    cloud.add(**fault)
    assert words in unreadable(aws, sought("aws_dynamodb_table", {"name": NAME}))
    assert words in unreadable(aws, sought("aws_sns_topic", {"name": NAME}))


@pytest.mark.parametrize("kept", [0, 9])
@pytest.mark.parametrize(
    ("resource_type", "arguments"),
    [
        ("aws_cloudwatch_log_group", {"name": NAME}),
        ("aws_iam_role", {"name_prefix": "orphan-"}),
        ("aws_s3_bucket", {"bucket_prefix": "orphan-"}),
        ("aws_sqs_queue", {"name_prefix": "orphan-"}),
        ("aws_secretsmanager_secret", {"name_prefix": "orphan-"}),
        ("aws_vpc", {"cidr_block": "10.9.0.0/16"}),
        ("aws_kms_alias", {"name": "alias/x"}),
        ("aws_sns_topic", {"name": NAME}),
        ("aws_cloudwatch_metric_alarm", {"alarm_name": NAME}),
        ("aws_ssm_parameter", {"name": "/app/key"}),
    ],
)
def test_an_answer_that_was_cut_off_is_not_absence(aws, client, cloud, resource_type, arguments, kept):
    MAKERS[resource_type](client)
    cloud.add("truncate", keep_bytes=kept)
    assert "s3cret" not in unreadable(aws, sought(resource_type, arguments))


def test_the_reason_does_not_repeat_a_secret_answer(aws, client, cloud):
    made = MAKERS["aws_ssm_parameter"](client)
    whole = client("ssm").get_parameter(Name="/app/key")
    assert "s3cret" in whole["Parameter"]["Value"]
    for kept in range(20, 200, 30):
        cloud.faults.clear()
        cloud.add("truncate", keep_bytes=kept)
        assert "s3cret" not in str(look(aws, sought("aws_ssm_parameter", made.arguments)))


def test_when_the_time_is_over_nothing_more_is_asked(client, cloud):
    cloud.faults.forget_counts()
    reason = unreadable(AwsLiveReader(os.environ, total_s=-1.0), sought("aws_iam_role", {"name": NAME}))
    assert reason == "iam get_role: not asked, for the time was over"
    assert cloud.faults.counts() == {}


def test_without_a_region_nothing_is_seen(client, monkeypatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    reader = AwsLiveReader(os.environ)
    assert "NoRegionError" in unreadable(reader, sought("aws_sqs_queue", {"name": NAME}))
    made = MAKERS["aws_sqs_queue"](client)
    assert present(reader, sought("aws_sqs_queue", made.arguments, region=REGION)).certain


def test_without_credentials_nothing_is_seen(client, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    reason = unreadable(AwsLiveReader(os.environ), sought("aws_sqs_queue", {"name": NAME}))
    assert "NoCredentialsError" in reason


def test_the_region_of_the_provider_is_the_one_that_is_asked(aws, client):
    made = MAKERS["aws_dynamodb_table"](client)
    assert look(aws, sought("aws_dynamodb_table", made.arguments, region="us-west-2")) == Absent()
    assert present(aws, sought("aws_dynamodb_table", made.arguments, region=REGION)).certain


# AWS, how sure it is


def test_only_what_was_made_since_is_certain(aws, client):
    made = MAKERS["aws_iam_role"](client)
    for minutes, certain in ((-1, True), (4, False), (6, False)):
        since = datetime.now(UTC) + timedelta(minutes=minutes)
        assert present(aws, sought("aws_iam_role", made.arguments, since=since)).certain is certain
    unknown = replace(sought("aws_iam_role", made.arguments), since=None)
    assert "not known when the run began" in present(aws, unknown).words
    assert not present(aws, unknown).certain


@pytest.mark.parametrize("wrong", [timedelta(days=-1), timedelta(days=1), timedelta(days=3650)])
def test_with_a_wrong_clock_nothing_is_certain_and_nothing_is_absent(aws, client, wrong):
    """The clock that tells when the run began is the one that is wrong."""
    client("iam").create_role(RoleName=NAME, AssumeRolePolicyDocument=TRUST)
    one = sought("aws_iam_role", {"name": NAME})
    assert present(aws, one).certain
    mistaken = AwsLiveReader(os.environ, now=lambda: datetime.now(UTC) + wrong)
    seen = present(mistaken, replace(one, since=datetime.now(UTC) + wrong - timedelta(minutes=1)))
    assert not seen.certain
    assert "this machine's clock" in seen.words


def test_a_parameter_that_was_written_again_has_no_date(aws, client):
    made = MAKERS["aws_ssm_parameter"](client)
    client("ssm").put_parameter(Name="/app/key", Value="2", Type="SecureString", Overwrite=True)
    assert not present(aws, sought("aws_ssm_parameter", made.arguments)).certain


def test_a_bucket_that_cannot_be_dated_is_there_all_the_same(aws, client, cloud):
    made = MAKERS["aws_s3_bucket"](client)
    cloud.add("error_before", operation="ListBuckets", status=403, code="AccessDenied")
    seen = present(aws, sought("aws_s3_bucket", made.arguments))
    assert (seen.import_id, seen.certain) == (NAME, False)
    assert "does not tell" in seen.words


def test_a_secret_that_waits_for_its_deletion_is_not_certain(aws, client):
    made = MAKERS["aws_secretsmanager_secret"](client)
    client("secretsmanager").delete_secret(SecretId=made.object_id, RecoveryWindowInDays=7)
    seen = present(aws, sought("aws_secretsmanager_secret", made.arguments))
    assert (seen.certain, seen.words) == (False, "found by its name, but it is scheduled for deletion")


def test_two_vpcs_of_one_kind_are_told_as_two(aws, client):
    first, second = vpc_of(client, NAME), vpc_of(client, NAME)
    arguments = {"cidr_block": "10.9.0.0/16", "tags_all": {"Name": NAME}}
    seen = present(aws, sought("aws_vpc", arguments))
    assert not seen.certain
    assert seen.words.startswith("2 objects fit its CIDR block and tags")
    assert {first, second} <= set(seen.words.replace(",", "").split())
    one = present(aws, sought("aws_vpc", arguments, known=frozenset({first})))
    assert (one.import_id, one.certain) == (second, False)
    assert look(aws, sought("aws_vpc", {"cidr_block": "10.9.0.0/16"})) == Absent()


def test_where_the_vpc_is_not_planned_the_rest_must_fit(aws, client):
    made = MAKERS["aws_security_group"](client)
    seen = present(aws, sought("aws_security_group", {"name": NAME}, known=frozenset({made.object_id})))
    assert (seen.certain, seen.words) == (False, "found by its name: others may fit it too")
    assert look(aws, sought("aws_security_group", {"name": "orphan*"})) == Absent()  # no wildcard in a name
    subnet_of = {"cidr_block": "10.9.1.0/24", "tags": {"Name": "none has it"}}
    MAKERS["aws_subnet"](client)
    assert look(aws, sought("aws_subnet", subnet_of)) == Absent()


def generated(prefix: str, made: datetime, suffix: str = "") -> str:
    return f"{prefix}{made:%Y%m%d%H%M%S%f}"[: len(prefix) + 18] + "0000000a" + suffix


@pytest.mark.parametrize(("resource_type", "arguments", "prefix", "make"), GENERATED)
def test_a_generated_name_is_found_by_its_beginning(aws, client, resource_type, arguments, prefix, make):
    now = datetime.now(UTC)
    make(client, f"{prefix}chosen-by-a-person")
    wanted = sought(resource_type, arguments)
    nothing = look(aws, wanted)
    assert isinstance(nothing, Absent if arguments else Unreadable)
    make(client, generated(prefix, now))
    seen = present(aws, wanted)
    assert (seen.certain, seen.words) == (
        False,
        f"found by a generated name that begins with {prefix}: others may fit it too",
    )
    assert look(aws, replace(wanted, known_ids=frozenset({seen.object_id}))) == nothing


def test_a_generated_name_tells_its_own_age(aws, client):
    client("sns").create_topic(Name=generated("app-", datetime.now(UTC) - timedelta(days=2)))
    assert look(aws, sought("aws_sns_topic", {"name_prefix": "app-"})) == Absent()
    fifo = generated("app-", datetime.now(UTC), ".fifo")
    client("sns").create_topic(Name=fifo, Attributes={"FifoTopic": "true"})
    assert present(aws, sought("aws_sns_topic", {"name_prefix": "app-"})).object_id.endswith(fifo)
