"""Real deaths and interrupts of guardian while a real Terraform works."""

import json
import shutil
import time
from pathlib import Path

import pytest

from guardian.domain.journal import Kind
from tests.support.guardian import Checkout, terraforms, wait_until
from tests.support.slow import GOOD, SLOW, applied_once, begin, completed, records, truth

pytestmark = pytest.mark.terraform


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return tmp_path / "gate"


@pytest.fixture
def checkout(tmp_path: Path, terraform: str, guardian_exe: Path, gate: Path) -> Checkout:
    return applied_once(Checkout(tmp_path / "checkout", guardian_exe, {"TF_VAR_gate": str(gate)}))


def test_a_killed_guardian_leaves_terraform_at_work_and_its_run_is_taken_over(checkout, gate):
    process = begin(checkout, gate)
    (engine,) = terraforms(checkout.root)
    process.kill()
    process.communicate()
    told = checkout.run("status").said
    assert "cut short" in told
    assert "in doubt" in told
    assert "guardian run resume" in told
    for command in ("apply", "restore"):
        refused = checkout.run(command, "-auto-approve")
        assert refused.exit_code == 4, refused.said
        assert f"pid {engine}" in refused.said
        assert "guardian run resume" in refused.said
    resuming = checkout.start("run", "resume", "--json")
    time.sleep(1)  # twice as long as it pauses between two looks
    assert resuming.poll() is None
    assert terraforms(checkout.root) == {engine}
    gate.touch()
    said, _ = resuming.communicate(timeout=60)
    assert resuming.returncode == 0, said
    result = json.loads(said.splitlines()[-1])
    assert (result["outcome"], result["class"]) == ("applied", "applied")
    assert set(result["instances"]["done"]) == set(truth(checkout))
    assert not terraforms(checkout.root)
    assert completed(records(checkout)) == sorted(truth(checkout))
    told = checkout.run("status")
    assert "nothing is in the way" in told.said
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    assert checkout.run("run", "resume").exit_code == 0


def test_without_its_words_a_killed_guardians_run_is_in_doubt_and_goes_back(checkout, gate):
    process = begin(checkout, gate)
    process.kill()
    process.communicate()
    gate.touch()
    wait_until(lambda: not terraforms(checkout.root), "the orphaned Terraform")
    shutil.rmtree(checkout.root / ".guardian" / "runs")
    for _ in range(2):
        refused = checkout.run("apply", "-auto-approve")
        assert refused.exit_code == 4, refused.said
        assert "cut short" in refused.said
    (killed,) = {each.run_id for each in records(checkout) if each.kind is Kind.HELD}
    assert "in doubt" in checkout.run("run", "show", str(killed)).said
    restored = checkout.run("restore", "-auto-approve", "--json")
    assert restored.exit_code == 0, restored.said
    assert json.loads(restored.stdout.splitlines()[-1])["outcome"] == "restored"
    assert truth(checkout) == {"terraform_data.app": "1"}
    checkout.write(GOOD)
    assert checkout.run("apply", "-auto-approve").exit_code == 0


def test_an_orphan_that_fails_is_told_as_its_guardian_would_have(checkout, gate):
    checkout.write(SLOW.replace("sleep 0.05; done", "sleep 0.05; done; exit 1"))
    process = begin(checkout, gate)
    process.kill()
    process.communicate()
    gate.touch()
    wait_until(lambda: not terraforms(checkout.root), "the orphaned Terraform")
    resumed = checkout.run("run", "resume")
    assert resumed.exit_code == 3, resumed.said
    assert "failed" in resumed.said
    assert "local-exec provisioner error" in resumed.said
    assert checkout.run("run", "resume").exit_code == 0
    assert checkout.run("apply", "-auto-approve").exit_code == 4
    restored = checkout.run("restore", "-auto-approve")
    assert restored.exit_code == 0, restored.said
    assert truth(checkout) == {"terraform_data.app": "1"}


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
    shutil.rmtree(checkout.root / ".guardian" / "runs")
    elsewhere = Checkout(tmp_path / "elsewhere", guardian_exe, store)
    restored = elsewhere.run("restore", "-auto-approve")
    assert restored.exit_code == 0, restored.said
    assert truth(checkout) == {}
    told = elsewhere.run("status")
    assert told.exit_code == 0
    assert "cut short" not in told.said
