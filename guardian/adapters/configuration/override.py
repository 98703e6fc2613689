"""Amends a private copy by override files: pinned arguments and lifted protection.

Terraform merges them after everything else: arguments replace, `lifecycle` is merged by argument.
Source: https://developer.hashicorp.com/terraform/language/files/override
"""

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from guardian.adapters.configuration.module_files import ModuleFiles, is_override
from guardian.adapters.configuration.modules import read_modules
from guardian.adapters.configuration.parcel import write_private
from guardian.adapters.configuration.resources import Resources, Written
from guardian.domain.configuration import Override

_FILE = "zz_guardian_pins_override.tf.json"
_ARGUMENT = re.compile(r"[A-Za-z_][\w-]*")
_SUFFIX = re.compile(r"override\.(?:tf|tofu)(?:\.json)?$")
_TEMPLATE = re.compile(r"([$%])(?=\{)")
# Source: https://developer.hashicorp.com/terraform/language/meta-arguments
_META = frozenset({"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"})

# Bodies by resource type and name.
_Bodies = dict[str, dict[str, dict[str, Any]]]


def override(private: Path, overrides: Iterable[Override]) -> tuple[Override, ...]:
    """Write what can be said; see `ConfigurationSource.override`."""
    top = os.path.realpath(private)
    modules = [
        each
        for each in read_modules(top, f"{top}/.terraform")
        # A module that is named by its absolute path is not part of the copy: it is somebody's own.
        if not each.is_absolute
    ]
    resources = Resources(modules)
    bodies: dict[str, _Bodies] = {}
    unsaid = []
    for each in overrides:
        written = resources.find(each.address)
        if written is None:
            unsaid.append(each)
            continue
        pinned = {name: value for name, value in each.arguments.items() if _can_pin(written, name, value)}
        rest = {name: value for name, value in each.arguments.items() if name not in pinned}
        if rest:
            unsaid.append(Override(address=each.address, arguments=rest))
        body = {name: _literally(value) for name, value in pinned.items()}
        lifecycle: dict[str, Any] = {}
        if each.allow_destroy:
            lifecycle["prevent_destroy"] = False
        if each.as_found:
            lifecycle["ignore_changes"] = "all"
        if lifecycle:
            body["lifecycle"] = lifecycle
        if body:
            here = bodies.setdefault(written.directory, {}).setdefault(written.resource_type, {})
            here.setdefault(written.name, {}).update(body)
    for directory, said in bodies.items():
        _write(directory, said)
    return tuple(unsaid)


def _can_pin(written: Written, name: str, value: Any) -> bool:
    return (
        written.is_single
        and _ARGUMENT.fullmatch(name) is not None
        and name not in _META
        and _is_plain(value)
        and not written.nests(name)
    )


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_scalar(each) for each in value.values())
    return all(_is_scalar(each) for each in value) if isinstance(value, list | tuple) else _is_scalar(value)


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _literally(value: Any) -> Any:
    """Return a value as JSON syntax has it, without any template in its texts and keys.

    Source: https://developer.hashicorp.com/terraform/language/syntax/json (expression mapping)
    """
    if isinstance(value, str):
        return _TEMPLATE.sub(r"\1\1", value)
    if isinstance(value, Mapping):
        return {_literally(name): _literally(each) for name, each in value.items()}
    return [_literally(each) for each in value] if isinstance(value, list | tuple) else value


def _write(directory: str, said: _Bodies) -> None:
    """Write the override file of one module; what it says already stays, unless it is said anew."""
    path = Path(directory, _file_name(ModuleFiles(directory).names))
    known: _Bodies = json.loads(path.read_bytes())["resource"] if path.exists() else {}
    for resource_type, named in said.items():
        for name, body in named.items():
            known.setdefault(resource_type, {}).setdefault(name, {}).update(body)
    write_private(path, json.dumps({"resource": known}, indent=2).encode(), new=False)


def _file_name(names: Iterable[str]) -> str:
    """Return a name that sorts after every other override file: the last word counts."""
    others = [each for each in names if is_override(each) and not each.endswith(_FILE)]
    last = max(others, default="")
    return _FILE if last < _FILE else _SUFFIX.sub(_FILE, last)
