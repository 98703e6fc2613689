"""What a plan's configuration says of each resource: its provider, and which arguments it sets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One resource of the configuration.

    Attributes:
        provider: Of its provider, as a state spells it.
        arguments: The names that its block sets.
    """

    provider: str
    arguments: frozenset[str]


def declared(configuration: Mapping[str, Any]) -> dict[str, Declared]:
    """Return all managed resources by address without keys: `module.app.aws_vpc.main`."""
    providers = configuration.get("provider_config") or {}
    return dict(_declared(configuration.get("root_module") or {}, "", providers))


def _declared(
    module: Mapping[str, Any], prefix: str, providers: Mapping[str, Any]
) -> Iterator[tuple[str, Declared]]:
    for each in module.get("resources") or ():
        if each.get("mode") == "managed":
            yield (
                f"{prefix}{each['address']}",
                Declared(
                    provider=_spelled(each.get("provider_config_key", ""), providers),
                    arguments=frozenset(each.get("expressions") or ()),
                ),
            )
    for name, call in (module.get("module_calls") or {}).items():
        yield from _declared(call.get("module") or {}, f"{prefix}module.{name}.", providers)


def _spelled(key: str, providers: Mapping[str, Any]) -> str:
    """Spell a provider as a state does; empty where the configuration has no entry of it."""
    found = providers.get(key)
    if found is None or not found.get("full_name"):
        return ""
    module = f"{found['module_address']}." if found.get("module_address") else ""
    return provider_address(found["full_name"], module=module, alias=found.get("alias", ""))


def provider_of(source: str, resource: Declared | None) -> str:
    """Spell the provider of a new resource as a state does.

    Args:
        source: Its source address, as the change names it.
        resource: The resource as declared, None where it is not.
    """
    if resource is not None and resource.provider:
        return resource.provider
    return provider_address(source)


def provider_address(source: str, *, module: str = "", alias: str = "") -> str:
    """Build `module.a.provider["registry.terraform.io/hashicorp/aws"].west`; `module` ends with a dot."""
    return f'{module}provider["{source}"]' + (f".{alias}" if alias else "")
