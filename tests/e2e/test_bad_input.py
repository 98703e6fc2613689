"""What is wrong is said once, clearly, with what to do next; and nothing is left half-written."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.guardian import Checkout, Ended, refuse
from tests.support.moto import REGION

pytestmark = pytest.mark.terraform

GOOD = """\
resource "terraform_data" "app" {
  input = "1"
}
"""
LOCAL_BACKEND = """\
terraform {
  backend "local" {
    path = "states/app.tfstate"
  }
}
"""
S3_BACKEND = """\
terraform {
  backend "s3" {
    bucket                      = "states"
    key                         = "app.tfstate"
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
    skip_region_validation      = true
  }
}
"""


@pytest.fixture
def fresh(tmp_path: Path, terraform: str, guardian_exe: Path) -> Checkout:
    """Return a checkout that was never applied."""
    checkout = Checkout(tmp_path / "checkout", guardian_exe)
    checkout.write(GOOD)
    return checkout


@pytest.fixture
def applied(fresh: Checkout) -> Checkout:
    """Return a checkout with a baseline and one change pending."""
    assert fresh.run("apply", "-auto-approve").exit_code == 0
    fresh.write(GOOD.replace('"1"', '"2"'))
    return fresh


def programs(directory: Path, *names: str) -> str:
    """Return a PATH with these programs alone."""
    directory.mkdir()
    for each in names:
        found = shutil.which(each)
        assert found
        (directory / each).symlink_to(found)
    return str(directory)


def test_no_terraform(fresh, tmp_path):
    path = programs(tmp_path / "bin", "git")
    refuse(
        fresh,
        "apply",
        "-auto-approve",
        environment={"PATH": path, "GUARDIAN_ENGINE": "terraform"},
        exit_code=1,
        words=("terraform", "PATH", "Next:"),
    )
    assert not (fresh.root / "terraform.tfstate").exists()


@pytest.mark.parametrize("version", ["1.4.7", "0.12.31"])
def test_a_terraform_that_is_too_old(fresh, tmp_path, version):
    old = tmp_path / "terraform"
    old.write_text(
        f'#!/bin/sh\ncase "$*" in *-json*) echo \'{{"terraform_version":"{version}","platform":"x"}}\';; '
        f"*) echo Terraform v{version};; esac\n"
    )
    old.chmod(0o755)
    refuse(
        fresh,
        "apply",
        "-auto-approve",
        environment={"GUARDIAN_ENGINE": str(old)},
        exit_code=1,
        words=(version, "1.5"),
    )


def test_a_directory_without_configuration(fresh):
    (fresh.root / "main.tf").unlink()
    for command in ("apply", "plan"):
        arguments = [command, "-auto-approve"] if command == "apply" else [command]
        refuse(fresh, *arguments, exit_code=1, words=("configuration", str(fresh.root)))
    assert fresh.stored() == {}


def test_an_uninitialised_backend_is_initialised(fresh):
    fresh.write(LOCAL_BACKEND, "backend.tf")
    ended = fresh.run("apply", "-auto-approve")
    assert ended.exit_code == 0, ended.said
    assert "initialising" in ended.stderr
    assert (fresh.root / "states" / "app.tfstate").exists()


def test_invalid_configuration(applied):
    applied.write('resource "terraform_data" "app" {\n')
    refuse(applied, "apply", "-auto-approve", exit_code=1, words=("main.tf:1", "nclosed"))


def test_a_plan_that_fails(applied):
    applied.write(GOOD + 'output "x" {\n  value = terraform_data.nowhere.id\n}\n')
    refuse(applied, "apply", "-auto-approve", exit_code=1, words=("main.tf:5", "terraform_data"))


@pytest.mark.parametrize("command", ["apply", "restore", "status", "plan"])
def test_an_unknown_flag(applied, command):
    before = applied.stored()
    refuse(applied, command, "-nonsense", exit_code=1, words=("-nonsense",))
    assert applied.stored() == before


@pytest.mark.parametrize("name", ["beefbeef", "nonsense", "-1"])
def test_an_unknown_snapshot(applied, name):
    refuse(applied, "restore", "-auto-approve", "--", name, exit_code=1, words=(name,))
    baseline = json.loads(applied.run("status", "--json").stdout.splitlines()[-1])["baseline"]["snapshot_id"]
    ended = applied.run("snapshot", "show", "beefbeef")
    assert ended.exit_code == 1
    assert baseline[:12] in ended.stderr


def save_plan(checkout: Checkout, name: str = "saved.tfplan") -> Path:
    ended = checkout.run("plan", f"-out={name}")
    assert ended.exit_code == 0, ended.said
    return checkout.root / name


def test_a_stale_plan(applied):
    save_plan(applied)
    assert applied.run("apply", "-auto-approve").exit_code == 0
    refuse(applied, "apply", "saved.tfplan", exit_code=4, words=("stale", "guardian plan -out"))


def test_a_plan_from_before_there_was_a_state(fresh):
    save_plan(fresh)
    shutil.copy(fresh.root / "saved.tfplan", fresh.root / "again.tfplan")
    assert fresh.run("apply", "saved.tfplan").exit_code == 0
    refuse(fresh, "apply", "again.tfplan", exit_code=4, words=("stale", "before the state existed"))


def test_a_plan_of_another_state(applied, tmp_path):
    other = Checkout(tmp_path / "other", applied.exe)
    other.write(GOOD)
    assert other.run("apply", "-auto-approve").exit_code == 0
    other.write((applied.root / "main.tf").read_text())
    shutil.copy(save_plan(other), applied.root / "saved.tfplan")
    refuse(applied, "apply", "saved.tfplan", exit_code=4, words=("another state", "lineage"))


def test_a_plan_of_another_configuration(applied):
    save_plan(applied)
    applied.write(GOOD.replace('"1"', '"3"'))
    refuse(applied, "apply", "saved.tfplan", exit_code=4, words=("another configuration", "main.tf"))


@pytest.mark.parametrize("body", [b"", b"no plan", b"PK\x03\x04torn"])
def test_not_a_plan(applied, body):
    (applied.root / "saved.tfplan").write_bytes(body)
    refuse(applied, "apply", "saved.tfplan", exit_code=1, words=("not a saved plan", "saved.tfplan"))
    refuse(applied, "apply", "nowhere.tfplan", exit_code=1, words=("nowhere.tfplan", "guardian plan -out"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lineage": "another"}, "another state"),
        ({"serial": 0}, "went back"),
        ({"resources": []}, "forked"),
    ],
)
def test_the_wrong_state(applied, change, words):
    path = applied.root / "terraform.tfstate"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **change}))
    refuse(applied, "apply", "-auto-approve", exit_code=4, words=(words, "accept-state"))


def test_an_emptied_state(fresh):
    fresh.write('resource "terraform_data" "app" {\n  count = 5\n}\n')
    assert fresh.run("apply", "-auto-approve").exit_code == 0
    path = fresh.root / "terraform.tfstate"
    state = json.loads(path.read_bytes())
    path.write_text(json.dumps({**state, "serial": state["serial"] + 1, "resources": []}))
    refuse(fresh, "apply", "-auto-approve", exit_code=4, words=("5 of 5 instances vanished",))


@pytest.mark.parametrize("body", [b"", b'{"version": 4, "serial": 1, "line', b"[]"])
def test_a_torn_state(applied, body):
    (applied.root / "terraform.tfstate").write_bytes(body)
    refuse(
        applied, "apply", "-auto-approve", exit_code=4, words=("state", "guardian restore --strategy record")
    )
    # What the message leads to, and the way by hand that the runbook has.
    restored = applied.run("restore", "--strategy", "record", "-auto-approve")
    assert restored.exit_code == 0, restored.said
    assert applied.run("apply", "-auto-approve").exit_code == 0
    (applied.root / "terraform.tfstate").write_bytes(body)
    (applied.root / "terraform.tfstate").rename(applied.root / "broken.tfstate")
    assert applied.run("snapshot", "export", "baseline", "terraform.tfstate").exit_code == 0
    assert applied.run("apply", "-auto-approve").exit_code == 0


def test_a_state_that_vanished(applied):
    (applied.root / "terraform.tfstate").unlink()
    refuse(applied, "apply", "-auto-approve", exit_code=4, words=("no state",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stroe: here\n", ("stroe", "store")),
        ("store: 5\n", ("store",)),
        ("on_failure: pray\n", ("on_failure", "hold")),
        ("store: [\n", ("guardian.yaml",)),
        ("a: &a [x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nd: [*c,*c,*c]\n", ("guardian.yaml",)),
    ],
)
def test_settings_that_cannot_be_used(applied, text, words):
    applied.write(text, "guardian.yaml")
    before = applied.stored()
    refuse(applied, "apply", "-auto-approve", exit_code=1, words=(*words, "Next:"))
    assert applied.stored() == before


@pytest.mark.parametrize("command", ["apply", "restore"])
def test_nobody_to_ask(applied, command):
    before = applied.stored()
    refuse(applied, command, exit_code=1, words=("no terminal", "-auto-approve"))
    assert applied.stored() == before


def test_an_environment_that_changes_commands(applied):
    before = applied.stored()
    environment = {"TF_CLI_ARGS_plan": "-destroy"}
    refuse(
        applied, "apply", "-auto-approve", environment=environment, exit_code=1, words=("TF_CLI_ARGS_plan",)
    )
    assert applied.stored() == before


def test_a_log_of_terraforms_is_noted_and_not_written(applied, tmp_path):
    log = tmp_path / "log"
    ended = applied.run("apply", "-auto-approve", environment={"TF_LOG": "trace", "TF_LOG_PATH": str(log)})
    assert ended.exit_code == 0, ended.said
    assert "TF_LOG is not passed on" in ended.stderr
    assert not log.exists()


@pytest.mark.parametrize("backend", ["", LOCAL_BACKEND])
def test_a_mistyped_workspace(applied, backend):
    if backend:
        applied.write(backend, "backend.tf")
        (applied.root / "terraform.tfstate").unlink()
        assert applied.run("apply", "-auto-approve").exit_code == 0
        (applied.root / ".terraform").rename(applied.root / "away")  # a fresh clone, as in CI
    before = applied.stored().keys()
    for arguments in (("apply", "-auto-approve"), ("plan",), ("snapshot", "create")):
        ended = refuse_workspace(applied, *arguments)
        assert "terraform workspace new prdo" in ended.stderr
    assert not (applied.root / "terraform.tfstate.d").exists()
    assert {each for each in applied.stored().keys() - before if not each.startswith(".terraform/")} == set()


def refuse_workspace(checkout: Checkout, *arguments: str) -> Ended:
    ended = checkout.run(*arguments, environment={"TF_WORKSPACE": "prdo"})
    assert ended.exit_code == 4, ended.said
    assert "'prdo'" in ended.stderr
    assert "TF_WORKSPACE" in ended.stderr
    return ended


def test_a_workspace_that_exists_and_is_new(applied):
    (applied.root / "terraform.tfstate.d" / "prod").mkdir(parents=True)  # as `terraform workspace new` does
    ended = applied.run("apply", "-auto-approve", environment={"TF_WORKSPACE": "prod"})
    assert ended.exit_code == 0, ended.said
    assert (applied.root / "terraform.tfstate.d" / "prod" / "terraform.tfstate").exists()


def test_reading_names_no_other_project_than_the_one_at_hand(applied):
    ended = refuse(applied, "status", exit_code=1, words=("prdo",), environment={"TF_WORKSPACE": "prdo"})
    assert "terraform.tfstate" in ended.stderr


def test_a_mistyped_workspace_in_a_bucket(fresh, moto):
    moto.client("s3").create_bucket(Bucket="states", CreateBucketConfiguration={"LocationConstraint": REGION})
    fresh.environment |= moto.env()
    fresh.write(S3_BACKEND, "backend.tf")
    assert fresh.run("apply", "-auto-approve").exit_code == 0
    (fresh.root / ".terraform").rename(fresh.root / "away")
    for command in (("apply", "-auto-approve"), ("plan",)):
        assert "terraform workspace new prdo" in refuse_workspace(fresh, *command).stderr
    objects = moto.client("s3").list_objects_v2(Bucket="states")["Contents"]
    assert [each["Key"] for each in objects] == ["app.tfstate"]
