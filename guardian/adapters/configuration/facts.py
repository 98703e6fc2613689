"""What a configuration says about its own resources: protection, ignored changes, provisioners, moves."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from guardian.adapters.configuration.blocks import Block
from guardian.adapters.configuration.literals import literal, words_of
from guardian.adapters.configuration.module_files import ModuleFiles, is_override
from guardian.adapters.configuration.modules import read_modules
from guardian.adapters.configuration.syntax import branches, kind
from guardian.domain.configuration import ConfigurationFacts

_PROTECTION, _PROVISIONER, _IGNORED = "prevent_destroy", "provisioner", "ignore_changes"
_KEY = re.compile(r'\[(?:"([^"]*)"|(\d+))\]')


_OfModule = tuple[frozenset[str], frozenset[str], dict[str, tuple[str, ...]], dict[str, str]]


def facts(root: Path) -> ConfigurationFacts:
    """Read the root module and every module of its manifest; see `ConfigurationSource.facts`.

    A directory that several calls share is read once.
    """
    top = os.path.realpath(root)
    protected: set[str] = set()
    provisioned: set[str] = set()
    unreadable: set[str] = set()
    ignored: dict[str, tuple[str, ...]] = {}
    moved: dict[str, str] = {}
    directories: dict[str, _OfModule] = {}
    for module in read_modules(top, f"{top}/.terraform"):
        if module.directory not in directories:
            files = ModuleFiles(module.directory)
            directories[module.directory] = (
                _protected(files),
                _provisioned(files),
                _ignored(files),
                dict(_moved(files)),
            )
            here = os.path.relpath(module.directory, top)
            unreadable |= {os.path.normpath(f"{here}/{name}") for name in files.unreadable}
        prefix = "".join(f"module.{name}." for name in module.key.split(".") if name)
        guarded, running, unchanged, led = directories[module.directory]
        protected |= {prefix + each for each in guarded}
        provisioned |= {prefix + each for each in running}
        ignored |= {prefix + each: paths for each, paths in unchanged.items()}
        moved |= {prefix + end: prefix + start for end, start in led.items()}
    return ConfigurationFacts(
        prevent_destroy=frozenset(protected),
        destroy_provisioners=frozenset(provisioned),
        ignore_changes=ignored,
        moved=moved,
        unreadable=tuple(sorted(unreadable)),
    )


def _resources(files: ModuleFiles, word: str) -> Iterator[tuple[str, Block]]:
    for block in files.blocks("resource", word):
        yield ".".join(block.labels), block


def _protected(files: ModuleFiles) -> frozenset[str]:
    """Return the protected resources: of `lifecycle`, an override file replaces single arguments."""
    found: dict[str, bool] = {}
    for name, block in _resources(files, _PROTECTION):
        for lifecycle in block.nested("lifecycle"):
            if _PROTECTION in lifecycle.attributes:
                found[name] = literal(lifecycle.attributes[_PROTECTION]) == "true"
    return frozenset(name for name, is_protected in found.items() if is_protected)


def _provisioned(files: ModuleFiles) -> frozenset[str]:
    """Return the resources with a destroy-time provisioner: an override file replaces all provisioners."""
    found: dict[str, bool] = {}
    for name, block in _resources(files, _PROVISIONER):
        provisioners = block.nested(_PROVISIONER)
        if provisioners:
            at_destruction = any(literal(each.attributes.get("when")) == "destroy" for each in provisioners)
            found[name] = at_destruction or (found.get(name, False) and not is_override(block.file))
    return frozenset(name for name, is_provisioned in found.items() if is_provisioned)


def _ignored(files: ModuleFiles) -> dict[str, tuple[str, ...]]:
    """Return the attribute paths by resource: of `lifecycle`, an override file replaces single arguments."""
    found: dict[str, tuple[str, ...]] = {}
    for name, block in _resources(files, _IGNORED):
        for lifecycle in block.nested("lifecycle"):
            if _IGNORED in lifecycle.attributes:
                found[name] = tuple(
                    _KEY.sub(r".\1\2", each) for each in _items(lifecycle.attributes[_IGNORED])
                )
    return found


def _moved(files: ModuleFiles) -> Iterator[tuple[str, str]]:
    """Yield where each `moved` block leads and where it begins."""
    for block in files.blocks("moved", "from"):
        start, end = (_reference(block.attributes.get(name)) for name in ("from", "to"))
        if start and end:
            yield end, start


def _reference(value: Any) -> str:
    if value is None or isinstance(value, str):  # JSON
        return value or ""
    return "".join(words_of(value))


def _items(value: Any) -> Iterator[str]:
    """Yield what a list of references names, `all` for that word.

    Source: https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#ignore_changes
    """
    if isinstance(value, list):  # JSON
        yield from map(str, value)
        return
    while kind(value) == "expr_term" and len(branches(value)) == 1:
        value = branches(value)[0]
    if kind(value) == "tuple":
        yield from ("".join(words_of(each)) for each in branches(value))
    else:
        yield value if isinstance(value, str) else "".join(words_of(value))
