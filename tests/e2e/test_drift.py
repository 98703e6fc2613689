"""`guardian drift` as a user runs it: the real provider, changes from outside, bad credentials."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.moto import REGION, environment
from tests.support.proxy import FaultProxy

pytestmark = [pytest.mark.terraform, pytest.mark.aws]

PROVIDER = """\
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region            = "%s"
  s3_use_path_style = true
}
"""
GOOD = """\
resource "aws_ssm_parameter" "release" {
  name  = "/shop/release"
  type  = "String"
  value = "one"
  tags  = { team = "shop" }
  lifecycle {
    ignore_changes = [description]
  }
}
resource "aws_ssm_parameter" "many" {
  count = 3
  name  = "/shop/many/${count.index}"
  type  = "String"
  value = "same"
}
resource "aws_glue_catalog_database" "no_reader" {
  name = "db"
}
resource "terraform_data" "alone" {
  input = "in the state alone"
}
"""
BROKEN = """\
resource "aws_ssm_parameter" "added" {
  name  = "/shop/added"
  type  = "String"
  value = "new"
}
resource "aws_ssm_parameter" "taken" {
  name       = "/taken"
  type       = "String"
  value      = "mine"
  depends_on = [aws_ssm_parameter.added]
}
"""


# Terraform takes seconds for what has no reader.
READ = ("--address", "aws_ssm_parameter.*")


class Checkout:
    """A root module under guardian's hand."""

    def __init__(self, root: Path, exe: Path, environment: Mapping[str, str]) -> None:
        self.root, self.exe, self.environment = root, exe, dict(environment)
        root.mkdir()

    def write(self, *parts: str, **settings: Any) -> None:
        (self.root / "main.tf").write_text("".join([PROVIDER % REGION, *parts]))
        if settings:
            (self.root / "guardian.yaml").write_text(json.dumps(settings))

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.exe, *arguments],
            check=False,
            cwd=self.root,
            env=self.environment,
            text=True,
            capture_output=True,
            timeout=300,
        )

    def drift(self, *arguments: str) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
        """Return the exit code, the differences, and the coverage."""
        done = self.run("drift", "--json", *arguments)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        covered = [each for each in lines if each["type"] == "coverage"]
        assert covered, done.stdout + done.stderr
        return done.returncode, [each for each in lines if each["type"] == "drift"], covered[0]


@pytest.fixture
def checkout(
    tmp_path: Path, terraform: str, guardian_exe: Path, proxy: FaultProxy, provider_mirror: Path, monkeypatch
) -> Checkout:
    for name, value in environment(proxy.url).items():
        monkeypatch.setenv(name, value)
    made = Checkout(tmp_path / "checkout", guardian_exe, os.environ)
    made.write(GOOD)
    subprocess.run([terraform, "init", "-input=false"], check=True, cwd=made.root, capture_output=True)
    applied = made.run("apply", "-auto-approve")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    return made


def test_a_day_with_drift(checkout, moto):
    ssm = moto.client("ssm")
    # Nothing differs, everything is accounted for: three ways to be read.
    code, drifts, coverage = checkout.drift("-detailed-exitcode")
    assert (code, drifts) == (0, [])
    counts = {name: coverage[name] for name in ("read", "by_terraform", "state_alone", "unreadable")}
    assert counts == {"read": 4, "by_terraform": 1, "state_alone": 1, "unreadable": 0}
    assert coverage["not_covered"] == {}

    # One is changed, one is deleted, and one changes only where the configuration does not care.
    ssm.put_parameter(Name="/shop/many/0", Value="other", Overwrite=True)
    ssm.delete_parameter(Name="/shop/many/1")
    code, drifts, _ = checkout.drift("-detailed-exitcode")
    assert code == 2
    assert [(each["kind"], each["address"], each["origin"]) for each in drifts] == [
        ("missing", "aws_ssm_parameter.many[1]", "elsewhere"),
        ("changed", "aws_ssm_parameter.many[0]", "elsewhere"),
    ]
    assert "other" not in json.dumps(drifts)  # the provider marks values of parameters
    # Terraform itself says the same, and a glob looks at its own part alone.
    assert [each["address"] for each in checkout.drift("--exact")[1]] == [each["address"] for each in drifts]
    assert checkout.drift("--address", "*.many[1]")[1] == drifts[:1]
    quick = checkout.drift("--quick")
    assert quick[1] == drifts
    assert quick[2]["unseen"] == {}
    assert quick[2]["not_covered"] == {"aws_glue_catalog_database": 1}
    assert "Drift     2 differed" in checkout.run("status").stdout

    # What is there is taken for right, and nothing else is.
    assert checkout.run("drift", "--accept").returncode == 1
    assert checkout.run("drift", "--accept", "--reason", "by hand", *READ).returncode == 0
    assert checkout.drift("-detailed-exitcode", *READ)[:2] == (0, [])
    ssm.put_parameter(Name="/shop/many/0", Value="again other", Overwrite=True)
    assert [each["address"] for each in checkout.drift(*READ)[1]] == ["aws_ssm_parameter.many[0]"]

    # Rules of the settings, and what is in scope and nobody's.
    ssm.put_parameter(Name="/shop/by-hand", Value="x", Type="String")
    rule = {"address": "aws_ssm_parameter.many[?]", "reason": "being looked into"}
    old = {"address": "*", "reason": "once", "until": "2020-01-01"}
    checkout.write(GOOD, drift={"names": ["/shop/*"], "ignore": [rule, old]})
    code, drifts, coverage = checkout.drift("--quick")
    assert [(each["kind"], each["address"]) for each in drifts] == [("unmanaged", "/shop/by-hand")]
    assert coverage["expired"] == [{"address": "*", "attribute": ""}]
    told = checkout.run("drift", "--quick").stdout
    assert "being looked into" in told
    assert "Expired on 2020-01-01" in told
    assert "`/shop/by-hand`" in checkout.run("drift", "--quick", "--markdown").stdout


def test_what_somebody_else_did_is_told_apart_from_what_a_failed_run_did(checkout, moto):
    ssm = moto.client("ssm")
    ssm.put_parameter(Name="/shop/many/2", Value="hot fix", Overwrite=True)
    ssm.put_parameter(Name="/taken", Value="somebody's", Type="String")
    # The run must not mend the hot fix on its way: it plans nothing else.
    checkout.write(GOOD, BROKEN)
    targets = ["-target=aws_ssm_parameter.taken"]
    failed = checkout.run("apply", "-auto-approve", *targets)
    assert failed.returncode == 3, failed.stdout + failed.stderr
    beside = failed.stdout.partition("Beside this run")[2]
    assert "aws_ssm_parameter.many[2]" in beside
    assert "made elsewhere" in beside
    assert "by guarded runs: 1 difference" in beside
    _, drifts, _ = checkout.drift(*READ)
    assert {(each["kind"], each["address"], each["origin"]) for each in drifts} == {
        ("changed", "aws_ssm_parameter.many[2]", "elsewhere"),
        ("added", "aws_ssm_parameter.added", "this run"),
    }
    restored = checkout.run("restore", "-auto-approve")
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert [each["address"] for each in checkout.drift(*READ)[1]] == ["aws_ssm_parameter.many[2]"]


def test_what_cannot_be_asked_is_refused_or_an_error_never_no_drift(checkout, proxy):
    good = dict(checkout.environment)
    for changed, words in (
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "credentials"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "cannot be asked"),
    ):
        checkout.environment = {**good, **changed}
        done = checkout.run("drift")
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr

    # A look ends soon when it is asked to, whatever hangs.
    checkout.environment = good
    proxy.latency_s = 3.0
    for number in (signal.SIGINT, signal.SIGTERM):
        running = subprocess.Popen(
            [checkout.exe, "drift", "--quick"],
            cwd=checkout.root,
            env=checkout.environment,
            text=True,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert running.stderr is not None
        assert "reading" in running.stderr.readline()
        time.sleep(0.5)
        running.send_signal(number)
        began = time.monotonic()
        _, told = running.communicate(timeout=60)
        assert running.returncode == 130, told
        assert "nothing was changed" in told
        assert time.monotonic() - began < 15
    proxy.latency_s = 0.0

    # The state was made in another account.
    checkout.environment = good
    state = checkout.root / "terraform.tfstate"
    state.write_text(state.read_text().replace(":123456789012:", ":210987654321:"))
    done = checkout.run("drift", "--since", "state")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "123456789012" in done.stderr
    assert "210987654321" in done.stderr
