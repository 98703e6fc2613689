"""Versions of providers and modules: jumps between two configurations, and modules that are not pinned."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from guardian.domain.review.risks.codes import MODULE_JUMP, PROVIDER_JUMP, UNPINNED_MODULE
from guardian.domain.review.risks.risk import Risk

_NUMBERS = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?")
# Source: https://developer.hashicorp.com/terraform/language/modules/sources
_REGISTRY = re.compile(r"(?:[\w.-]+\.[a-z]+(?::\d+)?/)?[\w-]+/[\w-]+/[\w-]+(?://.*)?", re.IGNORECASE)
_HOSTS_OF_GIT = ("github.com/", "bitbucket.org/", "git@", "git::", "ssh://git@")
_BRANCHES = frozenset({"main", "master", "develop", "dev", "trunk", "head", "latest"})
_OPEN_UPWARDS = (">", "!=")


def version_risks(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Risk]:
    """Yield versions that change by more than a patch, or go back.

    Args:
        before: Version by provider source (`registry.terraform.io/hashicorp/aws`) or module call
            (`module.network`), as it was.
        after: The same, as it will be; what is in one of them alone is no jump.
    """
    for name in sorted(before.keys() & after.keys()):
        how = _jump(before[name], after[name])
        if how:
            danger = MODULE_JUMP if name.startswith("module.") else PROVIDER_JUMP
            yield danger.of(name, f"its version changes from {before[name]} to {after[name]}: {how}")


def _jump(before: str, after: str) -> str:
    if before == after:
        return ""
    old, new = _NUMBERS.fullmatch(before), _NUMBERS.fullmatch(after)
    if old is None or new is None:
        return "another revision"
    was = tuple(int(each or 0) for each in old.groups())
    will = tuple(int(each or 0) for each in new.groups())
    if will < was:
        return "back to an older one"
    if was[0] != will[0] or (was[0] == 0 and was[1] != will[1]):
        return "a major step, which may break what uses it"
    return "a minor step" if was[1] != will[1] else ""


def unpinned_modules(configuration: Mapping[str, Any]) -> Iterator[Risk]:
    """Yield the module calls whose source another `terraform init` may read differently.

    Args:
        configuration: As `show -json` has it. Sources are not repeated: they may hold a password.
    """
    yield from _unpinned(configuration.get("root_module") or {}, "")


def _unpinned(module: Mapping[str, Any], prefix: str) -> Iterator[Risk]:
    for name, call in sorted((module.get("module_calls") or {}).items()):
        address = f"{prefix}module.{name}"
        words = _looseness(str(call.get("source") or ""), str(call.get("version_constraint") or ""))
        if words:
            yield UNPINNED_MODULE.of(address, words)
        yield from _unpinned(call.get("module") or {}, f"{address}.")


def _looseness(source: str, constraint: str) -> str:
    if source.startswith((".", "/")):
        return ""
    if source.startswith(("hg::", *_HOSTS_OF_GIT)) or ".git" in source:
        return _revision(source)
    if not _REGISTRY.fullmatch(source):
        return ""  # an archive: its address is all that there is to say about its version
    if not constraint:
        return "it comes from a registry without a version: the newest one is taken"
    if all(each.strip().startswith(_OPEN_UPWARDS) for each in constraint.split(",")):
        return f"its version ({constraint}) has no upper bound: the newest one is taken"
    return ""


def _revision(source: str) -> str:
    name, what = ("rev", "Mercurial") if source.startswith("hg::") else ("ref", "git")
    try:
        query = parse_qs(urlsplit(source).query)
    except ValueError:
        return ""
    revision = query.get(name, [""])[0]
    if not revision:
        return f"it comes from {what} without {name}: the newest commit is taken"
    if revision.lower() in _BRANCHES:
        return f"it comes from {what} at the branch {revision}: the newest commit of it is taken"
    return ""
