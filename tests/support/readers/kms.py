"""Keys and their aliases."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def turn(client: Client, it: Mapping[str, Any]) -> None:
    other = client("kms").create_key(Description="another")["KeyMetadata"]["KeyId"]
    client("kms").update_alias(AliasName=it["name"], TargetKeyId=other)


CASES = {
    "aws_kms_alias": Case(
        change=turn,
        drifts=frozenset({"target_key_arn"}),
        # It says the same, by ARN or by ID as it was written.
        unread=frozenset({"target_key_id"}),
        delete=lambda client, it: client("kms").delete_alias(AliasName=it["name"]),
    ),
    "aws_kms_key": Case(
        change=lambda client, it: client("kms").update_key_description(
            KeyId=it["key_id"], Description="seals all"
        ),
        drifts=frozenset({"description"}),
        delete=lambda client, it: client("kms").schedule_key_deletion(KeyId=it["key_id"]),
    ),
}
