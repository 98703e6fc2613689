"""What a recovery relies on when it writes a record: of the fake backend and of the real ones alike."""

import json
from collections.abc import Callable, Iterator
from hashlib import md5
from pathlib import Path

import pytest

from guardian.adapters.terraform.s3_lock import locks_of
from guardian.domain.engine import WorkingDirectory
from guardian.errors import BackendError, RefusedError, StateLockedError
from tests.fakes.engine import LOCK_ID, FakeStateBackend
from tests.support.moto import MotoServer, moto_server
from tests.support.record_bench import (
    LOCKS,
    NEXT,
    RECORD,
    TABLE,
    Bench,
    directory,
    in_s3,
    local,
    make_cloud,
    real,
)

ITEM = {"LockID": {"S": "states/team/app.tfstate"}}


@pytest.fixture(scope="module")
def cloud() -> Iterator[MotoServer]:
    with moto_server() as server:
        yield server


@pytest.fixture(params=["fake", "local", "local workspace", "lockfile", "table", "both", "both workspace"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    name, _, workspace = request.param.partition(" ")
    workspace = workspace or "default"
    if name == "fake":
        fake = FakeStateBackend()
        where = WorkingDirectory(root=tmp_path, run_dir=tmp_path)
        return Bench(fake, where, lambda body: setattr(fake, "body", body), lambda: fake)
    if name == "local":
        return local(tmp_path, workspace)
    server = request.getfixturevalue("cloud")
    make_cloud(server)
    return in_s3(server, tmp_path, LOCKS[name], workspace)


def test_a_written_record_is_read_byte_by_byte(bench: Bench) -> None:
    for body in (RECORD, NEXT, RECORD):
        bench.write(body)
        assert bench.read() == body


def test_a_record_is_written_where_there_was_another(bench: Bench) -> None:
    bench.put(NEXT)
    bench.write(RECORD)
    assert bench.read() == RECORD


def test_a_record_that_does_not_exist_reads_as_none_within_the_lock(bench: Bench) -> None:
    with bench.backend.locked(bench.where, bench.located, operation="a test"):
        assert bench.read() is None
    assert bench.read() is None


def test_a_record_that_is_empty_reads_as_empty_within_the_lock(bench: Bench) -> None:
    bench.put(b"")
    with bench.backend.locked(bench.where, bench.located, operation="a test"):
        assert bench.read() == b""
    assert bench.read() == b""


def test_the_lock_is_told_while_it_is_held_and_free_afterwards(bench: Bench) -> None:
    bench.put(RECORD)
    assert bench.backend.lock_holder(bench.where, bench.located) == ""
    with bench.backend.locked(bench.where, bench.located, operation="the way back"):
        assert "the way back" in bench.other().lock_holder(bench.where, bench.located)
    assert bench.backend.lock_holder(bench.where, bench.located) == ""


def test_a_held_lock_is_refused_by_the_name_of_its_holder(bench: Bench) -> None:
    bench.put(RECORD)
    with bench.backend.locked(bench.where, bench.located, operation="the first"):
        with (
            pytest.raises(StateLockedError, match="the first") as refused,
            bench.other().locked(bench.where, bench.located, operation="the second"),
        ):
            raise AssertionError("two hold the lock")
        assert refused.value.hint.startswith("guardian unlock")
        bench.backend.write(bench.where, bench.located, NEXT)
    with bench.other().locked(bench.where, bench.located, operation="the third"):
        assert bench.read() == NEXT


def test_a_lock_goes_when_its_block_fails(bench: Bench) -> None:
    bench.put(RECORD)
    with (
        pytest.raises(RefusedError, match="somebody wrote") as refused,
        bench.backend.locked(bench.where, bench.located, operation="a test"),
    ):
        raise RefusedError("somebody wrote the record meanwhile", hint="guardian restore")
    assert (refused.value.message, refused.value.hint) == (
        "somebody wrote the record meanwhile",
        "guardian restore",
    )
    assert bench.backend.lock_holder(bench.where, bench.located) == ""
    bench.write(NEXT)


def test_a_lock_of_guardians_own_names_its_run(bench: Bench) -> None:
    bench.put(RECORD)
    with bench.backend.locked(bench.where, bench.located, operation="the way back", run_id="run-7"):
        lock = bench.other().lock(bench.where, bench.located)
        assert lock is not None
        assert (lock.our_run, lock.operation) == ("run-7", "the way back")
    with bench.backend.locked(bench.where, bench.located, operation="a test"):
        nameless = bench.other().lock(bench.where, bench.located)
        assert nameless is not None
        assert nameless.our_run == ""
        assert nameless.id != lock.id


def test_unlocking_what_is_free_does_nothing(bench: Bench) -> None:
    bench.put(RECORD)
    bench.backend.unlock(bench.where, bench.located, LOCK_ID)
    assert bench.read() == RECORD


def leave(cloud: MotoServer, lock_id: str, *names: str) -> bytes:
    """Leave a lock in S3, as a killed Terraform does: its object, its item, or both."""
    written = json.dumps({"ID": lock_id, "Operation": "OperationTypeApply", "Who": "ann@laptop"})
    if "object" in names:
        cloud.client("s3").put_object(Bucket="states", Key="team/app.tfstate.tflock", Body=written)
    if "item" in names:
        cloud.client("dynamodb").put_item(TableName=TABLE, Item={**ITEM, "Info": {"S": written}})
    return written.encode()


@pytest.mark.parametrize(
    ("locks", "names"), [("lockfile", ["object"]), ("table", ["item"]), ("both", ["object", "item"])]
)
def test_a_lock_that_was_left_is_removed_by_its_whole_id(
    cloud: MotoServer, tmp_path: Path, locks: str, names: list[str]
) -> None:
    make_cloud(cloud)
    bench = in_s3(cloud, tmp_path, LOCKS[locks])
    bench.put(RECORD)
    leave(cloud, LOCK_ID, *names)
    for other in (LOCK_ID[:-1], LOCK_ID.upper(), LOCK_ID + "0", ""):
        with pytest.raises(StateLockedError, match=LOCK_ID):
            bench.backend.unlock(bench.where, bench.located, other)
    assert bench.backend.lock_holder(bench.where, bench.located).startswith(LOCK_ID)
    bench.backend.unlock(bench.where, bench.located, LOCK_ID)
    assert bench.backend.lock(bench.where, bench.located) is None
    bench.write(NEXT)


def test_of_two_locks_the_other_ones_stays(cloud: MotoServer, tmp_path: Path) -> None:
    make_cloud(cloud)
    bench = in_s3(cloud, tmp_path, LOCKS["both"])
    leave(cloud, LOCK_ID, "object")
    leave(cloud, "theirs", "item")
    with pytest.raises(StateLockedError, match="theirs"):
        bench.backend.unlock(bench.where, bench.located, LOCK_ID)
    assert bench.backend.lock_holder(bench.where, bench.located).startswith("theirs")
    assert "Contents" not in cloud.client("s3").list_objects_v2(Bucket="states")


@pytest.mark.parametrize(("locks", "name"), [("lockfile", "object"), ("table", "item")])
def test_a_lock_that_changed_hands_meanwhile_stays(
    cloud: MotoServer, tmp_path: Path, locks: str, name: str
) -> None:
    make_cloud(cloud)
    bench = in_s3(cloud, tmp_path, LOCKS[locks])
    leave(cloud, LOCK_ID, name)
    (lock,) = locks_of(bench.located, cloud.env())
    seen = lock.found()
    assert seen is not None
    leave(cloud, "theirs", name)
    assert not lock.remove(seen)
    assert bench.backend.lock_holder(bench.where, bench.located).startswith("theirs")
    present = lock.found()
    assert present is not None
    assert lock.remove(present)
    assert not lock.remove(present)
    assert bench.backend.lock(bench.where, bench.located) is None


def test_a_file_lock_of_a_living_process_is_not_removed(tmp_path: Path) -> None:
    bench = local(tmp_path)
    bench.put(RECORD)
    with bench.backend.locked(bench.where, bench.located, operation="a test"):
        lock = bench.other().lock(bench.where, bench.located)
        assert lock is not None
        with pytest.raises(RefusedError, match="cannot be removed"):
            bench.other().unlock(bench.where, bench.located, lock.id)
        assert bench.other().lock(bench.where, bench.located) == lock


def test_what_a_killed_terraform_left_beside_a_local_state_goes_by_its_id(tmp_path: Path) -> None:
    bench = local(tmp_path)
    bench.put(RECORD)
    about = bench.where.root / ".terraform.tfstate.lock.info"
    about.write_text(json.dumps({"ID": LOCK_ID}))
    assert bench.backend.lock(bench.where, bench.located) is None
    with pytest.raises(StateLockedError, match=LOCK_ID):
        bench.backend.unlock(bench.where, bench.located, LOCK_ID[:8])
    bench.backend.unlock(bench.where, bench.located, LOCK_ID)
    assert not about.exists()


def test_a_local_record_keeps_its_file_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    bench = local(tmp_path)
    path = bench.where.root / "terraform.tfstate"
    bench.write(RECORD)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    inode = path.stat().st_ino
    bench.write(NEXT)
    assert (path.stat().st_mode & 0o777, path.stat().st_ino) == (0o640, inode)
    assert sorted(each.name for each in bench.where.root.iterdir()) == [".terraform", "terraform.tfstate"]


def test_a_local_record_that_is_a_directory_is_a_backend_error(tmp_path: Path) -> None:
    bench = local(tmp_path)
    (bench.where.root / "terraform.tfstate").mkdir()
    with pytest.raises(BackendError, match="Is a directory"):
        bench.write(RECORD)


def test_a_lock_that_cannot_say_whose_it_is_is_not_held(tmp_path: Path) -> None:
    bench = local(tmp_path)
    about = bench.where.root / ".terraform.tfstate.lock.info"
    about.mkdir()
    with pytest.raises(BackendError, match="cannot lock the state"):
        bench.write(RECORD)
    about.rmdir()
    assert bench.read() is None
    bench.write(RECORD)


def test_a_hidden_state_is_told_by_the_file_that_terraform_reads(tmp_path: Path) -> None:
    where = directory(tmp_path, "local", {"path": ".hidden.tfstate"}, "default")
    backend, _ = real(where, {})
    located = backend.locate(where)
    assert located is not None
    with backend.locked(where, located, operation="a test"):
        assert (where.root / ".hidden.tfstate.lock.info").exists()


def test_the_digest_follows_the_record(cloud: MotoServer, tmp_path: Path) -> None:
    make_cloud(cloud)
    bench = in_s3(cloud, tmp_path, LOCKS["table"], "blue")
    bench.write(NEXT)
    item = cloud.client("dynamodb").get_item(
        TableName=TABLE, Key={"LockID": {"S": "states/env:/blue/team/app.tfstate-md5"}}
    )["Item"]
    assert item["Digest"] == {"S": md5(NEXT, usedforsecurity=False).hexdigest()}


def test_a_digest_of_another_record_is_told_until_both_are_written_again(
    cloud: MotoServer, tmp_path: Path
) -> None:
    """What a death between the put of the record and the put of its digest leaves."""
    make_cloud(cloud)
    bench = in_s3(cloud, tmp_path, LOCKS["table"], "blue")
    bench.put(RECORD)
    assert stale(bench) == ""  # without an item Terraform takes the record as it is
    bench.write(RECORD)
    assert stale(bench) == ""
    bench.put(NEXT)
    assert stale(bench) == TABLE
    assert bench.read() == NEXT
    bench.write(NEXT)
    assert stale(bench) == ""


def test_a_digest_is_looked_at_only_where_the_backend_keeps_one(cloud: MotoServer, tmp_path: Path) -> None:
    make_cloud(cloud)
    kept = in_s3(cloud, tmp_path / "kept", LOCKS["table"])
    kept.write(RECORD)
    kept.put(NEXT)
    assert stale(kept) == TABLE
    assert stale(in_s3(cloud, tmp_path / "not", LOCKS["lockfile"])) == ""


def stale(bench: Bench) -> str:
    return bench.backend.read(bench.where, bench.located).stale_digest


def test_a_record_and_its_lock_are_encrypted_as_the_backend_asks(cloud: MotoServer, tmp_path: Path) -> None:
    make_cloud(cloud)
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    bench = in_s3(cloud, tmp_path, {"use_lockfile": True, "encrypt": True, "kms_key_id": key})
    with bench.backend.locked(bench.where, bench.located, operation="a test"):
        bench.backend.write(bench.where, bench.located, RECORD)
        for name in ("team/app.tfstate", "team/app.tfstate.tflock"):
            head = cloud.client("s3").head_object(Bucket="states", Key=name)
            assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
            assert head["ContentType"] == "application/json"


def test_a_lock_table_that_is_missing_leaves_no_lock_object(cloud: MotoServer, tmp_path: Path) -> None:
    make_cloud(cloud)
    bench = in_s3(cloud, tmp_path, {**LOCKS["both"], "dynamodb_table": "no-such-table"})
    with (
        pytest.raises(BackendError, match="cannot lock the state"),
        bench.backend.locked(bench.where, bench.located, operation="a test"),
    ):
        raise AssertionError("locked without its table")
    assert "Contents" not in cloud.client("s3").list_objects_v2(Bucket="states")


def test_a_lock_table_that_is_held_leaves_no_lock_object(cloud: MotoServer, tmp_path: Path) -> None:
    make_cloud(cloud)
    table_only = in_s3(cloud, tmp_path / "old", LOCKS["table"])
    bench = in_s3(cloud, tmp_path / "new", LOCKS["both"])
    with (
        table_only.backend.locked(table_only.where, table_only.located, operation="the first"),
        pytest.raises(StateLockedError, match="the first"),
        bench.backend.locked(bench.where, bench.located, operation="the second"),
    ):
        raise AssertionError("two hold the lock")
    assert "Contents" not in cloud.client("s3").list_objects_v2(Bucket="states")


def test_somebody_elses_lock_is_not_released(cloud: MotoServer, tmp_path: Path) -> None:
    make_cloud(cloud)
    bench = in_s3(cloud, tmp_path, LOCKS["both"])
    theirs = '{"ID": "theirs"}'
    table, key = cloud.client("dynamodb"), {"LockID": {"S": "states/team/app.tfstate"}}
    with bench.backend.locked(bench.where, bench.located, operation="a test"):
        # What a force-unlock and another's lock leave.
        cloud.client("s3").put_object(Bucket="states", Key="team/app.tfstate.tflock", Body=theirs)
        table.put_item(TableName=TABLE, Item={**key, "Info": {"S": theirs}})
    there = cloud.client("s3").get_object(Bucket="states", Key="team/app.tfstate.tflock")
    assert there["Body"].read().decode() == theirs
    assert table.get_item(TableName=TABLE, Key=key)["Item"]["Info"] == {"S": theirs}


class NoTable:
    """Takes the lock table away while the lock is held."""

    def __init__(self, cloud: MotoServer, base: Path) -> None:
        make_cloud(cloud)
        self.cloud = cloud
        self.bench = in_s3(cloud, base, LOCKS["table"])

    def block(self, then: Callable[[], object]) -> None:
        with self.bench.backend.locked(self.bench.where, self.bench.located, operation="a test"):
            self.cloud.client("dynamodb").delete_table(TableName=TABLE)
            then()

    def write(self) -> None:
        self.bench.backend.write(self.bench.where, self.bench.located, NEXT)


def refuse() -> None:
    raise RefusedError("the first failure", hint="guardian restore")


def test_a_lock_that_cannot_be_released_says_what_to_type(cloud: MotoServer, tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="could not be released") as refused:
        NoTable(cloud, tmp_path).block(lambda: None)
    assert refused.value.hint.startswith("terraform force-unlock ")


def test_a_lock_that_cannot_be_released_hides_no_other_error(cloud: MotoServer, tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as refused:
        NoTable(cloud, tmp_path).block(refuse)
    assert refused.value.message.startswith("the first failure; and Terraform's lock")
    assert refused.value.hint.startswith("terraform force-unlock ")
    assert refused.value.hint.endswith("guardian restore")


def test_a_record_without_its_digest_says_how_to_mend_it(cloud: MotoServer, tmp_path: Path) -> None:
    without = NoTable(cloud, tmp_path)
    with pytest.raises(BackendError, match="is written, but not its digest") as refused:
        without.block(without.write)
    assert md5(NEXT, usedforsecurity=False).hexdigest() in refused.value.hint
    assert without.bench.read() == NEXT
