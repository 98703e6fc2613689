"""Real deaths and interrupts of guardian while a real Terraform works."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from guardian.adapters.store import open_store
from guardian.adapters.system import ProcessIdentity, SystemClock
from guardian.domain.journal import Kind
from guardian.repository.repository import Repository
from tests.support.guardian import Checkout, terraforms, wait_until

pytestmark = pytest.mark.terraform

GOOD = """\
resource "terraform_data" "app" {
  input = "1"
}
"""
# The second half waits for a file, so that a test and not a clock decides how long Terraform works.
SLOW = """\
variable "gate" {
  type = string
}

resource "terraform_data" "app" {
  input = "2"
}

resource "terraform_data" "slow" {
  depends_on = [terraform_data.app]
  provisioner "local-exec" {
    command = "echo begun >> '${var.gate}.begun'; while [ ! -e '${var.gate}' ]; do sleep 0.05; done"
  }
}

resource "terraform_data" "last" {
  depends_on = [terraform_data.slow]
}
"""


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return tmp_path / "gate"


@pytest.fixture
def checkout(tmp_path: Path, terraform: str, guardian_exe: Path, gate: Path) -> Checkout:
    checkout = Checkout(tmp_path / "checkout", guardian_exe, {"TF_VAR_gate": str(gate)})
    checkout.write(GOOD)
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    checkout.write(SLOW)
    return checkout


def begin(checkout: Checkout, gate: Path) -> "subprocess.Popen[str]":
    process = checkout.start("apply", "-auto-approve")
    wait_until(Path(f"{gate}.begun").exists, "Terraform's second resource")
    return process


def truth(checkout: Checkout) -> dict[str, str | None]:
    """Return what the state holds: the input of each instance by address."""
    state = json.loads((checkout.root / "terraform.tfstate").read_bytes())
    return {
        f"{each['type']}.{each['name']}": (each["instances"][0]["attributes"].get("input") or {}).get("value")
        for each in state["resources"]
    }


def test_a_killed_guardian_leaves_terraform_at_work_and_a_way_back(checkout, gate):
    process = begin(checkout, gate)
    (engine,) = terraforms(checkout.root)
    process.kill()
    process.communicate()
    assert "cut short" in checkout.run("status").said
    for command in ("apply", "restore"):
        refused = checkout.run(command, "-auto-approve")
        assert refused.exit_code == 4, refused.said
        assert f"pid {engine}" in refused.said
    gate.touch()
    wait_until(lambda: not terraforms(checkout.root), "the orphaned Terraform")
    assert set(truth(checkout)) == {"terraform_data.app", "terraform_data.slow", "terraform_data.last"}
    told = checkout.run("status")
    assert "cut short" in told.said
    assert "guardian restore" in told.said
    for _ in range(2):
        refused = checkout.run("apply", "-auto-approve")
        assert refused.exit_code == 4, refused.said
        assert "cut short" in refused.said
    restored = checkout.run("restore", "-auto-approve", "--json")
    assert restored.exit_code == 0, restored.said
    assert json.loads(restored.stdout.splitlines()[-1])["outcome"] == "restored"
    assert truth(checkout) == {"terraform_data.app": "1"}
    checkout.write(GOOD)
    assert checkout.run("apply", "-auto-approve").exit_code == 0


def test_a_killed_first_apply_is_taken_down_elsewhere(tmp_path, terraform, guardian_exe, gate):
    """No baseline, no checkout, and the values of its variables only in the plan that was being applied."""
    store = {"GUARDIAN_STORE": str(tmp_path / "store")}
    checkout = Checkout(tmp_path / "checkout", guardian_exe, {**store, "TF_VAR_gate": str(gate)})
    checkout.write(SLOW)
    process = begin(checkout, gate)
    process.kill()
    process.communicate()
    gate.touch()
    wait_until(lambda: not terraforms(checkout.root), "the orphaned Terraform")
    elsewhere = Checkout(tmp_path / "elsewhere", guardian_exe, store)
    restored = elsewhere.run("restore", "-auto-approve")
    assert restored.exit_code == 0, restored.said
    assert truth(checkout) == {}
    told = elsewhere.run("status")
    assert told.exit_code == 0
    assert "cut short" not in told.said


@pytest.mark.parametrize("times", [1, 3])
def test_terraform_gets_one_interrupt_however_many_come(checkout, gate, times):
    process = begin(checkout, gate)
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        wait_until(lambda: not is_pending(process.pid), "guardian to take the signal")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert not terraforms(checkout.root)
    told = [each for each in messages(checkout) if "nterrupt" in each]
    assert len(told) == 1, told  # a second one would say: two interrupts received, exiting immediately
    assert "terraform_data.last" not in truth(checkout)
    refused = checkout.run("apply", "-auto-approve")
    assert refused.exit_code == 4
    assert "interrupted" in refused.said
    restored = checkout.run("restore", "-auto-approve")
    assert restored.exit_code == 0, restored.said
    assert truth(checkout) == {"terraform_data.app": "1"}


def is_pending(pid: int) -> bool:
    """Tell whether a process has an interrupt that it did not take yet."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return False
    masks = [int(line.split()[1], 16) for line in lines if line.startswith(("ShdPnd", "SigPnd"))]
    return any(mask & 1 << (signal.SIGINT - 1) for mask in masks)


def messages(checkout: Checkout) -> list[str]:
    """Return what Terraform said in the applies, from the journal."""
    repository = Repository.open(
        open_store(".guardian", base=checkout.root), clock=SystemClock(), identity=ProcessIdentity()
    )
    (project,) = repository.projects()
    return [
        event["@message"]
        for record in repository.project(project.name).log.read()
        if record.kind is Kind.ENGINE_EVENTS
        for event in record.body["events"]
    ]
