"""Tables."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def delete(client: Client, it: Mapping[str, Any]) -> None:
    client("dynamodb").update_table(TableName=it["name"], DeletionProtectionEnabled=False)
    client("dynamodb").delete_table(TableName=it["name"])


CASES = {
    "aws_dynamodb_table": Case(
        change=lambda client, it: client("dynamodb").update_time_to_live(
            TableName=it["name"],
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "ends"},
        ),
        drifts=frozenset({"ttl"}),
        delete=delete,
    )
}
