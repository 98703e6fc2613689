"""A disk that fails at any call of the local store: full, without inodes, read-only, broken, closed, slow.

The laws: before the engine ran the exit code is 1 and nothing was changed; after that it is 3, and what was
done is captured or said to be in doubt; no object is ever half there; and once the disk is good again, the
next command goes on.
"""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.store.files import FileCalls, unreachable
from guardian.adapters.store.local import LocalStore
from guardian.errors import ExitCode, GuardianError
from guardian.repository.check import check_project
from tests.fakes.files import Disk, FaultyFiles, Promises, WatchedStore
from tests.fakes.world import World
from tests.support.sweeps import some
from tests.support.trial import GOOD, RELEASES, THERE, Trial, check_claims, check_doubt

POINTS = 7  # of each sweep in the short form
CHANGING = ("mkdir", "open", "write", "fsync", "fsync directory", "link", "unlink")

Operation = Callable[[World, LocalStore], Any]


@dataclass(frozen=True)
class Fault:
    """What goes wrong at one call.

    Attributes:
        code: What the call fails with.
        counted: The calls that may fail so.
        write_bytes: The most that one write takes.
        lasting: Whether it stays so.
    """

    name: str
    code: int
    counted: tuple[str, ...] = ()
    write_bytes: int = 1 << 30
    lasting: bool = False

    def files(self, fail_at: int = 0) -> FaultyFiles:
        return FaultyFiles(
            Disk(),
            fail_at=fail_at,
            error=lambda: OSError(self.code, os.strerror(self.code)),
            lasting=self.lasting,
            counted=self.counted,
            write_bytes=self.write_bytes,
        )


FAULTS = (
    Fault("full", errno.ENOSPC, ("mkdir", "write", "fsync", "link")),
    Fault("over quota", errno.EDQUOT, ("mkdir", "open", "write", "link")),
    Fault("no inodes", errno.ENOSPC, ("open", "mkdir")),
    Fault("read-only", errno.EROFS, CHANGING),
    Fault("broken", errno.EIO),
    Fault("closed", errno.EACCES),
    Fault("full in the middle of a body", errno.ENOSPC, ("write",), write_bytes=512),
)


class Scene:
    """A project on a good disk, with what comes next about to happen; copied for each trial."""

    def __init__(self, directory: Path, *, release: str, failed: bool = False) -> None:
        self._directory = directory
        self._promises = Promises()
        store = self._store(directory / "first", FileCalls(), self._promises)
        world = World(directory / "first" / "world", store=store)
        world.configure(**GOOD)
        assert world.apply().exit_code is ExitCode.OK
        if failed:
            world.configure(**RELEASES[release])
            assert world.apply().exit_code is ExitCode.FAILED_HELD
        self._state = world.backend.body
        self._release = release

    def trials(self, operation: Operation, most: int) -> Iterator[Trial]:
        """Fail at every call with every fault that it can meet, once and for good; else at some of them."""
        points = []
        for fault in FAULTS:
            calls = range(1, len(self._rehearse(operation, fault).calls) + 1)
            for each in (fault, replace(fault, lasting=True)):
                points += [(each, number) for number in calls]
        for fault, number in some(points, most):
            yield self._trial(operation, fault, number)

    def _store(self, directory: Path, files: FileCalls, promises: Promises) -> LocalStore:
        return WatchedStore(directory / "store", files=files, promises=promises)

    def _rehearse(self, operation: Operation, fault: Fault) -> FaultyFiles:
        name = f"rehearsal {fault.name}"
        files = fault.files()
        operation(self._fork(name), self._store(self._directory / name, files, self._promises.copy()))
        return files

    def _fork(self, name: str) -> World:
        directory = self._directory / name
        shutil.copytree(self._directory / "first" / "store", directory / "store")
        world = World(directory / "world", store=LocalStore(directory / "store"), guardians=10)
        world.backend.body = self._state
        world.configure(**RELEASES[self._release])
        return world

    def _trial(self, operation: Operation, fault: Fault, number: int) -> Trial:
        name = f"{fault.name} {'for good' if fault.lasting else 'once'} at {number}"
        world, promises = self._fork(name), self._promises.copy()
        known = len(world.records)
        store = self._store(self._directory / name, fault.files(number), promises)
        error, ended = None, None
        try:
            ended = operation(world, store)
        except GuardianError as raised:
            error = raised
        good = LocalStore(self._directory / name / "store")
        assert promises.broken_by(good) == [], name
        ran = any(verb == "apply" for verb, _ in world.engine.calls)
        assert ran or world.backend.body == self._state, f"{name}: changed by nobody"
        assert list(check_project(world.project, read_data=True)) == [], name
        return Trial(
            world=world,
            number=number,
            records=world.records[known:],
            engine_ran=ran,
            error=error,
            ended=ended,
            # Whoever is sure that nothing was changed tidies up: what then cannot be told is in doubt.
            elsewhere=not any((self._directory / name / "world" / "work" / "runs").glob("*")),
        )


def applies(world: World, store: LocalStore) -> Any:
    return world.apply(store=store)


def restores(world: World, store: LocalStore) -> Any:
    return world.restore(store=store)


@pytest.mark.sweep
@pytest.mark.parametrize("release", RELEASES)
def test_a_disk_that_fails_an_apply(tmp_path, release, tally):
    points = 0
    scene = Scene(tmp_path, release=release)
    for trial in scene.trials(applies, POINTS):
        points += 1
        check_claims(trial)
        check_doubt(trial)
    tally(5, points=points)
    assert points >= POINTS


@pytest.mark.sweep
def test_a_disk_that_fails_a_restore(tmp_path, tally):
    points = 0
    for trial in Scene(tmp_path, release="fails", failed=True).trials(restores, POINTS):
        points += 1
        world = trial.world
        check_claims(trial)
        assert world.restore().exit_code is ExitCode.OK, trial.number
        assert world.inputs == THERE, trial.number
        world.configure(**GOOD)
        assert world.apply().exit_code is ExitCode.OK, trial.number
    tally(5, points=points)
    assert points >= POINTS


class LinkingFirst(WatchedStore):
    """A mutant: a body appears under its name before it is written."""

    def _write(self, path: Path, body: bytes) -> bool:
        try:
            with self._opened(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as descriptor:
                self._write_all(descriptor, body)
                self._files.fsync(descriptor)
        except FileExistsError:
            return False
        except OSError as error:
            raise unreachable(error, path) from error
        self._sync_directory(path.parent)
        return True


@pytest.mark.sweep
def test_the_sweep_catches_a_store_that_links_before_it_has_written(tmp_path, tally):
    class Mutant(Scene):
        def _store(self, directory: Path, files: FileCalls, promises: Promises) -> LocalStore:
            return LinkingFirst(directory / "store", files=files, promises=promises)

    with pytest.raises(AssertionError, match="is torn"):
        list(Mutant(tmp_path, release="succeeds").trials(applies, POINTS))
    tally(5, mutants=1)
