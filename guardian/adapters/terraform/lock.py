"""Who holds Terraform's own lock on a state: read, never taken and never broken."""

from collections.abc import Mapping
from pathlib import Path

from guardian.adapters.terraform import s3_state
from guardian.adapters.terraform.address import local_path, s3_key
from guardian.adapters.terraform.file_lock import info_path, is_file_locked
from guardian.domain.engine import Backend
from guardian.domain.lock import TerraformLock
from guardian.errors import BackendError


def read_lock(root: Path, backend: Backend, environment: Mapping[str, str]) -> TerraformLock | None:
    """Return the lock; None when it is free or this kind of backend does not tell.

    Raises:
        BackendError: The lock cannot be read.
    """
    match backend.kind:
        case "local":
            written = _local(local_path(backend.config, backend.workspace, root))
        case "s3" if s3_state.is_readable(backend.config, environment):
            written = _s3(backend, environment)
        case _:
            written = None
    return None if written is None else TerraformLock.read(written)


def _local(state: Path) -> bytes | None:
    # A killed Terraform leaves the other file behind; the lock itself, a file lock, ended with the process.
    if not is_file_locked(state):
        return None
    try:
        return info_path(state).read_bytes()
    except OSError:
        return b""  # it was taken this instant, and does not say yet by whom


def _s3(backend: Backend, environment: Mapping[str, str]) -> bytes | None:
    if backend.config.get("use_lockfile"):
        written = s3_state.read_object(backend.config, backend.workspace, environment, suffix=".tflock")
        if written is not None:
            return written
    if backend.config.get("dynamodb_table"):
        return read_item(backend, environment)
    return None


def read_item(backend: Backend, environment: Mapping[str, str]) -> bytes | None:
    """Return what the item of the lock table holds; None when there is none.

    Raises:
        BackendError: It cannot be read.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    name = f"{backend.config['bucket']}/{s3_key(backend.config, backend.workspace)}"
    try:
        answer = s3_state.client("dynamodb", backend.config, environment).get_item(
            TableName=backend.config["dynamodb_table"], Key={"LockID": {"S": name}}, ConsistentRead=True
        )
    except (BotoCoreError, ClientError) as error:
        raise BackendError(
            f"cannot read the lock table: {error}", hint="allow dynamodb:GetItem on the backend's lock table"
        ) from error
    written = answer.get("Item", {}).get("Info", {}).get("S")
    return None if written is None else str(written).encode()
