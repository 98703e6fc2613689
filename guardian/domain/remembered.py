"""What a client remembers of a project's log, and whether the log contradicts it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guardian.domain import fields
from guardian.domain.project import ProjectDescriptor
from guardian.domain.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """The newest record of a project's log that this client saw.

    Attributes:
        repository_id: The repository it was in.
        state_id: The project's directory there.
        number: The record's number.
        digest: Hex sha256 of its stored bytes.
        standing: Where the project stood after it.
        descriptor: What the project was.
        seen_at: Aware UTC; to show, never to decide by.
    """

    repository_id: str
    state_id: str
    number: int
    digest: str
    standing: Standing
    descriptor: ProjectDescriptor
    seen_at: datetime

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object that a memory keeps."""
        return {
            "repository_id": self.repository_id,
            "state_id": self.state_id,
            "number": self.number,
            "digest": self.digest,
            "standing": self.standing.to_json(),
            "descriptor": self.descriptor.to_json(),
            "seen_at": fields.format_moment(self.seen_at),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Remembered":
        """Read what `to_json` wrote; raise ValueError when it is malformed."""
        return cls(
            repository_id=fields.text(value, "repository_id"),
            state_id=fields.text(value, "state_id"),
            number=fields.whole(value, "number"),
            digest=fields.text(value, "digest"),
            standing=Standing.from_json(fields.group(value, "standing")),
            descriptor=ProjectDescriptor.from_json(fields.group(value, "descriptor")),
            seen_at=fields.moment(value, "seen_at"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the store says now of a project that is remembered; `number` 0 and `digest` empty: no record."""

    repository_id: str
    state_id: str
    descriptor: ProjectDescriptor
    number: int
    digest: str


def contradiction(seen: Remembered, found: Found, digest_of: Callable[[int], str]) -> str:
    """Say how a log contradicts what was seen of it; empty when it only went on.

    A log is append-only: what was seen once stays under its number for ever. So a smaller number, or other
    bytes under the same one, mean that somebody put an older or another log in its place.

    Args:
        seen: What this client remembers.
        found: What is there now.
        digest_of: Reads the digest of an earlier record; asked only when the log has grown.
    """
    name, when = seen.descriptor.name, f"({seen.seen_at:%Y-%m-%d %H:%M:%S} UTC)"
    if found.repository_id != seen.repository_id:
        return (
            f"the store of {name} is another one than before: it is repository {found.repository_id[:12]}, "
            f"but this machine saw repository {seen.repository_id[:12]} here {when}"
        )
    if found.state_id != seen.state_id or found.descriptor != seen.descriptor:
        return (
            f"{name} is described as another project than before: as the state "
            f"{found.descriptor.backend_address}, but this machine saw {seen.descriptor.backend_address} "
            f"{when}"
        )
    if found.number < seen.number:
        end = f"it ends at record {found.number}" if found.number else "it has no record at all"
        return f"the log of {name} went back: {end}, but this machine saw record {seen.number} {when}"
    there = found.digest if found.number == seen.number else digest_of(seen.number)
    if there != seen.digest:
        return (
            f"the log of {name} was replaced: its record {seen.number} is not the one that this machine saw "
            f"{when}"
        )
    return ""
