"""Two states without what is the same in both, byte by byte: nothing is decoded that does not differ."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import msgspec

from guardian.domain.state import State, parse_state


class _Document(msgspec.Struct):
    """A state; its resources stay as they are spelled."""

    version: int
    lineage: str
    serial: int = 0
    terraform_version: str = ""
    outputs: msgspec.Raw = msgspec.Raw(b"{}")
    resources: list[msgspec.Raw] = []


class _Resource(msgspec.Struct, omit_defaults=True):
    """A resource; its instances stay as they are spelled."""

    mode: str
    type: str
    name: str
    provider: str = ""
    module: str = ""
    each: str = ""
    instances: list[msgspec.Raw] = []


_document = msgspec.json.Decoder(_Document)
_resource = msgspec.json.Decoder(_Resource)
_encode = msgspec.json.Encoder().encode


def narrow(before: bytes, after: bytes) -> tuple[State, State]:
    """Return both states with only the instances that are spelled otherwise, or only once.

    Raises:
        WrongStateError: One of them is no state.
    """
    try:
        old, new = _document.decode(before), _document.decode(after)
        old_resources, new_resources = _apart(old.resources, new.resources)
        one, other = _narrowed(old_resources), _narrowed(new_resources)
        for key in one.keys() & other.keys():
            one[key].instances, other[key].instances = _apart(one[key].instances, other[key].instances)
    except msgspec.MsgspecError:
        return parse_state(before), parse_state(after)  # which says what is wrong with it
    return _state(old, one), _state(new, other)


def _apart(old: list[msgspec.Raw], new: list[msgspec.Raw]) -> tuple[list[msgspec.Raw], list[msgspec.Raw]]:
    """Return what is in one list alone, in order; what is compared are digests, so that nothing is copied."""
    ours, theirs = list(map(_digest, old)), list(map(_digest, new))
    both = set(ours) & set(theirs)
    return _without(old, ours, both), _without(new, theirs, both)


def _digest(raw: msgspec.Raw) -> bytes:
    return sha256(memoryview(raw)).digest()


def _without(raws: list[msgspec.Raw], digests: list[bytes], both: set[bytes]) -> list[msgspec.Raw]:
    return [raw for raw, digest in zip(raws, digests, strict=True) if digest not in both]


def _narrowed(resources: Iterable[msgspec.Raw]) -> dict[tuple[str, ...], _Resource]:
    found = (_resource.decode(each) for each in resources)
    return {(each.module, each.mode, each.type, each.name, each.provider): each for each in found}


def _state(document: _Document, resources: dict[tuple[str, ...], _Resource]) -> State:
    document.resources = [msgspec.Raw(_encode(each)) for each in resources.values()]
    body: Any = _encode(document)
    return parse_state(body)
