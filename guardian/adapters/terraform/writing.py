"""Writes a raw record of a state where Terraform keeps it; only called while its lock is held."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from guardian.adapters.terraform import s3_state
from guardian.adapters.terraform.address import s3_key
from guardian.adapters.terraform.lock_table import DIGEST, digest_of, item_name
from guardian.errors import BackendError


def write_local(path: Path, body: bytes) -> None:
    """Write a state file in place, as Terraform does: its lock belongs to the file, not to its name.

    A rename would be whole or not at all even in a power cut, but a Terraform that waits for the lock has
    the old file open already: it would read that, and save into a file without a name. So room is made
    first, and what cannot be written to its end is put back; a death in between leaves a torn record, which
    is mended from the store like any other.

    Raises:
        BackendError: It cannot be written; the record is as it was.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
        try:
            before = path.read_bytes()
            try:
                _fill(descriptor, body)
            except OSError:
                # Its blocks are still its own. Making room alone can have made the file longer already.
                with suppress(OSError):
                    _fill(descriptor, before)
                raise
        finally:
            os.close(descriptor)
    except OSError as error:
        raise BackendError(
            f"cannot write the state {path}: {error.strerror or error}",
            hint="free its disk, or mend its permissions",
        ) from error


def _fill(descriptor: int, body: bytes) -> None:
    if body and hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, len(body))
    written = 0
    while written < len(body):
        written += os.pwrite(descriptor, body[written:], written)
    os.ftruncate(descriptor, len(body))
    os.fsync(descriptor)


def write_s3(config: Mapping[str, Any], workspace: str, environment: Mapping[str, str], body: bytes) -> None:
    """Write a state's object, and the digest that a lock table holds of it.

    Raises:
        BackendError: Credentials, permissions, bucket or network.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    key = s3_key(config, workspace)
    try:
        s3_state.client("s3", config, environment).put_object(
            Bucket=config["bucket"], Key=key, Body=body, **put_settings(config)
        )
    except (BotoCoreError, ClientError) as error:
        raise BackendError(
            f"cannot write the state s3://{config['bucket']}/{key}: {error}",
            hint="allow s3:PutObject on it, and the use of its key",
        ) from error
    if config.get("dynamodb_table"):
        _write_digest(config, workspace, environment, body)


def put_settings(config: Mapping[str, Any]) -> dict[str, str]:
    """Return how the backend wants an object put: type, checksum, access list and encryption.

    Source: `internal/backend/remote-state/s3/client.go`, put and lockWithFile.
    """
    given = {"ContentType": "application/json"}
    if not config.get("skip_s3_checksum"):
        given["ChecksumAlgorithm"] = "SHA256"
    if config.get("acl"):
        given["ACL"] = str(config["acl"])
    if config.get("encrypt"):
        if config.get("kms_key_id"):
            given |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": str(config["kms_key_id"])}
        else:
            given["ServerSideEncryption"] = "AES256"
    return given


def _write_digest(
    config: Mapping[str, Any], workspace: str, environment: Mapping[str, str], body: bytes
) -> None:
    """Write the digest without which no Terraform takes the state.

    Source: `internal/backend/remote-state/s3/client.go`, putMD5.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    item = {
        "LockID": {"S": item_name(config, workspace, suffix=DIGEST)},
        "Digest": {"S": digest_of(body)},
    }
    try:
        s3_state.client("dynamodb", config, environment).put_item(
            TableName=config["dynamodb_table"], Item=item
        )
    except (BotoCoreError, ClientError) as error:
        raise BackendError(
            f"the state s3://{item_name(config, workspace)} is written, but not its digest in the table "
            f"{config['dynamodb_table']}, and Terraform refuses the one without the other: {error}",
            hint=f"aws dynamodb put-item --table-name {config['dynamodb_table']} --item '{json.dumps(item)}'",
        ) from error
