"""Whom a bucket tells of its events."""

from collections.abc import Mapping
from typing import Any

from guardian.adapters.aws.read import Asked, Attributes, Read
from guardian.adapters.aws.s3 import questions as ask

Answer = Mapping[str, Any]


def _detail(asked: Asked, item: Answer, _: Attributes) -> Attributes:
    # A bucket that tells nobody still has the setting, empty.
    answer = ask.need(asked, ask.NOTIFICATION, item["Name"])
    return {
        "eventbridge": "EventBridgeConfiguration" in answer,
        "lambda_function": [
            {"lambda_function_arn": each["LambdaFunctionArn"], **_events(each)}
            for each in answer.get("LambdaFunctionConfigurations", ())
        ],
        "queue": [
            {"queue_arn": each["QueueArn"], **_events(each)} for each in answer.get("QueueConfigurations", ())
        ],
        "topic": [
            {"topic_arn": each["TopicArn"], **_events(each)} for each in answer.get("TopicConfigurations", ())
        ],
    }


def _events(told: Answer) -> Attributes:
    rules = told.get("Filter", {}).get("Key", {}).get("FilterRules", ())
    filters = {each["Name"].lower(): each.get("Value") for each in rules}
    return {
        "id": told.get("Id"),
        "events": told["Events"],
        "filter_prefix": filters.get("prefix"),
        "filter_suffix": filters.get("suffix"),
    }


READ = Read(
    calls={ask.LIST, ask.NOTIFICATION},
    listed=ask.buckets,
    key=ask.key,
    bulk=lambda item: {"bucket": item["Name"]},
    detail=_detail,
    detailed={"eventbridge", "lambda_function", "queue", "topic"},
)
