"""Queues; the provider knows one by its URL."""

from collections.abc import Iterator
from datetime import UTC, datetime

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named

_ABSENT = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})


def _queue(calls: Calls, name: str) -> Found | None:
    answer = calls.ask("get_queue_url", absent=_ABSENT, QueueName=name)
    return None if answer is None else _dated(calls, answer["QueueUrl"])


def _queues(calls: Calls, prefix: str) -> Iterator[Found]:
    for url in calls.pages("list_queues", "QueueUrls", left_out_when_empty=True, QueueNamePrefix=prefix):
        found = _dated(calls, url)
        if found is not None:
            yield found


def _dated(calls: Calls, url: str) -> Found | None:
    """Return the queue with the time that its attributes tell; None when it went meanwhile."""
    answer = calls.ask(
        "get_queue_attributes", absent=_ABSENT, QueueUrl=url, AttributeNames=["CreatedTimestamp"]
    )
    if answer is None:
        return None
    created = datetime.fromtimestamp(float(answer["Attributes"]["CreatedTimestamp"]), UTC)
    return Found(object_id=url, name=url.rpartition("/")[2], created_at=created)


TYPES = {
    "aws_sqs_queue": LiveType(service="sqs", find=Named(one=_queue, several=_queues, suffix=".fifo").find)
}
