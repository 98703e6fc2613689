"""Resources whose provisioners run commands: what those did, no plan tells and no undo takes back."""

from collections.abc import Iterator, Mapping
from typing import Any


def with_provisioners(configuration: Mapping[str, Any]) -> frozenset[str]:
    """Return the addresses without keys of all resources that have provisioners.

    Args:
        configuration: The `configuration` of a plan's JSON.
    """
    return frozenset(_in(configuration.get("root_module") or {}, ""))


def _in(module: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for each in module.get("resources") or ():
        if each.get("provisioners"):
            yield prefix + each["address"]
    for name, call in (module.get("module_calls") or {}).items():
        yield from _in(call.get("module") or {}, f"{prefix}module.{name}.")
