"""Which providers a module names and configures, whatever it calls them.

Source: https://developer.hashicorp.com/terraform/language/providers/requirements (local names)
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from guardian.adapters.configuration.blocks import Block
from guardian.adapters.configuration.literals import entries, literal
from guardian.adapters.configuration.module_files import ModuleFiles
from guardian.errors import ConfigurationError

_REFERENCE = re.compile(
    r'(?P<module>(?:module\..+\.)?)provider\["(?P<source>[^"]+)"\](?:\.(?P<alias>[\w-]+)(?:\[.*\])?)?'
)
# Without a host a source stands for the public registry of the engine that reads it.
_PUBLIC_HOSTS = ("registry.terraform.io/", "registry.opentofu.org/")
_BUILT_IN = "terraform.io/builtin/terraform"


@dataclass(frozen=True, slots=True)
class ProviderReference:
    """A provider configuration as a state records it.

    Attributes:
        module: Path of the module that configures it (`module.child`); empty for the root module.
        source: Full source address.
        alias: Empty for the default configuration.
    """

    module: str
    source: str
    alias: str

    def __str__(self) -> str:
        """Spell it for a person."""
        return f"{self.module}." * bool(self.module) + self.source + f".{self.alias}" * bool(self.alias)

    @classmethod
    def parse(cls, text: str) -> "ProviderReference":
        """Read `module.child.provider["registry.terraform.io/hashicorp/aws"].west`.

        Raises:
            ConfigurationError: No such reference.
        """
        found = _REFERENCE.fullmatch(text)
        if found is None:
            raise ConfigurationError(f"the state names a provider in an unknown form: {text}")
        return cls(found["module"].rstrip("."), found["source"], found["alias"] or "")


@dataclass(frozen=True, slots=True)
class Requirement:
    """An entry of `required_providers`: short source, and the version constraint (empty for none)."""

    source: str
    version: str


def short_source(source: str) -> str:
    """Return a source address that compares: lower case, with namespace, without a public registry's host."""
    found = source.lower()
    for host in _PUBLIC_HOSTS:
        found = found.removeprefix(host)
    return found if "/" in found else f"hashicorp/{found}"


def implied_source(name: str) -> str:
    """Return the short source that a local name stands for where nothing is required."""
    return _BUILT_IN if name == "terraform" else f"hashicorp/{name.lower()}"


class ModuleProviders:
    """The providers of one module.

    Attributes:
        files: Its files.
        required: Its `required_providers` by local name.
    """

    def __init__(self, files: ModuleFiles) -> None:
        """Read the requirements; the configurations are read when they are asked for."""
        self.files = files
        self.required: dict[str, Requirement] = {}
        for block in files.blocks("terraform", "required_providers"):
            for inner in block.nested("required_providers"):
                for name, value in inner.attributes.items():
                    if name != "//":
                        self.required[name] = _requirement(name, value)

    def requires(self, source: str) -> bool:
        """Tell whether the module requires a source explicitly."""
        return any(each.source == short_source(source) for each in self.required.values())

    def configuring(self, reference: ProviderReference) -> list[Block]:
        """Return the blocks that configure a provider, what override files merge into it last."""
        wanted = short_source(reference.source)
        return [
            block
            for block in self.files.blocks("provider")
            if self._source_of(block.labels[0]) == wanted
            and (literal(block.attributes.get("alias")) or "") == reference.alias
        ]

    def hiding(self, reference: ProviderReference) -> str:
        """Return the name of a file that cannot be parsed and may configure the provider; empty for none."""
        words = [r'\bprovider\s+"', rf"\b{re.escape(reference.alias)}\b"]
        found = [set(self.files.mentioning(each)) for each in words]
        return next((each for each in self.files.unreadable if all(each in names for names in found)), "")

    def name_for(self, source: str, *, like: str, taken: Collection[str] = ()) -> str:
        """Return the local name of a source here, or one that is free for it.

        Args:
            source: Any spelling.
            like: The name to take if it means nothing else here.
            taken: Names that are not free either.
        """
        wanted = short_source(source)
        for name, requirement in self.required.items():
            if requirement.source == wanted:
                return name
        namespace, kind = wanted.split("/")[-2:]
        if kind not in self.required and implied_source(kind) == wanted:
            return kind
        number, name = 1, like
        # A name that is not required stands for hashicorp's provider where a resource's type begins with it.
        while (
            name in taken or name in self.required or self.files.mentioning(rf"\b{re.escape(name)}(?:_|\b)")
        ):
            name = f"{namespace}-{kind}" + (f"-{number}" if number > 1 else "")
            number += 1
        return name

    def _source_of(self, name: str) -> str:
        return self.required[name].source if name in self.required else implied_source(name)


def _requirement(name: str, value: object) -> Requirement:
    entry = entries(value)
    if not entry:  # the old form: a version constraint alone
        return Requirement(implied_source(name), literal(value) or "")
    source = literal(entry.get("source"))
    return Requirement(
        short_source(source) if source else implied_source(name), literal(entry.get("version")) or ""
    )
