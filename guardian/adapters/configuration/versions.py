"""The versions that a root module is made of: locked ones of providers, written ones of modules."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from guardian.adapters.configuration.literals import literal
from guardian.adapters.configuration.lockfile import FILE_NAME, locked_providers
from guardian.adapters.configuration.module_files import ModuleFiles
from guardian.errors import ConfigurationError


def versions(root: Path) -> dict[str, str]:
    """Return versions by provider source and module call; see `ConfigurationSource.versions`."""
    return {**_locked(root), **_called(root)}


def _locked(root: Path) -> dict[str, str]:
    try:
        return locked_providers((root / FILE_NAME).read_bytes())
    except (OSError, ConfigurationError):
        return {}


def _called(root: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for block in ModuleFiles(str(root)).blocks("module", "source"):
        version = literal(block.attributes.get("version")) or _revision(
            literal(block.attributes.get("source"))
        )
        if version:
            found[f"module.{block.labels[0]}"] = version
    return found


def _revision(source: str | None) -> str:
    """Return the revision that a source of git or Mercurial asks for."""
    try:
        asked = parse_qs(urlsplit(source or "").query)
    except ValueError:
        return ""
    return (asked.get("ref") or asked.get("rev") or [""])[0]
