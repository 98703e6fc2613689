"""Configures in a private copy what a state needs and only the failed configuration has.

Without its provider configuration an object cannot be destroyed: for an alias Terraform refuses the plan, and
a default one silently falls back to ambient credentials, perhaps of another account.
"""

import json
import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from guardian.adapters.configuration.blocks import Block
from guardian.adapters.configuration.lending import Lending, refusal
from guardian.adapters.configuration.lockfile import FILE_NAME as LOCK_FILE
from guardian.adapters.configuration.lockfile import locked_texts
from guardian.adapters.configuration.module_files import ModuleFiles
from guardian.adapters.configuration.modules import read_modules
from guardian.adapters.configuration.parcel import Parcel, write_private
from guardian.adapters.configuration.providers import ModuleProviders, ProviderReference, short_source
from guardian.domain.address import resource_of
from guardian.domain.configuration import CarriedProviders
from guardian.errors import ConfigurationError


def carry_providers(failed: Path, private: Path, used: Iterable[str]) -> CarriedProviders:
    """Carry provider blocks, what they refer to, and locked versions; see `ConfigurationSource`."""
    carrier = _Carrier(os.path.realpath(failed), os.path.realpath(private))
    for text in sorted(set(used)):
        carrier.take(ProviderReference.parse(text))
    return carrier.write()


class _Carrier:
    """One carry-over: gathers first, writes last."""

    def __init__(self, failed: str, private: str) -> None:
        self._failed, self._private = failed, private
        self._lender = ModuleProviders(ModuleFiles(failed))
        self._taker = ModuleProviders(ModuleFiles(private))
        self._locked, self._lendable = _locked(private), _locked(failed)
        self._locks: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._carried: set[str] = set()
        self._parcel = Parcel()
        self._lending = Lending(self._lender.files, self._taker.files, self._parcel)

    def take(self, reference: ProviderReference) -> None:
        """Carry one provider, if the private copy lacks it and the failed root module configures it.

        Raises:
            ConfigurationError: It cannot be carried over.
        """
        self._take_lock(reference)
        if reference.module:
            self._require_in_module(reference)
            return
        if self._taker.configuring(reference) or self._taker.hiding(reference):
            return
        blocks, hidden = self._lender.configuring(reference), self._lender.hiding(reference)
        if hidden and not blocks:
            raise refusal(str(reference), hidden, "this file cannot be parsed")
        for block in blocks:
            self._take_block(reference, block)

    def write(self) -> CarriedProviders:
        """Write what was gathered.

        Raises:
            ConfigurationError: The disk does not take it.
        """
        self._parcel.write(Path(self._private))
        if self._locks:
            path = Path(self._private, LOCK_FILE)
            texts = [path.read_text().rstrip("\n")] if path.exists() else []
            write_private(path, ("\n\n".join([*texts, *self._locks.values()]) + "\n").encode(), new=False)
        locked = {
            self._taker.name_for(each, like=each.rpartition("/")[2])
            for each in self._locks
            if short_source(each) not in self._names
        }
        return CarriedProviders(
            providers=tuple(sorted(self._carried | locked)),
            variables=tuple(sorted(self._lending.variables)),
            shared=tuple(sorted(self._lending.shared)),
            locked=tuple(sorted(locked - self._carried)),
        )

    def _take_block(self, reference: ProviderReference, block: Block) -> None:
        local = self._local_name(reference, block.labels[0])
        name = f"{local}.{reference.alias}" if reference.alias else local
        self._lending.follow(name, block)
        self._parcel.add(block, label=local)
        self._carried.add(name)

    @cached_property
    def _taking_modules(self) -> dict[str, ModuleProviders]:
        return _modules(self._private)

    def _take_lock(self, reference: ProviderReference) -> None:
        """Lock the version that wrote the state, unless the private copy chooses one by itself."""
        source = reference.source
        if source in self._lendable and not self._chooses_version(source):
            self._locks[source] = self._lendable[source]

    def _chooses_version(self, source: str) -> bool:
        return source in self._locked or any(each.requires(source) for each in self._taking_modules.values())

    def _local_name(self, reference: ProviderReference, theirs: str) -> str:
        """Return what the source is called in the private copy; what is unknown there is required there."""
        source = short_source(reference.source)
        if source not in self._names:
            self._names[source] = self._taker.name_for(source, like=theirs, taken=self._names.values())
            if not self._taker.requires(source):
                self._parcel.add_text(self._requirement(reference.source, theirs))
        return self._names[source]

    def _requirement(self, source: str, theirs: str) -> str:
        required = self._lender.required.get(theirs)
        entry = {"source": short_source(source)}
        # What is chosen already may be another version than the failed run required.
        if required and required.version and not self._chooses_version(source):
            entry["version"] = required.version
        lines = "".join(f"      {key} = {json.dumps(value)}\n" for key, value in entry.items())
        name = self._names[short_source(source)]
        return f"terraform {{\n  required_providers {{\n    {name} = {{\n{lines}    }}\n  }}\n}}"

    def _require_in_module(self, reference: ProviderReference) -> None:
        """Refuse a provider of a module that the private copy does not have, or has without it."""
        key = resource_of(reference.module).removeprefix("module.").replace(".module.", ".")
        ours, theirs = self._taking_modules.get(key), _modules(self._failed).get(key)
        if ours is not None and (ours.configuring(reference) or ours.hiding(reference)):
            return
        blocks = theirs.configuring(reference) if theirs is not None else []
        where = blocks[0].place if blocks else theirs.hiding(reference) if theirs is not None else ""
        if where:  # otherwise neither has it, and Terraform will say so
            raise refusal(
                str(reference), where, f"it is configured inside {reference.module}, not in the root module"
            )


def _modules(root: str) -> dict[str, ModuleProviders]:
    """Return the providers of every module by its key, of the root module by the empty one."""
    modules = read_modules(root, f"{root}/.terraform")
    return {each.key: ModuleProviders(ModuleFiles(each.directory)) for each in modules}


def _locked(root: str) -> dict[str, str]:
    try:
        return locked_texts(Path(root, LOCK_FILE).read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigurationError(f"{root}/{LOCK_FILE} cannot be read: {error.strerror}") from error
