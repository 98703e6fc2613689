"""guardian's lock is Terraform's lock, and what is written under it plain Terraform takes for its own."""

import contextlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.terraform.backend import TerraformStateBackend
from guardian.adapters.terraform.discover import discover
from guardian.adapters.terraform.environment import police
from guardian.domain.engine import Backend, WorkingDirectory
from guardian.domain.record import Doubt, KeepOriginal, Revision, Untaint, revise, with_serial
from guardian.domain.state import State, parse_state
from guardian.errors import StateLockedError
from tests.fakes.system import FakeInterruption
from tests.support.moto import MotoServer
from tests.support.record_bench import LOCKS, S3, make_cloud

pytestmark = pytest.mark.terraform

ONE = """
resource "terraform_data" "a" {
  input = "one"
}
"""
# Ends when the file `go` appears: Terraform holds its lock as long.
WAITS = """
resource "terraform_data" "waits" {
  provisioner "local-exec" {
    command = "touch started; until test -e go; do sleep 0.1; done"
  }
}
"""
BACKENDS: dict[str, dict[str, Any]] = {
    "local": {},
    "s3 lockfile": LOCKS["lockfile"],
    "s3 table": LOCKS["table"],
    "s3 both": LOCKS["both"],
}


class Module:
    """A root module that plain Terraform and guardian's adapter share."""

    def __init__(self, base: Path, terraform: str, name: str, aws: dict[str, str]) -> None:
        self.root = base / "root"
        self.root.mkdir()
        self.terraform = terraform
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(base), "CHECKPOINT_DISABLE": "1", **aws}
        policed = police(self.environment)
        engine = discover(
            terraform, environment=policed.variables, interruption=FakeInterruption(), root=self.root
        )
        self.where = WorkingDirectory(root=self.root, run_dir=base / "run")
        self.backend = TerraformStateBackend(engine, policed.variables)
        settings = {} if name == "local" else {**S3, **BACKENDS[name]}
        skipped = {} if name == "local" else {"skip_requesting_account_id": True}
        kind = name.split(maxsplit=1)[0]
        (self.root / "backend.tf.json").write_text(
            json.dumps({"terraform": {"backend": {kind: {**settings, **skipped}}}})
        )

    def write(self, text: str) -> None:
        (self.root / "main.tf").write_text(text)

    def run(self, *argv: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.terraform, *argv, "-no-color"],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def apply(self, *argv: str) -> "subprocess.CompletedProcess[str]":
        return self.run("apply", "-auto-approve", "-input=false", *argv)

    def plan(self, *argv: str) -> "subprocess.CompletedProcess[str]":
        return self.run("plan", "-input=false", "-detailed-exitcode", *argv)

    @property
    def located(self) -> Backend:
        backend = self.backend.locate(self.where)
        assert backend is not None
        return backend

    @property
    def body(self) -> bytes:
        body = self.backend.read(self.where, self.located).body
        assert body is not None
        return body

    @property
    def state(self) -> State:
        return parse_state(self.body)

    def rewrite(self, *revisions: Revision) -> None:
        with self.backend.locked(self.where, self.located, operation="a test"):
            body = self.body
            revised = revise(body, revisions, serial=parse_state(body).serial + 1)
            self.backend.write(self.where, self.located, revised)


@pytest.fixture(params=BACKENDS)
def module(request: pytest.FixtureRequest, tmp_path: Path, terraform: str) -> Module:
    aws: dict[str, str] = {}
    if request.param != "local":
        moto: MotoServer = request.getfixturevalue("moto")
        make_cloud(moto)
        aws = moto.env()
    made = Module(tmp_path, terraform, request.param, aws)
    made.write(ONE)
    ended = made.run("init", "-input=false")
    assert ended.returncode == 0, ended.stderr
    ended = made.apply()
    assert ended.returncode == 0, ended.stderr
    return made


@pytest.fixture
def local(tmp_path: Path, terraform: str) -> Module:
    return Module(tmp_path, terraform, "local", {})


def test_terraform_goes_on_from_a_record_that_was_written(module: Module) -> None:
    first = module.state
    with module.backend.locked(module.where, module.located, operation="a test"):
        module.backend.write(module.where, module.located, with_serial(module.body, 40))
    planned = module.plan()
    assert planned.returncode == 0, planned.stdout + planned.stderr
    module.write(ONE.replace("one", "two"))
    applied = module.apply()
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert module.state.serial > 40
    assert module.state.lineage == first.lineage
    ids = [each.managed["terraform_data.a"].object_id for each in (first, module.state)]
    assert ids[0] == ids[1]


def test_a_record_that_terraform_wrote_is_spelled_as_terraform_spells_it(module: Module) -> None:
    awkward = '"<&> \\u2028 \\u00fc \\"serial\\": 1 ${1e40} ${1.5} \\t \\\\"'
    module.write(
        ONE.replace('"one"', f"{{ text = {awkward}, number = 12345678901234567890123.125, none = [] }}")
    )
    assert module.apply().returncode == 0
    assert revise(module.body, [], serial=module.state.serial) == module.body


def test_terraform_is_refused_while_the_lock_is_held(module: Module) -> None:
    with module.backend.locked(module.where, module.located, operation="guardian restore"):
        planned = module.plan()
        assert planned.returncode == 1
        assert "Error acquiring the state lock" in planned.stderr
        assert "guardian restore" in planned.stderr
        # A write, and reading the record, must not let go of it.
        module.backend.write(module.where, module.located, with_serial(module.body, 50))
        assert "Error acquiring the state lock" in module.plan().stderr
    assert module.plan().returncode == 0


@contextlib.contextmanager
def waiting_apply(module: Module) -> Iterator["subprocess.Popen[bytes]"]:
    """Run an apply that holds Terraform's lock within the block; it ends well after it."""
    module.write(ONE + WAITS)
    started, go = module.root / "started", module.root / "go"
    with subprocess.Popen(
        [module.terraform, "apply", "-auto-approve", "-input=false", "-no-color"],
        cwd=module.root,
        env=module.environment,
        stdout=subprocess.DEVNULL,
    ) as child:
        try:
            for _ in range(600):
                if started.exists() or child.poll() is not None:
                    break
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(timeout=0.1)
            assert child.poll() is None
            yield child
        finally:
            go.touch()
    assert child.returncode == 0


def test_the_lock_is_refused_while_terraform_holds_it(module: Module) -> None:
    with (
        waiting_apply(module),
        pytest.raises(StateLockedError, match="OperationTypeApply"),
        module.backend.locked(module.where, module.located, operation="a test"),
    ):
        raise AssertionError("two hold the lock")
    assert module.plan().returncode == 0


def test_a_terraform_that_waits_for_the_lock_goes_on_from_what_was_written(module: Module) -> None:
    module.write(ONE.replace("one", "two"))
    with module.backend.locked(module.where, module.located, operation="a test"):
        child = subprocess.Popen(
            [module.terraform, "apply", "-auto-approve", "-input=false", "-no-color", "-lock-timeout=120s"],
            cwd=module.root,
            env=module.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert child.stdout is not None
        assert any("Acquiring state lock" in line for line in child.stdout)
        module.backend.write(module.where, module.located, with_serial(module.body, 70))
    said, _ = child.communicate(timeout=180)
    assert child.returncode == 0, said
    assert module.state.serial > 70
    assert module.state.managed["terraform_data.a"].attributes["input"]["value"] == "two"


# A replaced object that others depend on goes last: when one of those fails, it stays, deposed. Terraform
# runs no destroy-time provisioner for a deposed object: a failing one would not stop its deletion.
REPLACED = """
resource "terraform_data" "kept" {
  for_each         = toset(["eu \\"1\\""])
  triggers_replace = "one"
  lifecycle {
    create_before_destroy = true
  }
}
resource "terraform_data" "follower" {
  triggers_replace = terraform_data.kept["eu \\"1\\""].id
  lifecycle {
    create_before_destroy = true
  }
  provisioner "local-exec" {
    command = "test ! -e stop"
  }
}
"""
KEPT = 'terraform_data.kept["eu \\"1\\""]'


def test_the_original_is_kept_where_its_replacement_stopped(local: Module) -> None:
    local.write(REPLACED)
    assert local.run("init", "-input=false").returncode == 0
    assert local.apply().returncode == 0
    originals = {address: each.object_id for address, each in local.state.managed.items()}
    stop = local.root / "stop"
    stop.touch()
    local.write(REPLACED.replace('"one"', '"two"'))
    assert local.apply().returncode == 1
    deposed = [each for each in local.state.instances if each.deposed]
    assert originals == {each.address: each.object_id for each in deposed}
    stop.unlink()
    local.write(REPLACED)
    assert "Plan: 2 to add, 0 to change, 4 to destroy." in local.plan().stdout
    local.rewrite(*(KeepOriginal(address=each.address, deposed=each.deposed) for each in deposed))
    planned = local.plan()
    assert "Plan: 0 to add, 0 to change, 2 to destroy." in planned.stdout, planned.stdout + planned.stderr
    applied = local.apply()
    assert applied.returncode == 0, applied.stderr
    assert {each.identity: each.object_id for each in local.state.instances} == originals
    assert KEPT in originals
    assert local.plan().returncode == 0


def test_an_instance_that_is_untainted_is_not_replaced(local: Module) -> None:
    local.write(ONE.replace("}", '  provisioner "local-exec" {\n    command = "false"\n  }\n}'))
    assert local.run("init", "-input=false").returncode == 0
    assert local.apply().returncode == 1
    local.write(ONE)
    assert local.plan().returncode == 2
    local.rewrite(Untaint(address="terraform_data.a"))
    assert local.plan().returncode == 0


def test_a_doubted_attribute_is_written_again_although_it_is_sensitive(local: Module) -> None:
    secret = 'variable "secret" {\n  default   = "hunter2"\n  sensitive = true\n}\n'
    local.write(secret + ONE.replace('"one"', "var.secret"))
    assert local.run("init", "-input=false").returncode == 0
    assert local.apply().returncode == 0
    assert local.state.managed["terraform_data.a"].sensitive
    local.rewrite(Doubt(address="terraform_data.a", attributes=("input",)))
    planned = local.plan()
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in planned.stdout, planned.stdout + planned.stderr
    assert re.search(r"\+ input += \(sensitive value\)", planned.stdout), planned.stdout
    assert local.apply().returncode == 0
    assert local.plan().returncode == 0
