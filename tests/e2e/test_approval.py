"""`guardian approve` and `guardian apply --require-approval` as a user runs them, with a real Terraform."""

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.guardian import Checkout, Ended, mutant_of, wait_until
from tests.support.moto import REGION, MotoServer, environment

pytestmark = pytest.mark.terraform

READER = """\
resource "terraform_data" "app" {
  input = { source = "${path.module}/dist/app.txt", version = "%s" }
  provisioner "local-exec" {
    command = "cat ${self.input.source} >> deployed.log"
  }
}
"""
OBJECT = """\
terraform {
  backend "s3" {
    bucket         = "states"
    key            = "app.tfstate"
    region         = "%(region)s"
    use_path_style = true
  }
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region            = "%(region)s"
  s3_use_path_style = true
}
resource "aws_s3_bucket" "app" {
  bucket = "app"
}
resource "aws_s3_object" "app" {
  bucket = aws_s3_bucket.app.bucket
  key    = "app.zip"
  source = "${path.module}/dist/app.zip"
}
"""
EVALUATED_AGAIN = """\
resource "terraform_data" "a" {
  provisioner "local-exec" {
    command = "touch ../begun; for i in $(seq 300); do test -e ../go && break; sleep 0.1; done; sh ./run.sh"
  }
}
resource "terraform_data" "b" {
  input = templatefile("${path.module}/t.tpl", { id = terraform_data.a.id })
}
output "b" {
  value = terraform_data.b.output
}
"""
SWAP = """
import pathlib
from guardian.operations import execute as executing
record = executing.Session.record
def swapping(self, kind, body):
    record(self, kind, body)
    if kind == "applying":
        pathlib.Path({path!r}).write_bytes(b"swapped")
executing.Session.record = swapping
"""


@pytest.fixture
def checkout(tmp_path: Path, terraform: str, guardian_exe: Path) -> Checkout:
    made = Checkout(tmp_path / "checkout", guardian_exe, {"GUARDIAN_STORE": str(tmp_path / "store")})
    (made.root / "dist").mkdir()
    made.write(READER % "1")
    made.write("approved\n", "dist/app.txt")
    return made


def result(ended: Ended) -> dict[str, Any]:
    last: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return last


def approved(checkout: Checkout, *options: str, plan: str = "p.tfplan") -> dict[str, Any]:
    planned = checkout.run("plan", f"-out={plan}")
    assert planned.exit_code == 0, planned.said
    ended = checkout.run("approve", plan, "--json", *options)
    assert ended.exit_code == 0, ended.said
    found: dict[str, Any] = result(ended)["approval"]
    return found


def refused(checkout: Checkout, *arguments: str) -> str:
    ended = checkout.run("apply", "--require-approval", "--json", *arguments)
    assert (ended.exit_code, result(ended)["error"]["code"]) == (4, "approval"), ended.said
    assert "Traceback" not in ended.said
    message: str = result(ended)["error"]["message"]
    return message


def deployed(checkout: Checkout) -> str:
    log = checkout.root / "deployed.log"
    return log.read_text() if log.exists() else ""


def test_approve_says_what_it_binds_and_what_is_next(checkout):
    checkout.run("plan", "-out=p.tfplan")
    ended = checkout.run("approve", "p.tfplan", "--reason", "release 4", "--by", "carol\x1b[31m")
    assert ended.exit_code == 0, ended.said
    said = re.sub(r"[0-9a-f]{12}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "#", ended.stdout)
    assert said.splitlines() == [
        "Approved plan #, to be applied once.",
        "  It would add 1, change 0 and remove 0.",
        "  By       carol\\x1b[31m",
        "  Reason   release 4",
        "  Until    # UTC",
        "  Bound to no state yet, 2 files of the configuration",
        "  Sealed   ./dist/app.txt  terraform_data.app",
        "Next: guardian apply --require-approval",
    ]
    status = checkout.run("status")
    assert "Approved  plan" in status.stdout
    assert "not applied, until" in status.stdout
    assert "Next: guardian apply --require-approval" in status.stdout


def test_exactly_what_was_approved_is_applied_and_once(checkout):
    approval = approved(checkout)
    assert [each["path"] for each in approval["sealed"]] == ["./dist/app.txt"]
    ended = checkout.run("apply", "--require-approval", "p.tfplan", "--json")
    assert (ended.exit_code, result(ended)["outcome"]) == (0, "applied"), ended.said
    assert deployed(checkout) == "approved\n"
    assert "Approved" not in checkout.run("status").stdout
    run_id = result(ended)["run_id"]
    assert f"used already, by run {run_id}" in refused(checkout, "p.tfplan")
    assert f"used already, by run {run_id}" in refused(checkout)


def test_a_runner_needs_no_artifact(checkout, tmp_path):
    """Plan and approve in one clone, apply in another one that has neither the plan nor what was built."""
    checkout.write(
        f'terraform {{\n  backend "local" {{\n    path = "{tmp_path}/s.tfstate"\n  }}\n}}\n', "backend.tf"
    )
    checkout.write("project: app\n", "guardian.yaml")
    subprocess.run(["terraform", "init", "-input=false"], cwd=checkout.root, check=True, capture_output=True)
    approved(checkout, plan="dist/p.tfplan")
    runner = Checkout(tmp_path / "runner", checkout.exe, checkout.environment)
    for name in ("main.tf", "backend.tf", "guardian.yaml"):
        shutil.copy(checkout.root / name, runner.root / name)
    subprocess.run(["terraform", "init", "-input=false"], cwd=runner.root, check=True, capture_output=True)
    ended = runner.run("apply", "--require-approval")
    assert ended.exit_code == 0, ended.said
    assert deployed(runner) == "approved\n"


@pytest.mark.parametrize(
    ("meddle", "said"),
    [
        (
            lambda root: (root / "dist/app.txt").write_text("swapped\n"),
            "the sealed file ./dist/app.txt differs",
        ),
        (
            lambda root: (root / "main.tf").write_text(READER % "2"),
            "the configuration differs: main.tf changed",
        ),
        (lambda root: (root / "new.tf").write_text("# new\n"), "the configuration differs: new.tf is new"),
        (
            lambda root: (root / ".terraform.lock.hcl").write_text("# other\n"),
            "lock file .terraform.lock.hcl",
        ),
    ],
)
def test_what_moved_is_named_and_nothing_is_changed(checkout, meddle: Callable[[Path], object], said: str):
    approved(checkout)
    meddle(checkout.root)
    assert said in refused(checkout)
    assert deployed(checkout) == ""
    assert not (checkout.root / "terraform.tfstate").exists()


def test_a_state_that_moved_is_named(checkout):
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    checkout.write(READER % "2")
    approved(checkout)
    command = ["terraform", "state", "rm", "terraform_data.app"]
    subprocess.run(command, cwd=checkout.root, check=True, capture_output=True)
    message = refused(checkout)
    assert re.search(r"the state moved from serial \d+ to \d+", message), message


def test_a_plan_with_an_edited_configuration_is_refused(checkout):
    """What Terraform itself applies, see the facts: a plan file is a zip archive without a signature."""
    approved(checkout)
    forged = checkout.root / "forged.tfplan"
    with zipfile.ZipFile(checkout.root / "p.tfplan") as plan, zipfile.ZipFile(forged, "w") as other:
        for each in plan.infolist():
            body = plan.read(each)
            if each.filename == "tfconfig/m-/main.tf":
                body = body.replace(b"cat ", b"touch owned; cat ")
            other.writestr(each.filename, body)
    assert "its bytes differ" in refused(checkout, "forged.tfplan")
    assert not (checkout.root / "owned").exists()


def test_without_an_approval_nothing_is_applied(checkout):
    checkout.run("plan", "-out=p.tfplan")
    by_setting = checkout.run(
        "apply", "-auto-approve", "--json", environment={"GUARDIAN_APPROVAL__REQUIRED": "true"}
    )
    assert (by_setting.exit_code, result(by_setting)["error"]["code"]) == (4, "approval")
    assert "no plan of this project is approved" in refused(checkout)
    assert "the plan is not approved" in refused(checkout, "p.tfplan")


def test_a_retry_would_apply_what_nobody_approved(checkout):
    refused = checkout.run("apply", "--require-approval", "--on-failure=retry")
    assert refused.exit_code == 1
    assert "nobody approved that one" in refused.stderr


def test_bad_requests_say_what_to_type(checkout):
    checkout.run("plan", "-out=p.tfplan")
    checkout.write("not a plan", "x.tfplan")
    for arguments, said in (
        (("approve",), "no plan to approve"),
        (("approve", "x.tfplan"), "is not a saved plan file"),
        (("approve", "gone.tfplan"), "cannot read the plan file"),
        (("approve", "p.tfplan", "--override", "no-public"), "wants a reason"),
        (("approve", "p.tfplan", "--expires", "721"), "up to 720"),
        (("apply", "--require-approval", "-destroy"), "-destroy does not go with a saved plan"),
    ):
        ended = checkout.run(*arguments)
        assert ended.exit_code == 1, ended.said
        assert said in ended.said
        assert "Traceback" not in ended.said


def test_what_is_swapped_in_place_while_it_is_applied_is_held(checkout, tmp_path):
    approved(checkout)
    target = str(checkout.root / "dist" / "app.txt")
    checkout.exe = mutant_of(checkout.exe, tmp_path / "mutant", SWAP.format(path=target))
    ended = checkout.run("apply", "--require-approval")
    assert ended.exit_code == 3, ended.said
    assert "what was deployed may not be what was approved" in ended.said
    assert "guardian release --reason '...'    # once it is known what was deployed" in ended.said
    assert checkout.run("apply", "-auto-approve").exit_code == 4


def evaluated_again(checkout: Checkout) -> None:
    """Approve what reads a template and runs a script while Terraform applies."""
    checkout.write(EVALUATED_AGAIN)
    checkout.write("${id} GOOD", "t.tpl")
    checkout.write("echo good > ../ran", "run.sh")
    approved(checkout, plan="../p.tfplan")


def applied_while(checkout: Checkout, meddle: Callable[[], object]) -> Ended:
    """Apply what is approved, and meddle once Terraform creates."""
    applying = checkout.start("apply", "--require-approval")
    beside = checkout.root.parent
    wait_until((beside / "begun").exists, "the provisioner")
    meddle()
    (beside / "go").touch()
    said, _ = applying.communicate(timeout=60)
    return Ended(applying.returncode, said, "")


def test_templates_and_scripts_that_are_swapped_while_terraform_runs_are_held(checkout):
    """The fact: a function with an argument unknown to the plan reads its file again, at the apply."""

    def swap() -> None:
        checkout.write("${id} EVIL", "t.tpl")
        checkout.write("echo evil > ../ran", "run.sh")

    evaluated_again(checkout)
    ended = applied_while(checkout, swap)
    assert (checkout.root.parent / "ran").read_text() == "evil\n"
    assert ended.exit_code == 3, ended.said
    assert "run.sh, t.tpl changed while the approved plan was applied" in ended.said
    assert "what was deployed may not be what was approved" in ended.said
    status = json.loads(checkout.run("status", "--json").stdout.splitlines()[-1])
    assert "run.sh, t.tpl changed" in json.dumps(status)
    assert checkout.run("apply", "-auto-approve").exit_code == 4


def test_what_the_apply_writes_in_the_root_module_is_no_change_of_what_was_approved(checkout):
    evaluated_again(checkout)
    ended = applied_while(checkout, lambda: checkout.write("log", "out.log"))
    assert ended.exit_code == 0, ended.said
    assert (checkout.root.parent / "ran").read_text() == "good\n"


@pytest.fixture
def cloud(tmp_path, terraform, guardian_exe, moto: MotoServer, provider_mirror, monkeypatch) -> Checkout:
    for name, value in environment(moto.url).items():
        monkeypatch.setenv(name, value)
    moto.client("s3").create_bucket(Bucket="states", CreateBucketConfiguration={"LocationConstraint": REGION})
    store = {"GUARDIAN_STORE": str(tmp_path / "store")}
    made = Checkout(tmp_path / "checkout", guardian_exe, store, deadline_s=300)
    (made.root / "dist").mkdir()
    made.write(OBJECT % {"region": REGION})
    made.write("approved", "dist/app.zip")
    subprocess.run([terraform, "init", "-input=false"], cwd=made.root, check=True, capture_output=True)
    return made


@pytest.mark.aws
def test_a_swapped_source_of_an_object_is_not_deployed(cloud, moto, tmp_path):
    """The fact: the file behind `aws_s3_object.source`, swapped after the approval, was deployed."""
    approved(cloud)
    file = cloud.root / "dist" / "app.zip"
    file.write_bytes(b"swapped")
    assert "the sealed file ./dist/app.zip differs (source of aws_s3_object.app)" in refused(cloud)
    assert [each["Name"] for each in moto.client("s3").list_buckets()["Buckets"]] == ["states"]
    # Put back for the check, and swapped between the check and the apply.
    file.write_bytes(b"approved")
    cloud.exe = mutant_of(cloud.exe, tmp_path / "mutant", SWAP.format(path=str(file)))
    ended = cloud.run("apply", "--require-approval")
    assert ended.exit_code == 0, ended.said
    body = moto.client("s3").get_object(Bucket="app", Key="app.zip")["Body"].read()
    assert (body, file.read_bytes()) == (b"approved", b"swapped")
