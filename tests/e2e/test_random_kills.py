"""Kills at moments that nobody chose: guardian alone, and everything at once; then one command goes on."""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest

from guardian.errors import ExitCode
from tests.support.guardian import Checkout, mutant_of, terraforms, wait_until
from tests.support.slow import THERE, applied_once, completed, records, truth
from tests.support.sweeps import times

pytestmark = [pytest.mark.terraform, pytest.mark.sweep]

RELEASE = """\
resource "terraform_data" "app" {
  input = "2"
}

resource "terraform_data" "first" {
  depends_on = [terraform_data.app]
  provisioner "local-exec" {
    command = "sleep 0.4"
  }
}

resource "terraform_data" "second" {
  depends_on = [terraform_data.first]
  provisioner "local-exec" {
    command = "sleep 0.4"
  }
}
"""
WHOLE = {"terraform_data.app": "2", "terraform_data.first": None, "terraform_data.second": None}
MEANWHILE_S = 6.0
"""About how long the release takes, from the start of guardian to its end, on a busy machine."""


@pytest.fixture
def checkout(tmp_path: Path, terraform: str, guardian_exe: Path) -> Checkout:
    checkout = applied_once(Checkout(tmp_path / "checkout", guardian_exe))
    checkout.write(RELEASE)
    return checkout


def kill(checkout: Checkout, after_s: float, *, everything: bool) -> None:
    """Start the release, and kill after some time."""
    process = checkout.start("apply", "-auto-approve")
    time.sleep(after_s)
    process.kill()
    if everything:
        for each in terraforms(checkout.root):
            os.kill(each, signal.SIGKILL)
    process.communicate()


KILLS = times(4, 50)


def moment_of(number: int) -> float:
    """Return one of the moments that are spread over the release, moved a little by chance."""
    return (number + random.random()) * MEANWHILE_S / KILLS  # noqa: S311


@pytest.mark.parametrize("number", range(KILLS))
def test_a_kill_of_guardian_alone(checkout, tally, number):
    """Terraform lives on, loses no event, is waited for, and its run ends as if nothing had happened."""
    tally(1, points=1)
    after_s = moment_of(number)
    kill(checkout, after_s, everything=False)
    while terraforms(checkout.root):
        refused = checkout.run("apply", "-auto-approve")
        if refused.exit_code != 4:
            assert not terraforms(checkout.root)
            break
        time.sleep(0.1)
    resumed = checkout.run("run", "resume", "--json")
    assert resumed.exit_code == 0, f"killed after {after_s:.3f} s: {resumed.said}"
    assert truth(checkout) in (THERE, WHOLE), after_s
    if truth(checkout) == WHOLE:
        assert completed(records(checkout)) == sorted(WHOLE), (
            f"an event was lost, killed after {after_s:.3f} s"
        )
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    assert truth(checkout) == WHOLE


@pytest.mark.parametrize("number", range(KILLS))
def test_a_kill_of_everything(checkout, tally, number):
    """What is said of the run is true, and the way back leads to the baseline; twice is the same."""
    tally(2, points=1)
    after_s = moment_of(number)
    kill(checkout, after_s, everything=True)
    before = (checkout.root / "terraform.tfstate").read_bytes()
    resumed = checkout.run("run", "resume", "--json")
    said = json.loads(resumed.stdout.splitlines()[-1])
    where = f"killed after {after_s:.3f} s: {said}"
    assert resumed.exit_code in {0, 3}, where
    if said["class"] == "not_started":
        assert json.loads(before)["serial"] == 1, where
        return
    restored = checkout.run("restore", "-auto-approve")
    if said["class"] == "in_doubt":
        lost = "May exist, although no state knows it" in restored.stdout
        assert restored.exit_code == (ExitCode.RESTORE_INCOMPLETE if lost else ExitCode.OK), restored.said
        assert truth(checkout) == THERE, where
    again = checkout.run("restore", "-auto-approve")
    assert again.exit_code == (restored.exit_code if said["class"] == "in_doubt" else 0), again.said


def test_the_sweep_catches_a_terraform_that_dies_with_its_guardian(checkout, tally):
    """A mutant: Terraform's output goes through a pipe, as most programs would have it."""
    tally(1, points=1, mutants=1)
    checkout.exe = mutant_of(checkout.exe, checkout.root.parent / "mutant", THROUGH_A_PIPE)
    process = checkout.start("apply", "-auto-approve")
    wait_until(lambda: terraforms(checkout.root), "Terraform")
    time.sleep(0.3)
    process.kill()
    process.communicate()
    wait_until(lambda: not terraforms(checkout.root), "the orphaned Terraform")
    assert truth(checkout) != WHOLE


THROUGH_A_PIPE = """
import shutil, subprocess, threading
real = subprocess.Popen
def piped(argv, **given):
    if len(argv) < 2 or argv[1] != 'apply':
        return real(argv, **given)
    file = open(given['stdout'].name, 'ab', buffering=0)
    process = real(argv, **{**given, 'stdout': subprocess.PIPE})
    threading.Thread(target=shutil.copyfileobj, args=(process.stdout, file, 1), daemon=True).start()
    return process
subprocess.Popen = piped
"""
