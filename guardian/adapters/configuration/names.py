"""Names inside a module's directory that are no configuration: git's, Terraform's own, guardian's."""

from fnmatch import fnmatchcase

_NAMES = frozenset({".git", ".terraform", ".guardian", "terraform.tfstate.d", "crash.log"})
_PATTERNS = ("terraform.tfstate*", "errored.tfstate*", "*.tfstate.backup", ".*.tfstate.lock.info")

CONFIGURATION_SUFFIXES = (".tf", ".tf.json", ".tofu", ".tofu.json")


def is_own_name(name: str) -> bool:
    """Tell whether a directory entry of that name, of whatever kind, is left out silently."""
    return name in _NAMES or (".tfstate" in name and any(fnmatchcase(name, each) for each in _PATTERNS))


def is_own_path(relative: str) -> bool:
    """Tell whether any part of a path would be left out silently."""
    return any(is_own_name(part) for part in relative.split("/"))
