"""Installed guardians with a real Terraform: several at once, and one that is stopped and overtaken."""

import json
import os
import shutil
import signal
import subprocess
import time
from itertools import cycle, islice
from pathlib import Path

import pytest

from guardian.adapters.store import open_store
from guardian.adapters.store.keys import RESERVED
from guardian.adapters.system import ProcessIdentity, SystemClock
from guardian.domain.journal import Kind, Record
from guardian.repository.project import Project
from guardian.repository.repository import Repository
from tests.support.chain import open_runs, sound
from tests.support.guardian import Checkout, terraforms, wait_until
from tests.support.racing import check_turns
from tests.support.sweeps import LONG, times
from tests.support.wants import lacking

pytestmark = [pytest.mark.terraform, pytest.mark.sweep]

PROMISE = 9
RACERS = times(4, 8)
TTL_S = 5


def release(value: str) -> str:
    return f'resource "terraform_data" "app" {{\n  input = "{value}"\n}}\n'


def project_in(store: Path) -> Project:
    repository = Repository.open(
        open_store(str(store), base=store), clock=SystemClock(), identity=ProcessIdentity()
    )
    (descriptor,) = repository.projects()
    return repository.project(descriptor.name)


def files(*roots: Path) -> dict[Path, bytes]:
    """Return what is stored and recorded, byte for byte; the unfinished file of a write is no key yet."""
    return {
        each: each.read_bytes()
        for root in roots
        for each in ([root] if root.is_file() else sorted(root.rglob("*")))
        if each.is_file() and each.parent.name != RESERVED
    }


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def checkout(tmp_path: Path, terraform: str, guardian_exe: Path, store: Path) -> Checkout:
    environment = {"GUARDIAN_STORE": str(store), "GUARDIAN_LEASE__TTL_S": str(TTL_S)}
    checkout = Checkout(tmp_path / "checkout", guardian_exe, environment)
    checkout.write(release("1"))
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    return checkout


def test_of_several_applies_at_once_one_does_it(checkout, store, tally):
    races = times(1, 10)
    tally(PROMISE, points=races)
    for race in range(races):
        checkout.write(release(f"race {race}"))
        known = len(list(project_in(store).log.read()))
        racers = [checkout.start("apply", "-auto-approve") for _ in range(RACERS)]
        said = [each.communicate(timeout=120)[0] for each in racers]
        winners = []
        for each, text in zip(racers, said, strict=True):
            assert "Traceback" not in text
            assert each.returncode in {0, 4}, text
            if each.returncode:
                assert "works on this project since" in text, text
                assert any(f"(pid {other.pid})" in text for other in racers if other is not each), text
                assert "guardian status" in text
            else:
                winners.append(text)
        records = sound(project_in(store))
        check_turns(records)
        assert open_runs(records) == set()
        # Who came when the first had finished found nothing to do.
        assert [each.kind for each in records[known:]].count(Kind.APPLYING) == 1
        assert len(winners) >= 1
        outcomes = [each.body["outcome"] for each in records[known:] if each.kind is Kind.RUN_CLOSED]
        assert sorted(outcomes) == ["applied"] + ["no_changes"] * (len(winners) - 1)


@pytest.fixture
def elsewhere(tmp_path: Path, guardian_exe: Path, store: Path, terraform: str) -> Checkout:
    """Return a machine without the checkout, on which no process of ours can be seen."""
    if os.geteuid() or not shutil.which("unshare"):
        lacking("root and unshare", "a pid namespace of its own takes both")
    wrapper = tmp_path / "guardian-elsewhere"
    wrapper.write_text(f'#!/bin/sh\nexec unshare --pid --fork --mount-proc {guardian_exe} "$@"\n')
    wrapper.chmod(0o755)
    return Checkout(tmp_path / "elsewhere", wrapper, {"GUARDIAN_STORE": str(store)})


def stopped_at(checkout: Checkout, log: Path, number: int) -> "subprocess.Popen[str]":
    """Begin an apply, and stop it as soon as its log has so many records."""
    process = checkout.start("apply", "-auto-approve", "--json")
    while process.poll() is None and len(list(log.iterdir())) < number:
        time.sleep(0.001)
    if process.poll() is None:
        process.send_signal(signal.SIGSTOP)
    return process


def test_a_guardian_that_is_stopped_and_overtaken_writes_nothing_more(checkout, elsewhere, store, tally):
    state = checkout.root / "terraform.tfstate"
    (log,) = store.glob("states/*/log")
    before = len(list(log.iterdir()))
    checkout.write(release("rehearsal"))
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    kinds = [each.kind for each in project_in(store).log.read()][before:]
    instants = range(1, len(kinds)) if LONG else [kinds.index(Kind.APPLYING) + 1]
    rounds = times(1, 50)
    tally(PROMISE, points=rounds)
    for turn, instant in enumerate(islice(cycle(instants), rounds)):
        checkout.write(release(f"round {turn}"))
        known = len(list(log.iterdir()))
        process = stopped_at(checkout, log, known + instant)
        # Terraform is not stopped with it, and ends.
        wait_until(lambda: not terraforms(checkout.root), "Terraform")
        records = list(project_in(store).log.read())[known:]
        restored = elsewhere.run("restore", "-auto-approve")
        assert "Traceback" not in restored.said
        left = files(store, state)
        process.send_signal(signal.SIGCONT)
        said, _ = process.communicate(timeout=60)
        where = f"round {turn}, after {records[-1].kind if records else 'nothing'}: {said} {restored.said}"
        assert files(store, state) == left, where
        check_end(process.returncode, said, records, restored.exit_code, where)
        check_turns(sound(project_in(store)))


def check_end(exit_code: int, said: str, records: list[Record], restored: int, where: str) -> None:
    """Hold the end of the one that was overtaken to what it had done when it was stopped."""
    kinds = {each.kind for each in records}
    assert "Traceback" not in said, where
    if Kind.RUN_CLOSED in kinds:
        assert exit_code == 0, where
        return
    result = json.loads(said.splitlines()[-1])
    assert "taken over by" in result["error"]["message"], where
    assert "guardian status" in result["error"]["hint"], where
    if Kind.ENGINE_STARTED in kinds:
        assert (exit_code, result["error"]["code"]) == (3, "unrecorded"), where
    elif Kind.APPLYING in kinds:
        # Whether Terraform had been started is not on record yet.
        assert (exit_code, result["error"]["code"]) in {(3, "unrecorded"), (4, "lease_lost")}, where
        assert restored == 0, where
    else:
        assert (exit_code, result["error"]["code"]) == (4, "lease_lost"), where
