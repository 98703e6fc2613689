"""Queues and their policies."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def widen(client: Client, it: Mapping[str, Any]) -> None:
    client("sqs").set_queue_attributes(
        QueueUrl=it["queue_url"],
        Attributes={"Policy": it["policy"].replace("events.amazonaws.com", "sns.amazonaws.com")},
    )


CASES = {
    "aws_sqs_queue_policy": Case(
        change=widen,
        drifts=frozenset({"policy"}),
        left={"aws_sqs_queue.governed": frozenset({"policy"})},
        delete=lambda client, it: client("sqs").set_queue_attributes(
            QueueUrl=it["queue_url"], Attributes={"Policy": ""}
        ),
    ),
    "aws_sqs_queue": Case(
        change=lambda client, it: client("sqs").set_queue_attributes(
            QueueUrl=it["url"], Attributes={"VisibilityTimeout": "45"}
        ),
        drifts=frozenset({"visibility_timeout_seconds"}),
        delete=lambda client, it: client("sqs").delete_queue(QueueUrl=it["url"]),
    ),
}
