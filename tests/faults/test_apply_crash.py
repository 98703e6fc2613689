"""Every store call of a guarded apply and of a restore fails in turn: death, one failure, a lasting outage.

The laws: a started apply is never called "not started"; what is in doubt is refused and can be restored;
what is not in doubt goes on freely; no failure claims that nothing was changed when something was.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from guardian.domain.journal import Kind
from guardian.domain.run_class import RunClass
from guardian.errors import ExitCode, GuardianError, HeldError
from guardian.repository.journal import RunJournal
from tests.fakes.blobs import FakeBlobStore, FaultyBlobStore, Killed
from tests.fakes.world import World
from tests.support.sweeps import some
from tests.support.trial import GOOD, RELEASES, THERE, Trial, check_claims, check_class, check_doubt

READS = 12
EACH = 5
FAULTS = [
    pytest.param("before", False, id="once, before"),
    pytest.param("after", False, id="once, after"),
    pytest.param("before", True, id="for good"),
]

How = Literal["before", "after"]
Operation = Callable[..., Any]


class Scene:
    """A prepared world, forked for each trial."""

    def __init__(
        self,
        directory: Path,
        *,
        release: str = "",
        failed: bool = False,
        lost: bool = False,
        elsewhere: bool = False,
    ) -> None:
        self._directory = directory
        world = World(directory / "first")
        world.configure(**GOOD)
        world.apply()
        if failed:
            world.configure(**RELEASES["fails"])
            world.apply()
        self._body = b"" if lost else world.backend.body
        assert isinstance(world.store, FakeBlobStore)
        self._stored = world.store.bodies
        self._release = release
        self._elsewhere = elsewhere

    def deaths(self, operation: Operation, *, most: int = 1_000) -> Iterator[Trial]:
        """Die before each write, and at the end: between two writes is the same as before the next.

        Args:
            operation: What dies.
            most: How many of the writes in the short form.
        """
        calls = self._calls(operation)
        writes = [each for each, (method, _) in enumerate(calls, start=1) if method == "put_if_absent"]
        for number in some(writes, most):
            yield self._trial(operation, number, error=Killed)
        yield self._trial(operation, len(calls), how="after", error=Killed)

    def failures(self, operation: Operation, *, how: How, lasting: bool) -> Iterator[Trial]:
        """Fail at each write and at some of the reads; a read has no answer to lose."""
        for number, (method, _) in enumerate(self._calls(operation), start=1):
            if method == "put_if_absent" or (how == "before" and number % READS == 0):
                yield self._trial(operation, number, how=how, lasting=lasting)

    def _calls(self, operation: Operation) -> list[tuple[str, str]]:
        rehearsal = FaultyBlobStore(FakeBlobStore())
        operation(self._fork("rehearsal", rehearsal), store=rehearsal)
        return rehearsal.calls

    def _fork(self, name: str, store: FaultyBlobStore) -> World:
        world = World(self._directory / name, store=FakeBlobStore())
        assert isinstance(store.inner, FakeBlobStore)
        store.inner.bodies = copy.copy(self._stored)
        world.store = store.inner
        world.backend.body = self._body
        world.guardians = 10
        if self._release:
            world.configure(**RELEASES[self._release])
        return world

    def _trial(self, operation: Operation, number: int, **fault: Any) -> Trial:
        faulty = FaultyBlobStore(FakeBlobStore(), fail_at=number, **fault)
        world = self._fork(f"{number} {'after' in fault.values()}", faulty)
        known = len(world.records)
        error: BaseException | None = None
        ended = None
        try:
            ended = operation(world, store=faulty)
        except (Killed, GuardianError) as raised:
            error = raised
        if self._elsewhere:
            world.leave_the_machine()
        return Trial(
            elsewhere=self._elsewhere,
            world=world,
            number=number,
            records=world.records[known:],
            engine_ran=any(verb == "apply" for verb, _ in world.engine.calls),
            error=error,
            ended=ended,
        )


def applies(world: World, **given: Any) -> Any:
    return world.apply(**given)


def applies_and_restores(world: World, **given: Any) -> Any:
    return world.apply(on_failure="restore", **given)


def restores(world: World, **given: Any) -> Any:
    return world.restore(**given)


@pytest.mark.sweep
@pytest.mark.parametrize("elsewhere", [False, True], ids=["", "seen from elsewhere"])
@pytest.mark.parametrize("release", RELEASES)
def test_an_apply_that_dies_anywhere(tmp_path, tally, release, elsewhere):
    seen = {"doubt": 0, "free": 0}
    scene = Scene(tmp_path, release=release, elsewhere=elsewhere)
    for trial in scene.deaths(applies, most=24 if elsewhere else 1_000):
        tally(2, points=1)
        seen["doubt" if trial.in_doubt else "free"] += 1
        check_doubt(trial)
    assert min(seen.values()) >= EACH


@pytest.mark.sweep
@pytest.mark.parametrize("elsewhere", [False, True], ids=["", "seen from elsewhere"])
@pytest.mark.parametrize("release", RELEASES)
def test_a_run_that_died_anywhere_is_resumed_and_that_may_die_too(tmp_path, tally, release, elsewhere):
    deaths = Scene(tmp_path, release=release, elsewhere=elsewhere).deaths(applies, most=14)
    for number, trial in enumerate(deaths):
        world = trial.world
        calls = resumed_calls(world, tmp_path / f"counted-{number}")
        for death in some(range(1, calls + 1), 2):
            tally(2, points=1)
            again = world.fork(tmp_path / f"again-{number}-{death}")
            dying = FaultyBlobStore(again.store, fail_at=death, error=Killed)
            with suppress(Killed):
                again.resume(store=dying)
            check_resumed(replace(trial, world=again))
        check_resumed(trial)


def resumed_calls(world: World, directory: Path) -> int:
    """Return how many calls of the store a resume takes, tried on a copy."""
    copied = world.fork(directory)
    counting = FaultyBlobStore(copied.store)
    copied.resume(store=counting)
    return len(counting.calls)


def check_resumed(trial: Trial) -> None:
    """Resume twice: the same both times, true to what was done, and the next command goes on."""
    world = trial.world
    world.resume()
    first = check_class(trial)
    if trial.in_doubt:
        assert (first is RunClass.IN_DOUBT) == (
            trial.elsewhere and Kind.ENGINE_EXITED not in trial.kinds and not trial.fails_on_record
        ), trial.number
    second = world.resume()
    assert second.run is None
    assert check_class(trial) is first
    held = world.project.log.standing().hold is not None
    assert held == (first in {RunClass.FAILED, RunClass.IN_DOUBT}), trial.number
    if held:
        assert world.restore().exit_code is ExitCode.OK, trial.number
        assert world.inputs == THERE, trial.number
    elif trial.engine_ran:
        assert world.inputs["a"] == "new", trial.number


def test_an_apply_that_restores_and_dies_anywhere(tmp_path):
    for trial in Scene(tmp_path, release="fails").deaths(applies_and_restores):
        if trial.error is None:
            assert trial.ended.exit_code is ExitCode.RESTORED
            continue
        world, standing = trial.world, trial.world.project.log.standing()
        if trial.engine_ran and not trial.arrived:
            with pytest.raises(HeldError):
                world.apply()
            assert standing.last_run is not None
            assert standing.last_run.is_open
            assert world.restore().exit_code is ExitCode.OK, trial.number
        if trial.engine_ran:
            assert world.inputs == THERE, trial.number
            world.configure(**GOOD)
            assert world.apply().exit_code is ExitCode.OK, trial.number


@pytest.mark.parametrize("lost", [False, True], ids=["", "the record is lost too"])
def test_a_restore_that_dies_anywhere_can_be_run_again(tmp_path, lost):
    for trial in Scene(tmp_path, failed=True, lost=lost).deaths(restores):
        world = trial.world
        world.configure(**GOOD)
        if not trial.arrived:
            with pytest.raises(HeldError):
                world.apply()
        assert world.restore().exit_code is ExitCode.OK, trial.number
        assert world.inputs == THERE, trial.number
        assert world.apply().exit_code is ExitCode.OK, trial.number


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize(("how", "lasting"), FAULTS)
def test_a_store_that_does_not_answer(tmp_path, release, how, lasting):
    for trial in Scene(tmp_path, release=release).failures(applies, how=how, lasting=lasting):
        check_claims(trial)
        check_doubt(trial)


@pytest.mark.parametrize(("how", "lasting"), FAULTS)
def test_a_store_that_does_not_answer_a_restore(tmp_path, how, lasting):
    for trial in Scene(tmp_path, failed=True).failures(restores, how=how, lasting=lasting):
        check_claims(trial)
        assert trial.world.restore().exit_code is ExitCode.OK, trial.number
        assert trial.world.inputs == THERE, trial.number
        trial.world.configure(**GOOD)
        assert trial.world.apply().exit_code is ExitCode.OK, trial.number


def test_the_sweep_catches_an_apply_that_is_recorded_late(tmp_path, monkeypatch):
    """A mutant: "applying" is written only once the engine has ended."""
    write = RunJournal.record
    late: list[Any] = []

    def recording(journal: RunJournal, kind: Kind, body: Any) -> Any:
        if kind is Kind.APPLYING:
            late.append(body)
            return None
        if kind is Kind.ENGINE_EXITED:
            write(journal, Kind.APPLYING, late.pop())
        return write(journal, kind, body)

    monkeypatch.setattr(RunJournal, "record", recording)
    deaths = Scene(tmp_path, release="succeeds").deaths(applies)
    with pytest.raises(AssertionError, match="a started apply is called not started"):
        list(map(check_doubt, deaths))
