"""A failed change took a module from a git repository at another tag: the way back takes the old one."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.guardian import Checkout

pytestmark = pytest.mark.terraform

MODULE = """
variable "release" {
  type = string
}
resource "terraform_data" "app" {
  input = "%s ${var.release}"
}
%s
output "app" {
  value = terraform_data.app.output
}
"""
ROOT = """
module "app" {
  source  = "git::file://%s?ref=%s"
  release = "%s"
}
resource "terraform_data" "reader" {
  input = module.app.app
}
"""
FAILS = """
resource "terraform_data" "fails" {
  depends_on = [terraform_data.reader]
  provisioner "local-exec" {
    command = "exit 1"
  }
}
"""


def git(where: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=where, check=True, capture_output=True)


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """Return a bare repository with the module at v1, and at v2 with a resource more."""
    working, bare = tmp_path / "working", tmp_path / "modules.git"
    working.mkdir()
    git(working, "init", "--quiet")
    extra = 'resource "terraform_data" "extra" {\n  input = terraform_data.app.id\n}\n'
    for tag, text in (("v1", MODULE % ("plain", "")), ("v2", MODULE % ("fancy", extra))):
        (working / "main.tf").write_text(text)
        git(working, "add", ".")
        git(working, "commit", "--quiet", "-m", tag)
        git(working, "tag", tag)
    git(tmp_path, "clone", "--quiet", "--bare", str(working), str(bare))
    return bare


def inputs(state: Path) -> dict[str, object]:
    """Return what each recorded instance was given."""
    return {
        f"{each.get('module', '')}.{each['name']}": (instance["attributes"]["input"] or {}).get("value")
        for each in json.loads(state.read_bytes())["resources"]
        for instance in each["instances"]
    }


@pytest.mark.parametrize("reachable", [True, False], ids=["reachable", "gone"])
def test_the_way_back_takes_the_module_of_the_baseline(tmp_path, modules, terraform, guardian_exe, reachable):
    checkout = Checkout(tmp_path / "checkout", guardian_exe, {})
    checkout.write(ROOT % (modules, "v1", "one"))
    applied = checkout.run("apply", "-auto-approve")
    assert applied.exit_code == 0, applied.said
    before = inputs(checkout.root / "terraform.tfstate")
    checkout.write(ROOT % (modules, "v2", "two") + FAILS)
    failed = checkout.run("apply", "-auto-approve")
    assert failed.exit_code == 3, failed.said
    assert "fancy two" in inputs(checkout.root / "terraform.tfstate").values()
    if not reachable:
        # What was fetched once is in the snapshot: at 3 a.m. the module's host may be down too.
        shutil.rmtree(modules)
    restored = checkout.run("restore", "-auto-approve")
    assert restored.exit_code == 0, restored.said
    assert inputs(checkout.root / "terraform.tfstate") == before
    if reachable:
        checkout.write(ROOT % (modules, "v1", "one"))
        for words in (["init", "-no-color"], ["plan", "-no-color", "-detailed-exitcode"]):
            ended = subprocess.run([terraform, *words], cwd=checkout.root, capture_output=True, check=False)
            assert ended.returncode == 0, ended.stdout
