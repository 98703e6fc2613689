"""Terraform's two locks on a state in S3: an object beside the state's, and an item of a DynamoDB table.

Each is put under the condition that there is none, and deleted under the condition that it still is what was
read: a lock that somebody else took meanwhile stays.

Source: `internal/backend/remote-state/s3/client.go`, lockWithFile and lockWithDynamoDB.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from guardian.adapters.terraform import s3_state
from guardian.adapters.terraform.address import s3_key
from guardian.adapters.terraform.lock_table import item_name, read_item
from guardian.adapters.terraform.writing import put_settings
from guardian.domain.engine import Backend

SUFFIX = ".tflock"
OBJECT_IS_ANOTHER = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
ITEM_IS_ANOTHER = frozenset({"ConditionalCheckFailedException"})
OBJECT_IS_GONE = frozenset({"NoSuchKey", "404"})
NOT_CONDITIONAL = frozenset({"NotImplemented", "501"})
"""What stores like S3 answer that know no conditional deletion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A lock as it was read.

    Attributes:
        written: What its holder wrote.
        version: Tells it from every other lock at its place.
    """

    written: bytes
    version: str


class ObjectLock:
    """The object beside the state's."""

    def __init__(self, backend: Backend, environment: Mapping[str, str]) -> None:
        self._config, self._workspace = backend.config, backend.workspace
        self._environment = environment
        self.is_used = bool(self._config.get("use_lockfile"))

    def found(self) -> Found | None:
        """Read it, None when it is free; raise `BackendError` when it cannot be read."""
        read = s3_state.read_version(self._config, self._workspace, self._environment, suffix=SUFFIX)
        return None if read is None else Found(written=read[0], version=read[1])

    def put(self, info: str) -> bool:
        """Take it, or return False when it is there already; raises what the client raises."""
        return _unless(
            OBJECT_IS_ANOTHER,
            lambda: self._client.put_object(
                **self._place, Body=info.encode(), IfNoneMatch="*", **put_settings(self._config)
            ),
        )

    def remove(self, found: Found) -> bool:
        """Delete what was found, or return False when that is not there any more; raises as `put`."""
        from botocore.exceptions import ClientError

        try:
            return _unless(
                OBJECT_IS_ANOTHER | OBJECT_IS_GONE,
                lambda: self._client.delete_object(**self._place, IfMatch=found.version),
            )
        except ClientError as error:
            if _code(error) not in NOT_CONDITIONAL:
                raise
        # Read, compare, delete: as Terraform itself does it.
        present = self.found()
        if present is None or present.written != found.written:
            return False
        self._client.delete_object(**self._place)
        return True

    @cached_property
    def _client(self) -> Any:
        return s3_state.client("s3", self._config, self._environment)

    @property
    def _place(self) -> dict[str, str]:
        return {"Bucket": self._config["bucket"], "Key": s3_key(self._config, self._workspace) + SUFFIX}


class ItemLock:
    """The item of the lock table."""

    def __init__(self, backend: Backend, environment: Mapping[str, str]) -> None:
        self._config, self._workspace = backend.config, backend.workspace
        self._environment = environment
        self.is_used = bool(self._config.get("dynamodb_table"))

    def found(self) -> Found | None:
        """Read it, None when it is free; raise `BackendError` when it cannot be read."""
        info = read_item(self._config, self._workspace, self._environment, attribute="Info")
        return None if info is None else Found(written=info.encode(), version=info)

    def put(self, info: str) -> bool:
        """Take it, or return False when it is there already; raises what the client raises."""
        return _unless(
            ITEM_IS_ANOTHER,
            lambda: self._client.put_item(
                TableName=self._config["dynamodb_table"],
                Item={**self._key, "Info": {"S": info}},
                ConditionExpression="attribute_not_exists(LockID)",
            ),
        )

    def remove(self, found: Found) -> bool:
        """Delete what was found, or return False when that is not there any more; raises as `put`."""
        return _unless(
            ITEM_IS_ANOTHER,
            lambda: self._client.delete_item(
                TableName=self._config["dynamodb_table"],
                Key=self._key,
                ConditionExpression="#info = :found",
                ExpressionAttributeNames={"#info": "Info"},
                ExpressionAttributeValues={":found": {"S": found.version}},
            ),
        )

    @cached_property
    def _client(self) -> Any:
        return s3_state.client("dynamodb", self._config, self._environment)

    @property
    def _key(self) -> dict[str, dict[str, str]]:
        return {"LockID": {"S": item_name(self._config, self._workspace)}}


S3Lock = ObjectLock | ItemLock


def locks_of(backend: Backend, environment: Mapping[str, str]) -> list[S3Lock]:
    """Return those that the backend uses, in Terraform's order: of two that want both, the loser has none."""
    both: tuple[S3Lock, ...] = (ObjectLock(backend, environment), ItemLock(backend, environment))
    return [each for each in both if each.is_used]


def _unless(refused: frozenset[str], call: Callable[[], object]) -> bool:
    """Make a conditional call; return False when its condition did not hold."""
    from botocore.exceptions import ClientError

    try:
        call()
    except ClientError as error:
        if _code(error) in refused:
            return False
        raise
    return True


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
