"""Signals, as people, terminals and CI send them: Terraform gets one, and "interrupted" is written first."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from guardian.domain.journal import Kind
from tests.support.guardian import Checkout, mutant_of, terraforms, wait_until
from tests.support.slow import THERE, applied_once, begin, records, truth
from tests.support.sweeps import some

pytestmark = [pytest.mark.terraform, pytest.mark.sweep]

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]
TIMES = {"once": 1, "twice": 2, "a storm": 25}
EACH = [(each, times) for times in TIMES for each in SIGNALS]
# Terraform's own script around itself: it waits for a file before it plans, or takes every interrupt alone.
SLOW_PLAN = """\
#!/bin/sh
if [ "$1" = plan ]; then
  echo begun > "$TF_VAR_gate.planning"
  while [ ! -e "$TF_VAR_gate" ]; do sleep 0.05; done
fi
exec terraform "$@"
"""
DEAF = """\
#!/bin/sh
if [ "$1" = apply ]; then
  trap '' INT TERM
  terraform "$@" &
  while kill -0 $! 2>/dev/null; do sleep 0.05; done
  wait $!
  exit $?
fi
exec terraform "$@"
"""
COUNTING = DEAF.replace("trap '' INT TERM", """trap 'echo one >> "$TF_VAR_gate.interrupts"' INT""")
LEASE = {Kind.LEASE_RENEWED, Kind.LEASE_RELEASED}


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return tmp_path / "gate"


@pytest.fixture
def checkout(tmp_path: Path, terraform: str, guardian_exe: Path, gate: Path) -> Checkout:
    return applied_once(Checkout(tmp_path / "checkout", guardian_exe, {"TF_VAR_gate": str(gate)}))


def through(checkout: Checkout, script: str) -> None:
    """Let guardian find a script in Terraform's place."""
    wrapper = checkout.root.parent / "bin" / "terraform"
    wrapper.parent.mkdir()
    wrapper.write_text(script)
    wrapper.chmod(0o755)
    checkout.environment["GUARDIAN_ENGINE"] = str(wrapper)


def send(process: "subprocess.Popen[str]", number: signal.Signals, times: int) -> None:
    """Send a signal, each time once the one before was taken."""
    for _ in range(times):
        if process.poll() is None:
            process.send_signal(number)
            wait_until(lambda: not is_pending(process.pid, number), "guardian to take the signal")


def is_pending(pid: int, number: signal.Signals) -> bool:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return False
    masks = [int(line.split()[1], 16) for line in lines if line.startswith(("ShdPnd", "SigPnd"))]
    return any(mask & 1 << (number - 1) for mask in masks)


def settled(checkout: Checkout) -> int:
    """Return the number of the newest record, once nothing is written any more."""
    last, since = 0, time.monotonic()
    while time.monotonic() - since < 1.5:
        newest = records(checkout)[-1].number
        if newest != last:
            last, since = newest, time.monotonic()
        time.sleep(0.1)
    return last


def check_first_word(checkout: Checkout, before: int, number: signal.Signals) -> None:
    """Hold the journal to it: the first thing after the signal says so, once."""
    later = [each for each in records(checkout) if each.number > before and each.kind not in LEASE]
    assert later[0].kind is Kind.INTERRUPTED
    assert later[0].body == {"signal": number.name}
    assert [each.kind for each in later].count(Kind.INTERRUPTED) == 1


def check_one_interrupt(checkout: Checkout) -> None:
    """Hold Terraform's own words to it: a second one would say that two were received."""
    words = [
        event["@message"]
        for each in records(checkout)
        if each.kind is Kind.ENGINE_EVENTS
        for event in each.body["events"]
    ]
    assert len([each for each in words if "nterrupt" in each]) == 1, words


def check_way_back(checkout: Checkout) -> None:
    refused = checkout.run("apply", "-auto-approve")
    assert refused.exit_code == 4
    assert "interrupted" in refused.said
    restored = checkout.run("restore", "-auto-approve")
    assert restored.exit_code == 0, restored.said
    assert truth(checkout) == THERE


@pytest.mark.parametrize(("number", "times"), some(EACH, 5))
def test_a_signal_while_terraform_applies(checkout, gate, tally, number, times):
    tally(3, points=1)
    process = begin(checkout, gate)
    before = settled(checkout)
    send(process, number, TIMES[times])
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert not terraforms(checkout.root)
    assert "terraform_data.last" not in truth(checkout)
    check_first_word(checkout, before, number)
    check_one_interrupt(checkout)
    check_way_back(checkout)


@pytest.mark.parametrize(("number", "times"), some(EACH, 3))
def test_a_signal_while_terraform_plans(checkout, gate, tally, number, times):
    tally(3, points=1)
    through(checkout, SLOW_PLAN)
    process = checkout.start("apply", "-auto-approve")
    wait_until(Path(f"{gate}.planning").exists, "Terraform's plan")
    before = settled(checkout)
    send(process, number, TIMES[times])
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    check_first_word(checkout, before, number)
    gate.touch()
    told = checkout.run("status")
    assert "nothing is in the way" in told.said
    assert truth(checkout) == THERE
    assert checkout.run("apply", "-auto-approve").exit_code == 0


def test_a_terminal_that_closes(checkout, gate, tally):
    """The terminal's end is a SIGHUP, and from then on nobody reads what guardian says."""
    tally(3, points=1)
    master, slave = os.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", checkout.exe, "apply", "-auto-approve"],
        cwd=checkout.root,
        env={**os.environ, **checkout.environment, "TERM": "xterm"},  # with the line that is redrawn
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    wait_until(Path(f"{gate}.begun").exists, "Terraform's second resource")
    os.close(master)
    assert process.wait(timeout=60) == 130
    assert not terraforms(checkout.root)
    found = next(each for each in records(checkout) if each.kind is Kind.INTERRUPTED)
    assert found.body == {"signal": "SIGHUP"}
    check_one_interrupt(checkout)
    check_way_back(checkout)


def test_a_cancelled_job_is_on_hold_before_it_is_killed(checkout, gate, tally):
    """INT, 7.5 s, TERM, 2.5 s, KILL of everything, and a Terraform that does not end in that time."""
    tally(3, points=1)
    through(checkout, DEAF)
    process = begin(checkout, gate)
    before = settled(checkout)
    for number, pause_s in ((signal.SIGINT, 7.5), (signal.SIGTERM, 2.5)):
        process.send_signal(number)
        time.sleep(pause_s)
        assert process.poll() is None
    engines = terraforms(checkout.root)
    process.kill()
    for each in engines:
        os.kill(each, signal.SIGKILL)
    process.communicate()
    gate.touch()
    check_first_word(checkout, before, signal.SIGINT)
    told = json.loads(checkout.run("status", "--json").stdout.splitlines()[-1])
    assert told["hold"]["reason"].startswith("interrupted by SIGINT")
    assert told["class"] == "in_doubt"
    wait_until(lambda: not terraforms(checkout.root), "Terraform's end")
    resumed = checkout.run("run", "resume")
    assert resumed.exit_code == 3, resumed.said
    checkout.environment.pop("GUARDIAN_ENGINE")
    restored = checkout.run("restore", "-auto-approve")
    assert restored.exit_code == 6, restored.said  # a creation was killed: what it left, nobody can prove
    assert "May exist, although no state knows it:\n      terraform_data.slow" in restored.stdout
    assert truth(checkout) == THERE


def test_what_was_held_in_the_grace_period_and_ends_well_is_released(checkout, gate, tally):
    tally(3, points=1)
    through(checkout, DEAF)
    checkout.environment["GUARDIAN_INTERRUPT__GRACE_S"] = "1"
    process = begin(checkout, gate)
    process.send_signal(signal.SIGINT)
    wait_until(lambda: any(each.kind is Kind.HELD for each in records(checkout)), "the hold")
    gate.touch()
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "nothing is in the way" in checkout.run("status").said


def check_count(checkout: Checkout, gate: Path) -> None:
    """Storm, and hold guardian to the number of interrupts that reach its engine."""
    through(checkout, COUNTING)
    process = begin(checkout, gate)
    for _ in range(6):
        send(process, signal.SIGINT, 1)
        time.sleep(0.2)
    gate.touch()
    process.communicate(timeout=60)
    assert Path(f"{gate}.interrupts").read_text().split() == ["one"]


def test_of_a_storm_one_interrupt_reaches_the_engine(checkout, gate, tally):
    tally(3, points=1)
    check_count(checkout, gate)


def test_the_sweep_catches_a_guardian_that_forwards_every_signal(checkout, gate, tally):
    """A mutant: it passes each SIGINT on."""
    tally(3, points=1, mutants=1)
    checkout.exe = mutant_of(checkout.exe, checkout.root.parent / "mutant", FORWARDS_ALL)
    with pytest.raises(AssertionError, match="'one', 'one'"):
        check_count(checkout, gate)


FORWARDS_ALL = """
import signal
from guardian.adapters import system
from guardian.adapters.terraform import process
take = system.SignalInterruption._remember
engines = []
begin = process._Watch.__init__
def beginning(self, started, *rest):
    if started.args[1] == 'apply':
        engines.append(started)
    begin(self, started, *rest)
def forwarding(self, number, frame):
    take(self, number, frame)
    for each in engines:
        each.send_signal(signal.SIGINT)
process._Watch.__init__ = beginning
system.SignalInterruption._remember = forwarding
"""
