"""Ways back that are easy to get wrong: moves, empty baselines, cut-off creations, consequences."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.support.guardian import Checkout, terraforms, wait_until

pytestmark = pytest.mark.terraform

FAIL = """
resource "terraform_data" "fails" {
  depends_on = [%s]
  provisioner "local-exec" {
    command = "exit 1"
  }
}
"""


@pytest.fixture
def checkout(tmp_path: Path, terraform: str, guardian_exe: Path) -> Checkout:
    return Checkout(tmp_path / "checkout", guardian_exe, {})


def recorded(checkout: Checkout) -> dict[str, str]:
    """Return the id of each object that the state records, by address without key."""
    state = json.loads((checkout.root / "terraform.tfstate").read_bytes())
    return {
        f"{each['type']}.{each['name']}": instance["attributes"]["id"]
        for each in state["resources"]
        for instance in each["instances"]
    }


def result(said: str) -> dict[str, object]:
    last: dict[str, object] = json.loads(said.splitlines()[-1])
    return last


def receipt(said: str) -> dict[str, object]:
    lines = [json.loads(line) for line in said.splitlines()]
    return next(each for each in lines if each["type"] == "receipt")


def test_what_the_failed_run_moved_goes_home_as_the_same_object(checkout):
    checkout.write('resource "terraform_data" "old" {\n  input = "1"\n}\n')
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    before = recorded(checkout)
    checkout.write(
        'resource "terraform_data" "new" {\n  input = "1"\n}\n'
        "moved {\n  from = terraform_data.old\n  to   = terraform_data.new\n}\n" + FAIL % "terraform_data.new"
    )
    failed = checkout.run("apply", "-auto-approve", "--json")
    assert failed.exit_code == 3
    instances = result(failed.stdout)["instances"]
    assert isinstance(instances, dict)
    assert instances["done"] == ["terraform_data.new"]
    assert "terraform_data.new" in recorded(checkout)
    restored = checkout.run("restore", "-auto-approve", "--json")
    assert restored.exit_code == 0, restored.said
    assert recorded(checkout) == before
    assert receipt(restored.stdout)["new_objects"] == []


def test_a_moved_map_goes_home_key_by_key(checkout):
    stack = (
        'resource "terraform_data" "%s" {{\n  for_each = toset(["a.b", "c\\"d"])\n  input    = each.key\n}}\n'
    )
    checkout.write((stack % "old").replace("{{", "{").replace("}}", "}"))
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    before = (checkout.root / "terraform.tfstate").read_text()
    ids = sorted(line for line in before.splitlines() if '"id"' in line)
    checkout.write(
        (stack % "new").replace("{{", "{").replace("}}", "}")
        + "moved {\n  from = terraform_data.old\n  to   = terraform_data.new\n}\n"
        + FAIL % "terraform_data.new"
    )
    assert checkout.run("apply", "-auto-approve").exit_code == 3
    restored = checkout.run("restore", "-auto-approve")
    assert restored.exit_code == 0, restored.said
    after = (checkout.root / "terraform.tfstate").read_text()
    assert sorted(line for line in after.splitlines() if '"id"' in line) == ids
    assert set(recorded(checkout)) == {"terraform_data.old"}


def test_an_empty_baseline_is_gone_back_to(checkout):
    checkout.write('resource "terraform_data" "a" {\n}\n')
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    assert checkout.run("apply", "-auto-approve", "-destroy").exit_code == 0
    checkout.write('resource "terraform_data" "a" {\n}\n' + FAIL % "terraform_data.a")
    assert checkout.run("apply", "-auto-approve").exit_code == 3
    restored = checkout.run("restore", "-auto-approve")
    assert restored.exit_code == 0, restored.said
    assert recorded(checkout) == {}


def test_a_first_apply_that_failed_is_taken_down_and_says_so(checkout):
    checkout.write('resource "terraform_data" "a" {\n}\n' + FAIL % "terraform_data.a")
    assert checkout.run("apply", "-auto-approve").exit_code == 3
    restored = checkout.run("restore", "-auto-approve")
    assert restored.exit_code == 0, restored.said
    assert "Back to nothing" in restored.said
    assert recorded(checkout) == {}


REPLACED = """
variable "release" {
  default = "%s"
}
resource "terraform_data" "base" {
  triggers_replace = [var.release]
  lifecycle {
    create_before_destroy = %s
  }
  provisioner "local-exec" {
    command = "%s"
  }
}
resource "terraform_data" "tail" {
  input = terraform_data.base.id
}
output "release" {
  value = var.release
}
"""


def test_what_refers_to_something_made_anew_follows_it(checkout):
    checkout.write(REPLACED % ("1", "false", "true"))
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    checkout.write(REPLACED % ("2", "false", "exit 1"))
    assert checkout.run("apply", "-auto-approve").exit_code == 3
    restored = checkout.run("restore", "-auto-approve", "--json")
    assert restored.exit_code == 0, restored.said
    told = receipt(restored.stdout)
    assert (told["outside"], told["outputs"], told["replan_exit_code"]) == ([], [], 0)
    state = json.loads((checkout.root / "terraform.tfstate").read_bytes())
    tail = next(each for each in state["resources"] if each["name"] == "tail")
    referred = tail["instances"][0]["attributes"]["input"]["value"]
    assert referred == recorded(checkout)["terraform_data.base"]
    assert state["outputs"]["release"]["value"] == "1"


@pytest.mark.parametrize("create_first", ["false", "true"])
def test_a_creation_that_was_cut_off_is_never_forgotten(checkout, create_first):
    checkout.write(REPLACED % ("1", create_first, "true"))
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    mark = checkout.root / "begun"
    checkout.write(REPLACED % ("2", create_first, f"touch '{mark}'; sleep 30"))
    process = checkout.start("apply", "-auto-approve")
    wait_until(mark.exists, "the creation to begin")
    (engine,) = terraforms(checkout.root)
    os.kill(engine, signal.SIGKILL)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 3, said
    restored = checkout.run("restore", "-auto-approve", "--json")
    assert restored.exit_code == 6, restored.said
    assert receipt(restored.stdout)["unaccounted"] == ["terraform_data.base"]
    assert receipt(restored.stdout)["remaining"] == []
    again = checkout.run("restore", "-auto-approve", "--json")
    assert again.exit_code == 6, again.said
    assert receipt(again.stdout)["unaccounted"] == ["terraform_data.base"]
    assert checkout.run("apply", "-auto-approve").exit_code == 4
    assert checkout.run("release", "--reason", "looked: it does not exist").exit_code == 0
    checkout.write(REPLACED % ("1", create_first, "true"))
    assert checkout.run("apply", "-auto-approve").exit_code == 0


def test_a_creation_that_was_cut_off_on_the_way_back_is_never_forgotten(checkout):
    mark, pause = checkout.root / "begun", checkout.root / "pause"
    pause.write_text("0")
    command = f"touch '{mark}'; sleep $(cat '{pause}')"
    checkout.write(REPLACED % ("1", "false", command))
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    checkout.write(REPLACED % ("2", "false", command) + FAIL % "terraform_data.base")
    assert checkout.run("apply", "-auto-approve").exit_code == 3
    mark.unlink()
    pause.write_text("30")
    process = checkout.start("restore", "-auto-approve")
    wait_until(mark.exists, "the creation on the way back to begin")
    (engine,) = terraforms(checkout.root)
    os.kill(engine, signal.SIGKILL)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 6, said
    pause.write_text("0")
    again = checkout.run("restore", "-auto-approve", "--json")
    assert again.exit_code == 6, again.said
    assert receipt(again.stdout)["unaccounted"] == ["terraform_data.base"]
    assert receipt(again.stdout)["remaining"] == []
    assert checkout.run("release", "--reason", "looked: it does not exist").exit_code == 0
