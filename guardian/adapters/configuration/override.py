"""Override files in a private copy: pinned arguments and lifted protection.

Source: https://developer.hashicorp.com/terraform/language/files/override
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from guardian.adapters.configuration.blocks import Block, modules_of, read_blocks, resource_prefix
from guardian.adapters.configuration.modules import Module
from guardian.domain.address import resource_of
from guardian.domain.configuration import Override

FILE_NAME = "zz_guardian_pins_override.tf.json"
_REPEATING = frozenset({"count", "for_each"})


def override(private: Path, overrides: Iterable[Override]) -> tuple[Override, ...]:
    """Write the override files; return what they cannot say."""
    wanted = tuple(overrides)
    if not wanted:
        return ()
    modules = modules_of(private)
    written: dict[str, dict[str, dict[str, dict[str, Any]]]] = {}
    impossible = []
    for each in wanted:
        place = _place(each, modules)
        if place is None or (each.arguments and not _can_be_pinned(each, *place, modules)):
            impossible.append(each)
            continue
        module, block = place
        _, kind, name = block.words
        body = written.setdefault(module.directory, {}).setdefault(kind, {}).setdefault(name, {})
        body.update({argument: _literal(value) for argument, value in each.arguments.items()})
        if each.allow_destroy:
            body["lifecycle"] = {"prevent_destroy": False}
    for directory, resources in written.items():
        _write(Path(directory) / FILE_NAME, resources)
    return tuple(impossible)


def _place(each: Override, modules: Iterable[Module]) -> tuple[Module, Block] | None:
    resource = resource_of(each.address)
    for module in modules:
        prefix = resource_prefix(module)
        words = resource.removeprefix(prefix).split(".")
        if not resource.startswith(prefix) or len(words) != 2 or words[0] == "module":  # noqa: PLR2004 - type and name
            continue
        for block in read_blocks(Path(module.directory)).of("resource", *words):
            if not block.file.name.endswith(("override.tf", "override.tf.json")):
                return module, block
    return None


def _can_be_pinned(each: Override, module: Module, block: Block, modules: Iterable[Module]) -> bool:
    if _REPEATING & block.arguments.keys() or _is_called_often(module, modules):
        return False
    nested = {inner.words[0] for inner in block.blocks}
    return not nested & each.arguments.keys() and all(_is_plain(value) for value in each.arguments.values())


def _is_called_often(module: Module, modules: Iterable[Module]) -> bool:
    """Tell whether the module's text stands for several modules."""
    known = {each.key: each for each in modules}
    if sum(each.directory == module.directory for each in known.values()) > 1:
        return True
    key = module.key
    while key:
        parent, _, name = key.rpartition(".")
        calls = read_blocks(Path(known[parent].directory)).of("module", name)
        if any(_REPEATING & call.arguments.keys() for call in calls):
            return True
        key = parent
    return False


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_scalar(each) for each in value.values())
    if isinstance(value, list):
        return all(_is_scalar(each) for each in value)
    return _is_scalar(value)


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _literal(value: Any) -> Any:
    """Return a value as Terraform's JSON syntax takes it literally."""
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, Mapping):
        return {_literal(name): _literal(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_literal(each) for each in value]
    return value


def _write(path: Path, resources: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Write the file; what it says already is kept."""
    if path.exists():
        before = json.loads(path.read_bytes())["resource"]
        for kind, names in before.items():
            for name, body in names.items():
                here = resources.setdefault(kind, {})
                here[name] = {**body, **here.get(name, {})}
    path.touch(mode=0o600)
    path.write_text(json.dumps({"resource": resources}), encoding="utf-8")
