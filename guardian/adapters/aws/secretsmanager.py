"""Secrets; their values are never read."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from guardian.adapters.aws.apart import left_to
from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.read import Asked, Attributes, GoneError, Identity, Read, by, tags_of
from guardian.domain.fingerprint import Shape

_GONE = frozenset({"ResourceNotFoundException"})


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


def _listed(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    listed = {each["ARN"]: each for each in asked.every("list_secrets", "SecretList", MaxResults=100)}
    # The list lags some minutes behind what was just made.
    # Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
    lacking = [arn for arn in map(by("arn"), known) if arn not in listed]
    answers = asked.many(lambda arn: asked.one("describe_secret", absent=_GONE, SecretId=arn), lacking)
    found = {answer["ARN"]: answer for answer in answers if answer and "DeletedDate" not in answer}
    return listed | found


def _told(secret: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": secret["Name"],
        "arn": secret["ARN"],
        "description": secret.get("Description"),
        "kms_key_id": secret.get("KmsKeyId"),
        "tags": tags_of(secret.get("Tags", ())),
    }


def _detail(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    arn = item["ARN"]
    secret = asked.need("describe_secret", gone=_GONE, SecretId=arn)
    if "DeletedDate" in secret:
        raise GoneError
    policy = asked.need("get_resource_policy", gone=_GONE, SecretId=arn)
    return {
        **_told(secret),
        "policy": policy.get("ResourcePolicy"),
        "replica": [_replica(each) for each in secret.get("ReplicationStatus", ())],
    }


def _replica(told: Mapping[str, Any]) -> Attributes:
    accessed = told.get("LastAccessedDate")
    return {
        "region": told.get("Region"),
        "kms_key_id": told.get("KmsKeyId"),
        "status": told.get("Status"),
        "status_message": told.get("StatusMessage"),
        "last_accessed_date": accessed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if accessed else None,
    }


TYPES = {
    "aws_secretsmanager_secret": LiveType(
        service="secretsmanager",
        find=Named(one=_secret, several=_secrets).find,
        read=Read(
            calls={"list_secrets", "describe_secret", "get_resource_policy"},
            listed=_listed,
            key=by("arn"),
            bulk=_told,
            detail=_detail,
            detailed={"policy", "replica"},
            shape=Shape(policies=frozenset({"policy"})),
            apart=left_to("arn", ("aws_secretsmanager_secret_policy", "secret_arn", {"policy"})),
            identity=lambda item: Identity(
                name=item["Name"],
                tags=tags_of(item.get("Tags", ())),
                # A secret that another service made and keeps for its own use.
                own=bool(item.get("OwningService")),
            ),
        ),
    )
}
