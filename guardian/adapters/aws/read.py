"""The words in which a type's live attributes are declared: one bulk call, then details of what is known."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from guardian.adapters.aws.apart import Apart
from guardian.domain.fingerprint import PLAIN, Shape

T = TypeVar("T")
Attributes = Mapping[str, Any]

Names = Mapping[str, "str | tuple[str, Names]"]
"""By the provider's name: the member of the answer; for a block, with the names of what is in it."""


class GoneError(Exception):
    """The object went away between the list and the question for its details."""


class Asked(Protocol):
    """Read calls of a type's service in one region. Each question is asked once a look, whoever asks it.

    Only operations that the type declares can be asked. What AWS does not answer ends the reading of the
    type (from `listed`) or of the one instance (from `detail`): nothing needs to be caught.

    Attributes:
        region: Where it is asked.
        everything: Whether objects that no state knows are wanted too. A list that is long in some accounts
            may leave them out otherwise.
    """

    region: str
    everything: bool

    def every(self, operation: str, member: str, **request: Any) -> list[Any]:
        """Return the items of all pages of a list, by the list's name in the answer.

        An answer without the list was cut off, except with `left_out_when_empty=True` when it is `{}`.
        """
        ...

    def one(self, operation: str, *, absent: Collection[str] = (), **request: Any) -> dict[str, Any] | None:
        """Return an answer; None when AWS refused with one of the codes that say that there is none."""
        ...

    def need(self, operation: str, *, gone: Collection[str], **request: Any) -> dict[str, Any]:
        """Return an answer; raise `GoneError` when AWS refused with a code that says that it is gone."""
        ...

    def tagged(self, kind: str) -> Mapping[str, Mapping[str, str]]:
        """Return the tags of every object of a kind (`dynamodb:table`) that has or had any, by ARN.

        The index of tags lags behind the services by seconds.
        Source: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
        """
        ...

    def many(self, ask: Callable[[T], Any], items: Iterable[T]) -> list[Any]:
        """Ask for several things side by side, in order. Only from `listed`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What tells whether an object that no state knows belongs to a project.

    Attributes:
        name: Its name, or empty.
        tags: Its tags; None where the list does not tell them.
        own: Whether AWS made it itself (a default network, a managed policy): never anybody's to manage.
    """

    name: str = ""
    tags: Mapping[str, str] | None = None
    own: bool = False


def by_id(attributes: Attributes) -> str:
    """Return the attribute `id`."""
    return str(attributes.get("id") or "")


def by(name: str) -> Callable[[Attributes], str]:
    """Return a key that is one attribute."""

    def key(attributes: Attributes) -> str:
        return str(attributes.get(name) or "")

    return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """How live instances of one type are read, and put into the words of the provider.

    Attributes:
        calls: boto3's names (`describe_vpcs`) of all operations that `listed` and `detail` ask.
        listed: Returns every object of the type in the region, by key. It is given the recorded attributes
            of the known instances, for services that cannot list without knowing where.
        key: Returns the key of a recorded instance, as in `listed`.
        bulk: Returns the attributes that an item of the list tells.
        detail: Returns further attributes of one known instance, from its item and recorded attributes.
        detailed: The names that `detail` can return: what the quick tier does not look at.
        shape: What the values mean.
        identity: Returns what tells whose an unknown object is; None where the list holds known objects
            alone.
        region: Where the service answers when it is not the provider's region (`us-east-1` for some).
        apart: Returns live attributes without what other resources of the state made of the object (a rule of
            its own in a security group, a bucket's setting that is a resource): its record may be older, and
            they are looked at themselves. It is given the live and the recorded attributes, and the others.
        tagged: The type's name in the index of tags (`dynamodb:table`), where only a call an instance tells
            the tags: the index tells all, and `tags` is asked where it contradicts the record.
        tags: Returns the tags by the service's own word, from an item; needed where `tagged` is set.
    """

    calls: Collection[str]
    listed: Callable[[Asked, Sequence[Attributes]], Mapping[str, Any]]
    bulk: Callable[[Any], Attributes]
    key: Callable[[Attributes], str] = by_id
    detail: Callable[[Asked, Any, Attributes], Attributes] | None = None
    detailed: Collection[str] = ()
    shape: Shape = PLAIN
    identity: Callable[[Any], Identity] | None = None
    region: str = ""
    apart: Apart | None = None
    tagged: str = ""
    tags: Callable[[Asked, Any], Mapping[str, str]] | None = None


def tags_of(items: Iterable[Mapping[str, str]], *, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """Return the tags of a list of pairs; those of AWS's own (`aws:`), which the provider hides, left out."""
    found = {each[key]: each.get(value) or "" for each in items}
    return {name: text for name, text in found.items() if not name.startswith("aws:")}


def own_tags(tags: Mapping[str, str] | None) -> dict[str, str]:
    """Return tags without those of AWS's own, which the provider hides."""
    return {name: text for name, text in (tags or {}).items() if not name.startswith("aws:")}


def block(value: T | None) -> list[T]:
    """Return a nested block as the state holds it: a list of one; of none where AWS tells none."""
    return [] if value is None else [value]


def named(value: Mapping[str, Any] | None, **names: str) -> list[dict[str, Any]]:
    """Return a nested block of members that AWS names otherwise: `max_size="maxSize"`."""
    return [{name: each.get(theirs) for name, theirs in names.items()} for each in block(value)]


def pages(
    asked: Asked,
    operation: str,
    member: str,
    *,
    absent: Collection[str] = (),
    told: str = "NextToken",
    given: str = "NextToken",
    **request: Any,
) -> list[Any] | None:
    """Return the items of all pages of a list that may not be there, or that boto3 cannot page through.

    Args:
        asked: Who is asked.
        operation: As for `Asked.one`.
        member: The list's name in the answer.
        absent: The codes that say that there is no such list: the answer is then None.
        told: The name of the next page's token in the answer.
        given: Its name in the request.
        request: The operation's parameters.
    """
    found: list[Any] = []
    following: dict[str, str] = {}
    while (answer := asked.one(operation, absent=absent, **request, **following)) is not None:
        found.extend(answer[member])
        if not answer.get(told):
            return found
        following = {given: answer[told]}
    return None


def chunks(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """Split into parts of at most `size`, in order."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def renamed(item: Attributes, names: Names) -> dict[str, Any]:
    """Return the members of an answer by the provider's names.

    A structure becomes a list of blocks, and a time the text of RFC 3339, as the provider writes both.
    """
    return {name: _member(item, source) for name, source in names.items()}


def _member(item: Attributes, source: "str | tuple[str, Names]") -> Any:
    if isinstance(source, str):
        value = item.get(source)
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value
    member, names = source
    value = item.get(member)
    if value is None:
        return []
    return [renamed(each, names) for each in (value if isinstance(value, list) else [value])]
