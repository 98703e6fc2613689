"""Terraform's own lock on a state: what its holder wrote into it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

FOREIGN = "held by a lock that is not in Terraform's format"


OUR_INFO = "guardian run "
REFUSED = "Error acquiring the state lock"
"""The summary of Terraform's error where somebody holds the lock.

Source: `internal/command/clistate/state.go`, errors of the locker.
"""

WHO_HOLDS_IT = "guardian unlock    # shows who holds it, and removes what a dead run left"
"""What to type then."""


def hint_after(summaries: Iterable[str], otherwise: str) -> str:
    """Return what to type after a failure of Terraform's: about the lock, where that was refused.

    Args:
        summaries: Of its errors.
        otherwise: What to type after any other failure.
    """
    return WHO_HOLDS_IT if REFUSED in summaries else otherwise


def our_info(run_id: str) -> str:
    """Return the words by which a lock that guardian itself holds names its run."""
    return f"{OUR_INFO}{run_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerraformLock:
    """One lock that is held.

    Source: `internal/states/statemgr/locker.go`, LockInfo.

    Attributes:
        id: What `terraform force-unlock` asks for; empty when the lock is not in Terraform's format.
        operation: What it is held for, `OperationTypeApply` for instance.
        info: Free words of the holder; guardian's own locks name their run here.
        who: `user@host` of the holder.
        version: Terraform's, empty for guardian's own locks.
        created: When it was taken, by the holder's clock, as it wrote it.
        path: The state, as its kind of backend names it.
    """

    id: str = ""
    operation: str = ""
    info: str = ""
    who: str = ""
    version: str = ""
    created: str = ""
    path: str = ""

    @classmethod
    def read(cls, written: bytes) -> "TerraformLock":
        """Read what a holder wrote; what is not in Terraform's format is a lock too, but without an ID."""
        try:
            found = json.loads(written)
            lock = cls.from_json({name.lower(): value for name, value in found.items()})
        except (ValueError, AttributeError, TypeError):
            return cls()
        return lock if lock.id else cls()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "TerraformLock":
        """Read what `to_json` wrote; what is missing is empty, and other fields are left out."""
        return cls(**{name: str(value.get(name) or "") for name in cls.__slots__})

    def to_json(self) -> dict[str, str]:
        """Return the `lock` object of an `engine_locked` record."""
        return asdict(self)

    @property
    def our_run(self) -> str:
        """The run that a lock of guardian's own names, empty for every other lock."""
        return self.info.removeprefix(OUR_INFO) if self.info.startswith(OUR_INFO) else ""

    def describe(self) -> str:
        """Say who holds it, for a person."""
        if not self.id:
            return FOREIGN
        return f"{self.id} ({self.operation}) by {self.who} since {self.created}"
