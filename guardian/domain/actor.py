"""Who did something, and where: the identity that journal records and leases carry."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One process on one machine.

    Attributes:
        user: Login name.
        host: Host name.
        pid: Process id.
        boot_id: Identifies one boot of one machine, so that a pid can be trusted; empty when unknown.
        started: Start time of the process in kernel ticks, against re-used pids; 0 when unknown.
        job: The CI job's address, or empty.
    """

    user: str
    host: str
    pid: int
    boot_id: str = ""
    started: int = 0
    job: str = ""

    def __str__(self) -> str:
        """Name the actor for a person."""
        where = f"{self.user}@{self.host} (pid {self.pid})"
        return f"{where}, {self.job}" if self.job else where

    @property
    def person(self) -> str:
        """Name who it was for and where, for what outlives the process."""
        where = f"{self.user}@{self.host}"
        return f"{where}, {self.job}" if self.job else where

    def shares_boot_with(self, other: "Actor") -> bool:
        """Tell whether both lived in the same boot of the same machine; an unknown boot is nobody's."""
        return bool(self.boot_id) and (self.boot_id, self.host) == (other.boot_id, other.host)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the format."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Actor":
        """Read what `to_json` wrote; unknown fields are left out."""
        return cls(
            user=value["user"],
            host=value["host"],
            pid=value["pid"],
            boot_id=value.get("boot_id", ""),
            started=value.get("started", 0),
            job=value.get("job", ""),
        )
