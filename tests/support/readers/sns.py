"""Topics, their policies and subscriptions."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def rename(client: Client, it: Mapping[str, Any]) -> None:
    client("sns").set_topic_attributes(
        TopicArn=it["arn"], AttributeName="DisplayName", AttributeValue="Orders of others"
    )


def widen(client: Client, it: Mapping[str, Any]) -> None:
    client("sns").set_topic_attributes(
        TopicArn=it["arn"],
        AttributeName="Policy",
        AttributeValue=it["policy"].replace("events.amazonaws.com", "s3.amazonaws.com"),
    )


def wrap(client: Client, it: Mapping[str, Any]) -> None:
    client("sns").set_subscription_attributes(
        SubscriptionArn=it["arn"], AttributeName="RawMessageDelivery", AttributeValue="false"
    )


CASES = {
    "aws_sns_topic_subscription": Case(
        change=wrap,
        drifts=frozenset({"raw_message_delivery"}),
        delete=lambda client, it: client("sns").unsubscribe(SubscriptionArn=it["arn"]),
    ),
    "aws_sns_topic_policy": Case(
        change=widen,
        drifts=frozenset({"policy"}),
        left={"aws_sns_topic.governed": frozenset({"policy"})},
        delete=lambda client, it: client("sns").delete_topic(TopicArn=it["arn"]),
    ),
    "aws_sns_topic": Case(
        change=rename,
        drifts=frozenset({"display_name"}),
        delete=lambda client, it: client("sns").delete_topic(TopicArn=it["arn"]),
    ),
}
