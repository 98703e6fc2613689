"""Terraform's items in the DynamoDB table of an `s3` backend: the lock on a state, and the digest of it."""

from collections.abc import Mapping
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
