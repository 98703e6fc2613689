"""One failure, in words: what broke, why, how far the run came, whether its record was saved."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from guardian.domain.engine import Diagnostic, EngineOutcome
from guardian.domain.run import Progress
from guardian.domain.state import State, StateFacts


class StateRecord(StrEnum):
    """What became of the state's record."""

    SAVED = "saved"
    UNCHANGED = "unchanged"
    STRANDED = "stranded"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One failed apply or recovery.

    Attributes:
        run_id: The run that failed.
        exit_code: The engine's; negative when a signal killed it.
        interrupted: Whether guardian forwarded an interrupt.
        causes: Terraform's error diagnostics, in order.
        progress: How far each planned instance came.
        tainted: Addresses that the state records as tainted since this run.
        record: What became of the state's record.
        creating: Addresses whose creation was cut off: their objects may exist, and no state knows them.
        stranded_object: Id of the kept state that the engine could not save, or empty.
        lock_left: What holds Terraform's lock after the engine ended, or empty.
    """

    run_id: str
    exit_code: int
    interrupted: bool
    causes: tuple[Diagnostic, ...]
    progress: Progress
    tainted: tuple[str, ...]
    record: StateRecord
    lock_left: str = ""
    creating: tuple[str, ...] = ()
    stranded_object: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the object of the `incident_opened` record."""
        return {
            "run_id": self.run_id,
            "exit_code": self.exit_code,
            "interrupted": self.interrupted,
            "causes": [asdict(each) for each in self.causes],
            "instances": self.progress.to_json(),
            "tainted": list(self.tainted),
            "record": str(self.record),
            "lock_left": self.lock_left,
            "creating": list(self.creating),
            "stranded_object": self.stranded_object,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Incident":
        """Read what `to_json` wrote."""
        return cls(
            run_id=value["run_id"],
            exit_code=value["exit_code"],
            interrupted=value["interrupted"],
            causes=tuple(Diagnostic(**each) for each in value["causes"]),
            progress=Progress(**{name: tuple(each) for name, each in value["instances"].items()}),
            tainted=tuple(value["tainted"]),
            record=StateRecord(value["record"]),
            lock_left=value.get("lock_left", ""),
            creating=tuple(value.get("creating", ())),
            stranded_object=value.get("stranded_object", ""),
        )


def record_of(
    before: StateFacts | None, after: StateFacts | None, progress: Progress, *, stranded: bool
) -> StateRecord:
    """Tell what became of the state's record.

    Args:
        before: Facts before the apply; None when there was no state.
        after: Facts after it; None when there is none.
        progress: How far the run came.
        stranded: Whether the engine left an `errored.tfstate` or an emergency dump.
    """
    if stranded:
        return StateRecord.STRANDED
    if after is None and before is not None:
        return StateRecord.UNREADABLE
    if after == before:
        # Something completed and yet the record did not move: it was not written.
        return StateRecord.STRANDED if progress.done else StateRecord.UNCHANGED
    return StateRecord.SAVED


def diagnose(
    *,
    run_id: str,
    outcome: EngineOutcome,
    progress: Progress,
    creating: tuple[str, ...],
    before: State,
    after: State,
    record: StateRecord,
    lock_left: str,
) -> Incident:
    """Put a failed apply into words."""
    tainted_before = {each.identity for each in before.instances if each.tainted}
    return Incident(
        run_id=run_id,
        exit_code=outcome.exit_code,
        interrupted=outcome.interrupted,
        causes=outcome.errors,
        progress=progress,
        tainted=tuple(
            each.address for each in after.instances if each.tainted and each.identity not in tainted_before
        ),
        record=record,
        lock_left=lock_left,
        creating=creating,
    )
