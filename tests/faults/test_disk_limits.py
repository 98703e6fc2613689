"""A disk that fills up, runs out of inodes or turns read-only under the installed guardian and Terraform."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.guardian import Checkout, Ended
from tests.support.mounts import mounted
from tests.support.sweeps import some

pytestmark = [pytest.mark.terraform, pytest.mark.sweep]

APP = """\
resource "terraform_data" "app" {
  input = "%s"
}
"""
# The disk changes while Terraform works: between two instances, and after them something is left to do.
MIDDLE = """\
resource "terraform_data" "app" {
  input = "2"
}

resource "terraform_data" "breaks" {
  depends_on = [terraform_data.app]
  provisioner "local-exec" {
    command = "%s"
  }
}

resource "terraform_data" "last" {
  depends_on = [terraform_data.breaks]
}
"""
DONE = {"app": "2", "breaks": None, "last": None}
FULL = "dd if=/dev/zero of={disk}/ballast bs=4096 2>/dev/null; true"
NO_INODES = "i=0; while touch {disk}/ballast.$i 2>/dev/null; do i=$((i+1)); done; true"
READ_ONLY = "until mount -o remount,ro {disk}; do sleep 0.1; done"
FAULTS = {"full": FULL, "without inodes": NO_INODES, "read-only": READ_ONLY}
MENDS = {"full": "rm {disk}/ballast", "without inodes": "rm {disk}/ballast.*"}
REMOUNT = "mount -o remount,rw {disk}"
# Where the store is, or where the run directories are.
BUSY = "work, read-only"  # while Terraform has a file open there it cannot be remounted
CASES = [
    "store, full",
    "work, without inodes",
    "store, read-only",
    BUSY,
    "store, without inodes",
    "work, full",
]
OPTIONS = "size=2m,nr_inodes=600,mode=0700"


@dataclass
class Scene:
    """A checkout with a baseline and a change pending; one of its directories is a disk of its own."""

    checkout: Checkout
    disk: Path
    fault: str

    def shell(self, command: str) -> str:
        return command.format(disk=self.disk)

    def strike(self) -> None:
        subprocess.run(["sh", "-c", self.shell(FAULTS[self.fault])], check=True)

    def mend(self) -> None:
        subprocess.run(["sh", "-c", self.shell(MENDS.get(self.fault, REMOUNT))], check=True)

    def result(self, *arguments: str) -> tuple[Ended, dict[str, Any]]:
        ended = self.checkout.run(*arguments, "--json")
        assert "Traceback" not in ended.said, ended.said
        return ended, json.loads(ended.stdout.splitlines()[-1])

    @property
    def truth(self) -> dict[str, Any]:
        state = json.loads((self.checkout.root / "terraform.tfstate").read_bytes())
        return {
            each["name"]: (each["instances"][0]["attributes"].get("input") or {}).get("value")
            for each in state["resources"]
        }


@pytest.fixture
def scene(
    request: pytest.FixtureRequest, tmp_path: Path, terraform: str, guardian_exe: Path
) -> Iterator[Scene]:
    place, _, fault = request.param.partition(", ")
    root, store = tmp_path / "checkout", tmp_path / "store"
    root.mkdir()
    with mounted(store if place == "store" else root / ".guardian", OPTIONS) as disk:
        checkout = Checkout(root, guardian_exe, {"GUARDIAN_STORE": str(store)})
        checkout.write(APP % 1)
        assert checkout.run("apply", "-auto-approve").exit_code == 0
        yield Scene(checkout, disk, fault)


@pytest.mark.parametrize("scene", some(CASES, 2), indirect=True)
def test_what_fails_before_the_apply_changes_nothing(scene, tally):
    tally(5, points=1)
    scene.checkout.write(APP % 2)
    before = (scene.checkout.root / "terraform.tfstate").read_bytes()
    scene.strike()
    refused, said = scene.result("apply", "-auto-approve")
    assert (refused.exit_code, said["outcome"]) == (1, "error"), refused.said
    assert str(scene.disk) in said["error"]["message"]
    assert said["error"]["hint"]
    assert (scene.checkout.root / "terraform.tfstate").read_bytes() == before
    scene.mend()
    applied, _ = scene.result("apply", "-auto-approve")
    assert applied.exit_code == 0, applied.said
    assert scene.truth == {"app": "2"}


@pytest.mark.parametrize("scene", some([each for each in CASES if each != BUSY], 2), indirect=True)
def test_what_fails_in_the_middle_ends_and_is_captured_or_in_doubt(scene, tally):
    tally(5, points=1)
    scene.checkout.write(MIDDLE % scene.shell(FAULTS[scene.fault]))
    ended, said = scene.result("apply", "-auto-approve")
    # Terraform went on to its end, whatever became of its words.
    assert scene.truth == DONE
    scene.mend()
    status, shown = scene.result("status")
    assert status.exit_code == 0, status.said
    assert shown["last_run"]["id"] == said["run_id"]
    if ended.exit_code == 0:
        assert (shown["last_run"]["outcome"], shown["hold"]) == ("applied", None)
        again, _ = scene.result("apply", "-auto-approve")
        assert again.exit_code == 0, again.said
    else:
        assert ended.exit_code == 3, ended.said
        assert said["error"]["hint"]
        assert shown["class"] in {"in_doubt", "failed"}
        restored, _ = scene.result("restore", "-auto-approve")
        assert restored.exit_code == 0, restored.said
        # Its Terraform's own words may tell the next guardian that all went well: then that is the baseline.
        told, shown = scene.result("status")
        assert (told.exit_code, shown["hold"]) == (0, None), told.said
        taken_over = "ended well" in restored.said
        assert scene.truth == (DONE if taken_over else {"app": "1"})
    verified, _ = scene.result("snapshot", "verify")
    assert verified.exit_code == 0, verified.said
