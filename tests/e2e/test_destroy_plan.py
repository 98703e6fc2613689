"""`guardian destroy-plan`: a plan for exactly what the failed run created, shown, and saved for Terraform."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.guardian import Checkout

pytestmark = pytest.mark.terraform

GOOD = """
resource "terraform_data" "kept" {
  input = "one"
}
"""
FAILED = """
resource "terraform_data" "kept" {
  input = "two"
}
resource "terraform_data" "first" {
  for_each = toset(["a.b", "c\\"d"])
  input    = terraform_data.kept.id
}
resource "terraform_data" "second" {
  input = values(terraform_data.first)[*].id
}
resource "terraform_data" "fails" {
  depends_on = [terraform_data.second, terraform_data.kept]
  provisioner "local-exec" {
    command = "exit 1"
  }
}
"""
# The failed creation is tainted: it exists too.
CREATED = {
    'terraform_data.first["a.b"]',
    'terraform_data.first["c\\"d"]',
    "terraform_data.second",
    "terraform_data.fails",
}


@pytest.fixture
def checkout(tmp_path: Path, terraform: str, guardian_exe: Path) -> Checkout:
    made = Checkout(tmp_path / "checkout", guardian_exe, {})
    made.write(GOOD)
    assert made.run("apply", "-auto-approve").exit_code == 0
    return made


def fail(checkout: Checkout, text: str = FAILED) -> str:
    """Let a change fail, and return the run's id."""
    checkout.write(text)
    failed = checkout.run("apply", "-auto-approve", "--json")
    assert failed.exit_code == 3, failed.said
    return str(json.loads(failed.stdout.splitlines()[-1])["run_id"])


def result(said: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def names(checkout: Checkout) -> set[str]:
    state = json.loads((checkout.root / "terraform.tfstate").read_bytes())
    return {each["name"] for each in state["resources"]}


def actions(checkout: Checkout, terraform: str, plan: Path) -> dict[str, list[str]]:
    shown = subprocess.run(
        [terraform, "show", "-json", str(plan)], cwd=checkout.root, capture_output=True, check=True
    )
    return {
        each["address"]: each["change"]["actions"]
        for each in json.loads(shown.stdout)["resource_changes"]
        if each["change"]["actions"] != ["no-op"]
    }


@pytest.mark.parametrize("named", [False, True])
def test_the_saved_plan_destroys_exactly_what_the_run_created(checkout, terraform, tmp_path, named):
    run = fail(checkout)
    before = (checkout.root / "terraform.tfstate").read_bytes()
    out = tmp_path / "destroy.tfplan"
    told = checkout.run("destroy-plan", *([run] if named else []), f"-out={out}")
    assert told.exit_code == 0, told.said
    for address in CREATED:
        assert address in told.said
    assert actions(checkout, terraform, out) == {each: ["delete"] for each in CREATED}
    assert out.stat().st_mode & 0o077 == 0
    assert (checkout.root / "terraform.tfstate").read_bytes() == before
    applied = subprocess.run(
        [terraform, "apply", "-input=false", "-no-color", str(out)],
        cwd=checkout.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert names(checkout) == {"kept"}


def test_without_a_file_it_only_shows(checkout):
    fail(checkout)
    files = {each.name for each in checkout.root.iterdir()}
    told = checkout.run("destroy-plan", "--json")
    assert told.exit_code == 0, told.said
    assert result(told.stdout)["outcome"] == "planned"
    assert {each.name for each in checkout.root.iterdir()} == files
    assert checkout.run("apply", "-auto-approve").exit_code == 4


def test_what_would_go_along_is_refused(checkout, tmp_path):
    fail(
        checkout,
        'resource "terraform_data" "made" {\n}\n'
        'resource "terraform_data" "kept" {\n  input = terraform_data.made.id\n}\n'
        'resource "terraform_data" "fails" {\n  depends_on = [terraform_data.kept]\n'
        '  provisioner "local-exec" {\n    command = "exit 1"\n  }\n}\n',
    )
    out = tmp_path / "destroy.tfplan"
    told = checkout.run("destroy-plan", f"-out={out}", "--json")
    assert told.exit_code == 4, told.said
    error = result(told.stdout)["error"]
    assert error["code"] == "beyond_list"
    assert "terraform_data.kept" in error["message"]
    assert not out.exists()


def test_without_a_failure_there_is_nothing_to_destroy(checkout):
    told = checkout.run("destroy-plan", "--json")
    assert told.exit_code == 1, told.said
    assert result(told.stdout)["error"]["code"] == "not_found"
