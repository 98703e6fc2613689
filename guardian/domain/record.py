"""Revisions of a raw state: single entries change, everything else keeps its meaning. Nothing is written.

A revised record has the same lineage and the serial it is given. What this version does not know stays.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from guardian.domain import raw_json
from guardian.domain.address import instance_address
from guardian.domain.state import STATE_FORMAT
from guardian.errors import WrongStateError

_SERIAL = re.compile(rb'("serial"\s*:\s*)(\d+)')
_PLACE = ("module", "mode", "type", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfAnAddress:
    kind: ClassVar[str]
    address: str

    def to_json(self) -> dict[str, Any]:
        """Return the object of the journal's records."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        listed = {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
        return {"kind": self.kind, **values, **listed}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        given: dict[str, Any] = {
            each.name: tuple(value[each.name]) if isinstance(value[each.name], list) else value[each.name]
            for each in fields(cls)
        }
        return cls(**given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untaint(_OfAnAddress):
    """The instance is sound: its mark goes."""

    kind = "untaint"

    @property
    def words(self) -> str:
        """The revision in one sentence."""
        return f"{self.address} is no longer marked as tainted"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepOriginal(_OfAnAddress):
    """The deposed object is the one to keep: it becomes the current one, and the current one is deposed.

    Made twice it is undone: whoever decides it looks at which of the two is the original.

    Attributes:
        deposed: Key of the deposed object; the former current one gets it.
    """

    kind = "keep_original"
    deposed: str

    @property
    def words(self) -> str:
        """The revision in one sentence."""
        return f"{self.address} is its original object again; the one that was to replace it is deposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget(_OfAnAddress):
    """The current object leaves the record and stays in the world; deposed ones stay recorded."""

    kind = "forget"

    @property
    def words(self) -> str:
        """The revision in one sentence."""
        return f"{self.address} leaves the record; its object, which the run had imported, stays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember(_OfAnAddress):
    """The instance goes back into the record as another state recorded it."""

    kind = "remember"

    @property
    def words(self) -> str:
        """The revision in one sentence."""
        return f"{self.address} is in the record again, as it was before the run forgot it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt(_OfAnAddress):
    """Nobody can read whether these attributes hold what the record says: it says nothing of them any more.

    A plan of any configuration then writes them. What the record calls sensitive stays so.

    Attributes:
        attributes: At the top level, or `block.attribute` within a block that stands once.
    """

    kind = "doubt"
    attributes: tuple[str, ...]

    @property
    def words(self) -> str:
        """The revision in one sentence."""
        return f"{self.address}: {', '.join(self.attributes)} cannot be read back, and will be written again"


Revision = Untaint | KeepOriginal | Forget | Remember | Doubt


def with_serial(body: bytes, serial: int) -> bytes:
    """Return the record under another serial; every other byte is as it was.

    Raises:
        WrongStateError: It is not a state, or has no serial at its top level.
    """
    meant = {**_document(body), "serial": raw_json.Spelled(serial)}
    # A resource may have an attribute of that name: only reading it again tells which one was met.
    for found in _SERIAL.finditer(body):
        changed = body[: found.start(2)] + str(serial).encode() + body[found.end(2) :]
        if raw_json.read(changed) == meant:
            return changed
    raise WrongStateError("the record has no serial: this is not a record Terraform wrote")


def revise(body: bytes, revisions: Iterable[Revision], *, serial: int, source: bytes | None = None) -> bytes:
    """Return the record with its entries revised; what is as asked already is left so.

    Args:
        body: A raw state of format 4.
        revisions: In this order.
        serial: The serial that it gets.
        source: The raw state that a `Remember` takes its instance from.

    Raises:
        WrongStateError: It is not a state, an address or attribute is not there, or the source lacks it.
    """
    document = _document(body)
    other = {} if source is None else _document(source)
    for each in revisions:
        _apply(document, each, other)
    document["serial"] = raw_json.Spelled(serial)
    return raw_json.write(document)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = raw_json.read(body)
        if document["version"] == str(STATE_FORMAT) and "lineage" in document:
            return dict(document)
    except (ValueError, KeyError, TypeError) as error:
        raise _not_a_record() from error
    raise _not_a_record()


def _apply(document: dict[str, Any], revision: Revision, source: Mapping[str, Any]) -> None:
    match revision:
        case Untaint():
            _current(document, revision.address).pop("status", None)
        case KeepOriginal():
            _keep_original(document, revision)
        case Forget():
            _forget(document, revision)
        case Remember():
            _remember(document, revision, source)
        case Doubt():
            _doubt(document, revision)


def _keep_original(document: Mapping[str, Any], revision: KeepOriginal) -> None:
    for resource, instances in _find(document, revision.address):
        kept = next((each for each in instances if each.get("deposed") == revision.deposed), None)
        if kept is None:
            continue
        for each in instances:
            if _is_current(each):
                each["deposed"] = revision.deposed
        del kept["deposed"]
        _move(resource["instances"], kept, before=instances[0])
        return
    raise _not_there(f"{revision.address} (deposed object {revision.deposed})")


def _move(listed: list[Any], instance: Mapping[str, Any], *, before: Mapping[str, Any]) -> None:
    """Put an instance before another one: Terraform writes the current object before the deposed ones."""
    place = next(index for index, each in enumerate(listed) if each is before)
    others = [each for each in listed if each is not instance]
    listed[:] = [*others[:place], instance, *others[place:]]


def _forget(document: dict[str, Any], revision: Forget) -> None:
    for resource, instances in _find(document, revision.address):
        gone = [id(each) for each in instances if _is_current(each)]
        resource["instances"] = [each for each in resource["instances"] if id(each) not in gone]
        if not resource["instances"]:
            document["resources"] = [each for each in document["resources"] if each is not resource]


def _remember(document: dict[str, Any], revision: Remember, source: Mapping[str, Any]) -> None:
    there = list(_find(document, revision.address))
    if any(_is_current(each) for _, instances in there for each in instances):
        return
    instance = _current(source, revision.address)
    for resource, instances in there:
        _move(resource["instances"], instance, before=instances[0])
        return
    origin, _ = next(_find(source, revision.address))
    resources = document.setdefault("resources", [])
    for resource in resources:
        if all(resource.get(part) == origin.get(part) for part in _PLACE):
            resource["instances"].append(instance)
            return
    resources.append({**origin, "instances": [instance]})


def _doubt(document: Mapping[str, Any], revision: Doubt) -> None:
    attributes = _current(document, revision.address).get("attributes") or {}
    for path in revision.attributes:
        holder: Any = attributes
        *blocks, name = path.split(".")
        for block in blocks:
            holder = next(iter(holder.get(block) or ()), {})
        if name not in holder:
            raise _not_there(f"{revision.address}, attribute {path}")
        holder[name] = None


def _current(document: Mapping[str, Any], address: str) -> dict[str, Any]:
    for _, instances in _find(document, address):
        for each in instances:
            if _is_current(each):
                return each
    raise _not_there(address)


def _is_current(instance: Mapping[str, Any]) -> bool:
    return not instance.get("deposed")


def _find(document: Mapping[str, Any], address: str) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield each resource that has objects of that address, current or deposed, with those objects."""
    for resource in tuple(document.get("resources") or ()):
        found = [each for each in resource.get("instances") or () if _address_of(resource, each) == address]
        if found:
            yield resource, found


def _address_of(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    key = instance.get("index_key")
    return instance_address(
        module=resource.get("module", ""),
        mode=resource["mode"],
        resource_type=resource["type"],
        name=resource["name"],
        key=int(key) if isinstance(key, raw_json.Spelled) else key,
    )


def _not_there(what: str) -> WrongStateError:
    return WrongStateError(f"the record does not hold {what}", hint="guardian restore    # begins anew")


def _not_a_record() -> WrongStateError:
    return WrongStateError(
        "the record of the state is torn, or not in format 4",
        hint="guardian restore --strategy record    # puts the newest known record back",
    )
