"""Who holds Terraform's own lock on a state: read, never taken and never broken."""

import fcntl
import json
import os
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guardian.adapters.terraform import s3_state
from guardian.adapters.terraform.address import local_path, s3_key
from guardian.domain.engine import Backend
from guardian.errors import BackendError

FLOCK = "hhqqi4x"
"""`struct flock` of 64-bit Linux: type, whence, start, length, pid."""


def lock_holder(root: Path, backend: Backend, environment: Mapping[str, str]) -> str:
    """Describe the holder for a person; empty when the lock is free or this kind of backend does not tell.

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
    return "" if written is None else describe(written)


def _local(state: Path) -> bytes | None:
    try:
        written = state.with_name(f".{state.name}.lock.info").read_bytes()
    except OSError:
        return None
    # A killed Terraform leaves this file behind; the lock itself, a file lock, ended with the process.
    return written if _is_locked(state) else None


def _is_locked(path: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return True
    try:
        with path.open("rb") as file:
            asked = struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            answer = fcntl.fcntl(file, fcntl.F_GETLK, asked)
    except OSError:
        return False
    return bool(struct.unpack(FLOCK, answer)[0] != fcntl.F_UNLCK)


def _s3(backend: Backend, environment: Mapping[str, str]) -> bytes | None:
    if backend.config.get("use_lockfile"):
        written = s3_state.read_object(backend.config, backend.workspace, environment, suffix=".tflock")
        if written is not None:
            return written
    if backend.config.get("dynamodb_table"):
        return _dynamodb(backend, environment)
    return None


def _dynamodb(backend: Backend, environment: Mapping[str, str]) -> bytes | None:
    from botocore.exceptions import BotoCoreError, ClientError

    name = f"{backend.config['bucket']}/{s3_key(backend.config, backend.workspace)}"
    try:
        answer = s3_state.client("dynamodb", backend.config, environment).get_item(
            TableName=backend.config["dynamodb_table"], Key={"LockID": {"S": name}}, ConsistentRead=True
        )
    except (BotoCoreError, ClientError) as error:
        raise BackendError(f"cannot read the lock table: {error}") from error
    written = answer.get("Item", {}).get("Info", {}).get("S")
    return None if written is None else str(written).encode()


def describe(written: bytes) -> str:
    """Say who holds a lock, by what Terraform wrote into it."""
    try:
        lock: Any = json.loads(written)
        return f"{lock['ID']} ({lock['Operation']}) by {lock['Who']} since {lock['Created']}"
    except (ValueError, KeyError, TypeError):
        return "held by a lock that is not in Terraform's format"
