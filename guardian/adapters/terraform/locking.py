"""Holds Terraform's own lock on a state for a while, so that nobody plans on a half-written record.

What holds a lock is told by `lock`. Nothing here breaks somebody else's lock.
"""

import fcntl
import json
import os
import struct
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from guardian.adapters.terraform import s3_state
from guardian.adapters.terraform.address import local_path, s3_key
from guardian.adapters.terraform.lock import FLOCK, describe, lock_holder
from guardian.domain.engine import Backend
from guardian.errors import BackendError, StateLockedError

OFD_SETLK = 37
"""Linux's F_OFD_SETLK: a traditional lock is lost when any descriptor of the file is closed here."""


@contextmanager
def locked(root: Path, backend: Backend, environment: Mapping[str, str], *, operation: str) -> Iterator[None]:
    """Hold the lock for a block; a kind of backend that is not known here Terraform locks itself.

    Raises:
        StateLockedError: Somebody else holds it.
        BackendError: It cannot be taken.
    """
    if backend.kind == "local":
        with _local(local_path(backend.config, backend.workspace, root), operation):
            yield
    elif backend.kind == "s3" and s3_state.is_readable(backend.config, environment):
        with _s3(root, backend, environment, operation):
            yield
    else:
        yield


def lock_info(operation: str, path: str) -> dict[str, str]:
    """Return what Terraform writes into a lock.

    Source: `internal/states/statemgr/locker.go`, LockInfo.
    """
    return {
        "ID": str(uuid4()),
        "Operation": operation,
        "Info": "",
        "Who": f"guardian@{os.uname().nodename}",
        "Version": "",
        "Created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "Path": path,
    }


@contextmanager
def _local(path: Path, operation: str) -> Iterator[None]:
    info = path.with_name(f".{path.name}.lock.info")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _cannot_lock(str(path), error.strerror or str(error)) from error
    try:
        _lock_file(descriptor, path)
        info.write_text(json.dumps(lock_info(operation, str(path))), encoding="utf-8")
        try:
            yield
        finally:
            info.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _lock_file(descriptor: int, path: Path) -> None:
    try:
        if sys.platform.startswith("linux"):
            asked = struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            fcntl.fcntl(descriptor, OFD_SETLK, asked)
        else:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        written = _read(path.with_name(f".{path.name}.lock.info"))
        raise _held(describe(written) if written else "somebody") from error
    except OSError as error:
        raise _cannot_lock(str(path), error.strerror or str(error)) from error


@contextmanager
def _s3(root: Path, backend: Backend, environment: Mapping[str, str], operation: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    config = backend.config
    key = s3_key(config, backend.workspace)
    info = lock_info(operation, f"{config['bucket']}/{key}")
    body = json.dumps(info)
    try:
        held = []
        try:
            if config.get("use_lockfile"):
                _take_object(config, environment, f"{key}.tflock", body)
                held.append(_release_object)
            if config.get("dynamodb_table"):
                _take_item(config, environment, f"{config['bucket']}/{key}", body)
                held.append(_release_item)
        except _TakenError as error:
            _release(held, config, environment, key, body)
            raise _held(lock_holder(root, backend, environment) or "somebody") from error
        try:
            yield
        finally:
            _release(held, config, environment, key, body)
    except (BotoCoreError, ClientError) as error:
        raise _cannot_lock(backend.address, str(error)) from error


class _TakenError(Exception):
    """Somebody else has the lock."""


def _take_object(config: Mapping[str, Any], environment: Mapping[str, str], key: str, body: str) -> None:
    from botocore.exceptions import ClientError

    client = s3_state.client("s3", config, environment)
    try:
        client.put_object(
            Bucket=config["bucket"],
            Key=key,
            Body=body.encode(),
            ContentType="application/json",
            IfNoneMatch="*",
        )
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code not in {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}:
            raise
        # A lost answer to our own write is refused at its repetition: the body tells whose lock it is.
        there = client.get_object(Bucket=config["bucket"], Key=key)["Body"].read()
        if there != body.encode():
            raise _TakenError from error


def _take_item(config: Mapping[str, Any], environment: Mapping[str, str], name: str, body: str) -> None:
    from botocore.exceptions import ClientError

    client = s3_state.client("dynamodb", config, environment)
    table = config["dynamodb_table"]
    try:
        client.put_item(
            TableName=table,
            Item={"LockID": {"S": name}, "Info": {"S": body}},
            ConditionExpression="attribute_not_exists(LockID)",
        )
    except ClientError as error:
        if error.response.get("Error", {}).get("Code", "") != "ConditionalCheckFailedException":
            raise
        found = client.get_item(TableName=table, Key={"LockID": {"S": name}}, ConsistentRead=True)
        if found.get("Item", {}).get("Info", {}).get("S") != body:
            raise _TakenError from error


def _release(
    held: list[Any], config: Mapping[str, Any], environment: Mapping[str, str], key: str, body: str
) -> None:
    for each in reversed(held):
        each(config, environment, key, body)


def _release_object(config: Mapping[str, Any], environment: Mapping[str, str], key: str, body: str) -> None:
    there = s3_state.read_object({**config, "key": f"{key}.tflock"}, "default", environment)
    if there == body.encode():
        s3_state.client("s3", config, environment).delete_object(Bucket=config["bucket"], Key=f"{key}.tflock")


def _release_item(config: Mapping[str, Any], environment: Mapping[str, str], key: str, body: str) -> None:
    from botocore.exceptions import ClientError

    try:
        s3_state.client("dynamodb", config, environment).delete_item(
            TableName=config["dynamodb_table"],
            Key={"LockID": {"S": f"{config['bucket']}/{key}"}},
            ConditionExpression="Info = :mine",
            ExpressionAttributeValues={":mine": {"S": body}},
        )
    except ClientError as error:
        if error.response.get("Error", {}).get("Code", "") != "ConditionalCheckFailedException":
            raise


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _held(holder: str) -> StateLockedError:
    return StateLockedError(
        f"Terraform's lock on the state is held: {holder}",
        hint="guardian restore    # once it is released",
    )


def _cannot_lock(where: str, why: str) -> BackendError:
    return BackendError(
        f"cannot lock the state {where}: {why}", hint="guardian doctor    # checks the backend"
    )
