"""What every reader of backups must do, the fake included; the one for AWS type by type."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from guardian.adapters.aws import DeferredBackups
from guardian.adapters.aws.backups import BACKUPS, AwsBackups
from guardian.domain.data_holders import DATA_HOLDERS
from guardian.domain.observation import Unreadable
from guardian.domain.review.risks.data import DataLoss
from guardian.ports.backups import BackupReader
from tests.fakes.backups import FakeBackups
from tests.support.aws_objects.made import Client
from tests.support.moto import REGION, MotoServer, environment, moto_server
from tests.support.proxy import FaultProxy, fault_proxy

Snap = Callable[[], object]


@pytest.fixture(scope="module")
def server() -> Iterator[MotoServer]:
    with moto_server() as running:
        yield running


@pytest.fixture(scope="module")
def cloud(server: MotoServer) -> Iterator[FaultProxy]:
    with fault_proxy(server.url) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in environment(running.url).items():
            patch.setenv(name, value)
        yield running


@pytest.fixture(scope="module")
def aws(cloud: FaultProxy) -> AwsBackups:
    return AwsBackups(os.environ)


@pytest.fixture
def client(server: MotoServer, cloud: FaultProxy) -> Client:
    server.reset()
    cloud.faults.clear()
    return server.client


def loss(resource_type: str, *, name: str = "", object_id: str = "", address: str = "") -> DataLoss:
    return DataLoss(
        address=address or f"{resource_type}.it",
        resource_type=resource_type,
        verb="deleted",
        name=name,
        object_id=object_id,
        region=REGION,
    )


# Objects, each with a way to back it up


def table(client: Client, name: str = "orders") -> tuple[DataLoss, Snap]:
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    return (
        loss("aws_dynamodb_table", name=name, object_id=name),
        lambda: dynamodb.create_backup(TableName=name, BackupName="nightly"),
    )


def instance(client: Client) -> tuple[DataLoss, Snap]:
    rds = client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="orders", Engine="postgres", DBInstanceClass="db.t3.micro", AllocatedStorage=20
    )
    return (
        loss("aws_db_instance", name="orders", object_id="db-ABC"),
        lambda: rds.create_db_snapshot(DBSnapshotIdentifier="nightly", DBInstanceIdentifier="orders"),
    )


def cluster(client: Client) -> tuple[DataLoss, Snap]:
    rds = client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier="orders",
        Engine="aurora-postgresql",
        MasterUsername="root",
        MasterUserPassword="s3cretpw",
    )
    return (
        loss("aws_rds_cluster", name="orders", object_id="orders"),
        lambda: rds.create_db_cluster_snapshot(
            DBClusterSnapshotIdentifier="nightly", DBClusterIdentifier="orders"
        ),
    )


def volume(client: Client) -> tuple[DataLoss, Snap]:
    ec2 = client("ec2")
    made = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
    return (
        loss("aws_ebs_volume", object_id=made),
        lambda: ec2.create_snapshot(VolumeId=made),
    )


def warehouse(client: Client) -> tuple[DataLoss, Snap]:
    redshift = client("redshift")
    redshift.create_cluster(
        ClusterIdentifier="orders",
        NodeType="dc2.large",
        MasterUsername="root",
        MasterUserPassword="s3cretPW1",
    )
    return (
        loss("aws_redshift_cluster", name="orders", object_id="orders"),
        lambda: redshift.create_cluster_snapshot(SnapshotIdentifier="nightly", ClusterIdentifier="orders"),
    )


MADE = {
    "aws_dynamodb_table": table,
    "aws_db_instance": instance,
    "aws_rds_cluster": cluster,
    "aws_ebs_volume": volume,
    "aws_redshift_cluster": warehouse,
}


# Every reader


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A reader, with one object that has a backup and one that has none."""

    reader: BackupReader
    backed: DataLoss
    bare: DataLoss


@pytest.fixture(params=["fake", "aws", "deferred"])
def stage(request: pytest.FixtureRequest) -> Stage:
    backed = loss("aws_dynamodb_table", name="orders", address='aws_dynamodb_table.it["a.b"]')
    bare = loss("aws_dynamodb_table", name="bare", address="aws_dynamodb_table.bare")
    if request.param == "fake":
        made = FakeBackups({backed.address: datetime.now(UTC)}, uncovered={"aws_sqs_queue"})
        return Stage(reader=made, backed=backed, bare=bare)
    client = request.getfixturevalue("client")
    _, snap = table(client)
    table(client, "bare")
    snap()
    reader = request.getfixturevalue("aws") if request.param == "aws" else DeferredBackups(os.environ)
    return Stage(reader=reader, backed=backed, bare=bare)


def test_every_address_gets_its_own_answer(stage):
    seen = stage.reader.newest([stage.bare, stage.backed])
    assert seen.keys() == {stage.backed.address, stage.bare.address}
    newest = seen[stage.backed.address]
    assert isinstance(newest, datetime)
    assert abs(datetime.now(UTC) - newest) < timedelta(minutes=5)
    assert seen[stage.bare.address] is None
    assert stage.reader.newest([]) == {}


def test_a_type_whose_backups_are_not_known_is_unreadable_and_not_without_backup(stage):
    one = loss("aws_sqs_queue", name="jobs")
    seen = stage.reader.newest([one])[one.address]
    assert seen == Unreadable(reason="guardian knows no backups of aws_sqs_queue")


# AWS, type by type


@pytest.mark.parametrize("resource_type", sorted(MADE))
def test_the_newest_backup_is_found_and_none_before_it(aws, client, cloud, resource_type):
    one, snap = MADE[resource_type](client)
    cloud.faults.forget_counts()
    assert aws.newest([one]) == {one.address: None}
    snap()
    newest = aws.newest([one])[one.address]
    assert isinstance(newest, datetime)
    assert abs(datetime.now(UTC) - newest) < timedelta(minutes=5)
    changing = [name for _, name in cloud.faults.counts() if not name.startswith(("List", "Describe", "GET"))]
    assert changing == []


@pytest.mark.parametrize("resource_type", sorted(BACKUPS))
@pytest.mark.parametrize(
    "fault",
    [
        {"action": "error_before", "status": 403, "code": "AccessDenied", "message": "not authorized"},
        {"action": "reset_before"},
        {"action": "truncate", "keep_bytes": 3},
    ],
    ids=["denied", "reset", "cut"],
)
def test_no_answer_is_not_that_there_is_no_backup(aws, client, cloud, resource_type, fault):
    cloud.add(**fault)
    arn = f"arn:aws:x:{REGION}:123456789012:it"
    one = replace(loss(resource_type, name="orders", object_id="vol-0123456789abcdef0"), arn=arn)
    assert isinstance(aws.newest([one])[one.address], Unreadable)


@pytest.mark.parametrize("resource_type", sorted(BACKUPS))
def test_too_little_known_of_it_is_not_that_there_is_no_backup(aws, client, resource_type):
    one = loss(resource_type)
    assert "what its backups are found by" in str(aws.newest([one])[one.address])


def test_a_point_in_time_counts_as_a_backup(aws, client):
    one, _ = table(client)
    client("dynamodb").update_continuous_backups(
        TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    assert isinstance(aws.newest([one])[one.address], datetime)


def test_when_the_time_is_over_nothing_more_is_asked(client, cloud):
    cloud.faults.forget_counts()
    seen = AwsBackups(os.environ, total_s=-1.0).newest([loss("aws_ebs_volume", object_id="vol-1")])
    assert "the time was over" in str(seen["aws_ebs_volume.it"])
    assert cloud.faults.counts() == {}


def test_one_that_is_denied_is_an_answer_for_the_others(aws, client, cloud):
    one, snap = table(client)
    snap()
    cloud.add("error_before", service="ec2", status=403, code="UnauthorizedOperation", message="no")
    seen = aws.newest([loss("aws_ebs_volume", object_id="vol-1"), one])
    assert isinstance(seen["aws_ebs_volume.it"], Unreadable)
    assert isinstance(seen[one.address], datetime)


def test_backups_are_only_asked_for_of_what_holds_data():
    assert BACKUPS.keys() <= DATA_HOLDERS.keys()
