"""Topics, who may use them, and who is told. AWS does not tell when one was made."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from guardian.adapters.aws.apart import left_to
from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, by, tags_of
from guardian.domain.fingerprint import Shape

_GONE = frozenset({"NotFound", "NotFoundException"})
_TEXTS = {
    "archive_policy": "ArchivePolicy",
    "arn": "TopicArn",
    "beginning_archive_time": "BeginningArchiveTime",
    "delivery_policy": "DeliveryPolicy",
    "display_name": "DisplayName",
    "fifo_throughput_scope": "FifoThroughputScope",
    "kms_master_key_id": "KmsMasterKeyId",
    "owner": "Owner",
    "policy": "Policy",
    "tracing_config": "TracingConfig",
}
_PROTOCOLS = {
    "application": "Application",
    "firehose": "Firehose",
    "http": "HTTP",
    "lambda": "Lambda",
    "sqs": "SQS",
}
_FEEDBACK = {
    "failure_feedback_role_arn": "FailureFeedbackRoleArn",
    "success_feedback_role_arn": "SuccessFeedbackRoleArn",
}
_OF_SUBSCRIPTION = {
    "arn": "SubscriptionArn",
    "endpoint": "Endpoint",
    "owner_id": "Owner",
    "protocol": "Protocol",
    "topic_arn": "TopicArn",
}
_DETAILS_OF_SUBSCRIPTION = {
    "delivery_policy": "DeliveryPolicy",
    "filter_policy": "FilterPolicy",
    "filter_policy_scope": "FilterPolicyScope",
    "redrive_policy": "RedrivePolicy",
    "replay_policy": "ReplayPolicy",
    "subscription_role_arn": "SubscriptionRoleArn",
}
_SWITCHES_OF_SUBSCRIPTION = {
    "confirmation_was_authenticated": "ConfirmationWasAuthenticated",
    "pending_confirmation": "PendingConfirmation",
    "raw_message_delivery": "RawMessageDelivery",
}


def _topics(calls: Calls, prefix: str) -> Iterator[Found]:
    for each in calls.pages("list_topics", "Topics"):
        arn: str = each["TopicArn"]
        name = _name(arn)
        if name.startswith(prefix):
            yield Found(object_id=arn, name=name)


def _topic(calls: Calls, name: str) -> Found | None:
    return next((each for each in _topics(calls, name) if each.name == name), None)


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]


def _listed(asked: Asked, _: Sequence[Attributes]) -> dict[str, str]:
    return {each["TopicArn"]: each["TopicArn"] for each in asked.every("list_topics", "Topics")}


def _attributes(asked: Asked, arn: str) -> Mapping[str, str]:
    told: Mapping[str, str] = asked.need("get_topic_attributes", gone=_GONE, TopicArn=arn)["Attributes"]
    return told


def _detail(asked: Asked, arn: str, _: Attributes) -> Attributes:
    told = _attributes(asked, arn)
    tags = asked.need(
        "list_tags_for_resource", gone={"ResourceNotFound", "ResourceNotFoundException"}, ResourceArn=arn
    )
    return {
        **{name: told.get(word) for name, word in _TEXTS.items()},
        **{
            f"{kind}_{name}": told.get(f"{_PROTOCOLS[kind]}{word}")
            for kind in _PROTOCOLS
            for name, word in _FEEDBACK.items()
        },
        **{
            f"{kind}_success_feedback_sample_rate": int(
                told.get(f"{_PROTOCOLS[kind]}SuccessFeedbackSampleRate") or 0
            )
            for kind in _PROTOCOLS
        },
        "content_based_deduplication": told.get("ContentBasedDeduplication") == "true",
        "fifo_topic": told.get("FifoTopic") == "true",
        "signature_version": int(told.get("SignatureVersion") or 0),
        "tags": tags_of(tags["Tags"]),
    }


def _policy(asked: Asked, arn: str, _: Attributes) -> Attributes:
    # A topic always has a policy: to delete it is to set the default.
    told = _attributes(asked, arn)
    return {"policy": told.get("Policy"), "owner": told.get("Owner")}


def _subscriptions(asked: Asked, known: Sequence[Attributes]) -> dict[str, Mapping[str, Any]]:
    listed = {each["SubscriptionArn"]: each for each in asked.every("list_subscriptions", "Subscriptions")}
    # The list does not tell the ARN of one that is not confirmed yet.
    lacking = [arn for arn in map(by("arn"), known) if arn not in listed]
    answers = asked.many(
        lambda arn: asked.one("get_subscription_attributes", absent=_GONE, SubscriptionArn=arn), lacking
    )
    pending = {answer["Attributes"]["SubscriptionArn"]: answer["Attributes"] for answer in answers if answer}
    return {arn: each for arn, each in (listed | pending).items() if arn.startswith("arn:")}


def _of_subscription(asked: Asked, item: Mapping[str, Any], _: Attributes) -> Attributes:
    answer = asked.need("get_subscription_attributes", gone=_GONE, SubscriptionArn=item["SubscriptionArn"])
    told = answer["Attributes"]
    return {
        **{name: told.get(word) for name, word in _DETAILS_OF_SUBSCRIPTION.items()},
        **{name: told.get(word) == "true" for name, word in _SWITCHES_OF_SUBSCRIPTION.items()},
    }


TYPES = {
    "aws_sns_topic": LiveType(
        service="sns",
        find=Named(one=_topic, several=_topics, suffix=".fifo").find,
        read=Read(
            calls={"list_topics", "get_topic_attributes", "list_tags_for_resource"},
            listed=_listed,
            key=by("arn"),
            bulk=lambda arn: {"arn": arn, "name": _name(arn)},
            detail=_detail,
            detailed={
                *_TEXTS.keys() - {"arn"},
                *(f"{kind}_{name}" for kind in _PROTOCOLS for name in _FEEDBACK),
                *(f"{kind}_success_feedback_sample_rate" for kind in _PROTOCOLS),
                "content_based_deduplication",
                "fifo_topic",
                "signature_version",
                "tags",
            },
            shape=Shape(
                policies=frozenset({"policy"}), documents=frozenset({"archive_policy", "delivery_policy"})
            ),
            apart=left_to("arn", ("aws_sns_topic_policy", "arn", {"policy"})),
            identity=lambda arn: Identity(name=_name(arn)),
        ),
    ),
    "aws_sns_topic_policy": LiveType(
        service="sns",
        read=Read(
            calls={"list_topics", "get_topic_attributes"},
            listed=_listed,
            key=by("arn"),
            bulk=lambda arn: {"arn": arn},
            detail=_policy,
            detailed={"policy", "owner"},
            shape=Shape(policies=frozenset({"policy"})),
        ),
    ),
    "aws_sns_topic_subscription": LiveType(
        service="sns",
        read=Read(
            calls={"list_subscriptions", "get_subscription_attributes"},
            listed=_subscriptions,
            key=by("arn"),
            bulk=lambda item: {name: item[word] for name, word in _OF_SUBSCRIPTION.items()},
            detail=_of_subscription,
            detailed={*_DETAILS_OF_SUBSCRIPTION, *_SWITCHES_OF_SUBSCRIPTION},
            shape=Shape(
                documents=frozenset({"delivery_policy", "filter_policy", "redrive_policy", "replay_policy"})
            ),
        ),
    ),
}
