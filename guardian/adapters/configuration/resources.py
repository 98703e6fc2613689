"""Where the resources of a configuration are written down, and how many instances one text stands for."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from guardian.adapters.configuration.blocks import Block
from guardian.adapters.configuration.literals import alternatives
from guardian.adapters.configuration.module_files import ModuleFiles
from guardian.adapters.configuration.modules import Module
from guardian.adapters.configuration.syntax import branches, kind, word
from guardian.domain.address import resource_of

_REPEATED = ("count", "for_each")
_TYPE_AND_NAME = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A resource as it is written down.

    Attributes:
        directory: Of its module.
        resource_type: For instance `aws_s3_bucket`.
        name: Its name.
        blocks: Its block, and what override files merge into it, in Terraform's order; not empty.
        is_single: Whether the text stands for one instance at most, as far as it can be told.
    """

    directory: str
    resource_type: str
    name: str
    blocks: tuple[Block, ...]
    is_single: bool

    def nests(self, argument: str) -> bool:
        """Tell whether a name is that of a nested block here, written out or dynamic."""
        for block in self.blocks:
            if block.source is None:
                if _is_nested(block.attributes.get(argument)):
                    return True
            elif block.nested(argument):
                return True
            if any(each.labels == (argument,) for each in block.nested("dynamic")):
                return True
        return False


class Resources:
    """The managed resources of a root module and its modules."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._modules = {module.key: module for module in modules}
        self._texts: dict[str, ModuleFiles] = {}
        self._shared = Counter(module.directory for module in self._modules.values())

    def find(self, address: str) -> Written | None:
        """Return where an instance's resource is written down, None when it is not."""
        parts = resource_of(address).split(".")
        calls = []
        while len(parts) > _TYPE_AND_NAME and parts[0] == "module":
            calls.append(parts[1])
            parts = parts[2:]
        module = self._modules.get(".".join(calls))
        if module is None or len(parts) != _TYPE_AND_NAME:
            return None
        blocks = tuple(
            each
            for each in self._files(module).blocks("resource", parts[1])
            if each.labels == (parts[0], parts[1])
        )
        if not blocks:
            return None
        return Written(
            directory=module.directory,
            resource_type=parts[0],
            name=parts[1],
            blocks=blocks,
            is_single=all(_is_single(each) for each in blocks) and self._is_called_once(module),
        )

    def _is_called_once(self, module: Module) -> bool:
        if self._shared[module.directory] > 1:
            return False
        key = module.key
        while key:
            parent, _, call = key.rpartition(".")
            found = (
                self._files(self._modules[parent]).blocks("module", call) if parent in self._modules else ()
            )
            blocks = [each for each in found if each.labels == (call,)]
            if not blocks or not all(_is_single(each) for each in blocks):
                return False
            key = parent
        return True

    def _files(self, module: Module) -> ModuleFiles:
        if module.directory not in self._texts:
            self._texts[module.directory] = ModuleFiles(module.directory)
        return self._texts[module.directory]


def _is_nested(value: Any) -> bool:
    """Tell whether a value of JSON must be a block: an object of scalars may be a map as well."""
    if isinstance(value, dict):
        return any(isinstance(each, dict | list) for each in value.values())
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _is_single(block: Block) -> bool:
    count = block.attributes.get("count")
    if count is not None and not {"0", "1"}.issuperset(alternatives(count)):
        return False
    each = block.attributes.get("for_each")
    return each is None or _is_one(each)


def _is_one(value: Any) -> bool:
    """Tell whether a `for_each` is an object, a list or `toset([...])` of one entry at most, written out."""
    if isinstance(value, dict | list):
        return len(value) <= 1
    while kind(value) == "expr_term" and len(branches(value)) == 1:
        value = branches(value)[0]
    parts = branches(value) if kind(value) else []
    if kind(value) == "function_call" and word(parts[0]) == "toset" and len(parts) > 1:
        return _is_one(branches(parts[1])[0])
    return kind(value) in {"object", "tuple"} and len(parts) <= 1
