"""The forms of a plan's larger parts, as far as a verdict walks through them.

Source: https://developer.hashicorp.com/terraform/internals/json-format
"""

from collections.abc import Iterator
from typing import Any

import msgspec


class Recorded(msgspec.Struct, frozen=True):
    """One instance of the state that a plan was made from, without its values.

    Attributes:
        address: With keys.
        depends_on: Resources without keys: everything that it depends on in the end.
        deposed_key: Of an object that was replaced and not deleted yet, or empty.
    """

    address: str
    mode: str = "managed"
    depends_on: list[str] = []
    deposed_key: str = ""


class _RecordedModule(msgspec.Struct, frozen=True):
    resources: list[Recorded] = []
    child_modules: list["_RecordedModule"] = []


class _Values(msgspec.Struct, frozen=True):
    root_module: _RecordedModule = _RecordedModule()


class _State(msgspec.Struct, frozen=True):
    values: _Values = _Values()


class _Provisioner(msgspec.Struct, frozen=True):
    expressions: dict[str, Any] = {}


class _Resource(msgspec.Struct, frozen=True):
    address: str
    mode: str = "managed"
    expressions: dict[str, Any] = {}
    depends_on: list[str] = []
    provisioners: list[_Provisioner] = []


class _Output(msgspec.Struct, frozen=True):
    depends_on: list[str] = []


class _Call(msgspec.Struct, frozen=True):
    module: "_Module"
    source: str = ""
    version_constraint: str = ""
    expressions: dict[str, Any] = {}
    depends_on: list[str] = []


class _Module(msgspec.Struct, frozen=True):
    resources: list[_Resource] = []
    outputs: dict[str, _Output] = {}
    module_calls: dict[str, _Call] = {}


class _Configuration(msgspec.Struct, frozen=True):
    root_module: _Module = _Module()


_state = msgspec.json.Decoder(_State | None)
_configuration = msgspec.json.Decoder(_Configuration | None)


def managed_of_state(raw: bytes | msgspec.Raw) -> Iterator[Recorded]:
    """Yield the managed instances of a `prior_state`; its values, most of a plan, are skipped.

    Raises:
        msgspec.MsgspecError: It is not of that form.
    """
    state = _state.decode(raw)
    waiting = [state.values.root_module] if state else []
    while waiting:
        module = waiting.pop()
        waiting += module.child_modules
        yield from (each for each in module.resources if each.mode == "managed")


def check_configuration(raw: bytes | msgspec.Raw) -> None:
    """Refuse a `configuration` that is not of the form that everything here relies on.

    Raises:
        msgspec.MsgspecError: It is not.
    """
    _configuration.decode(raw)
