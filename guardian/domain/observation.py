"""What a look at the live infrastructure can say of one object; not to be read is not to be absent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """An object that no state knows is there.

    Attributes:
        object_id: Its id as the provider records it (attribute `id`); of several that fit, the newest.
        import_id: What `terraform import` takes for it.
        certain: Whether it is proven to be the sought one: found by what identifies it among all of its
            type, and made since the run began. Only then may it be adopted without asking a person.
        words: Why it is taken for the sought one, or why that is not proven; one sentence for a person.
    """

    object_id: str
    import_id: str
    certain: bool
    words: str


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
    """

    address: str
    resource_type: str
    arguments: Mapping[str, Any]
    provider: str
    region: str
    known_ids: frozenset[str]
    since: datetime | None = None
