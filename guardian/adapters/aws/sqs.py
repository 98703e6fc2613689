"""Queues; the provider knows one by its URL."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from guardian.adapters.aws.apart import left_to
from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.read import Asked, Attributes, GoneError, Identity, Read, by, own_tags
from guardian.domain.fingerprint import Shape

_ABSENT = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})
_TEXTS = {
    "arn": "QueueArn",
    "deduplication_scope": "DeduplicationScope",
    "fifo_throughput_limit": "FifoThroughputLimit",
    "kms_master_key_id": "KmsMasterKeyId",
    "policy": "Policy",
    "redrive_allow_policy": "RedriveAllowPolicy",
    "redrive_policy": "RedrivePolicy",
}
_NUMBERS = {
    "delay_seconds": "DelaySeconds",
    "max_message_size": "MaximumMessageSize",
    "message_retention_seconds": "MessageRetentionPeriod",
    "receive_wait_time_seconds": "ReceiveMessageWaitTimeSeconds",
    "visibility_timeout_seconds": "VisibilityTimeout",
}
_REUSE_S = 300
_SWITCHES = {
    "content_based_deduplication": "ContentBasedDeduplication",
    "fifo_queue": "FifoQueue",
    "sqs_managed_sse_enabled": "SqsManagedSseEnabled",
}


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


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def _listed(asked: Asked, _: Sequence[Attributes]) -> dict[str, str]:
    urls = asked.every("list_queues", "QueueUrls", left_out_when_empty=True, MaxResults=1000)
    return {url: url for url in urls}


def _attributes(asked: Asked, url: str) -> Mapping[str, str]:
    told: Mapping[str, str] = asked.need(
        "get_queue_attributes", gone=_ABSENT, QueueUrl=url, AttributeNames=["All"]
    )["Attributes"]
    return told


def _detail(asked: Asked, url: str, _: Attributes) -> Attributes:
    told = _attributes(asked, url)
    tags = asked.need("list_queue_tags", gone=_ABSENT, QueueUrl=url)
    return {
        **{name: told.get(word) for name, word in _TEXTS.items()},
        **{name: int(told.get(word) or 0) for name, word in _NUMBERS.items()},
        **{name: told.get(word) == "true" for name, word in _SWITCHES.items()},
        # AWS tells it only where a key of KMS is used; the provider then says the default.
        "kms_data_key_reuse_period_seconds": int(told.get("KmsDataKeyReusePeriodSeconds") or _REUSE_S),
        "tags": own_tags(tags.get("Tags")),
    }


def _policy(asked: Asked, url: str, _: Attributes) -> Attributes:
    told = _attributes(asked, url)
    if not told.get("Policy"):
        raise GoneError
    return {"policy": told["Policy"]}


TYPES = {
    "aws_sqs_queue": LiveType(
        service="sqs",
        find=Named(one=_queue, several=_queues, suffix=".fifo").find,
        asks={"get_queue_url"},
        read=Read(
            calls={"list_queues", "get_queue_attributes", "list_queue_tags"},
            listed=_listed,
            key=by("url"),
            bulk=lambda url: {"url": url, "name": _name(url)},
            detail=_detail,
            detailed={*_TEXTS, *_NUMBERS, *_SWITCHES, "kms_data_key_reuse_period_seconds", "tags"},
            shape=Shape(
                policies=frozenset({"policy"}),
                documents=frozenset({"redrive_policy", "redrive_allow_policy"}),
            ),
            apart=left_to(
                "url",
                *(
                    (f"aws_sqs_queue_{name}", "queue_url", {name})
                    for name in ("policy", "redrive_allow_policy", "redrive_policy")
                ),
            ),
            identity=lambda url: Identity(name=_name(url)),
        ),
    ),
    "aws_sqs_queue_policy": LiveType(
        service="sqs",
        read=Read(
            calls={"list_queues", "get_queue_attributes"},
            listed=_listed,
            key=by("queue_url"),
            bulk=lambda url: {"queue_url": url},
            detail=_policy,
            detailed={"policy"},
            shape=Shape(policies=frozenset({"policy"})),
        ),
    ),
}
