"""Removes exactly the lock that somebody named by its whole ID: no other one, and none that a process holds.

A lock in S3 is removed only while it still is what was read: whoever took it meanwhile keeps it.

Source: `internal/backend/remote-state/s3/client.go`, unlockWithFile and unlockWithDynamoDB.
"""

from collections.abc import Mapping
from pathlib import Path

from guardian.adapters.terraform import s3_state
from guardian.adapters.terraform.address import local_path
from guardian.adapters.terraform.file_lock import holder_pid, info_path, is_file_locked, remove_leftover
from guardian.adapters.terraform.s3_lock import S3Lock, locks_of
from guardian.domain.engine import Backend
from guardian.domain.lock import WHO_HOLDS_IT, TerraformLock
from guardian.errors import BackendError, RefusedError, StateLockedError


def unlock(root: Path, backend: Backend, environment: Mapping[str, str], lock_id: str) -> None:
    """Remove the lock with this ID; one that is gone already was removed.

    Raises:
        StateLockedError: Somebody else's lock is there now; it stays.
        RefusedError: A living process holds it, or Terraform alone can remove it here.
        BackendError: It cannot be removed.
    """
    if backend.kind == "local":
        _local(local_path(backend.config, backend.workspace, root), lock_id)
        return
    if backend.kind != "s3" or not s3_state.is_readable(backend.config, environment):
        raise RefusedError(
            f"a lock of the `{backend.kind}` backend {backend.address} can be removed by Terraform alone",
            hint=f"terraform force-unlock {lock_id}    # in the initialised root module",
        )
    others = [
        other for lock in locks_of(backend, environment) if (other := _remove(lock, lock_id)) is not None
    ]
    if others:
        raise _another(others[0], lock_id)


def _remove(lock: S3Lock, lock_id: str) -> TerraformLock | None:
    """Remove one of a state's two locks.

    Returns:
        The lock that is there instead, None when there is none.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found = lock.found()
        if found is None:
            return None
        if TerraformLock.read(found.written).id != lock_id:
            return TerraformLock.read(found.written)
        if lock.remove(found):
            return None
        found = lock.found()
    except (BotoCoreError, ClientError) as error:
        raise BackendError(
            f"cannot remove the lock {lock_id}: {error}",
            hint="allow getting and deleting it; guardian doctor checks the backend",
        ) from error
    return TerraformLock.read(found.written) if found else None


def _local(state: Path, lock_id: str) -> None:
    """Remove what a killed Terraform left beside a local state; a held file lock ends with its process."""
    about = info_path(state)
    try:
        there = TerraformLock.read(about.read_bytes())
    except FileNotFoundError:
        there = None
    except OSError as error:
        raise BackendError(f"cannot read {about}: {error.strerror}") from error
    if is_file_locked(state):
        pid = holder_pid(state)
        who = f"process {pid}" if pid else "a living process"
        raise RefusedError(
            f"{who} holds the lock on {state}: it ends with that process, and cannot be removed",
            hint=f"wait for it; or, if it hangs: kill -INT {pid}" if pid else "wait for it",
        )
    if there is None:
        return
    if there.id != lock_id:
        raise _another(there, lock_id)
    remove_leftover(state)


def _another(other: TerraformLock, lock_id: str) -> StateLockedError:
    return StateLockedError(
        f"the lock on the state is not {lock_id}, but another one, which stays: {other.describe()}",
        hint=WHO_HOLDS_IT,
    )
