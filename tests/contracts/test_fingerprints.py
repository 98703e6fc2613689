"""What every reader of live attributes must do, the fake included; the one for AWS against bad input."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Timer
from typing import Any

import pytest

from guardian.adapters.aws.asked import AskedOfService, Look
from guardian.adapters.aws.calls import Clients
from guardian.adapters.aws.fingerprints import AwsFingerprints
from guardian.domain.drift_rules import Scope
from guardian.domain.fingerprint import Fingerprint, fingerprint
from guardian.domain.live import Known, Reading, Seen
from guardian.domain.observation import Absent, Unreadable
from guardian.errors import LiveError
from guardian.ports.fingerprints import FingerprintReader
from tests.fakes.fingerprints import FakeFingerprints
from tests.support.aws_objects.made import TRUST
from tests.support.moto import ACCOUNT, REGION, MotoServer, environment, moto_server
from tests.support.proxy import FaultProxy, fault_proxy

LOGS, SSM, ROLE = "aws_cloudwatch_log_group", "aws_ssm_parameter", "aws_iam_role"
TAGS = {"team": "shop"}
POLICY = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
OTHER = "us-west-2"
DENIED = {"action": "error_before", "status": 400, "code": "AccessDeniedException", "message": "not yours"}
THROTTLED = {"action": "error_before", "status": 400, "code": "ThrottlingException", "message": "too many"}
EXPIRED = {"action": "error_before", "status": 403, "code": "ExpiredToken", "message": "it is expired"}


@pytest.fixture(scope="module")
def server() -> Iterator[MotoServer]:
    with moto_server() as running:
        yield running


@pytest.fixture(scope="module")
def shared(server: MotoServer) -> Iterator[FaultProxy]:
    with fault_proxy(server.url) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in environment(running.url).items():
            patch.setenv(name, value)
        yield running


@pytest.fixture
def cloud(server: MotoServer, shared: FaultProxy) -> FaultProxy:
    server.reset()
    shared.faults.clear()
    shared.faults.forget_counts()
    shared.latency_s = 0.0
    return shared


@pytest.fixture
def aws(cloud: FaultProxy) -> AwsFingerprints:
    return reader()


def reader(*, connections: int = 8, total_s: float = 30.0) -> AwsFingerprints:
    return AwsFingerprints(os.environ, connections=connections, total_s=total_s)


def hurried(*those: Known, total_s: float, connections: int = 8) -> AwsFingerprints:
    """Return a reader with little time, of which it needs none any more to make its clients."""
    made = reader(connections=connections)
    assert all_read(made.read(those), *those)
    made._total_s = total_s
    return made


class Cloud:
    """Makes objects past the proxy, and returns them as a state records them."""

    def __init__(self, server: MotoServer) -> None:
        self._server = server

    def client(self, service: str, region: str = REGION) -> Any:
        import boto3

        if region == REGION:
            return self._server.client(service)
        session: Any = boto3.session.Session()
        return session.client(service, region_name=region, endpoint_url=self._server.url)

    def group(self, name: str, *, tags: Mapping[str, str] = TAGS, region: str = REGION) -> Known:
        self.client("logs", region).create_log_group(logGroupName=name, tags=dict(tags))
        arn = f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{name}"
        return known(LOGS, name, id=name, name=name, arn=arn, tags=tags, tags_all=tags, region=region)

    def groups(self, number: int) -> list[Known]:
        return [self.group(f"/shop/{each}") for each in range(number)]

    def parameter(self, name: str, *, tags: Mapping[str, str] = TAGS, **more: Any) -> Known:
        given = [{"Key": key, "Value": value} for key, value in tags.items()]
        self.client("ssm").put_parameter(Name=name, Value="one", Type="String", Tags=given, **more)
        arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{name.removeprefix('/')}"
        return known(SSM, name, id=name, name=name, value="one", arn=arn, tags=tags, tags_all=tags)

    def role(self, name: str, **more: Any) -> Known:
        made = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **more)["Role"]
        return known(ROLE, name, id=name, name=name, arn=made["Arn"])

    def table(self, name: str) -> Known:
        self.client("dynamodb").create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return known("aws_dynamodb_table", name, id=name, name=name, hash_key="k")

    def secret(self, name: str) -> Known:
        made = self.client("secretsmanager").create_secret(Name=name)
        return known("aws_secretsmanager_secret", name, id=made["ARN"], arn=made["ARN"], name=name)


@pytest.fixture
def make(server: MotoServer, cloud: FaultProxy) -> Cloud:
    return Cloud(server)


def known(kind: str, label: str, /, *, region: str = "", **attributes: Any) -> Known:
    return Known(
        address=f'{kind}.it["{region}{label}"]', resource_type=kind, attributes=attributes, region=region
    )


def differing(one: Known, seen: Seen) -> set[str]:
    """Return the names of recorded attributes that are other than recorded."""
    assert isinstance(seen, Fingerprint), seen
    names = [name for name in seen.attributes if name in one.attributes]
    want = fingerprint(one.attributes, seen.shape, only=names)
    return {name for name in names if want.attributes[name] != seen.attributes[name]}


def reason(reading: Reading, one: Known) -> str:
    seen = reading.seen[one.address]
    assert isinstance(seen, Unreadable), seen
    return seen.reason


def all_read(reading: Reading, *those: Known) -> bool:
    return all(isinstance(reading.seen[each.address], Fingerprint) for each in those)


# Every reader


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A reader, and what it can be asked for: one as recorded, one that is changed, one that is gone."""

    reader: FingerprintReader
    same: Known
    changed: Known
    gone: Known


@pytest.fixture(params=["fake", "aws"])
def stage(request: pytest.FixtureRequest) -> Stage:
    if request.param == "aws":
        make: Cloud = request.getfixturevalue("make")
        same, changed, gone = (make.parameter(f"/shop/{each}") for each in ("same", "changed", "gone"))
        make.client("ssm").put_parameter(Name="/shop/changed", Value="two", Overwrite=True)
        make.client("ssm").delete_parameter(Name="/shop/gone")
        return Stage(reader=request.getfixturevalue("aws"), same=same, changed=changed, gone=gone)
    same, changed, gone = (known(SSM, each, id=each, value="one") for each in ("same", "changed", "gone"))
    seen: dict[str, Seen] = {
        changed.address: Fingerprint(attributes={"id": "changed", "value": "two"}),
        gone.address: Absent(),
    }
    return Stage(reader=FakeFingerprints(seen, covered={SSM}), same=same, changed=changed, gone=gone)


def test_every_address_gets_its_own_answer(stage):
    reading = stage.reader.read([stage.gone, stage.changed, stage.same])
    assert reading.seen.keys() == {each.address for each in (stage.same, stage.changed, stage.gone)}
    assert differing(stage.same, reading.seen[stage.same.address]) == set()
    assert differing(stage.changed, reading.seen[stage.changed.address]) >= {"value"}
    assert reading.seen[stage.gone.address] == Absent()
    assert (reading.unseen, reading.unmanaged, reading.not_listed) == ({}, (), {})
    assert stage.reader.read([]).seen == {}


def test_a_type_without_a_reader_is_unreadable(stage):
    nobody = known("null_resource", "x", id="x")
    assert stage.reader.covers(SSM)
    assert not stage.reader.covers("null_resource")
    reading = stage.reader.read([nobody, stage.same])
    assert reason(reading, nobody) == "no reader for null_resource"
    assert all_read(reading, stage.same)


def test_the_quick_look_names_what_it_does_not_look_at(stage):
    reading = stage.reader.read([stage.same, stage.gone], quick=True)
    assert reading.seen[stage.gone.address] == Absent()
    assert SSM in reading.unseen or stage.reader.__class__ is AwsFingerprints
    assert stage.reader.key(stage.same) == stage.same.attributes["id"]
    assert stage.reader.account() == ACCOUNT


# AWS, one of several is refused or gone


def test_denied_on_the_list_of_a_type_is_each_of_its_instances_and_no_others(aws, make, cloud):
    groups, parameter = make.groups(2), make.parameter("/x")
    cloud.add(service="logs", operation="DescribeLogGroups", **DENIED)
    reading = aws.read([*groups, parameter], scope=Scope(names=("*",)))
    for each in groups:
        assert reason(reading, each) == "logs describe_log_groups: AccessDeniedException: not yours"
    assert all_read(reading, parameter)
    assert "AccessDeniedException" in reading.not_listed[LOGS]


def test_denied_on_one_detail_is_that_instance_alone(aws, make, cloud):
    groups = make.groups(3)
    untagged = make.group("/denied", tags={})
    make.client("logs").tag_log_group(logGroupName="/denied", tags={"new": "1"})
    cloud.add(service="logs", operation="ListTagsForResource", body="/denied", **DENIED)
    reading = aws.read([*groups, untagged])
    assert reason(reading, untagged) == "logs list_tags_for_resource: AccessDeniedException: not yours"
    assert all_read(reading, *groups)


def test_what_vanishes_between_the_list_and_its_details_is_absent(aws, make, cloud):
    stays, gone = make.table("stays"), make.table("gone")
    held = cloud.add("hold", service="dynamodb", operation="DescribeTable", body="gone")
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(aws.read, [stays, gone])
        assert cloud.faults.wait_for_hold(held, 20)
        make.client("dynamodb").delete_table(TableName="gone")
        cloud.faults.release(held)
        assert reading.result().seen[gone.address] == Absent()
        assert all_read(reading.result(), stays)


def test_a_record_that_does_not_tell_its_object_is_not_absence(aws, make):
    half_made, whole = known("aws_secretsmanager_secret", "half", id="half", arn=None), make.secret("whole")
    reading = aws.read([half_made, whole])
    assert reason(reading, half_made) == "its record does not tell by what it is found"
    assert all_read(reading, whole)


# AWS, it throttles


def test_what_is_throttled_for_a_while_is_read_all_the_same(aws, make, cloud):
    groups = make.groups(12)
    cloud.add(service="logs", **THROTTLED)
    Timer(1.0, cloud.faults.clear).start()
    reading = aws.read(groups)
    assert all_read(reading, *groups)
    assert sum(reading.requests.values()) < 30


@pytest.mark.parametrize("operation", ["DescribeLogGroups", "ListTagsForResource"])
def test_who_is_throttled_for_ever_asks_little_and_ends_in_time(make, cloud, operation):
    groups = make.groups(40)
    cloud.add(service="resourcegroupstaggingapi", **DENIED)
    quick = hurried(*groups, connections=32, total_s=2.0)
    cloud.faults.forget_counts()
    cloud.add(service="logs", operation=operation, **THROTTLED)
    began = time.monotonic()
    reading = quick.read(groups)
    # One more wait of botocore's, which is still short then; it was minutes once.
    assert time.monotonic() - began < 15
    assert all("logs" in reason(reading, each) for each in groups)
    assert cloud.count("logs", operation) < 80
    assert sum(reading.requests.values()) == sum(cloud.faults.counts().values())


# AWS, a service is down, slow, or another one


def test_a_service_that_is_down_is_not_the_others(aws, make, cloud, monkeypatch):
    group, parameter = make.group("/g"), make.parameter("/p")
    quick = hurried(parameter, total_s=1.5)
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://127.0.0.1:9")
    reading = quick.read([group, parameter])
    assert all_read(reading, parameter)
    assert "logs" in reason(reading, group)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"action": "reset_before"}, "logs"),
        ({"action": "error_before", "status": 500, "code": "InternalFailure"}, "logs"),
        ({"action": "error_before", "status": 400, "code": "UnrecognizedClientException"}, "Unrecognized"),
    ],
)
def test_no_answer_is_not_absence(make, cloud, fault, words):
    group, parameter = make.group("/g"), make.parameter("/p")
    quick = hurried(group, parameter, total_s=1.5)
    cloud.add(service="logs", **fault)
    reading = quick.read([group, parameter])
    assert words in reason(reading, group)
    assert all_read(reading, parameter)


def test_when_the_time_is_over_the_rest_is_unreadable_and_not_absent(make, cloud):
    groups = make.groups(12)
    cloud.add(service="resourcegroupstaggingapi", **DENIED)
    quick = hurried(*groups, total_s=2.5, connections=2)
    cloud.latency_s = 0.7
    began = time.monotonic()
    reading = quick.read(groups)
    assert time.monotonic() - began < 10
    late = [each for each in groups if not all_read(reading, each)]
    assert 0 < len(late) < len(groups)
    assert all("the time was over" in reason(reading, each) for each in late)


@pytest.mark.parametrize("kept", [0, 9, 40])
@pytest.mark.parametrize("service", ["logs", "ssm", "iam"])
def test_an_answer_that_was_cut_off_is_not_absence(make, cloud, service, kept):
    those = {"logs": make.group("/g"), "ssm": make.parameter("/p"), "iam": make.role("r")}
    quick = hurried(*those.values(), total_s=1.5)
    cloud.add("truncate", service=service, keep_bytes=kept)
    reading = quick.read(list(those.values()))
    assert service in reason(reading, those.pop(service))
    assert all_read(reading, *those.values())


class Foreign:
    """A client of boto3 whose answers are not AWS's."""

    def __init__(self, answer: Callable[[], Any]) -> None:
        self._answer = answer

    def can_paginate(self, _: str) -> bool:
        return False

    def __getattr__(self, _: str) -> Callable[..., Any]:
        return lambda **_: self._answer()


@pytest.mark.parametrize(
    "items",
    [
        [{}],
        [None],
        [{"logGroupName": 7, "arn": 7}],
        [{"logGroupName": "/g", "arn": None}],
        [{"logGroupName": "/g"}],
        7,
        [{"logGroupName": "/g", "arn": "a", "retentionInDays": object()}],
    ],
)
def test_a_foreign_answer_is_not_absence_and_ends_nothing_else(aws, make, monkeypatch, items):
    group, parameter = make.group("/g"), make.parameter("/p")
    real = Clients.get
    foreign = Foreign(lambda: {"logGroups": items, "tags": TAGS})
    monkeypatch.setattr(
        Clients, "get", lambda self, name, region: foreign if name == "logs" else real(self, name, region)
    )
    reading = aws.read([group, parameter], scope=Scope(names=("*",)))
    assert all_read(reading, parameter)
    assert not isinstance(reading.seen[group.address], Fingerprint) or items[0]["arn"] == "a"


@pytest.mark.parametrize("raised", [OSError, RuntimeError, OverflowError, ValueError, TypeError])
def test_what_boto3_stumbles_over_is_unreadable(aws, make, monkeypatch, raised):
    def stumble() -> Any:
        raise raised("s3cret")

    group, parameter = make.group("/g"), make.parameter("/p")
    real, foreign = Clients.get, Foreign(stumble)
    monkeypatch.setattr(
        Clients, "get", lambda self, name, region: foreign if name == "logs" else real(self, name, region)
    )
    reading = aws.read([group, parameter])
    assert reason(reading, group) == f"logs: the answer is not as AWS describes it ({raised.__name__})"
    assert all_read(reading, parameter)


# AWS, what is asked


def test_each_region_is_asked_for_its_own(aws, make, cloud):
    here, there = make.group("/g"), make.group("/g", tags={"team": "there"}, region=OTHER)
    make.client("logs", OTHER).put_retention_policy(logGroupName="/g", retentionInDays=7)
    reading = aws.read([here, there])
    assert differing(here, reading.seen[here.address]) == set()
    seen = reading.seen[there.address]
    assert differing(there, seen) == set()
    assert isinstance(seen, Fingerprint)
    assert seen.attributes["retention_in_days"] == 7
    make.client("logs").delete_log_group(logGroupName="/g")
    reading = aws.read([here, there])
    assert reading.seen[here.address] == Absent()
    assert all_read(reading, there)


def test_a_region_that_is_not_answered_is_not_the_others(aws, make, cloud):
    here, there = make.group("/g"), make.group("/g", region=OTHER)
    # The proxy knows a region by nothing but the signature.
    real = Clients.get

    def get(self: Clients, service: str, region: str) -> Any:
        return real(self, service, "no-such-region!" if region == OTHER else region)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Clients, "get", get)
        reading = aws.read([here, there])
    assert all_read(reading, here)
    assert "no-such-region!" in reason(reading, there)


def test_a_question_that_two_types_share_is_asked_once(aws, make, cloud):
    iam = make.client("iam")
    role = make.role("r")
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=POLICY)
    policy = known("aws_iam_role_policy", "p", id="r:p", role="r", name="p", policy=POLICY)
    reading = aws.read([role, policy])
    assert all_read(reading, role, policy)
    assert cloud.count("iam", "GetAccountAuthorizationDetails") == 1
    # Whatever the provider's region is, such a service has one place.
    there = Known(address="aws_iam_role.there", resource_type=ROLE, attributes=role.attributes, region=OTHER)
    cloud.faults.forget_counts()
    assert all_read(aws.read([role, there]), role, there)
    assert cloud.count("iam", "GetAccountAuthorizationDetails") == 1


def test_the_quick_look_asks_by_no_instance(aws, make, cloud):
    one = make.group("/one", tags={})
    key = make.client("kms").create_key()["KeyMetadata"]
    keys = known("aws_kms_key", "k", id=key["KeyId"], key_id=key["KeyId"], arn=key["Arn"])
    reading = aws.read([one, keys], quick=True)
    assert all_read(reading, one, keys)
    assert {name for _, name in cloud.faults.counts()} <= {"DescribeLogGroups", "ListKeys", "GetResources"}
    assert "policy" in reading.unseen["aws_kms_key"]
    assert LOGS not in reading.unseen


def test_the_quick_look_leaves_out_the_tags_that_no_index_tells(aws, make, cloud):
    groups = make.groups(2)
    cloud.add(service="resourcegroupstaggingapi", **DENIED)
    reading = aws.read(groups, quick=True)
    assert all(differing(each, reading.seen[each.address]) == set() for each in groups)
    assert reading.unseen == {LOGS: ("tags",)}
    assert cloud.count("logs", "ListTagsForResource") == 0


def test_no_operation_outside_the_declarations_can_be_asked(cloud):
    with ThreadPoolExecutor(1) as pool:
        look = Look(Clients(os.environ, workers=1), deadline=time.monotonic() + 5, pool=pool)
        asked = AskedOfService(look, "logs", REGION, allowed={"describe_log_groups"})
        with pytest.raises(AssertionError):
            asked.one("delete_log_group", logGroupName="/g")
        with pytest.raises(AssertionError):
            asked.every("list_tags_for_resource", "tags")
    assert cloud.faults.counts() == {}


def test_requests_grow_with_pages_and_change_nothing(make, cloud):
    names, client = [f"/m/{each}" for each in range(500)], make.client("ssm")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: client.put_parameter(Name=each, Value="one", Type="String"), names))
    those = [known(SSM, each, id=each, value="one", tags={}) for each in names]
    reading = reader(connections=32).read(those)
    assert all(differing(each, reading.seen[each.address]) == set() for each in those)
    counts = cloud.faults.counts()
    # moto has pages of 10 whatever is asked, and AWS's own public parameters among them; AWS has pages of 50.
    assert counts["ssm", "DescribeParameters"] < len(names) / 10 + 25
    assert counts["ssm", "GetParameters"] == len(names) / 10
    assert all(name.startswith(("Get", "List", "Describe")) for _, name in counts)


# AWS, tags


def test_the_index_of_tags_spares_a_question_where_it_agrees(aws, make, cloud):
    groups = make.groups(2)
    reading = aws.read(groups)
    assert all(differing(each, reading.seen[each.address]) == set() for each in groups)
    assert cloud.count("logs", "ListTagsForResource") == 0


def test_the_index_is_not_believed_against_the_record(aws, make, cloud):
    same, changed = make.groups(2)
    make.client("logs").tag_log_group(logGroupName="/shop/1", tags={"team": "them"})
    reading = aws.read([same, changed])
    assert differing(changed, reading.seen[changed.address]) >= {"tags"}
    assert cloud.count("logs", "ListTagsForResource") == 1


@pytest.mark.parametrize("fault", [DENIED, {"action": "truncate", "keep_bytes": 5}])
def test_without_the_index_each_is_asked(make, cloud, fault):
    groups = make.groups(2)
    make.client("logs").tag_log_group(logGroupName="/shop/1", tags={"team": "them"})
    cloud.add(service="resourcegroupstaggingapi", **fault)
    reading = reader(total_s=20).read(groups)
    found = [differing(each, reading.seen[each.address]) for each in groups]
    assert found[0] == set()
    assert "tags" in found[1]
    assert cloud.count("logs", "ListTagsForResource") == 2


def test_default_tags_are_held_against_all_that_are_recorded(aws, make):
    every = {**TAGS, "managed": "terraform"}
    group = make.group("/g", tags=every)
    of_default = Known(
        address="a", resource_type=LOGS, attributes={**group.attributes, "tags": TAGS, "tags_all": every}
    )
    assert differing(of_default, aws.read([of_default]).seen["a"]) == set()
    assert differing(of_default, aws.read([of_default], quick=True).seen["a"]) == set()
    make.client("logs").untag_log_group(logGroupName="/g", tags=["managed"])
    assert differing(of_default, aws.read([of_default]).seen["a"]) == {"tags_all"}


def test_tags_are_compared_where_only_they_are_recorded(aws, make):
    group = make.group("/g")
    attributes = {name: each for name, each in group.attributes.items() if name != "tags_all"}
    bare = Known(address="a", resource_type=LOGS, attributes={**attributes, "tags": {"team": "other"}})
    assert differing(bare, aws.read([bare]).seen["a"]) == {"tags"}


# AWS, what nobody knows


def test_unmanaged_objects_are_told_by_tag_and_by_name_and_awss_own_never(aws, make):
    mine = make.role("mine", Tags=[{"Key": "team", "Value": "shop"}])
    make.role("tagged", Tags=[{"Key": "team", "Value": "shop"}])
    make.role("shop-by-hand")
    make.role("theirs", Tags=[{"Key": "team", "Value": "theirs"}])
    make.role("shop-of-aws", Path="/aws-service-role/x/", Tags=[{"Key": "team", "Value": "shop"}])
    reading = aws.read([mine], scope=Scope(tags=TAGS, names=("shop-*",)))
    assert {(each.object_id, each.by) for each in reading.unmanaged} == {
        ("tagged", "its tags"),
        ("shop-by-hand", "its name fits shop-*"),
    }
    assert reading.not_listed == {}
    assert aws.read([mine]).unmanaged == ()


def test_an_object_that_an_instance_elsewhere_or_beside_knows_is_no_unmanaged_one(aws, make):
    here, there, beside = make.role("shop-a"), make.role("shop-b"), make.role("shop-c")
    there = Known(address="there", resource_type=ROLE, attributes=there.attributes, region=OTHER)
    reading = aws.read([here, there], scope=Scope(names=("shop-*",)), beside=[beside])
    assert reading.unmanaged == ()
    # A region that is the environment's has one name.
    group, same = make.group("/shop/a", region=REGION), make.group("/shop/b")
    same = Known(address="same", resource_type=LOGS, attributes=same.attributes)
    assert aws.read([group, same], scope=Scope(names=("/shop/*",))).unmanaged == ()


def test_what_cannot_be_listed_is_named(aws, make, cloud):
    group = make.group("/shop/known")
    make.group("/shop/unknown")
    role, policy = make.role("r"), known("aws_iam_role_policy", "p", id="r:p", role="r", name="p")
    reading = aws.read([group, role, policy], scope=Scope(tags=TAGS))
    assert reading.unmanaged == ()
    assert reading.not_listed == {
        LOGS: "its list does not tell the tags",
        "aws_iam_role_policy": "it is read by what the state knows; nothing lists the rest",
    }


# AWS, whose the credentials are


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": ""}, "NoCredentials"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "EndpointConnectionError"),
        ({"AWS_ENDPOINT_URL": "nonsense"}, "nonsense"),
        ({"AWS_PROFILE": "nobody"}, "ProfileNotFound"),
    ],
)
def test_without_an_account_nothing_can_be_asked(cloud, monkeypatch, changed, words):
    for name, value in {"AWS_SECRET_ACCESS_KEY": "s3cret", "AWS_SESSION_TOKEN": "t0ken", **changed}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(LiveError, match=words) as refused:
        reader(total_s=5).account()
    assert "s3cret" not in str(refused.value)
    assert "t0ken" not in str(refused.value)


@pytest.mark.parametrize(
    "fault", [EXPIRED, {"action": "truncate", "keep_bytes": 0}, {"action": "truncate", "keep_bytes": 60}]
)
def test_an_answer_that_names_no_account_is_none(cloud, fault):
    cloud.add(service="sts", **fault)
    with pytest.raises(LiveError):
        reader(total_s=5).account()


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"])
def test_credentials_that_expire_while_reading_make_nothing_absent(aws, make, cloud, code):
    group, role = make.group("/g"), make.role("r")
    cloud.add("error_before", status=403, code=code, message="it is expired")
    reading = aws.read([group, role])
    assert code in reason(reading, group)
    assert code in reason(reading, role)
