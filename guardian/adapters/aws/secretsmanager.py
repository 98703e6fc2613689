"""Secrets; their values are never read."""

from collections.abc import Iterator, Mapping
from typing import Any

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named


def _secret(calls: Calls, name: str) -> Found | None:
    answer = calls.ask("describe_secret", absent={"ResourceNotFoundException"}, SecretId=name)
    return None if answer is None else _found(answer)


def _secrets(calls: Calls, prefix: str) -> Iterator[Found]:
    wanted = [{"Key": "name", "Values": [prefix]}]
    for each in calls.pages("list_secrets", "SecretList", Filters=wanted):
        yield _found(each)


def _found(secret: Mapping[str, Any]) -> Found:
    return Found(
        object_id=secret["ARN"],
        name=secret["Name"],
        created_at=secret.get("CreatedDate"),
        doubt="it is scheduled for deletion" if secret.get("DeletedDate") else "",
    )


TYPES = {
    "aws_secretsmanager_secret": LiveType(
        service="secretsmanager", find=Named(one=_secret, several=_secrets).find
    )
}
