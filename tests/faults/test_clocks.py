"""Wall clocks that are wrong by a day or by ten years, before or after: no decision is another one."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from guardian.errors import GuardianError, LeaseHeldError
from guardian.repository import lease as leases
from guardian.repository.lease import STALE_FACTOR, Lease, acquire
from guardian.repository.log import Log
from tests.fakes.blobs import FakeBlobStore
from tests.fakes.system import START, FakeClock, FakeIdentity
from tests.fakes.world import World
from tests.support.clock_skew import DAY_S, TEN_YEARS_S, skewed
from tests.support.guardian import Checkout, terraforms, wait_until
from tests.support.projects import open_project
from tests.support.sweeps import some
from tests.support.trial import GOOD, RELEASES

SKEWS = (-TEN_YEARS_S, -DAY_S, DAY_S, TEN_YEARS_S)
# Whose clock is wrong: that of the guardian that began, or that of the one that goes on.
PAIRS = [*((skew, 0) for skew in SKEWS), *((0, skew) for skew in SKEWS)]
TTL_S = 0.3

Verdict = tuple[object, ...]


class WrongClock:
    """Implements `Clock`: it runs, and its wall time is wrong."""

    def __init__(self, skew_s: float) -> None:
        self._right = FakeClock(START + timedelta(seconds=skew_s))

    def now(self) -> Any:
        return self._right.now() + timedelta(seconds=time.monotonic())

    def monotonic_s(self) -> float:
        return time.monotonic()


class Guardian:
    """One process on a machine of its own, which nobody else can see into."""

    def __init__(self, store: FakeBlobStore, user: str, skew_s: float) -> None:
        self.identity = FakeIdentity(user, host=f"{user}'s machine", boot_id=f"{user}'s boot")
        self._clock = WrongClock(skew_s)
        self.log: Log = open_project(store, identity=self.identity, clock=self._clock).log

    def acquire(self) -> Lease:
        return acquire(self.log, self.identity, self._clock, ttl_s=TTL_S)


def check_leases(skew_s: float, other_s: float) -> None:
    """Hold a lease to its holder's life, whatever its clock says and whatever that of the next one."""
    where = f"holder {skew_s} s, next one {other_s} s"
    store = FakeBlobStore()
    holder, other = Guardian(store, "alice", skew_s), Guardian(store, "bob", other_s)
    with holder.acquire(), pytest.raises(LeaseHeldError):
        other.acquire()
    dead = holder.acquire()  # not entered: nothing renews it
    time.sleep(TTL_S * STALE_FACTOR * 1.1)
    try:
        taken = other.acquire()
    except LeaseHeldError as error:
        raise AssertionError(f"{where}: a dead holder is refused") from error
    assert taken.id != dead.id, where
    taken.release()


@pytest.mark.sweep
def test_a_lease_follows_its_holders_life_and_no_clock(tally):
    tally(12, points=len(PAIRS))
    for skew_s, other_s in PAIRS:
        check_leases(skew_s, other_s)


@pytest.mark.sweep
def test_the_sweep_catches_a_lease_that_believes_in_the_future(monkeypatch, tally):
    """A mutant: a record from the future is fresh, as every record was that is not older than this."""
    monkeypatch.setattr(leases, "wrote_lately", lambda age_s, ttl_s: age_s <= STALE_FACTOR * ttl_s)
    with pytest.raises(AssertionError, match="a dead holder is refused"):
        check_leases(0, -DAY_S)
    tally(12, mutants=1)


class Cast:
    """The guardians of a story in one world: those that begin have one clock, those that go on another."""

    def __init__(self, directory: Path, pair: tuple[float, float]) -> None:
        self.world = World(directory)
        self._pair = pair
        self.verdicts: list[Verdict] = []

    def first(self, operation: Callable[[], Any]) -> None:
        self._play(0, operation)

    def second(self, operation: Callable[[], Any]) -> None:
        self._play(1, operation)

    def _play(self, who: int, operation: Callable[[], Any]) -> None:
        self.world.clock = FakeClock(START + timedelta(seconds=self._pair[who]), tick_s=0.001)
        try:
            ended = operation()
        except GuardianError as error:
            self.verdicts.append((error.code, error.exit_code))
        else:
            self.verdicts.append((getattr(ended, "outcome", None), getattr(ended, "exit_code", None)))
        standing = self.world.project.log.standing()
        self.verdicts.append((standing.hold is not None, self.world.inputs))


def failed_and_restored(cast: Cast) -> None:
    world = cast.world
    world.configure(**GOOD)
    cast.first(world.apply)
    world.configure(**RELEASES["fails"])
    cast.first(world.apply)
    cast.second(world.apply)
    cast.second(world.restore)
    world.configure(**GOOD)
    cast.first(world.apply)


def killed_and_restored(cast: Cast) -> None:
    world = cast.world
    world.configure(**GOOD)
    cast.first(world.apply)
    world.configure(**RELEASES["succeeds"])
    cast.first(world.cut_short)
    cast.second(world.apply)
    cast.second(world.restore)
    cast.second(world.restore)
    cast.first(world.apply)


def killed_and_adopted(cast: Cast) -> None:
    world = cast.world
    world.configure(**GOOD)
    cast.first(lambda: world.cut_short(here=True))
    cast.second(world.apply)
    world.configure(**RELEASES["succeeds"])
    cast.first(world.apply)
    cast.second(lambda: world.restore(snapshot="latest"))


STORIES = (failed_and_restored, killed_and_restored, killed_and_adopted)


@pytest.mark.sweep
@pytest.mark.parametrize("story", STORIES)
def test_no_verdict_depends_on_a_clock(tmp_path, story, tally):
    pairs = some(PAIRS, 2)
    tally(12, points=len(pairs))
    right = Cast(tmp_path / "right", (0, 0))
    story(right)
    for number, pair in enumerate(pairs):
        wrong = Cast(tmp_path / str(number), pair)
        story(wrong)
        assert wrong.verdicts == right.verdicts, pair


APP = """\
resource "terraform_data" "app" {
  input = "%s"
}
"""
# The second half waits for a file, so that a test and not a clock decides how long Terraform works.
SLOW = """\
resource "terraform_data" "app" {
  input = "2"
}

resource "terraform_data" "slow" {
  depends_on = [terraform_data.app]
  provisioner "local-exec" {
    command = "touch '%s.begun'; while [ ! -e '%s' ]; do sleep 0.05; done%s"
  }
}
"""


class InstalledCast:
    """The installed guardian and the real Terraform, whose clock is always right."""

    def __init__(self, directory: Path, exe: Path, pair: tuple[int, int]) -> None:
        self.gate = directory / "gate"
        # In one checkout, for a killed Terraform's words are where it was started.
        self.first, self.second = (
            Checkout(directory / "checkout", exe, skewed(skew_s) if skew_s else {}) for skew_s in pair
        )
        self.verdicts: list[Verdict] = []
        self.days: set[str] = set()

    def slow(self, end: str = "") -> str:
        return SLOW % (self.gate, self.gate, end)

    def run(self, who: Checkout, *arguments: str) -> None:
        ended = who.run(*arguments, "--json")
        said = json.loads(ended.stdout.splitlines()[-1])
        error = said["error"]["code"] if said["error"] else None
        held = (said["hold"] is not None, said["class"]) if "hold" in said else ()
        state = json.loads((who.root / "terraform.tfstate").read_bytes())
        there = sorted(each["name"] for each in state["resources"])
        self.days.add((said["run_id"] or "")[: len("20260102")])
        self.verdicts.append((arguments[0], ended.exit_code, said["outcome"], error, *held, *there))

    def kill(self) -> None:
        """Kill the first one's guardian in the middle of its apply, and let Terraform come to its end."""
        process = self.first.start("apply", "-auto-approve")
        wait_until(Path(f"{self.gate}.begun").exists, "Terraform's second resource")
        process.kill()
        process.communicate()
        self.run(self.second, "apply", "-auto-approve")
        self.gate.touch()
        wait_until(lambda: not terraforms(self.first.root), "the orphaned Terraform")


def fails(cast: InstalledCast) -> None:
    cast.first.write(APP % 1)
    cast.run(cast.first, "apply", "-auto-approve")
    cast.gate.touch()
    cast.first.write(cast.slow("; exit 1"))
    cast.run(cast.first, "apply", "-auto-approve")
    cast.run(cast.second, "status")
    cast.run(cast.second, "apply", "-auto-approve")
    cast.run(cast.second, "restore", "-auto-approve")
    cast.first.write(APP % 3)
    cast.run(cast.first, "apply", "-auto-approve")


def is_killed(cast: InstalledCast) -> None:
    cast.first.write(APP % 1)
    cast.run(cast.first, "apply", "-auto-approve")
    cast.first.write(cast.slow("; exit 1"))
    cast.kill()
    cast.run(cast.second, "status")
    cast.run(cast.second, "restore", "-auto-approve")
    cast.run(cast.first, "status")
    cast.first.write(APP % 3)
    cast.run(cast.first, "apply", "-auto-approve")


INSTALLED = list(product((is_killed, fails), PAIRS))


@pytest.mark.sweep
@pytest.mark.terraform
@pytest.mark.parametrize(("story", "pair"), some(INSTALLED, 1))
def test_no_verdict_of_the_installed_guardian_depends_on_a_clock(
    tmp_path, terraform, guardian_exe, story, pair, tally
):
    tally(12, points=1)
    right = InstalledCast(tmp_path / "right", guardian_exe, (0, 0))
    wrong = InstalledCast(tmp_path / "wrong", guardian_exe, pair)
    story(right)
    story(wrong)
    assert wrong.verdicts == right.verdicts
    assert wrong.days - right.days, "its clock was not wrong at all"
