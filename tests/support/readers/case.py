"""The words of a reader's case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Client = Callable[[str], Any]
Step = Callable[[Client, Mapping[str, Any]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One instance of the type, changed and deleted with boto3.

    Attributes:
        change: Changes one attribute of it; is given the client of a service, and its recorded attributes.
        drifts: The attributes that must drift by that, and no other.
        delete: Deletes it.
        name: Its resource name in the fixture.
        also: Attributes of other addresses that drift by the same change.
        left: Those of which Terraform alone says so: they are left to this one.
        unread: What Terraform says drifted besides, and the reader leaves out: it follows from the rest.
    """

    change: Step
    drifts: frozenset[str]
    delete: Step
    name: str = "it"
    also: Mapping[str, frozenset[str]] = field(default_factory=dict)
    left: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
