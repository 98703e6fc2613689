"""Where a backend's configuration puts a state, in the words of its kind and without credentials."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

DEFAULT = "default"
LOCAL_PATH = "terraform.tfstate"
LOCAL_WORKSPACES = "terraform.tfstate.d"
IDENTIFYING = (
    "storage_account_name",
    "container_name",
    "bucket",
    "schema_name",
    "namespace",
    "secret_suffix",
    "prefix",
    "path",
    "key",
    "name",
)


def local_path(config: Mapping[str, Any], workspace: str, root: Path) -> Path:
    """Return the file of a `local` backend, absolute.

    Source: https://developer.hashicorp.com/terraform/language/backend/local
    """
    if workspace == DEFAULT:
        relative = Path(config.get("path") or LOCAL_PATH)
    else:
        relative = Path(config.get("workspace_dir") or LOCAL_WORKSPACES) / workspace / LOCAL_PATH
    return (root / relative).absolute()


def absolute_local(config: Mapping[str, Any], root: Path) -> dict[str, Any]:
    """Return a `local` backend's configuration with its paths absolute, defaults written out."""
    return {
        **config,
        "path": str((root / (config.get("path") or LOCAL_PATH)).absolute()),
        "workspace_dir": str((root / (config.get("workspace_dir") or LOCAL_WORKSPACES)).absolute()),
    }


def s3_key(config: Mapping[str, Any], workspace: str) -> str:
    """Return the object key of an `s3` backend.

    Source: https://developer.hashicorp.com/terraform/language/backend/s3
    """
    key = str(config["key"])
    if workspace == DEFAULT:
        return key
    prefix = config.get("workspace_key_prefix")
    # An empty prefix is a prefix: only the absent one means `env:`.
    segments = ("env:" if prefix is None else str(prefix), workspace, key)
    return "/".join(each for each in segments if each)


def address_of(kind: str, config: Mapping[str, Any], workspace: str, root: Path) -> str:
    """Name the state for people: `s3://bucket/key`, `local:/path`, `<kind>://<what identifies it>`."""
    match kind:
        case "local":
            return f"local:{local_path(config, workspace, root)}"
        case "s3":
            return f"s3://{config.get('bucket')}/{s3_key(config, workspace)}"
        case _:
            return f"{kind}://{_identity(config)}{'' if workspace == DEFAULT else f'#{workspace}'}"


def _identity(config: Mapping[str, Any]) -> str:
    for name in ("address", "conn_str"):
        if config.get(name):
            return _without_credentials(str(config[name]))
    return "/".join(str(config[name]).strip("/") for name in IDENTIFYING if config.get(name))


def _without_credentials(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return ""
    return urlunsplit(("", host, parts.path, "", "")).removeprefix("//")
