"""Carries provider blocks from one root module into a private copy of another that lacks them.

Without its provider configuration an object cannot be destroyed, and Terraform refuses every plan while the
state holds it.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guardian.adapters.configuration.blocks import Block, ModuleBlocks, block_of_expression, read_blocks
from guardian.adapters.configuration.lockfile import FILE_NAME as LOCK_FILE
from guardian.domain.configuration import CarriedProviders
from guardian.errors import ConfigurationError

HCL_FILE = "zz_guardian_providers.tf"
JSON_FILE = "zz_guardian_providers.tf.json"
_REFERENCE = re.compile(r'^(?P<module>module\..+\.)?provider\["(?P<source>[^"]+)"\](?:\.(?P<alias>[\w-]+))?$')
_LOCKED = re.compile(r'^provider "([^"]+)" \{\n.*?^\}\n', re.MULTILINE | re.DOTALL)
_DEFAULT_HOST = "registry.terraform.io"
_KNOWN = frozenset({"var", "local"})
_HARMLESS = frozenset({"path", "terraform"})


@dataclass(slots=True)
class _Carrying:
    """What is being carried."""

    hcl: list[str] = field(default_factory=list)
    json: dict[str, Any] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    local_values: set[str] = field(default_factory=set)


def carry_providers(failed: Path, private: Path, used: Iterable[str]) -> CarriedProviders:
    """Write what is lacking, and lock the versions that the failed root module had.

    Raises:
        ConfigurationError: A provider cannot be carried over as it is.
    """
    theirs, ours = read_blocks(failed), read_blocks(private)
    carrying = _Carrying()
    for reference in sorted(set(used)):
        found = _REFERENCE.match(reference)
        if found is not None and not found["module"]:
            _carry(carrying, theirs, ours, source=found["source"], alias=found["alias"] or "")
    if carrying.hcl:
        _write(private / HCL_FILE, "\n\n".join(carrying.hcl) + "\n")
    if carrying.json:
        _write(private / JSON_FILE, json.dumps(carrying.json, indent=2))
    _lock(failed, private)
    return CarriedProviders(
        providers=tuple(sorted(carrying.names)), variables=tuple(sorted(carrying.variables))
    )


def _carry(carrying: _Carrying, theirs: ModuleBlocks, ours: ModuleBlocks, *, source: str, alias: str) -> None:
    if _configured(ours, source, alias) is not None:
        return
    block = _configured(theirs, source, alias)
    if block is None:
        return
    name = block.words[1]
    required, known = _sources(theirs), _sources(ours)
    if known.get(name, source) != source:
        raise _refusal(block, f"the name {name} stands for {known[name]} in the configuration to go back to")
    carrying.names.add(f"{name}.{alias}" if alias else name)
    _add(carrying, block)
    if name in required and name not in known:
        _require(carrying, theirs, name)
    _follow(carrying, block, theirs, ours)


def _follow(carrying: _Carrying, block: Block, theirs: ModuleBlocks, ours: ModuleBlocks) -> None:
    """Carry the variables and local values that a block refers to."""
    for root, name in sorted(block.references):
        if root in _HARMLESS:
            continue
        if root not in _KNOWN:
            raise _refusal(
                block, f"it refers to {root}.{name}, which exists in the failed configuration alone"
            )
        if root == "var" and name not in carrying.variables:
            carrying.variables.add(name)
            _declare(carrying, theirs.of("variable", name), ours.of("variable", name), block)
        elif root == "local" and name not in carrying.local_values:
            carrying.local_values.add(name)
            _define(carrying, name, block, theirs, ours)


def _declare(carrying: _Carrying, theirs: list[Block], ours: list[Block], block: Block) -> None:
    if ours:
        return  # its value is given by the snapshot, as the configuration there wants it
    if not theirs:
        raise _refusal(block, "it refers to a variable that is not declared")
    _add(carrying, theirs[0])


def _define(carrying: _Carrying, name: str, block: Block, theirs: ModuleBlocks, ours: ModuleBlocks) -> None:
    here = [each for each in ours.of("locals") if name in each.arguments]
    there = [each for each in theirs.of("locals") if name in each.arguments]
    if not there:
        raise _refusal(block, f"it refers to local.{name}, which is not defined")
    if here:
        if here[0].arguments[name] != there[0].arguments[name]:
            raise _refusal(block, f"local.{name} is another in the configuration to go back to")
        return
    value = there[0].arguments[name]
    if there[0].body is not None:
        carrying.json.setdefault("locals", {})[name] = value
    else:
        carrying.hcl.append(f"locals {{\n  {name} = {value}\n}}")
    # The block of all local values refers to more than this one does: its own text is followed alone.
    _follow(carrying, block_of_expression(there[0], name, value), theirs, ours)


def _add(carrying: _Carrying, block: Block) -> None:
    if block.body is None:
        if block.text not in carrying.hcl:
            carrying.hcl.append(block.text)
        return
    kind, name = block.words
    bodies = carrying.json.setdefault(kind, {}).setdefault(name, [])
    if block.body not in bodies:
        bodies.append(block.body)


def _require(carrying: _Carrying, theirs: ModuleBlocks, name: str) -> None:
    for block in theirs.of("terraform"):
        for inner in block.blocks:
            if inner.words == ("required_providers",) and name in inner.arguments:
                value = inner.arguments[name]
                if inner.body is not None:
                    required = carrying.json.setdefault("terraform", {}).setdefault("required_providers", {})
                    required[name] = value
                    return
                text = f"terraform {{\n  required_providers {{\n    {name} = {value}\n  }}\n}}"
                if text not in carrying.hcl:
                    carrying.hcl.append(text)
                return


def _configured(module: ModuleBlocks, source: str, alias: str) -> Block | None:
    sources = _sources(module)
    for block in module.of("provider"):
        name = block.words[1]
        given = str(block.arguments.get("alias", "")).strip('"')
        if sources.get(name, _full(f"hashicorp/{name}")) == source and given == alias:
            return block
    return None


def _sources(module: ModuleBlocks) -> dict[str, str]:
    """Return the full source address by local name, as far as `required_providers` says it."""
    found = {}
    for block in module.of("terraform"):
        for inner in block.blocks:
            if inner.words != ("required_providers",):
                continue
            for name, value in inner.arguments.items():
                source = value.get("source") if isinstance(value, dict) else _source_in(value)
                found[name] = _full(source or f"hashicorp/{name}")
    return found


def _source_in(text: Any) -> str:
    import hcl2

    try:
        value = hcl2.loads(f"x = {text}\n")["x"]
    except Exception:  # noqa: BLE001 - what the parser does not take, Terraform's own default stands for
        return ""
    return str(value.get("source", "")).strip('"') if isinstance(value, dict) else ""


def _full(source: str) -> str:
    parts = source.lower().split("/")
    return "/".join(([_DEFAULT_HOST] if len(parts) == 2 else []) + parts)  # noqa: PLR2004 - namespace and type


def _lock(failed: Path, private: Path) -> None:
    """Add the lock entries of providers that the private copy has none for."""
    try:
        theirs = (failed / LOCK_FILE).read_text(encoding="utf-8")
    except OSError:
        return
    path = private / LOCK_FILE
    ours = path.read_text(encoding="utf-8") if path.exists() else ""
    known = {found[1] for found in _LOCKED.finditer(ours)}
    missing = [found[0] for found in _LOCKED.finditer(theirs) if found[1] not in known]
    if missing:
        _write(path, "\n".join([ours, *missing]).lstrip("\n"))


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _refusal(block: Block, why: str) -> ConfigurationError:
    place = f"{block.file.name}:{block.line}" if block.line else block.file.name
    return ConfigurationError(
        f"the provider at {place} cannot be carried over for the way back: {why}",
        hint="guardian restore --strategy destroy-created    # by the failed configuration itself",
    )
