"""The words in which a type is declared: its service, how it is found, and what was found."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.read import Read

NAME_NOT_KNOWN = "its name was not known when the run was planned"

# Source: `PrefixedUniqueId` of terraform-plugin-sdk's helper/id: UTC time to a tenth of a millisecond without
# its dot, then a counter of eight hexadecimal digits.
_GENERATED = re.compile(r"([0-9]{8})([0-9]{6})([0-9]{4})[0-9a-f]{8}")
GENERATED_PREFIX = "terraform-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One object that is there.

    Attributes:
        object_id: The provider's attribute `id`.
        import_id: What `terraform import` takes; empty where that is the object's id.
        name: Its name, empty for a type without names.
        by: What it was found by, as in "found by its name".
        exact: Whether only one object can be found so; else it only fits.
        created_at: When it was made, None where AWS does not tell.
        changed_at: When it was last changed: no later than that it was made. None where AWS does not tell.
        doubt: What else speaks against taking it over, or empty.
    """

    object_id: str
    import_id: str = ""
    name: str = ""
    by: str = "its name"
    exact: bool = True
    created_at: datetime | None = None
    changed_at: datetime | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything that fits; `gap` says why something that fits may have been missed, or is empty."""

    found: tuple[Found, ...] = ()
    gap: str = ""


Find = Callable[[Calls, Mapping[str, Any]], Findings]


def cannot_find(_: Calls, __: Mapping[str, Any]) -> Findings:
    """Find nothing, and say so: the type has nothing that its planned arguments would identify."""
    return Findings(gap="nothing that was planned identifies an object of this type")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveType:
    """One resource type.

    Attributes:
        service: boto3's name of the service that is asked.
        find: How to find an instance by its planned arguments; where that can be done.
        asks: boto3's names of the operations that `find` asks, as far as `read` does not declare them.
        read: How to read what is live of instances that a state knows; None where that is not declared.
    """

    service: str
    find: Find = cannot_find
    asks: Collection[str] = ()
    read: Read | None = None

    @property
    def calls(self) -> frozenset[str]:
        """Every operation of the service that is asked for this type: nothing else can be."""
        return frozenset(self.asks) | frozenset(self.read.calls if self.read else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Finds objects whose name is theirs alone in the account and region.

    Attributes:
        one: Returns the object of a name, None when there is none.
        several: Yields the objects (with their names) whose name begins so; None where names are never
            generated.
        argument: The argument that holds the name.
        prefix: The argument that holds the beginning of a generated name.
        default: What a generated name begins with when nothing is said.
        suffix: What may follow a generated name.
    """

    one: Callable[[Calls, str], Found | None]
    several: Callable[[Calls, str], Iterable[Found]] | None = None
    argument: str = "name"
    prefix: str = "name_prefix"
    default: str = GENERATED_PREFIX
    suffix: str = ""

    def find(self, calls: Calls, arguments: Mapping[str, Any]) -> Findings:
        """Find by name where it is planned, else by what the provider generates names from."""
        name, prefix = text(arguments, self.argument), text(arguments, self.prefix)
        if name:
            one = self.one(calls, name)
            return Findings(found=() if one is None else (one,))
        if self.several is None:
            return Findings(gap=NAME_NOT_KNOWN)
        begin = prefix or self.default
        # Without a prefix the name may as well come from another resource's attribute.
        return Findings(
            found=tuple(generated(self.several(calls, begin), begin, self.suffix)),
            gap="" if prefix else NAME_NOT_KNOWN,
        )


def generated(found: Iterable[Found], prefix: str, suffix: str = "") -> Iterator[Found]:
    """Yield what has a name that the provider generated from `prefix`, with the time that the name tells."""
    for each in found:
        made = generated_at(each.name, prefix, suffix)
        if made is not None:
            yield replace(
                each,
                by=f"a generated name that begins with {prefix}",
                exact=False,
                created_at=each.created_at or made,
            )


def generated_at(name: str, prefix: str, suffix: str = "") -> datetime | None:
    """Return when the provider generated a name, by the clock of its machine; None when it did not."""
    digits = _GENERATED.fullmatch(name.removesuffix(suffix).removeprefix(prefix))
    if not name.startswith(prefix) or digits is None:
        return None
    try:
        return datetime.fromisoformat("{}T{}.{}".format(*digits.groups())).replace(tzinfo=UTC)
    except ValueError:
        return None


def text(arguments: Mapping[str, Any], name: str) -> str:
    """Return an argument that is text, or empty."""
    value = arguments.get(name)
    return value if isinstance(value, str) else ""
