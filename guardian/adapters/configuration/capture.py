"""Finds everything that a plan of a root module reads, apart from providers."""

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from guardian.adapters.configuration.collection import Collection
from guardian.adapters.configuration.lockfile import FILE_NAME, locked_providers
from guardian.adapters.configuration.modules import Module, moved_manifest, read_modules
from guardian.adapters.configuration.names import CONFIGURATION_SUFFIXES, is_own_path
from guardian.adapters.configuration.references import add_references
from guardian.domain.configuration import CapturedConfiguration, CaptureLimits, LeftOut
from guardian.errors import ConfigurationError


def capture(
    root: Path, *, data_dir: Path, var_files: tuple[str, ...], limits: CaptureLimits, exclude: Iterable[Path]
) -> CapturedConfiguration:
    """List the files of a root module; see `ConfigurationSource.capture`."""
    top = os.path.realpath(root)
    data = _data_directory(root, top, data_dir)
    _require_configuration(top, root)
    found = Collection(root=top, limits=limits, exclude=(*exclude, Path(data)))
    modules = read_modules(top, data)
    _add_modules(found, modules)
    _add_fetched(found, top, data)
    options = _add_var_files(found, top, var_files)
    add_references(found, top, modules, (*_automatic_variables(top), *options))
    _add_included(found, top, limits.include)
    return _relative(found, top, options)


def _data_directory(root: Path, top: str, data_dir: Path) -> str:
    """Return the data directory as the manifest's paths see it: from the real root, its own links kept."""
    if data_dir.is_relative_to(root):
        return os.path.normpath(Path(top) / data_dir.relative_to(root))
    given = os.path.normpath(Path(top) / data_dir)
    from_root = os.path.relpath(given, Path.cwd() / root)
    return given if from_root.startswith("..") else os.path.normpath(f"{top}/{from_root}")


def _require_configuration(top: str, root: Path) -> None:
    try:
        names = os.listdir(top)  # noqa: PTH208 - strings are wanted
    except OSError as error:
        raise ConfigurationError(f"{root} cannot be read: {error.strerror}") from error
    if not any(name.endswith(CONFIGURATION_SUFFIXES) for name in names):
        raise ConfigurationError(
            f"no Terraform configuration in {root}",
            hint="run guardian in the root module, or use -chdir=DIR",
        )


def _add_modules(found: Collection, modules: tuple[Module, ...]) -> None:
    for module in modules:
        if not module.fetched:
            found.add_tree(module.directory)


def _add_fetched(found: Collection, top: str, data: str) -> None:
    usual = f"{top}/.terraform/modules"
    if Path(data, "modules").is_dir():
        found.add_tree(os.path.realpath(f"{data}/modules"), target=usual)
    manifest = moved_manifest(top, data)
    if manifest is not None:
        found.add_bytes(f"{usual}/modules.json", manifest)


def _add_var_files(found: Collection, top: str, var_files: tuple[str, ...]) -> tuple[str, ...]:
    """Add each file given by option; a symlink there is the user's own word and is read through."""
    taken = []
    for option in var_files:
        path = os.path.realpath(Path(top) / option)
        found.add_file(path)
        if path in found.entries:
            taken.append(path)
    return tuple(taken)


def _automatic_variables(top: str) -> tuple[str, ...]:
    """Return the variable files that Terraform reads by itself, in its order."""
    names = sorted(os.listdir(top))  # noqa: PTH208 - strings are wanted
    usual = ("terraform.tfvars", "terraform.tfvars.json")
    automatic = (name for name in names if name.endswith((".auto.tfvars", ".auto.tfvars.json")))
    chosen = (*(name for name in usual if name in names), *automatic)
    return tuple(f"{top}/{name}" for name in chosen if Path(top, name).is_file())


def _add_included(found: Collection, top: str, include: tuple[str, ...]) -> None:
    for pattern in include:
        if Path(pattern).is_absolute():
            found.leave(pattern, "outside", "capture.include takes paths relative to the root module")
            continue
        matches = glob.glob(pattern, root_dir=top, recursive=True, include_hidden=True)  # noqa: PTH207 - takes `..`
        if not matches:
            found.leave(pattern, "unresolved", "capture.include: nothing there matches")
        for match in matches:
            path = os.path.normpath(f"{top}/{match}")
            if not is_own_path(match) and not Path(path).is_dir():
                found.add_file(path)


def _relative(found: Collection, top: str, options: tuple[str, ...]) -> CapturedConfiguration:
    base = os.path.commonpath([top, *{target.rpartition("/")[0] or "/" for target in found.entries}])
    left_out = (
        LeftOut(path=_below(base, each.path), reason=each.reason, detail=each.detail)
        for each in found.left_out.values()
    )
    lock_file = found.entries.get(f"{top}/{FILE_NAME}")
    return CapturedConfiguration(
        root=os.path.relpath(top, base),
        files=found.files(base),
        left_out=tuple(sorted(left_out, key=lambda each: each.path)),
        var_files=tuple(os.path.relpath(path, base) for path in options),
        lock_file=lock_file is not None,
        providers=locked_providers(lock_file.read()) if lock_file is not None else {},
    )


def _below(base: str, path: str) -> str:
    inside = Path(path).is_absolute() and os.path.commonpath([base, path]) == base
    return os.path.relpath(path, base) if inside else path
