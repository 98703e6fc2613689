"""Writes a raw record of a state where Terraform keeps it; only called while its lock is held."""

import os
from collections.abc import Mapping
from hashlib import md5
from pathlib import Path
from typing import Any

from guardian.adapters.terraform import s3_state
from guardian.adapters.terraform.address import s3_key
from guardian.errors import BackendError


def write_local(path: Path, body: bytes) -> None:
    """Write a state file in place, as Terraform does: its lock belongs to the file, not to its name.

    A rename would leave a Terraform that waits for the lock with the old file, and lose what it saves. Room
    is made first, so that a full disk changes nothing; a death in between leaves a torn record, which is
    mended from the store like any other.

    Raises:
        BackendError: It cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if body and hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, len(body))
            written = 0
            while written < len(body):
                written += os.pwrite(descriptor, body[written:], written)
            os.ftruncate(descriptor, len(body))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise BackendError(
            f"cannot write the state {path}: {error.strerror}", hint="free its disk, or mend its permissions"
        ) from error


def write_s3(config: Mapping[str, Any], workspace: str, environment: Mapping[str, str], body: bytes) -> None:
    """Write a state's object, and the digest that a lock table holds of it.

    Raises:
        BackendError: Credentials, permissions, bucket or network.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    key = s3_key(config, workspace)
    try:
        s3_state.client("s3", config, environment).put_object(
            Bucket=config["bucket"],
            Key=key,
            Body=body,
            ContentType="application/json",
            **_protection(config),
        )
        if config.get("dynamodb_table"):
            # Source: `internal/backend/remote-state/s3/client.go`, putMD5.
            s3_state.client("dynamodb", config, environment).put_item(
                TableName=config["dynamodb_table"],
                Item={
                    "LockID": {"S": f"{config['bucket']}/{key}-md5"},
                    "Digest": {"S": md5(body, usedforsecurity=False).hexdigest()},
                },
            )
    except (BotoCoreError, ClientError) as error:
        raise BackendError(
            f"cannot write the state s3://{config['bucket']}/{key}: {error}",
            hint="allow s3:PutObject on it, and dynamodb:PutItem on its lock table",
        ) from error


def _protection(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the encryption and the access list that the backend asks for."""
    given: dict[str, str] = {}
    if config.get("acl"):
        given["ACL"] = str(config["acl"])
    if config.get("encrypt"):
        if config.get("kms_key_id"):
            given |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": str(config["kms_key_id"])}
        else:
            given["ServerSideEncryption"] = "AES256"
    return given
