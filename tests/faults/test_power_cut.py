"""The power goes at any instant of guarded applies and a restore, on a real file system in a file.

What is copied is the image below the mounted file system, so whatever was not synchronised is lost, as it is
on a real machine. The laws: each write that had returned is there; nothing that is there is half there; and
promise 2 holds, for the next guardian goes on.
"""

import json
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest

from guardian.adapters.store.local import LocalStore
from guardian.domain.journal import Kind
from guardian.domain.run_class import RunClass
from guardian.errors import ExitCode, HeldError, NotFoundError
from guardian.operations.hold import release
from guardian.operations.runs import load_run
from guardian.repository.check import check_project
from tests.fakes.files import Disk, FaultyFiles, Promises, WatchedStore
from tests.fakes.world import World
from tests.support.guardian import Checkout
from tests.support.mounts import LoopDisk
from tests.support.sweeps import some
from tests.support.trial import GOOD, RELEASES, THERE, Trial

T = TypeVar("T")
Skipped = Literal["", "files", "directories"]

# What is really there once each operation arrived; the one that fails never does.
ARRIVED = {"first": THERE, "restore": THERE, "succeeds": {"a": "new", "b": "2"}}
CUTS = 20  # in the short form; the long one cuts at every moment
MUTANT_CUTS = 12
# The calls after which the disk may hold something else than before; an empty file in tmp/ is nothing.
CHANGING = {"mkdir", "write", "fsync", "fsync directory", "link", "unlink"}


@dataclass(frozen=True)
class Cut:
    """One moment at which the power went.

    Attributes:
        image: What the disk held.
        promises: What was written, and what of it had returned.
        operation: Which operation was at work, and how many records the log had before it.
        engine_ran: Whether it had started the engine.
        said: What it returned, None while it was at work.
    """

    number: int
    image: Path
    promises: Promises
    operation: str
    known: int
    engine_ran: bool
    state: bytes | None
    said: Any


@dataclass(kw_only=True)
class CutTrial(Trial):
    """What the next guardian meets; `known` records were there before the operation."""

    known: int

    @property
    def is_known(self) -> bool:
        """Whether the store has heard of the project at all."""
        return bool(self.records or self.known)


class Mains:
    """The power of one scenario: it counts the moments, and cuts at the chosen ones.

    Args:
        disk: What is cut; None only counts.
        chosen: Numbers of moments, from 1.
    """

    def __init__(self, disk: LoopDisk | None = None, chosen: Collection[int] = ()) -> None:
        self.moments: list[str] = []
        self.cuts: list[Cut] = []
        self.promises = Promises()
        self.world: World | None = None
        self._operation, self._known, self._said = "", 0, None
        self._disk = disk
        self._chosen = set(chosen)
        self._counting = threading.Lock()

    def begin(self, operation: str, world: World) -> None:
        self.world, self._operation, self._said = world, operation, None
        self._known = len(world.records) if operation != "first" else 0
        world.engine.calls.clear()

    def end(self, said: Any) -> None:
        self._said = said
        self.moment("the end")

    def moment(self, name: str) -> None:
        with self._counting:
            self.moments.append(name)
            if len(self.moments) not in self._chosen or self._disk is None or self.world is None:
                return
            # First what was told, then the disk: a write of another thread may return in between.
            promises = self.promises.copy()
            ran = any(verb == "apply" for verb, _ in self.world.engine.calls)
            state = self.world.backend.body
            self.cuts.append(
                Cut(
                    number=len(self.moments),
                    image=self._disk.cut(),
                    promises=promises,
                    operation=self._operation,
                    known=self._known,
                    engine_ran=ran,
                    state=state,
                    said=self._said,
                )
            )


class CuttingFiles(FaultyFiles):
    """The real calls; after each that changes the disk comes a moment."""

    def __init__(self, mains: Mains, skip_fsync_of: Skipped) -> None:
        super().__init__(Disk(), skip_fsync_of=skip_fsync_of)
        self._mains = mains

    def _call(self, name: str, call: Callable[[], T]) -> T:
        answer = super()._call(name, call)
        if name in CHANGING:
            self._mains.moment(name)
        return answer


def play(where: Path, mains: Mains, skip_fsync_of: Skipped = "") -> None:
    """Apply for the first time, fail, restore, and apply again; each step by a guardian of its own."""
    world = World(where / "world")
    steps: Sequence[tuple[str, dict[str, str], Callable[..., Any]]] = (
        ("first", GOOD, world.apply),
        ("fails", RELEASES["fails"], world.apply),
        ("restore", RELEASES["fails"], world.restore),
        ("succeeds", RELEASES["succeeds"], world.apply),
    )
    world.store = LocalStore(where / "store")
    for operation, resources, step in steps:
        world.configure(**resources)
        mains.begin(operation, world)
        store = WatchedStore(
            where / "store",
            files=CuttingFiles(mains, skip_fsync_of),
            promises=mains.promises,
            on_promise=lambda: mains.moment("returned"),
        )
        mains.end(step(store=store))


def judge(disk: LoopDisk, cut: Cut, directory: Path) -> None:
    """Hold what a cut left to the laws."""
    where = f"moment {cut.number} of {cut.operation}"
    with disk.back(cut.image) as mount:
        store = LocalStore(mount / "store")
        assert cut.promises.broken_by(store) == [], where
        world = World(directory / f"after-{cut.number}", store=store, boot="the next boot")
        world.guardians = 100
        world.backend.body = cut.state
        trial = CutTrial(
            known=cut.known,
            world=world,
            number=cut.number,
            records=records_of(world)[cut.known :],
            engine_ran=cut.engine_ran,
            error=None,
            ended=cut.said,
        )
        if trial.is_known:
            assert list(check_project(world.project, read_data=True)) == [], where
        if cut.said is not None:
            check_said(trial, cut.said)
        go_on(trial, cut.operation)


def records_of(world: World) -> list[Any]:
    try:
        return world.records
    except NotFoundError:
        return []


def check_said(trial: Trial, said: Any) -> None:
    """Hold the log to what the operation said with its exit code."""
    standing = trial.world.project.log.standing()
    assert standing.last_run is not None
    assert (standing.last_run.id, standing.last_run.is_open) == (said.run_id, False)
    assert standing.baseline == said.baseline_id
    assert (standing.hold is None) == (said.exit_code is ExitCode.OK)


def go_on(trial: CutTrial, operation: str) -> None:
    """Let the next guardian go on, and hold it to promise 2."""
    world, where = trial.world, f"moment {trial.number} of {operation}"
    world.configure(**RELEASES.get(operation, GOOD))
    there = world.inputs
    try:
        ended = world.apply()
    except HeldError:
        check_class(trial, operation, there, is_held=True)
        with pytest.raises(HeldError):
            world.apply()
        bring_back(world, where)
        world.configure(**GOOD)
        assert world.apply().exit_code is ExitCode.OK, where
        assert world.inputs == THERE, where
    else:
        assert ended.exit_code is (ExitCode.FAILED_HELD if operation == "fails" else ExitCode.OK), where
        check_class(trial, operation, there, is_held=False)


def check_class(trial: CutTrial, operation: str, there: dict[str, str], *, is_held: bool) -> None:
    """Hold what is said of the run that was cut to what it had done."""
    where = f"moment {trial.number} of {operation}"
    run_id = next((each.run_id for each in trial.records if each.kind is Kind.RUN_OPENED), None)
    said = load_run(trial.world.project, run_id).run_class if run_id else RunClass.NOT_STARTED
    if said is RunClass.NOT_STARTED:
        assert not trial.engine_ran, f"{where}: called not started"
    if said is RunClass.APPLIED:
        assert there == ARRIVED[operation], f"{where}: called applied"
    if said is RunClass.FAILED:
        assert operation == "fails", where
    # Between the word and the deed nothing tells them apart: that is a doubt too. A restore that did not
    # arrive leaves the hold of the failure before it.
    begun = operation == "restore" or Kind.APPLYING in trial.kinds
    assert is_held == (said is not RunClass.APPLIED and begun), where


def bring_back(world: World, where: str) -> None:
    """Restore; what may have been made without a record is listed, and then a person has the last word."""
    recorded = {f"terraform_data.{name}" for name in world.inputs}
    ended = world.restore()
    if ended.exit_code is ExitCode.OK:
        return
    assert ended.exit_code is ExitCode.RESTORE_INCOMPLETE, where
    assert ended.receipt is not None
    assert ended.receipt.unaccounted, where
    assert not recorded & set(ended.receipt.unaccounted), where
    assert release(world.project, "looked for it in the console") is not None


def sweep(tmp_path: Path, most: int, skip_fsync_of: Skipped = "", only: Collection[str] = ()) -> int:
    """Play, cut at some of the moments and at each end, and judge each cut."""
    rehearsal = Mains()
    (tmp_path / "rehearsal").mkdir()
    play(tmp_path / "rehearsal", rehearsal)
    numbered = list(enumerate(rehearsal.moments, start=1))
    chosen = set(some([number for number, name in numbered if not only or name in only], most))
    chosen |= {number for number, name in numbered if name == "the end"}
    disk = LoopDisk(tmp_path)
    mains = Mains(disk, chosen)
    with disk.powered() as where:
        play(where, mains, skip_fsync_of)
    for cut in mains.cuts:
        judge(disk, cut, tmp_path)
    return len(mains.cuts)


@pytest.mark.sweep
def test_the_power_goes_at_any_instant(tmp_path, tally):
    points = sweep(tmp_path, CUTS)
    tally(4, points=points)
    assert points >= CUTS


@pytest.mark.sweep
@pytest.mark.parametrize("skipped", ["files", "directories"])
def test_the_sweep_catches_a_store_that_does_not_synchronise(tmp_path, skipped: Skipped, tally):
    with pytest.raises(AssertionError, match="is lost"):
        sweep(tmp_path, MUTANT_CUTS, skipped, only={"returned"})
    tally(4, mutants=1)


APP = """\
resource "terraform_data" "app" {
  input = "1"
}
"""


@pytest.mark.sweep
@pytest.mark.terraform
def test_what_an_exit_0_said_is_there_after_a_power_cut(tmp_path, terraform, guardian_exe, tally):
    """The installed guardian and the real Terraform; store, state and checkout on the disk that is cut."""
    tally(4, points=1)
    disk = LoopDisk(tmp_path)
    with disk.powered() as where:
        checkout = Checkout(where / "checkout", guardian_exe)
        checkout.write(APP)
        applied = checkout.run("apply", "-auto-approve", "--json")
        cut = disk.cut()
    assert applied.exit_code == 0, applied.said
    said = json.loads(applied.stdout.splitlines()[-1])
    with disk.back(cut):
        checkout.root.mkdir(exist_ok=True)
        checkout.write(APP)  # an editor need not synchronise what it writes
        status = json.loads(checkout.run("status", "--json").stdout.splitlines()[-1])
        assert (status["last_run"]["id"], status["last_run"]["outcome"]) == (said["run_id"], "applied")
        assert status["baseline"]["snapshot_id"] == said["snapshot_id"]
        assert (status["hold"], status["lease"]) == (None, None)
        verified = checkout.run("snapshot", "verify")
        assert verified.exit_code == 0, verified.said
        again = checkout.run("apply", "-auto-approve", "--json")
        assert (again.exit_code, json.loads(again.stdout.splitlines()[-1])["outcome"]) == (0, "no_changes")
