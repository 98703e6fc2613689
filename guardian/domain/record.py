"""Revisions of a raw state: single entries change, everything else keeps its meaning. Nothing is written.

A revised record has the same lineage and the serial it is given. Numbers are kept as they are spelled: a
state holds some that no float can.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from guardian.domain.address import instance_address
from guardian.errors import WrongStateError

_SERIAL = re.compile(rb'("serial"[ \t]*:[ \t]*)(\d+)')
_PLACE = ("module", "mode", "type", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Untaint:
    """The instance is sound: its mark goes."""

    address: str

    @property
    def words(self) -> str:
        """The revision in one sentence."""
        return f"{self.address} is no longer marked as tainted"

    def to_json(self) -> dict[str, Any]:
        """Return the object of the journal's records."""
        return {"kind": "untaint", **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepOriginal:
    """The deposed object is the one to keep: it becomes the current one, and the current one is deposed.

    Attributes:
        deposed: Key of the deposed object; the former current one gets it.
    """

    address: str
    deposed: str

    @property
    def words(self) -> str:
        """The revision in one sentence."""
        return f"{self.address} is its original object again; the one that was to replace it is deposed"

    def to_json(self) -> dict[str, Any]:
        """Return the object of the journal's records."""
        return {"kind": "keep_original", **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """The current object leaves the record and stays in the world; deposed ones stay recorded."""

    address: str

    @property
    def words(self) -> str:
        """The revision in one sentence."""
        return f"{self.address} leaves the record; its object, which the run had imported, stays"

    def to_json(self) -> dict[str, Any]:
        """Return the object of the journal's records."""
        return {"kind": "forget", **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """The instance goes back into the record as another state recorded it."""

    address: str

    @property
    def words(self) -> str:
        """The revision in one sentence."""
        return f"{self.address} is in the record again, as it was before the run forgot it"

    def to_json(self) -> dict[str, Any]:
        """Return the object of the journal's records."""
        return {"kind": "remember", **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Nobody can read whether these attributes hold what the record says: it says nothing of them any more.

    A plan of any configuration then writes them.

    Attributes:
        attributes: At the top level.
    """

    address: str
    attributes: tuple[str, ...]

    @property
    def words(self) -> str:
        """The revision in one sentence."""
        return f"{self.address}: {', '.join(self.attributes)} cannot be read back, and will be written again"

    def to_json(self) -> dict[str, Any]:
        """Return the object of the journal's records."""
        return {"kind": "doubt", "address": self.address, "attributes": list(self.attributes)}


Revision = Untaint | KeepOriginal | Forget | Remember | Doubt


def with_serial(body: bytes, serial: int) -> bytes:
    """Return the record under another serial; every other byte is as it was.

    Raises:
        WrongStateError: It has no serial at its top level.
    """
    meant = {**json.loads(body), "serial": serial}
    for found in _SERIAL.finditer(body):
        changed = body[: found.start(2)] + str(serial).encode() + body[found.end(2) :]
        if json.loads(changed) == meant:
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
        WrongStateError: An address is not there, or the source lacks it.
    """
    mark = _unused_mark(body)
    document = _exact(body, mark)
    other = _exact(source, mark) if source is not None else {}
    for each in revisions:
        _apply(document, each, other)
    document["resources"] = [each for each in document.get("resources") or () if each["instances"]]
    document["serial"] = f"{mark}{serial}"
    return _spelled(document, mark)


def _apply(document: dict[str, Any], revision: Revision, source: Mapping[str, Any]) -> None:
    match revision:
        case Untaint():
            _, current = _current(document, revision.address)
            current.pop("status", None)
        case KeepOriginal():
            _keep_original(document, revision)
        case Forget():
            found = [each for each in _find(document, revision.address) if "deposed" not in each[1]]
            for resource, instance in found:
                resource["instances"].remove(instance)
        case Remember():
            _remember(document, revision, source)
        case Doubt():
            _, current = _current(document, revision.address)
            for name in revision.attributes:
                current["attributes"][name] = None


def _keep_original(document: dict[str, Any], revision: KeepOriginal) -> None:
    found = list(_find(document, revision.address))
    original = [each for each in found if each[1].get("deposed") == revision.deposed]
    if not original:
        if any("deposed" not in each for _, each in found):
            return  # as asked already
        raise _not_there(f"{revision.address} (deposed object {revision.deposed})")
    resource, kept = original[0]
    for _, instance in found:
        if "deposed" not in instance:
            instance["deposed"] = revision.deposed
    del kept["deposed"]
    # Terraform writes the current object first.
    resource["instances"].sort(key=lambda each: "deposed" in each)


def _remember(document: dict[str, Any], revision: Remember, source: Mapping[str, Any]) -> None:
    if any("deposed" not in each for _, each in _find(document, revision.address)):
        return
    origin, instance = _current(source, revision.address)
    resources = document.setdefault("resources", [])
    for resource in resources:
        if all(resource.get(part) == origin.get(part) for part in _PLACE):
            resource["instances"].append(instance)
            return
    resources.append({**origin, "instances": [instance]})


def _current(document: Mapping[str, Any], address: str) -> tuple[dict[str, Any], dict[str, Any]]:
    for resource, instance in _find(document, address):
        if "deposed" not in instance:
            return resource, instance
    raise _not_there(address)


def _find(document: Mapping[str, Any], address: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for resource in document.get("resources") or ():
        for instance in resource["instances"]:
            if _address_of(resource, instance) == address:
                yield resource, instance


def _address_of(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    key = instance.get("index_key")
    return instance_address(
        module=resource.get("module", ""),
        mode=resource["mode"],
        resource_type=resource["type"],
        name=resource["name"],
        key=_number(key) if isinstance(key, _Number) else key,
    )


def _not_there(address: str) -> WrongStateError:
    return WrongStateError(f"the record does not hold {address}", hint="guardian restore    # begins anew")


class _Number(str):
    """A number as it is spelled, behind a mark that no text of the record holds."""

    __slots__ = ()


def _number(spelled: _Number) -> int:
    return int(spelled.rpartition("\0")[2])


def _unused_mark(body: bytes) -> str:
    mark = "number\0"
    while json.dumps(mark)[1:-1].encode() in body:
        mark = f"n{mark}"
    return mark


def _exact(body: bytes, mark: str) -> dict[str, Any]:
    def keep(spelled: str) -> _Number:
        return _Number(f"{mark}{spelled}")

    document: dict[str, Any] = json.loads(body, parse_int=keep, parse_float=keep)
    return document


def _spelled(document: Mapping[str, Any], mark: str) -> bytes:
    text = json.dumps(document, indent=2, ensure_ascii=False)
    quoted = re.escape(json.dumps(mark)[1:-1])
    return re.sub(rf'"{quoted}([^"]*)"', r"\1", text).encode() + b"\n"
