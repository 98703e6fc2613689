"""The last JSON line: one place builds it, and every key is always there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from guardian.domain.run import Outcome, Progress
from guardian.errors import ExitCode, GuardianError


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one command ended.

    Attributes:
        project: The project's name, or None when none was found.
        run_id: The run that the command made, or None.
        snapshot_id: The snapshot that the command took or used, or None.
        baseline_id: The project's baseline afterwards, or None.
        instances: How far each instance came.
        error: Why the command ended early, or None.
        more: Further keys of this command alone, for instance `hold` of `status`.
    """

    command: str
    outcome: Outcome
    exit_code: ExitCode
    project: str | None = None
    run_id: str | None = None
    snapshot_id: str | None = None
    baseline_id: str | None = None
    instances: Progress = field(default_factory=Progress)
    error: GuardianError | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the result object of the JSON Lines format."""
        fixed = {
            "type": "result",
            "command": self.command,
            "outcome": str(self.outcome),
            "exit_code": int(self.exit_code),
            "project": self.project,
            "run_id": self.run_id,
            "snapshot_id": self.snapshot_id,
            "baseline_id": self.baseline_id,
            "instances": self.instances.to_json(),
            "error": error_object(self.error),
        }
        # Twice: first for their place at the front, then so that nothing replaces them.
        return {**fixed, **self.more, **fixed}


def error_object(error: GuardianError | None) -> dict[str, str] | None:
    """Return the `error` of a result."""
    if error is None:
        return None
    return {"code": error.code, "message": full_message(error), "hint": error.hint}


def full_message(error: GuardianError) -> str:
    """Return the message with the notes on it: a second failure that came while the first was handled."""
    return "\n".join([error.message, *getattr(error, "__notes__", ())])


def outcome_of(error: GuardianError) -> Outcome:
    """Return the outcome that stands for an error that nobody handled."""
    return {
        ExitCode.REFUSED: Outcome.REFUSED,
        ExitCode.INTERRUPTED: Outcome.INTERRUPTED,
        ExitCode.RESTORE_INCOMPLETE: Outcome.RESTORE_INCOMPLETE,
    }.get(error.exit_code, Outcome.ERROR)
