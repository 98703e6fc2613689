"""Who holds Terraform's own lock on a state: read, never taken and never broken."""

from collections.abc import Mapping
from pathlib import Path

from guardian.adapters.terraform import s3_state
from guardian.adapters.terraform.address import local_path
from guardian.adapters.terraform.file_lock import info_path, is_file_locked
from guardian.adapters.terraform.s3_lock import locks_of
from guardian.domain.engine import Backend
from guardian.domain.lock import TerraformLock


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
    for lock in locks_of(backend, environment):
        found = lock.found()
        if found is not None:
            return found.written
    return None
