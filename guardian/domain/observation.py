"""What a look at the live infrastructure can say of one object; not to be read is not to be absent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """An object that no state knows is there.

    Attributes:
        object_id: Its id as the provider records it (attribute `id`); of several that fit, the newest.
        import_id: What `terraform import` takes for it.
        certain: Whether it is proven to be the sought one: found by what identifies it among all of its
            type, and made since the run began. Only then may it be adopted without asking a person.
        foreign: Whether it is proven not to be the sought one: it has its very name, and is older than the
            run, so that the sought one cannot be there.
        words: Why it is taken for the sought one, or why that is not proven; one sentence for a person.
    """

    object_id: str
    import_id: str
    certain: bool
    words: str
    foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """The provider's own API answered: there is no such object beside those that a state knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Nothing can be said: denied, throttled, no credentials, not enough known to look for. Not absence.

    Attributes:
        reason: What stood in the way, one sentence for a person, without secrets.
    """

    reason: str


Observation = Present | Absent | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """One object that may exist although no state knows it.

    Attributes:
        address: The resource instance's address.
        resource_type: For instance `aws_s3_bucket`.
        arguments: Planned values by attribute (`change.after` of the plan's JSON); what is known only after
            the apply is left out. They are secret.
        provider: The provider configuration that was to make it, as the plan or state names it; may be empty.
        region: Where that provider works; empty only when it takes its region from the environment, for a
            look into the wrong region finds nothing.
        known_ids: Object ids that a state knows for this type: such an object is never an orphan. The id of
            the object that a replacement was to destroy belongs here only while the record still has it,
            because the new object may have the same name, and so the same id.
        since: When the run's apply began, aware; None when that is not known.
        object_id: Its id, where the engine told that it had made it; empty where its creation never ended.
    """

    address: str
    resource_type: str
    arguments: Mapping[str, Any]
    provider: str
    region: str
    known_ids: frozenset[str]
    since: datetime | None = None
    object_id: str = ""


class Verdict(StrEnum):
    """What a look says of an object that no state knows."""

    EXISTS = "exists"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One instance that was looked for live, and what was found.

    Attributes:
        object_id: Of what was found, or as the engine told it; empty when neither is known.
        certain: Whether what exists is proven to be the sought one; else it is only probable.
        words: How that is known, one sentence for a person.
    """

    address: str
    verdict: Verdict
    object_id: str = ""
    certain: bool = False
    words: str = ""

    @classmethod
    def of(cls, **value: Any) -> "Looked":
        """Read what `asdict` wrote."""
        return cls(**{**value, "verdict": Verdict(value["verdict"])})

    def __str__(self) -> str:
        """Return it as one line for a person, without the address."""
        probable = "" if self.certain or self.verdict is not Verdict.EXISTS else ", probably"
        named = f" ({self.object_id})" if self.object_id else ""
        return f"{self.verdict}{probable}{named}: {self.words}"
