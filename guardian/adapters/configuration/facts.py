"""What a configuration says about its own resources: what it protects, what runs at a destruction."""

from pathlib import Path

from guardian.adapters.configuration.blocks import Block, modules_of, read_blocks, resource_prefix
from guardian.domain.configuration import ConfigurationFacts


def facts(root: Path) -> ConfigurationFacts:
    """Read all modules of an unpacked root module."""
    protected, provisioned, unreadable = set(), set(), []
    for module in modules_of(root):
        found = read_blocks(Path(module.directory))
        unreadable += found.unreadable
        for resource in found.of("resource"):
            name = resource_prefix(module) + ".".join(resource.words[1:])
            if _is_protected(resource):
                protected.add(name)
            if _runs_at_destruction(resource):
                provisioned.add(name)
    return ConfigurationFacts(
        prevent_destroy=frozenset(protected),
        destroy_provisioners=frozenset(provisioned),
        unreadable=tuple(unreadable),
    )


def _is_protected(resource: Block) -> bool:
    return any(
        each.words == ("lifecycle",) and each.arguments.get("prevent_destroy") in {"true", True}
        for each in resource.blocks
    )


def _runs_at_destruction(resource: Block) -> bool:
    return any(
        each.words[0] == "provisioner" and each.arguments.get("when") in {"destroy", '"destroy"'}
        for each in resource.blocks
    )
