"""Terraform's items in the DynamoDB table of an `s3` backend: the lock on a state, and the digest of it."""

from collections.abc import Mapping
from hashlib import md5
from typing import Any

from guardian.adapters.terraform import s3_state
from guardian.adapters.terraform.address import s3_key
from guardian.errors import BackendError

DIGEST = "-md5"
"""Ends the name of the item that holds the digest.

Source: `internal/backend/remote-state/s3/client.go`, stateIDSuffix.
"""


def item_name(config: Mapping[str, Any], workspace: str, *, suffix: str = "") -> str:
    """Return the `LockID` of an item."""
    return f"{config['bucket']}/{s3_key(config, workspace)}{suffix}"


def read_item(
    config: Mapping[str, Any],
    workspace: str,
    environment: Mapping[str, str],
    *,
    attribute: str,
    suffix: str = "",
) -> str | None:
    """Return one attribute of an item; None when there is no such item.

    Raises:
        BackendError: It cannot be read.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    name = item_name(config, workspace, suffix=suffix)
    try:
        answer = s3_state.client("dynamodb", config, environment).get_item(
            TableName=config["dynamodb_table"], Key={"LockID": {"S": name}}, ConsistentRead=True
        )
    except (BotoCoreError, ClientError) as error:
        raise BackendError(
            f"cannot read the lock table: {error}", hint="allow dynamodb:GetItem on the backend's lock table"
        ) from error
    written = answer.get("Item", {}).get(attribute, {}).get("S")
    return None if written is None else str(written)


def stale_digest(
    config: Mapping[str, Any], workspace: str, environment: Mapping[str, str], body: bytes | None
) -> str:
    """Return the table whose digest is not this record's; empty where it is, or where there is none.

    Source: `internal/backend/remote-state/s3/client.go`, Get: without an item, or where it cannot be read,
    Terraform takes the record as it is.
    """
    if body is None or not config.get("dynamodb_table"):
        return ""
    try:
        told = read_item(config, workspace, environment, attribute="Digest", suffix=DIGEST)
    except BackendError:
        return ""
    return str(config["dynamodb_table"]) if told and told != digest_of(body) else ""


def digest_of(body: bytes) -> str:
    """Return the digest as Terraform writes it into the table."""
    return md5(body, usedforsecurity=False).hexdigest()
