"""What the answers of EC2 have in common: pages, names in tags, and the record beside what is live."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from guardian.adapters.aws.read import Attributes, Identity, by_id, tags_of

PAGE = 1000
"""The most that the `Describe` calls of EC2 take as `MaxResults`, unless their reference says otherwise."""

_AWS_MADE_IT = ("aws:autoscaling:", "aws:eks:")

Item = Mapping[str, Any]
Pair = tuple[Item, Attributes]
"""An item of a list, and its recorded attributes; these are empty where no state knows it."""


def keyed(items: Iterable[Item], name: str) -> dict[str, Item]:
    """Return items by one of their members."""
    return {each[name]: each for each in items}


def beside(items: Iterable[Item], name: str, known: Sequence[Attributes]) -> dict[str, Pair]:
    """Return items with what is recorded of them, by one of their members."""
    recorded = {by_id(each): each for each in known}
    return {each[name]: (each, recorded.get(each[name], {})) for each in items}


def tags(item: Item) -> dict[str, str]:
    """Return the tags of an item."""
    return tags_of(item.get("Tags") or ())


def identity(item: Item, *, name: str = "", own: bool = False) -> Identity:
    """Return the identity of an item, whose name is its tag `Name` where it has no other.

    What a service of AWS made for itself, as an auto scaling group makes instances, is told by its tags.
    """
    made = any(each["Key"].startswith(_AWS_MADE_IT) for each in item.get("Tags") or ())
    found = tags(item)
    return Identity(name=name or found.get("Name", ""), tags=found, own=own or made)
