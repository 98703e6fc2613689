"""The module manifest that `terraform init` writes: which modules there are, and where they lie.

Source: terraform/internal/modsdir (Key, Source, Version, Dir; Dir is relative to the root module).
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardian.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One module call of the tree.

    Attributes:
        key: Names of the calls from the root, joined by dots; empty for the root module.
        directory: Absolute, normalised path.
        fetched: Whether init copied it below the data directory.
        is_absolute: Whether its path is absolute, so that all copies of the root module share it.
    """

    key: str
    directory: str
    fetched: bool
    is_absolute: bool = False


def read_modules(root: str, data_dir: str) -> tuple[Module, ...]:
    """Return every module of an initialised directory, the root module first.

    Raises:
        ConfigurationError: The manifest is not what init writes.
    """
    found = [Module(key="", directory=root, fetched=False)]
    for entry in _entries(Path(data_dir) / "modules" / "modules.json"):
        if entry["Key"]:
            directory = os.path.normpath(Path(root) / entry["Dir"])
            inside = directory.startswith(f"{data_dir}/modules/")
            found.append(
                Module(
                    key=entry["Key"],
                    directory=directory,
                    fetched=inside,
                    is_absolute=Path(entry["Dir"]).is_absolute(),
                )
            )
    return tuple(found)


def moved_manifest(root: str, data_dir: str) -> bytes | None:
    """Return the manifest for a data directory at its usual place; None when it already lies there."""
    manifest = Path(data_dir) / "modules" / "modules.json"
    if data_dir == f"{root}/.terraform" or not manifest.exists():
        return None
    entries = _entries(manifest)
    for entry in entries:
        directory = os.path.normpath(Path(root) / entry["Dir"])
        if directory.startswith(f"{data_dir}/"):
            entry["Dir"] = ".terraform" + directory.removeprefix(data_dir)
    return json.dumps({"Modules": entries}).encode()


def _entries(manifest: Path) -> list[dict[str, Any]]:
    try:
        entries: list[dict[str, Any]] = json.loads(manifest.read_bytes())["Modules"]
        if all(isinstance(entry["Key"], str) and isinstance(entry["Dir"], str) for entry in entries):
            return entries
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(manifest) from error
    raise _broken(manifest)


def _broken(manifest: Path) -> ConfigurationError:
    return ConfigurationError(f"{manifest} cannot be read as a module manifest", hint="run terraform init")
