"""Holds one of the locks on a state in S3 for a block.

The answer to the put of a lock may be lost; at its repetition the client is refused by its own lock, which is
recognised by what it holds.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from guardian.adapters.terraform.lock_info import held
from guardian.adapters.terraform.s3_lock import S3Lock
from guardian.domain.engine import Backend
from guardian.errors import BackendError, GuardianError


@contextmanager
def held_lock(backend: Backend, lock: S3Lock, info: str) -> Iterator[None]:
    """Hold a lock for a block.

    Args:
        backend: Whose, for messages.
        lock: Which.
        info: What it holds meanwhile, like no other's.

    Raises:
        StateLockedError: Somebody else holds it.
        BackendError: It cannot be taken, or not be released.
    """
    _take(backend, lock, info)
    try:
        yield
    except GuardianError as first:
        try:
            _release(backend, lock, info)
        except BackendError as second:
            first.message = f"{first.message}; and {second.message}"
            first.hint = f"{second.hint}    # then: {first.hint}" if first.hint else second.hint
        raise
    except BaseException:
        with suppress(BackendError):
            _release(backend, lock, info)
        raise
    _release(backend, lock, info)


def _take(backend: Backend, lock: S3Lock, info: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        if lock.put(info):
            return
        there = lock.found()
        if there is None or there.written != info.encode():
            raise held(there.written if there else None)
    except (BotoCoreError, ClientError, BackendError) as error:
        # Nobody knows whether a put without an answer was done: a lock of ours must not stay behind.
        with suppress(BackendError):
            _release(backend, lock, info)
        raise BackendError(
            f"cannot lock the state {backend.address}: {error}",
            hint="allow putting, getting and deleting its lock; guardian doctor checks the backend",
        ) from error


def _release(backend: Backend, lock: S3Lock, info: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found = lock.found()
        if found is not None and found.written == info.encode():
            lock.remove(found)
    except (BotoCoreError, ClientError, BackendError) as error:
        raise BackendError(
            f"Terraform's lock on the state {backend.address} could not be released: {error}",
            hint=f"terraform force-unlock {json.loads(info)['ID']}",
        ) from error
