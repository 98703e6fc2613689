"""Terraform's two locks on a state in S3: an object beside the state's, and an item of a DynamoDB table.

Each is put under the condition that there is none. The answer to such a put may be lost; at its repetition
the client is refused by its own lock, which is recognised by what it holds.

Source: `internal/backend/remote-state/s3/client.go`, lockWithFile and lockWithDynamoDB.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from guardian.adapters.terraform import s3_state
from guardian.adapters.terraform.address import s3_key
from guardian.adapters.terraform.lock import read_item
from guardian.adapters.terraform.lock_info import held
from guardian.adapters.terraform.writing import put_settings
from guardian.domain.engine import Backend
from guardian.errors import BackendError, GuardianError

SUFFIX = ".tflock"
OBJECT_IS_THERE = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
ITEM_IS_THERE = frozenset({"ConditionalCheckFailedException"})


@contextmanager
def object_lock(backend: Backend, environment: Mapping[str, str], info: str) -> Iterator[None]:
    """Hold the lock object for a block.

    Raises:
        StateLockedError: Somebody else holds it.
        BackendError: It cannot be taken, or not be released.
    """
    config, workspace = backend.config, backend.workspace
    client = s3_state.client("s3", config, environment)
    place = {"Bucket": config["bucket"], "Key": s3_key(config, workspace) + SUFFIX}

    def put() -> None:
        client.put_object(**place, Body=info.encode(), IfNoneMatch="*", **put_settings(config))

    def there() -> bytes | None:
        return s3_state.read_object(config, workspace, environment, suffix=SUFFIX)

    def release() -> None:
        if there() == info.encode():
            client.delete_object(**place)

    with _held(backend, info, put=put, refused=OBJECT_IS_THERE, there=there, release=release):
        yield


@contextmanager
def item_lock(backend: Backend, environment: Mapping[str, str], info: str) -> Iterator[None]:
    """Hold the item of the lock table for a block.

    Raises:
        StateLockedError: Somebody else holds it.
        BackendError: It cannot be taken, or not be released.
    """
    config = backend.config
    client = s3_state.client("dynamodb", config, environment)
    table = config["dynamodb_table"]
    key = {"LockID": {"S": f"{config['bucket']}/{s3_key(config, backend.workspace)}"}}

    def put() -> None:
        client.put_item(
            TableName=table,
            Item={**key, "Info": {"S": info}},
            ConditionExpression="attribute_not_exists(LockID)",
        )

    def there() -> bytes | None:
        return read_item(backend, environment)

    def release() -> None:
        if there() == info.encode():
            client.delete_item(TableName=table, Key=key)

    with _held(backend, info, put=put, refused=ITEM_IS_THERE, there=there, release=release):
        yield


@contextmanager
def _held(
    backend: Backend,
    info: str,
    *,
    put: Callable[[], None],
    refused: frozenset[str],
    there: Callable[[], bytes | None],
    release: Callable[[], None],
) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        try:
            put()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code", "") not in refused:
                raise
            written = there()
            if written != info.encode():
                raise held(written) from error
    except (BotoCoreError, ClientError, BackendError) as error:
        # Nobody knows whether a put without an answer was done: a lock of ours must not stay behind.
        with suppress(BotoCoreError, ClientError, BackendError):
            release()
        raise BackendError(
            f"cannot lock the state {backend.address}: {error}",
            hint="allow putting, getting and deleting its lock; guardian doctor checks the backend",
        ) from error

    def released() -> None:
        try:
            release()
        except (BotoCoreError, ClientError, BackendError) as error:
            raise BackendError(
                f"Terraform's lock on the state {backend.address} could not be released: {error}",
                hint=f"terraform force-unlock {json.loads(info)['ID']}",
            ) from error

    try:
        yield
    except GuardianError as first:
        try:
            released()
        except BackendError as second:
            first.message = f"{first.message}; and {second.message}"
            first.hint = f"{second.hint}    # then: {first.hint}" if first.hint else second.hint
        raise
    except BaseException:
        with suppress(BackendError):
            released()
        raise
    released()
