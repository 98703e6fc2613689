"""A configuration whose second half waits for a file: a test, and not a clock, decides how long it takes."""

import json
import subprocess
from pathlib import Path

from guardian.adapters.store import open_store
from guardian.adapters.system import ProcessIdentity, SystemClock
from guardian.domain.journal import Kind, Record
from guardian.repository.repository import Repository
from tests.support.guardian import Checkout, wait_until

GOOD = """\
resource "terraform_data" "app" {
  input = "1"
}
"""
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
THERE = {"terraform_data.app": "1"}


def applied_once(checkout: Checkout) -> Checkout:
    """Apply the good configuration, and write the slow one."""
    checkout.write(GOOD)
    ended = checkout.run("apply", "-auto-approve")
    assert ended.exit_code == 0, ended.said
    checkout.write(SLOW)
    return checkout


def begin(checkout: Checkout, gate: Path) -> "subprocess.Popen[str]":
    """Start an apply, and return while Terraform is at its second resource."""
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


def records(checkout: Checkout) -> list[Record]:
    """Return the log of the only project in a checkout's own store."""
    repository = Repository.open(
        open_store(".guardian", base=checkout.root), clock=SystemClock(), identity=ProcessIdentity()
    )
    (project,) = repository.projects()
    return list(repository.project(project.name).log.read())


def completed(found: list[Record]) -> list[str]:
    """Return what the newest apply's events call complete, sorted; as often as they say so."""
    run = [each.run_id for each in found if each.kind is Kind.APPLYING][-1]
    return sorted(
        event["hook"]["resource"]["addr"]
        for each in found
        if each.kind is Kind.ENGINE_EVENTS and each.run_id == run
        for event in each.body["events"]
        if event["type"] == "apply_complete"
    )
