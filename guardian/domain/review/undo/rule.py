"""What one rule of the table of undo says, and the short forms in which the table is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from guardian.domain.data_holders import DATA_HOLDERS

AWS = "https://docs.aws.amazon.com"
_PROVIDER = "https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources"


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRule:
    """What making one object of a type again gives, after the first was deleted.

    Either it is the same object, since what `same_by` names is all there is to it, or it is a new one.

    Attributes:
        same_by: The arguments that are its whole identity; empty where a new object is another one.
        other: Attributes that a new object has another value of.
        gone: What went with the old object and no configuration holds, each a noun phrase.
        source: The page that says so.
    """

    resource_type: str
    same_by: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    source: str


def same(resource_type: str, same_by: str, source: str = "") -> UndoRule:
    """Return the rule that an object which is made again is the same one.

    Args:
        same_by: Names of the arguments that identify it, apart by blanks.
        source: Without one the type's page of the provider, which says what it is imported by.
    """
    return UndoRule(
        resource_type=resource_type, same_by=tuple(same_by.split()), source=source or page_of(resource_type)
    )


def anew(resource_type: str, other: str, source: str = "", *, gone: Iterable[str] = ()) -> UndoRule:
    """Return the rule that an object which is made again is another one.

    Args:
        other: Names of the attributes that differ, apart by blanks; may be empty where something is gone.
        source: Without one the page that says that the data goes, or the type's page of the provider.
        gone: What went with the old object.
    """
    return UndoRule(
        resource_type=resource_type,
        other=tuple(other.split()),
        gone=tuple(gone),
        source=source or DATA_HOLDERS.get(resource_type) or page_of(resource_type),
    )


def lost(rule: UndoRule, before: Mapping[str, Any]) -> str:
    """Say what of an object does not come back, as one sentence without a full stop; empty for nothing.

    Args:
        rule: That of its type.
        before: Its attributes: what it never had is not lost.
    """
    other = tuple(each for each in rule.other if each not in before or before[each])
    parts = [f"a new one has another {listed(other)}"] if other else []
    parts += [f"gone with it: {listed(rule.gone)}"] if rule.gone else []
    return f"the old object does not come back: {'; '.join(parts)}" if parts else ""


def page_of(resource_type: str) -> str:
    """Return the page of an AWS type: its attributes, and what it is imported by."""
    return f"{_PROVIDER}/{resource_type.removeprefix('aws_')}"


def listed(words: tuple[str, ...]) -> str:
    """Join words as a sentence does: `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
