"""A local record that is gone, empty, cut off or forked is put back, and plain Terraform takes it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.guardian import Checkout

pytestmark = pytest.mark.terraform

GOOD = """
resource "terraform_data" "app" {
  input = "one"
}
resource "terraform_data" "reader" {
  input = terraform_data.app.id
}
"""
FAILED = (
    GOOD.replace("one", "two")
    + """
resource "terraform_data" "made" {
}
resource "terraform_data" "fails" {
  depends_on = [terraform_data.app, terraform_data.made, terraform_data.reader]
  provisioner "local-exec" {
    command = "exit 1"
  }
}
"""
)


def forked(state: Path) -> None:
    """Give the record other contents under the same serial, as a second writer without the lock does."""
    document = json.loads(state.read_bytes())
    document["resources"] = document["resources"][:1]
    state.write_text(json.dumps(document))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "empty": lambda state: state.write_bytes(b""),
    "cut off": lambda state: state.write_bytes(state.read_bytes()[:200]),
    "forked": forked,
}


@pytest.fixture
def checkout(tmp_path: Path, terraform: str, guardian_exe: Path) -> Checkout:
    made = Checkout(tmp_path / "checkout", guardian_exe, {})
    made.write(GOOD)
    assert made.run("apply", "-auto-approve").exit_code == 0
    return made


def state_of(checkout: Checkout) -> Path:
    return checkout.root / "terraform.tfstate"


def record(checkout: Checkout) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(state_of(checkout).read_bytes())
    return document


def lines(said: str, kind: str) -> list[dict[str, Any]]:
    return [each for each in map(json.loads, said.splitlines()) if each["type"] == kind]


def plan(checkout: Checkout, terraform: str) -> int:
    argv = [terraform, "plan", "-input=false", "-no-color", "-detailed-exitcode"]
    return subprocess.run(argv, cwd=checkout.root, capture_output=True, check=False).returncode


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_record_is_put_back_by_itself(checkout, terraform, damage):
    before = record(checkout)
    DAMAGES[damage](state_of(checkout))
    assert checkout.run("apply", "-auto-approve").exit_code == 4
    restored = checkout.run("restore", "--strategy=record", "-auto-approve", "--json")
    assert restored.exit_code == 0, restored.said
    after = record(checkout)
    assert after == {**before, "serial": after["serial"]}
    assert after["serial"] > before["serial"]
    assert plan(checkout, terraform) == 0
    assert [each["kind"] for each in lines(restored.stdout, "step") if each["outcome"] == "done"] == [
        "restore_record"
    ]
    applied = checkout.run("apply", "-auto-approve", "--json")
    assert lines(applied.stdout, "result")[0]["outcome"] == "no_changes", applied.said


@pytest.mark.parametrize("damage", ["gone", "empty", "cut off"])
def test_a_record_that_is_lost_after_a_failure_comes_before_the_way_back(checkout, terraform, damage):
    before = record(checkout)
    checkout.write(FAILED)
    assert checkout.run("apply", "-auto-approve").exit_code == 3
    DAMAGES[damage](state_of(checkout))
    restored = checkout.run("restore", "-auto-approve", "--json")
    assert restored.exit_code == 0, restored.said
    done = [each["kind"] for each in lines(restored.stdout, "step") if each["outcome"] == "done"]
    assert done == ["restore_record", "reapply"]
    (receipt,) = lines(restored.stdout, "receipt")
    assert (receipt["proven"], receipt["new_objects"], receipt["unaccounted"]) == (True, [], [])
    after = record(checkout)
    assert after["lineage"] == before["lineage"]
    assert ids(after) == ids(before)
    checkout.write(GOOD)
    assert plan(checkout, terraform) == 0


def test_a_forked_record_is_replaced_only_when_somebody_says_so(checkout):
    checkout.write(FAILED)
    assert checkout.run("apply", "-auto-approve").exit_code == 3
    forked(state_of(checkout))
    found = state_of(checkout).read_bytes()
    refused = checkout.run("restore", "-auto-approve", "--json")
    assert refused.exit_code == 4, refused.said
    error = lines(refused.stdout, "result")[0]["error"]
    assert error["code"] == "wrong_state"
    assert "--strategy record" in error["hint"]
    assert state_of(checkout).read_bytes() == found
    assert checkout.run("restore", "--strategy=record", "-auto-approve").exit_code == 0
    assert checkout.run("restore", "-auto-approve").exit_code == 0


def test_a_sound_record_is_left_alone(checkout):
    found = state_of(checkout).read_bytes()
    told = checkout.run("restore", "--strategy=record", "-auto-approve", "--json")
    assert told.exit_code == 0, told.said
    assert lines(told.stdout, "step") == []
    assert state_of(checkout).read_bytes() == found


def test_a_dry_run_writes_nothing(checkout):
    state_of(checkout).unlink()
    told = checkout.run("restore", "--strategy=record", "--dry-run", "--json")
    assert told.exit_code == 2, told.said
    assert not state_of(checkout).exists()


def ids(document: dict[str, Any]) -> dict[str, str]:
    return {
        each["name"]: instance["attributes"]["id"]
        for each in document["resources"]
        for instance in each["instances"]
    }
