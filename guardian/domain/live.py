"""What is read live of instances that a state knows: there, gone, or not to be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from guardian.domain.fingerprint import Fingerprint
from guardian.domain.observation import Absent, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One instance that a state records.

    Attributes:
        address: The resource instance's address.
        resource_type: For instance `aws_s3_bucket`.
        attributes: As recorded; its object is found by them. They may be secret.
        region: Where its provider works; empty for the environment's.
    """

    address: str
    resource_type: str
    attributes: Mapping[str, Any]
    region: str = ""


class Tier(StrEnum):
    """Who reads, and how much of it.

    FULL: guardian's readers every attribute that they know, and Terraform what has no reader.
    READERS: the same without Terraform.
    QUICK: bulk calls alone: some attributes are not looked at.
    EXACT: Terraform everything, one by one.
    """

    FULL = "full"
    READERS = "readers"
    QUICK = "quick"
    EXACT = "exact"


Seen = Fingerprint | Absent | Unreadable
"""One instance: there, as its fingerprint tells; not there; or nothing can be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmanaged:
    """An object of a covered type that is in the project's scope and that no state knows.

    Attributes:
        object_id: What a state would find it by.
        name: Its name, or empty.
        by: What puts it into the scope, one phrase for a person.
    """

    resource_type: str
    object_id: str
    name: str
    by: str
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one look at the live infrastructure found.

    Attributes:
        seen: By address, exactly one for each instance that was asked for.
        unseen: By resource type, the attributes that were not looked at in this tier.
        unmanaged: Objects in scope that no state knows.
        not_listed: By resource type, why its unmanaged objects cannot be told.
        requests: How often each operation (`ec2:DescribeVpcs`) was asked, repetitions included.
        duration_s: How long it took.
    """

    seen: Mapping[str, Seen]
    unseen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unmanaged: tuple[Unmanaged, ...] = ()
    not_listed: Mapping[str, str] = field(default_factory=dict)
    requests: Mapping[str, int] = field(default_factory=dict)
    duration_s: float = 0.0
