"""The whole group is killed while it waits for its state's backend, at each of its requests in turn."""

import json
import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.support.backend_stage import KEY, Applied, apply_once, checkout_at, lock_of, record_of
from tests.support.guardian import kill_all, mutant_of, wait_until
from tests.support.moto import MotoServer
from tests.support.proxy import FaultProxy
from tests.support.scenario.cloud import STATE_BUCKET
from tests.support.sweeps import some, times

pytestmark = pytest.mark.terraform

GOOD = """
resource "terraform_data" "app" {
  input = "one"
}
"""
BROKEN = """
resource "terraform_data" "app" {
  input = "two"
}
resource "terraform_data" "new" {
  depends_on = [terraform_data.app]
}
resource "terraform_data" "fails" {
  depends_on = [terraform_data.new]
  provisioner "local-exec" {
    command = "exit 1"
  }
}
"""
BACKEND_PATH = rf"{STATE_BUCKET}/app\.tfstate"
PROJECT = f"s3://{STATE_BUCKET}/{KEY}"
SHARES = times(1, 8)
"""A test a share, so that none takes longer than a test may."""
HOLDS = ("hold_lost", "hold_after")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("killed") / "store"


@pytest.fixture(scope="module")
def applied(store, moto_of_the_worker, terraform, guardian_exe) -> Applied:
    moto_of_the_worker.reset()
    where = {"GUARDIAN_STORE": str(store)}
    return apply_once(store.with_name("template"), moto_of_the_worker, guardian_exe, GOOD, where)


class Story:
    """One apply or restore that dies at a request, and whoever comes next, on another machine.

    Args:
        operation: `apply`, or `restore` after an apply that failed.
    """

    def __init__(
        self,
        directory: Path,
        applied: Applied,
        moto: MotoServer,
        proxy: FaultProxy,
        exe: Path,
        store: Path,
        operation: str,
    ) -> None:
        moto.reset()
        self.moto, self.proxy, self.operation = moto, proxy, operation
        self.store = directory / "store"
        shutil.copytree(store, self.store)
        self.first = applied.stage(directory / "checkout", moto, proxy.url, exe)
        self.first.environment["GUARDIAN_STORE"] = str(self.store)
        self.first.write(BROKEN)
        self.elsewhere = checkout_at(directory / "elsewhere", exe, proxy.url)
        proxy.faults.clear()
        if operation == "restore":
            assert self.first.run("apply", "-auto-approve").exit_code == 3

    def requests(self) -> int:
        """Count what the operation asks of the backend."""
        rule = self.proxy.add("delay", service="s3", path=BACKEND_PATH)
        assert self.first.run(self.operation, "-auto-approve").exit_code in {0, 3}
        return self.proxy.faults.hits(rule)

    def die(self, action: str, **when: Any) -> bool:
        """Kill the whole group at one of its requests; tell whether it came that far."""
        rule = self.proxy.add(action, service="s3", **{"path": BACKEND_PATH, **when})
        process = self.first.start(self.operation, "-auto-approve")
        wait_until(lambda: self.proxy.faults.hits(rule) or process.poll() is not None, "the request")
        held = self.proxy.faults.wait_for_hold(rule, 5)
        kill_all(self.first.root)
        process.communicate()
        self.proxy.faults.clear()
        self.first.root.rename(self.first.root.with_name("gone"))
        return held

    def ask(self, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        ended = self.elsewhere.run(*arguments, "--project", PROJECT, "--store", str(self.store), "--json")
        assert "Traceback" not in ended.said
        return ended.exit_code, [json.loads(each) for each in ended.stdout.splitlines()], ended.said

    def unlock(self) -> None:
        """Remove the lock that the killed Terraform left, by its whole id, as a person does."""
        lock = lock_of(self.moto)
        if lock is not None:
            code, _, said = self.ask("unlock", json.loads(lock)["ID"], "--reason", "its machine is gone")
            assert code == 0, said
        assert lock_of(self.moto) is None


def inputs(raw: bytes | None) -> dict[str, Any]:
    assert raw is not None
    return {
        each["name"]: (each["instances"][0]["attributes"]["input"] or {}).get("value")
        for each in json.loads(raw)["resources"]
    }


def check(story: Story, applied: Applied) -> None:
    """Check that nobody is told what is not so, and that the way back arrives, or says what it cannot."""
    stood = record_of(story.moto)
    code, said, text = story.ask("run", "show")
    assert code == 0, text
    found = said[-1]["class"]
    assert found in {"not_started", "applied", "failed", "in_doubt"}
    if story.operation == "apply" and stood != applied.record:
        assert found in {"failed", "in_doubt"}, text
    assert story.ask("status")[0] == 0
    story.unlock()
    ends = []
    for _ in range(2):
        code, said, text = story.ask("restore", "-auto-approve")
        assert code in {0, 6}, text
        if code == 6:
            (receipt,) = [each for each in said if each["type"] == "receipt"]
            assert receipt["unaccounted"], text
            assert receipt["remaining"] == [], text
        assert inputs(record_of(story.moto)) == inputs(applied.record), text
        assert lock_of(story.moto) is None
        ends.append((code, record_of(story.moto)))
    assert ends[0] == ends[1]


@pytest.fixture
def begin(applied, moto, proxy, store, guardian_exe, tmp_path) -> Callable[..., Story]:
    def story(operation: str, name: str) -> Story:
        (tmp_path / name).mkdir()
        return Story(tmp_path / name, applied, moto, proxy, guardian_exe, store, operation)

    return story


@pytest.mark.sweep
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("operation", ["apply", "restore"])
def test_killed_at_any_request_of_the_backend(begin, applied, operation, share, tally):
    tally(2)
    points = list(product(HOLDS, range(1, begin(operation, "count").requests() + 1)))
    for number, (action, nth) in enumerate(some(points, 4)[share::SHARES]):
        story = begin(operation, f"point-{number}")
        assert story.die(action, nth=nth), f"{action} {nth} of {len(points)}"
        check(story, applied)
        tally(2, points=1)


def test_the_sweep_catches_a_guardian_that_forgets_that_it_began(
    begin, applied, guardian_exe, tmp_path, tally
):
    """A mutant that says "applying" only after the engine: what it changed looks never started."""
    tally(2, mutants=1)
    story = begin("apply", "mutant")
    story.first.exe = mutant_of(
        guardian_exe,
        tmp_path / "guardian",
        "from guardian.operations import session as s; r = s.Session.record\n"
        "s.Session.record = lambda self, kind, body: None if kind == 'applying' else r(self, kind, body)",
    )
    assert story.die("hold_after", operation="PutObject", path=rf"{BACKEND_PATH}($|\?)")
    with pytest.raises(AssertionError):
        check(story, applied)
