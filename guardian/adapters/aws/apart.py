"""What other resources of a state made of an object: no drift of it, for they are looked at themselves.

The record of an object is often older than they are: a bucket is recorded before the resource that switches
its versioning on, a role before what is attached to it.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

_Attributes = Mapping[str, Any]
# By type: the attribute by which it names the object, and that attribute of the object.
# Source: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ec2_tag
_TAGS = {
    "aws_dynamodb_tag": ("resource_arn", "arn"),
    "aws_ec2_tag": ("resource_id", "id"),
    "aws_ecs_tag": ("resource_arn", "arn"),
}


class Others:
    """The recorded instances of a look, by what they refer to.

    Args:
        known: Type and recorded attributes of every instance that the state knows, looked at or not.
    """

    def __init__(self, known: Iterable[tuple[str, _Attributes]]) -> None:
        self._by_type: dict[str, list[_Attributes]] = {}
        self._index: dict[tuple[str, str], dict[str, list[_Attributes]]] = {}
        for kind, attributes in known:
            self._by_type.setdefault(kind, []).append(attributes)

    def of(self, kind: str, path: str, value: Any) -> Sequence[_Attributes]:
        """Return the instances of a type with this value at a dotted path, be it in lists or blocks."""
        if not value or kind not in self._by_type:
            return ()
        if (kind, path) not in self._index:
            index: dict[str, list[_Attributes]] = {}
            for each in self._by_type[kind]:
                for one in at(each, path):
                    index.setdefault(str(one), []).append(each)
            # Several threads may build the same; one whole one stays.
            self._index[kind, path] = index
        return self._index[kind, path].get(str(value), ())


Apart = Callable[[_Attributes, _Attributes, Others], _Attributes]
"""Returns what of live attributes is the object's own, from these, the recorded ones and the others."""


def at(value: Any, path: str) -> Iterator[Any]:
    """Yield what is at a dotted path, each of what lists hold; nothing where there is none."""
    if isinstance(value, list):
        for each in value:
            yield from at(each, path)
    elif not path:
        if value is not None:
            yield value
    elif isinstance(value, Mapping):
        name, _, rest = path.partition(".")
        yield from at(value.get(name), rest)


def left_to(key: str, *theirs: tuple[str, str, Collection[str]]) -> Apart:
    """Leave whole attributes to the resources that set them, where the state knows one.

    Args:
        key: The attribute by which those resources name the object.
        theirs: Their type, where they name the object, and the attributes of the object that they set.
    """

    def apart(live: _Attributes, recorded: _Attributes, others: Others) -> _Attributes:
        name = recorded.get(key)
        left = {each for kind, path, names in theirs if others.of(kind, path, name) for each in names}
        return {each: value for each, value in live.items() if each not in left}

    return apart


def shared(
    attribute: str,
    key: str,
    *theirs: tuple[str, str, str],
    entry: Callable[[Any], Hashable] = lambda each: each,
) -> Apart:
    """Leave the entries of a list to the resources that each add one, and keep what nobody known added.

    Args:
        attribute: The list.
        key: The attribute by which those resources name the object.
        theirs: Their type, where they name the object, and where the entry.
        entry: Returns what names an entry of the list.
    """

    def apart(live: _Attributes, recorded: _Attributes, others: Others) -> _Attributes:
        name = recorded.get(key)
        added = {
            one
            for kind, path, what in theirs
            for each in others.of(kind, path, name)
            for one in at(each, what)
        }
        return without(live, recorded, attribute, added, entry)

    return apart


def without(
    live: _Attributes,
    recorded: _Attributes,
    attribute: str,
    theirs: Collection[Hashable],
    entry: Callable[[Any], Hashable],
) -> _Attributes:
    """Return live attributes, of a list without the entries of others: what is recorded of these stays."""
    if attribute not in live:
        return live
    own = [each for each in live[attribute] or () if entry(each) not in theirs]
    as_recorded = [each for each in recorded.get(attribute) or () if entry(each) in theirs]
    return {**live, attribute: [*own, *as_recorded]}


def together(*parts: Apart) -> Apart:
    """Take all of these apart."""

    def apart(live: _Attributes, recorded: _Attributes, others: Others) -> _Attributes:
        for part in parts:
            live = part(live, recorded, others)
        return live

    return apart


def tags_apart(live: _Attributes, recorded: _Attributes, others: Others) -> _Attributes:
    """Leave tags to the resources that each set one, of whichever type the object is."""
    added = {
        tag["key"] for kind, (path, key) in _TAGS.items() for tag in others.of(kind, path, recorded.get(key))
    }
    if not added or "tags" not in live:
        return live
    before = recorded.get("tags_all") or recorded.get("tags") or {}
    own = {name: text for name, text in (live["tags"] or {}).items() if name not in added}
    return {**live, "tags": own | {name: text for name, text in before.items() if name in added}}
