"""Locks that real deaths leave behind: whose they are, what goes by itself, and what only by its whole ID."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.store import open_store
from guardian.adapters.system import ProcessIdentity, SystemClock
from guardian.domain.journal import Kind, Record
from guardian.repository.repository import Repository
from tests.support.guardian import Checkout, terraforms, wait_until
from tests.support.moto import MotoServer, environment
from tests.support.proxy import FaultProxy
from tests.support.record_bench import LOCKS, S3, TABLE, make_cloud
from tests.support.wants import lacking

pytestmark = pytest.mark.terraform

# The destruction waits for a file, so that a test and not a clock decides how long the lock is held. No
# creation is cut off by its death: what no state may know is not the matter here.
SOURCE = """\
variable "gate" {{
  type = string
}}
resource "terraform_data" "app" {{
  input = "{app}"
}}
resource "terraform_data" "slow" {{
  count = {count}
  input = var.gate
  provisioner "local-exec" {{
    when    = destroy
    command = "echo begun >> '${{self.input}}.begun'; while [ ! -e '${{self.input}}' ]; do sleep 0.05; done"
  }}
}}
"""
GOOD = SOURCE.format(app="1", count=1)
SLOW = SOURCE.format(app="2", count=0)
KEY = "team/app.tfstate"


class Stage:
    """A project with a baseline on one kind of backend, and plain Terraform beside guardian."""

    def __init__(self, base: Path, exe: Path, terraform: str, kind: str, moto: MotoServer | None) -> None:
        self.moto = moto
        self.terraform = terraform
        self.gate = base / "gate"
        aws = moto.env() if moto else {}
        self.checkout = Checkout(base / "checkout", exe, {**aws, "TF_VAR_gate": str(self.gate)})
        if moto:
            make_cloud(moto)
            settings = {**S3, **LOCKS[kind], "skip_requesting_account_id": True}
            self.checkout.write(json.dumps({"terraform": {"backend": {"s3": settings}}}), "backend.tf.json")
        self.checkout.write(GOOD)
        applied = self.checkout.run("apply", "-auto-approve")
        assert applied.exit_code == 0, applied.said

    def begin(self) -> "subprocess.Popen[str]":
        """Start an apply, and return once Terraform holds its lock and guardian knows which."""
        self.checkout.write(SLOW)
        before = len(self.records)
        process = self.checkout.start("apply", "-auto-approve")
        try:
            wait_until(lambda: Kind.ENGINE_LOCKED in self.kinds[before:], "the lock on record")
        except AssertionError:
            self.kill_all(process)
            raise
        return process

    def kill_all(self, process: "subprocess.Popen[str]") -> None:
        """Kill guardian and Terraform, as a runner that is taken away does."""
        engines = terraforms(self.checkout.root)
        assert engines
        process.kill()
        for each in engines:
            os.kill(each, signal.SIGKILL)
        self.gate.touch()
        process.communicate()
        wait_until(lambda: not terraforms(self.checkout.root), "the end of Terraform")

    def unlock(self, *arguments: str, exit_code: int) -> dict[str, Any]:
        """Run `guardian unlock`; return its result."""
        ended = self.checkout.run("unlock", *arguments, "--json")
        assert ended.exit_code == exit_code, ended.said
        result: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
        assert result["exit_code"] == exit_code
        return result

    @contextlib.contextmanager
    def plain_terraform(self) -> Iterator["subprocess.Popen[bytes]"]:
        """Run a plain `terraform apply` that holds its lock within the block, unless the block kills it."""
        self.checkout.write(SLOW)
        begun = Path(f"{self.gate}.begun")
        with subprocess.Popen(
            [self.terraform, "apply", "-auto-approve", "-input=false", "-no-color"],
            cwd=self.checkout.root,
            env={**os.environ, **self.checkout.environment},
            stdout=subprocess.DEVNULL,
        ) as child:
            try:
                wait_until(begun.exists, "plain Terraform")
                yield child
            finally:
                self.gate.touch()

    @property
    def records(self) -> list[Record]:
        repository = Repository.open(
            open_store(".guardian", base=self.checkout.root), clock=SystemClock(), identity=ProcessIdentity()
        )
        (project,) = repository.projects()
        return list(repository.project(project.name).log.read())

    @property
    def kinds(self) -> list[Kind]:
        return [each.kind for each in self.records]

    @property
    def locks(self) -> dict[str, str]:
        """The IDs of the locks that stand in the cloud, by where they stand."""
        assert self.moto is not None
        found = {}
        with contextlib.suppress(self.moto.client("s3").exceptions.NoSuchKey):
            body = self.moto.client("s3").get_object(Bucket="states", Key=f"{KEY}.tflock")["Body"].read()
            found["object"] = json.loads(body)["ID"]
        item = self.moto.client("dynamodb").get_item(TableName=TABLE, Key={"LockID": {"S": f"states/{KEY}"}})
        if "Item" in item:
            found["item"] = json.loads(item["Item"]["Info"]["S"])["ID"]
        return found

    def restore(self) -> None:
        restored = self.checkout.run("restore", "-auto-approve")
        assert restored.exit_code == 0, restored.said
        self.checkout.write(GOOD)
        planned = subprocess.run(
            [self.terraform, "plan", "-input=false", "-no-color", "-detailed-exitcode"],
            cwd=self.checkout.root,
            env={**os.environ, **self.checkout.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert planned.returncode == 0, planned.stdout + planned.stderr


@pytest.fixture
def table(tmp_path: Path, terraform: str, guardian_exe: Path, moto: MotoServer) -> Stage:
    return Stage(tmp_path, guardian_exe, terraform, "table", moto)


@pytest.fixture
def one(tmp_path: Path, terraform: str, guardian_exe: Path, moto: MotoServer) -> Stage:
    return Stage(tmp_path, guardian_exe, terraform, "lockfile", moto)


def test_what_a_killed_run_left_in_s3_goes_and_the_way_back_is_free(table: Stage) -> None:
    table.kill_all(table.begin())
    (left,) = table.locks.values()
    refused = table.checkout.run("restore", "-auto-approve")
    assert refused.exit_code == 6, refused.said
    assert "Error acquiring the state lock" in refused.stderr
    assert "Next: guardian unlock " in refused.stderr
    assert table.locks
    shown = table.unlock("--dry-run", exit_code=2)
    assert (shown["terraform_lock"]["id"], shown["terraform_lock"]["life"]) == (left, "dead")
    assert table.locks
    removed = table.unlock(exit_code=0)
    assert removed["terraform_lock"]["removed"]
    assert table.locks == {}
    assert table.kinds.count(Kind.UNLOCKED) == 1
    table.restore()
    assert table.unlock(exit_code=0)["terraform_lock"] is None


def test_the_lease_and_the_lock_of_a_killed_run_go_together(one: Stage) -> None:
    one.kill_all(one.begin())
    told = one.checkout.run("unlock")
    assert told.exit_code == 0, told.said
    assert told.stdout.count("proven dead") == 2 * 2  # the holder, and why it was removed
    assert one.records[-1].standing.lease is None
    assert "nothing is locked" in one.checkout.run("unlock").stdout
    one.restore()


def test_a_local_lock_ends_with_its_process_and_the_lease_goes(
    tmp_path: Path, terraform: str, guardian_exe: Path
) -> None:
    stage = Stage(tmp_path, guardian_exe, terraform, "local", None)
    process = stage.begin()
    held = stage.unlock(exit_code=4)
    assert (held["terraform_lock"]["life"], held["lease"]["life"]) == ("alive", "alive")
    stage.kill_all(process)
    assert (stage.checkout.root / ".terraform.tfstate.lock.info").exists()
    removed = stage.unlock(exit_code=0)
    assert removed["terraform_lock"] is None
    assert removed["lease"]["removed"]
    stage.restore()


def test_the_lock_of_a_terraform_that_outlived_its_guardian_stays(one: Stage) -> None:
    process = one.begin()
    (lock,) = one.locks.values()
    process.kill()
    process.communicate()
    try:
        for arguments in ((), (lock, "--reason=I am in a hurry")):
            left = one.unlock(*arguments, exit_code=4)
            assert left["terraform_lock"]["life"] == "alive"
            assert list(one.locks.values()) == [lock]
    finally:
        one.gate.touch()
        wait_until(lambda: not terraforms(one.checkout.root), "the orphaned Terraform")
    assert one.locks == {}


def test_somebody_elses_lock_goes_by_its_whole_id_alone(table: Stage) -> None:
    with table.plain_terraform() as child:
        child.kill()
    before = table.locks
    (lock,) = before.values()
    left = table.unlock(exit_code=4)
    assert (left["terraform_lock"]["life"], left["terraform_lock"]["run_id"]) == ("unknown", None)
    assert f"guardian unlock {lock} --reason" in left["error"]["hint"]
    assert table.unlock(lock, exit_code=1)["error"]["code"] == "usage"
    table.unlock(lock[:-1], "--reason=guessed", exit_code=4)
    assert table.locks == before
    assert Kind.UNLOCKED not in table.kinds
    table.unlock(lock, "--reason=its runner was destroyed", exit_code=0)
    assert table.locks == {}
    recorded = [each.body for each in table.records if each.kind is Kind.UNLOCKED]
    assert [(each["id"], each["reason"]) for each in recorded] == [(lock, "its runner was destroyed")]


def test_a_living_plain_terraform_keeps_its_lock(one: Stage) -> None:
    with one.plain_terraform() as child:
        before = one.locks
        assert one.unlock(exit_code=4)["terraform_lock"]["removed"] is False
        assert one.locks == before
    assert child.returncode == 0


def test_from_another_host_nothing_is_proven(one: Stage, tmp_path: Path) -> None:
    if os.geteuid() or not shutil.which("unshare"):
        lacking("root and unshare", "a host name of its own takes a namespace")
    one.kill_all(one.begin())
    before = one.locks
    wrapper = tmp_path / "elsewhere"
    wrapper.write_text(
        f'#!/bin/sh\nexec unshare --uts sh -c \'hostname elsewhere; exec "$@"\' - {one.checkout.exe} "$@"\n'
    )
    wrapper.chmod(0o755)
    here, one.checkout.exe = one.checkout.exe, wrapper
    left = one.unlock(exit_code=4)
    assert (left["terraform_lock"]["life"], left["lease"]["life"]) == ("unknown", "unknown")
    assert one.locks == before
    one.checkout.exe = here
    one.unlock(exit_code=0)
    assert one.locks == {}


def test_the_lock_of_a_killed_way_back_is_known_by_its_run(one: Stage, proxy: FaultProxy) -> None:
    """guardian itself holds Terraform's lock while it writes a record, and dies in between."""
    assert one.moto is not None
    one.moto.client("s3").delete_object(Bucket="states", Key=KEY)
    held = proxy.add("hold", service="s3", operation="PutObject", path=rf"{KEY}(\?|$)")
    one.checkout.environment.update(environment(proxy.url))
    process = one.checkout.start("restore", "-auto-approve")
    wait_until(lambda: one.locks, "guardian's lock")
    wait_until(lambda: proxy.count("s3", "PutObject") >= 2, "the put of the record")
    process.kill()
    process.communicate()
    proxy.faults.release(held)
    one.checkout.environment.update(one.moto.env())
    removed = one.unlock(exit_code=0)
    assert removed["terraform_lock"]["lock"]["info"].startswith("guardian run ")
    assert removed["terraform_lock"]["removed"]
    assert one.locks == {}
    one.restore()


def test_a_digest_of_another_record_is_mended_by_a_restore(table: Stage, moto: MotoServer) -> None:
    """What a Terraform that dies between the put of the record and that of its digest leaves."""
    body = moto.client("s3").get_object(Bucket="states", Key=KEY)["Body"].read()
    newer = {**json.loads(body), "serial": json.loads(body)["serial"] + 1}
    moto.client("s3").put_object(Bucket="states", Key=KEY, Body=json.dumps(newer).encode())
    checked = table.checkout.run("doctor")
    assert checked.exit_code == 1
    assert "is another one's" in checked.stdout
    refused = subprocess.run(
        [table.terraform, "plan", "-input=false", "-no-color"],
        cwd=table.checkout.root,
        env={**os.environ, **table.checkout.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "does not have the expected content" in refused.stderr
    table.restore()
    record = json.loads(moto.client("s3").get_object(Bucket="states", Key=KEY)["Body"].read())
    assert record["serial"] == newer["serial"] + 1
    assert record["resources"] == newer["resources"]
