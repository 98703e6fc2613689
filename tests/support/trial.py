"""One operation that something cut short or broke, and the laws that hold for whoever comes next."""

from dataclasses import dataclass
from typing import Any

import pytest

from guardian.domain.journal import Kind, Record
from guardian.domain.run_class import RunClass
from guardian.errors import ExitCode, GuardianError, HeldError, UnrecordedError
from guardian.operations.runs import load_run
from tests.fakes.world import World

GOOD = {"a": "1", "b": "2 <- a"}
THERE = {"a": "1", "b": "2"}
RELEASES = {"succeeds": {"a": "new", "b": "2 <- a"}, "fails": {"a": "new", "b": "2 <- a", "c": "!"}}


@dataclass
class Trial:
    """One operation whose store failed at one call.

    Attributes:
        records: What the operation wrote.
        engine_ran: Whether the engine was started by it.
        error: What it raised, None when it ended.
        ended: What it returned.
        elsewhere: Whether the next guardian works on another machine.
    """

    world: World
    number: int
    records: list[Record]
    engine_ran: bool
    error: BaseException | None
    ended: Any
    elsewhere: bool = False

    @property
    def kinds(self) -> set[Kind]:
        return {each.kind for each in self.records}

    @property
    def arrived(self) -> bool:
        """Whether its good end is on record, closed or not."""
        return bool(self.kinds & {Kind.PROMOTED, Kind.RECEIPT})

    @property
    def in_doubt(self) -> bool:
        """Whether the log says that it began to apply, and not how that ended."""
        return Kind.APPLYING in self.kinds and Kind.RUN_CLOSED not in self.kinds and not self.arrived

    @property
    def fails(self) -> bool:
        """Whether its release can only fail."""
        return "!" in (self.world.root / "main.tf").read_text()

    @property
    def fails_on_record(self) -> bool:
        """Whether its failure is on record."""
        return Kind.INCIDENT_OPENED in self.kinds

    @property
    def is_told(self) -> bool:
        """Whether the next guardian can tell how it ended, and that was well, or before it began."""
        told = Kind.ENGINE_EXITED in self.kinds or not self.elsewhere
        return self.in_doubt and told and not (self.engine_ran and self.fails)


def check_class(trial: Trial) -> RunClass:
    """Hold the class of its run to what was done."""
    last = trial.world.project.log.standing().last_run
    assert last is not None
    found = load_run(trial.world.project, last.id).run_class
    where = f"call {trial.number}: {found}"
    mine = Kind.RUN_OPENED in trial.kinds
    if mine and trial.engine_ran:
        assert found is not RunClass.NOT_STARTED, where
    if mine and (not trial.engine_ran or trial.fails):
        assert found is not RunClass.APPLIED, where
    return found


def check_doubt(trial: Trial) -> None:
    """Hold the next guardian to the laws."""
    world, where = trial.world, f"call {trial.number}"
    if trial.engine_ran:
        assert Kind.APPLYING in trial.kinds, f"{where}: a started apply is called not started"
    check_class(trial)
    held = world.project.log.standing().hold is not None
    if held or (trial.in_doubt and not trial.is_told):
        for _ in range(2):
            with pytest.raises(HeldError) as refused:
                world.apply()
            assert refused.value.exit_code is ExitCode.REFUSED, where
        assert world.restore().exit_code is ExitCode.OK, where
        assert world.inputs == THERE, where
        world.configure(**GOOD)
        assert world.apply().exit_code is ExitCode.OK, where
    else:
        ended = world.apply()
        assert ended.exit_code is (ExitCode.FAILED_HELD if trial.fails else ExitCode.OK), where
        assert world.inputs["a"] == "new", where


def check_claims(trial: Trial) -> None:
    """Hold the exit code to what was done."""
    if trial.error is None:
        return
    where = f"call {trial.number}: {trial.error!r}"
    assert isinstance(trial.error, GuardianError), where
    if trial.engine_ran:
        assert isinstance(trial.error, UnrecordedError), where
        assert trial.error.exit_code is ExitCode.FAILED_HELD, where
        assert "fake" not in trial.error.message, where
    else:
        assert trial.error.exit_code is ExitCode.ERROR, where
