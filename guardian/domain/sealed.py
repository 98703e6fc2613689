"""Which files a plan's resources read at apply, and whether a private copy of them can be read instead."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_NAMES = frozenset({"file", "filename", "script", "scripts", "source"})
_ENDINGS = ("_file", "_filename", "_path", "_script")
_WRITTEN = frozenset(
    {
        ("local_file", "filename"),
        ("local_sensitive_file", "filename"),
        ("archive_file", "output_path"),
    }
)
"""Attributes that name what the resource writes: after the apply that is meant to differ.

Source: https://registry.terraform.io/providers/hashicorp/local/2.5.3/docs/resources/file
Source: https://registry.terraform.io/providers/hashicorp/archive/2.7.1/docs/data-sources/file
"""

_LONGEST_PATH = 4096
_MAKING = frozenset({"create", "update", "read"})
_AT_HOME_ANYWHERE = frozenset(
    {
        "builtin/terraform",
        "hashicorp/aws",
        "hashicorp/random",
        "hashicorp/time",
        "hashicorp/tls",
    }
)
"""Providers that write nothing where they work, and read there only what a resource names."""

_BOUND_TO_PLACE = (b"path.cwd", b"abspath", b"provisioner", b"terraform_remote_state")
"""What in a configuration works with the very directory that it is applied from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFile:
    """A path that an attribute names, whether or not a file is there."""

    path: str
    address: str
    attribute: str


def named_files(document: Mapping[str, Any]) -> Iterator[NamedFile]:
    """Yield each path once that the planned values of a plan's `show -json` name by the name of an attribute.

    What is only known after the apply is named by nobody yet.
    """
    seen: set[str] = set()
    for each in document.get("resource_changes") or ():
        change = each["change"]
        if _MAKING.isdisjoint(change["actions"]):
            continue
        for attribute, path in _paths(change.get("after"), "", ""):
            if path not in seen and (each["type"], attribute) not in _WRITTEN:
                seen.add(path)
                yield NamedFile(path=path, address=each["address"], attribute=attribute)


def written_files(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield each path that a plan's resources write or remove at apply: a change there is the plan's own."""
    for each in document.get("resource_changes") or ():
        change = each["change"]
        if change["actions"] == ["no-op"]:
            continue
        for side in (change.get("before"), change.get("after")):
            for kind, attribute in _WRITTEN:
                path = (side or {}).get(attribute) if each["type"] == kind else None
                if isinstance(path, str) and path:
                    yield path


def why_in_place(
    document: Mapping[str, Any],
    *,
    configuration: Iterable[bytes],
    left_out: Iterable[str],
    backend_kind: str,
) -> str:
    """Say why a plan must be applied in the root module itself; empty where a private copy of it will do.

    Args:
        document: `show -json` of the plan.
        configuration: Content of the configuration files in the plan.
        left_out: What the private copy would lack, by path.
        backend_kind: Of the state.
    """
    if backend_kind == "local":
        return "the state lies in the root module"
    missing = sorted(left_out)
    if missing:
        return f"a copy of the root module would lack {missing[0]}"
    for body in configuration:
        for word in _BOUND_TO_PLACE:
            if word in body:
                return f"the configuration works with its own place ({word.decode()})"
    others = sorted(_providers(document) - _AT_HOME_ANYWHERE)
    return f"the provider {others[0]} may read and write beside the root module" if others else ""


def _paths(value: Any, name: str, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if (name in _NAMES or name.endswith(_ENDINGS)) and 0 < len(value) <= _LONGEST_PATH:
            yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _paths(inner, key, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, name, path)


def _providers(document: Mapping[str, Any]) -> set[str]:
    configured = (document.get("configuration") or {}).get("provider_config") or {}
    names = {each.get("full_name", "") for each in configured.values()}
    names |= {each.get("provider_name", "") for each in document.get("resource_changes") or ()}
    return {"/".join(name.rsplit("/", 2)[-2:]) for name in names if name}
