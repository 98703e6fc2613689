"""Holds Terraform's own lock on a state for a while, so that nobody plans on a half-written record.

What holds a lock is told by `lock`. Nothing here breaks somebody else's lock.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from guardian.adapters.terraform import s3_state
from guardian.adapters.terraform.address import local_path, s3_key
from guardian.adapters.terraform.file_lock import file_lock
from guardian.adapters.terraform.lock_info import lock_info
from guardian.adapters.terraform.s3_lock import locks_of
from guardian.adapters.terraform.s3_locking import held_lock
from guardian.domain.engine import Backend


@contextmanager
def locked(
    root: Path, backend: Backend, environment: Mapping[str, str], *, operation: str, run_id: str
) -> Iterator[bool]:
    """Hold the lock for a block; a kind of backend that is not known here Terraform locks itself.

    Yields:
        Whether there was no record, and an empty file was made in its place to be locked.

    Raises:
        StateLockedError: Somebody else holds it.
        BackendError: It cannot be taken, or not be released.
    """
    made = False
    with ExitStack() as stack:
        if backend.kind == "local":
            path = local_path(backend.config, backend.workspace, root)
            made = stack.enter_context(file_lock(path, lock_info(operation, str(path), run_id=run_id)))
        elif backend.kind == "s3" and s3_state.is_readable(backend.config, environment):
            path_in_bucket = f"{backend.config['bucket']}/{s3_key(backend.config, backend.workspace)}"
            info = lock_info(operation, path_in_bucket, run_id=run_id)
            for lock in locks_of(backend, environment):
                stack.enter_context(held_lock(backend, lock, info))
        yield made
