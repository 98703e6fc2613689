"""The state cannot be saved at the end of an apply: it is kept, never printed, and put back."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.support.backend_stage import STATE_PATH, Applied, apply_once, lock_of, record_of
from tests.support.guardian import Checkout, Ended, mutant_of
from tests.support.moto import MotoServer
from tests.support.proxy import FaultProxy
from tests.support.sweeps import LONG

pytestmark = pytest.mark.terraform

CANARY = "canary-5f3c-s3cret"
SECRETS = {"TF_VAR_canary": CANARY}
GOOD = """
variable "canary" {
  type      = string
  sensitive = true
}
resource "terraform_data" "app" {
  input = "one"
}
resource "terraform_data" "secret" {
  input = var.canary
}
"""
BROKEN = (
    GOOD.replace('"one"', '"two"')
    + """
resource "terraform_data" "new" {
  input = terraform_data.app.output
}
"""
)
OLDER = b'{"version": 4, "lineage": "of-an-earlier-failure", "serial": 7, "resources": []}\n'


@dataclass(frozen=True)
class Fault:
    """What the state's PUT meets, and whether it was performed all the same."""

    action: str
    status: int = 400
    code: str = "ValidationException"
    written: bool = False


FAULTS = {
    "403": Fault("error_before", 403, "AccessDenied"),
    "500": Fault("error_before", 500, "InternalError"),
    "reset": Fault("reset_before"),
    "reset after": Fault("reset_after", written=True),
    "500 after": Fault("error_after", 500, "InternalError", written=True),
}
PLACES = ("possible", "older", "impossible")
POINTS = list(product(FAULTS, PLACES))
SHORT = [("403", "older"), ("500", "impossible"), ("reset", "possible"), ("reset after", "older")]
"""Each fault and each place once; the long form crosses them."""


@pytest.fixture(scope="module")
def applied(tmp_path_factory, moto_of_the_worker, terraform, guardian_exe) -> Applied:
    moto_of_the_worker.reset()
    directory = tmp_path_factory.mktemp("stranded") / "template"
    return apply_once(directory, moto_of_the_worker, guardian_exe, GOOD, SECRETS)


@pytest.fixture
def begin(
    applied: Applied, moto: MotoServer, proxy: FaultProxy, tmp_path: Path, guardian_exe: Path
) -> Callable[[str], Checkout]:
    def checkout(name: str = "checkout") -> Checkout:
        moto.reset()
        begun = applied.stage(tmp_path / name, moto, proxy.url, guardian_exe)
        begun.environment.update(SECRETS)
        begun.write(BROKEN)
        return begun

    return checkout


def prepare(root: Path, place: str) -> None:
    errored = root / "errored.tfstate"
    if place == "older":
        errored.write_bytes(OLDER)
    elif place == "impossible":
        errored.mkdir()


def strike(proxy: FaultProxy, fault: Fault, **when: Any) -> int:
    """Let the PUT of the state's record fail, the store's not."""
    proxy.faults.clear()
    return proxy.add(
        fault.action,
        service="s3",
        operation="PutObject",
        path=STATE_PATH,
        status=fault.status,
        code=fault.code,
        **when,
    )


def apply_without_a_record(checkout: Checkout, proxy: FaultProxy, fault: Fault, place: str) -> Ended:
    prepare(checkout.root, place)
    rule = strike(proxy, fault)
    failed = checkout.run("apply", "-auto-approve", "--json")
    assert proxy.faults.hits(rule) >= 1
    proxy.faults.clear()
    return failed


def document(raw: bytes | None) -> dict[str, Any]:
    assert raw is not None
    found: dict[str, Any] = json.loads(raw)
    return found


def inputs(raw: bytes | None) -> dict[str, str]:
    return {
        each["name"]: each["instances"][0]["attributes"]["input"]["value"]
        for each in document(raw)["resources"]
    }


def ids(raw: bytes | None) -> dict[str, str]:
    return {each["name"]: each["instances"][0]["attributes"]["id"] for each in document(raw)["resources"]}


def leaks(checkout: Checkout) -> list[str]:
    """Return the files beside the configuration, the store's objects aside, that hold the secret."""
    return [
        name
        for name, body in everything(checkout.root).items()
        if CANARY.encode() in body and "/objects/" not in name
    ]


def everything(root: Path) -> dict[str, bytes]:
    return {str(each.relative_to(root)): each.read_bytes() for each in root.rglob("*") if each.is_file()}


def run_of(ended: Ended) -> str:
    return str(document(ended.stdout.splitlines()[-1].encode())["run_id"])


def older_ones(root: Path) -> list[bytes]:
    return [each.read_bytes() for each in root.glob("errored.tfstate*") if each.is_file()]


def check(
    checkout: Checkout, applied: Applied, moto: MotoServer, failed: Ended, fault: Fault, place: str
) -> None:
    """Check that nothing was lost or told, and that the way back arrives, once and for all."""
    said = failed.said
    assert failed.exit_code == 3, said
    assert older_ones(checkout.root) == ([OLDER] if place == "older" else []), said
    assert leaks(checkout) == [], said
    stood = record_of(moto)
    if fault.written:
        assert document(stood)["serial"] == document(applied.record)["serial"] + 1
    else:
        assert stood == applied.record
    assert lock_of(moto) is None
    restored = checkout.run("restore", "-auto-approve", "--json")
    assert restored.exit_code == 0, restored.said
    said += restored.said
    done = [
        each["kind"]
        for each in map(json.loads, restored.stdout.splitlines())
        if each["type"] == "step" and each["outcome"] == "done"
    ]
    assert done == (["reapply"] if fault.written else ["restore_record", "reapply"])
    after = record_of(moto)
    assert inputs(after) == inputs(applied.record)
    assert ids(after) == ids(applied.record)
    assert document(after)["lineage"] == document(applied.record)["lineage"]
    assert document(after)["serial"] >= document(stood)["serial"] + (1 if fault.written else 2)
    again = checkout.run("restore", "-auto-approve", "--json")
    assert again.exit_code == 0, again.said
    assert record_of(moto) == after
    said += (
        again.said + checkout.run("run", "show", run_of(failed), "--json").said + checkout.run("status").said
    )
    assert CANARY not in said
    assert older_ones(checkout.root) == ([OLDER] if place == "older" else [])
    assert leaks(checkout) == []


@pytest.mark.sweep
def test_a_state_that_cannot_be_saved_is_kept_and_put_back(begin, applied, moto, proxy, tally):
    points = POINTS if LONG else SHORT
    tally(6, points=len(points))
    for number, (name, place) in enumerate(points):
        checkout, fault = begin(f"point-{number}"), FAULTS[name]
        failed = apply_without_a_record(checkout, proxy, fault, place)
        check(checkout, applied, moto, failed, fault, place)


MUTANTS = {
    "the older one is left to be overwritten": (
        "older",
        "from guardian.adapters.terraform import errored; errored.set_aside = lambda root: None",
    ),
    "what was left is not looked for": (
        "possible",
        "from guardian.adapters.terraform import engine; engine._stranded = lambda *each: None",
    ),
    "the dump stays in its event": (
        "impossible",
        """
import json
from guardian.adapters.terraform.events import EventReader
kept = EventReader.line
def line(self, raw):
    kept(self, raw)
    if b"Emergency" in raw:
        self._on_event(json.loads(raw))
EventReader.line = line
""",
    ),
    "the new one stays in the checkout": (
        "possible",
        "from guardian.operations import stranded; stranded.let_go = lambda *each: None",
    ),
}


@pytest.mark.sweep
def test_the_sweep_catches_its_mutants(begin, applied, moto, proxy, guardian_exe, tmp_path, tally):
    tally(6, mutants=len(MUTANTS))
    for number, (name, (place, patch)) in enumerate(MUTANTS.items()):
        checkout = begin(f"mutant-{number}")
        checkout.exe = mutant_of(guardian_exe, tmp_path / f"guardian-{number}", patch)
        failed = apply_without_a_record(checkout, proxy, FAULTS["403"], place)
        assert failed.exit_code == 3, f"{name}: {failed.said}"
        with pytest.raises(AssertionError):
            check(checkout, applied, moto, failed, FAULTS["403"], place)


def test_a_record_that_guardian_cannot_write_is_written_later(begin, applied, moto, proxy):
    checkout = begin()
    apply_without_a_record(checkout, proxy, FAULTS["403"], "possible")
    strike(proxy, FAULTS["403"])
    refused = checkout.run("restore", "-auto-approve")
    assert refused.exit_code in {1, 6}, refused.said
    assert "Traceback" not in refused.said
    assert (record_of(moto), lock_of(moto)) == (applied.record, None)
    proxy.faults.clear()
    assert checkout.run("restore", "-auto-approve").exit_code == 0
    assert inputs(record_of(moto)) == inputs(applied.record)


def test_what_a_way_back_could_not_save_is_put_back_too(begin, applied, moto, proxy):
    checkout = begin()
    apply_without_a_record(checkout, proxy, FAULTS["403"], "possible")
    rule = strike(proxy, FAULTS["403"], from_nth=2)  # the first is guardian's own, under the lock
    failed = checkout.run("restore", "-auto-approve")
    assert failed.exit_code == 6, failed.said
    assert proxy.faults.hits(rule) >= 1
    proxy.faults.clear()
    assert inputs(record_of(moto))["app"] == "two"  # what Terraform had done since is in no record
    restored = checkout.run("restore", "-auto-approve", "--json")
    assert restored.exit_code == 0, restored.said
    assert '"restore_record"' in restored.stdout
    assert inputs(record_of(moto)) == inputs(applied.record)
    assert ids(record_of(moto)) == ids(applied.record)
    assert CANARY not in failed.said + restored.said


SLOW = (
    BROKEN
    + """
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "sleep 22"
  }
}
resource "terraform_data" "late" {
  depends_on = [terraform_data.slow]
}
"""
)


def test_a_record_that_was_saved_half_way_is_not_the_end_of_it(begin, applied, moto, proxy):
    """Terraform saves every 20 s: what it saved first hides that the rest could not be saved."""
    checkout = begin()
    checkout.write(SLOW)
    rule = strike(proxy, FAULTS["403"], from_nth=2)
    failed = checkout.run("apply", "-auto-approve")
    assert failed.exit_code == 3, failed.said
    assert proxy.faults.hits(rule) >= 1
    proxy.faults.clear()
    saved = document(record_of(moto))
    assert saved["serial"] > document(applied.record)["serial"]
    assert "late" not in {each["name"] for each in saved["resources"]}
    restored = checkout.run("restore", "-auto-approve", "--json")
    assert restored.exit_code == 0, restored.said
    assert '"restore_record"' in restored.stdout
    assert inputs(record_of(moto)) == inputs(applied.record)


def test_an_older_one_is_back_in_its_place_after_a_good_apply(begin):
    checkout = begin()
    prepare(checkout.root, "older")
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    assert (checkout.root / "errored.tfstate").read_bytes() == OLDER
    assert older_ones(checkout.root) == [OLDER]
