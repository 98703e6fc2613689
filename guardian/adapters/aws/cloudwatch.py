"""Alarms of metrics. AWS tells when one was last changed; to create one that exists overwrites it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, by, tags_of
from guardian.domain.fingerprint import Shape

Answer = Mapping[str, Any]


def _alarm(calls: Calls, name: str) -> Found | None:
    alarms = calls.pages("describe_alarms", "MetricAlarms", AlarmNames=[name], AlarmTypes=["MetricAlarm"])
    for each in alarms:
        return Found(object_id=name, name=name, changed_at=each.get("AlarmConfigurationUpdatedTimestamp"))
    return None


def _listed(asked: Asked, _: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    alarms = asked.every("describe_alarms", "MetricAlarms", AlarmTypes=["MetricAlarm"], MaxRecords=100)
    return {each["AlarmName"]: each for each in alarms}


def _bulk(item: Answer) -> Attributes:
    return {
        "alarm_name": item["AlarmName"],
        "arn": item["AlarmArn"],
        "actions_enabled": item.get("ActionsEnabled"),
        "alarm_actions": item.get("AlarmActions"),
        "alarm_description": item.get("AlarmDescription"),
        "comparison_operator": item.get("ComparisonOperator"),
        "datapoints_to_alarm": item.get("DatapointsToAlarm"),
        "dimensions": _dimensions(item.get("Dimensions", ())),
        "evaluate_low_sample_count_percentiles": item.get("EvaluateLowSampleCountPercentile"),
        "evaluation_periods": item.get("EvaluationPeriods"),
        "extended_statistic": item.get("ExtendedStatistic"),
        "insufficient_data_actions": item.get("InsufficientDataActions"),
        "metric_name": item.get("MetricName"),
        "metric_query": [_query(each) for each in item.get("Metrics", ())],
        "namespace": item.get("Namespace"),
        "ok_actions": item.get("OKActions"),
        "period": item.get("Period"),
        "statistic": item.get("Statistic"),
        "threshold": item.get("Threshold"),
        "threshold_metric_id": item.get("ThresholdMetricId"),
        "treat_missing_data": item.get("TreatMissingData"),
        "unit": item.get("Unit"),
    }


def _dimensions(told: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in told}


def _query(told: Answer) -> Attributes:
    metric = told.get("MetricStat")
    return {
        "account_id": told.get("AccountId"),
        "expression": told.get("Expression"),
        "id": told["Id"],
        "label": told.get("Label"),
        "period": told.get("Period"),
        "return_data": told.get("ReturnData"),
        "metric": [_metric(metric)] if metric else [],
    }


def _metric(told: Answer) -> Attributes:
    metric = told["Metric"]
    return {
        "dimensions": _dimensions(metric.get("Dimensions", ())),
        "metric_name": metric.get("MetricName"),
        "namespace": metric.get("Namespace"),
        "period": told.get("Period"),
        "stat": told.get("Stat"),
        "unit": told.get("Unit"),
    }


def _detail(asked: Asked, item: Answer, _: Attributes) -> Attributes:
    answer = asked.need(
        "list_tags_for_resource",
        gone={"ResourceNotFound", "ResourceNotFoundException"},
        ResourceARN=item["AlarmArn"],
    )
    return {"tags": tags_of(answer.get("Tags", ()))}


TYPES = {
    "aws_cloudwatch_metric_alarm": LiveType(
        service="cloudwatch",
        find=Named(one=_alarm, argument="alarm_name").find,
        read=Read(
            calls={"describe_alarms", "list_tags_for_resource"},
            listed=_listed,
            key=by("alarm_name"),
            bulk=_bulk,
            detail=_detail,
            detailed={"tags"},
            shape=Shape(maps=frozenset({"tags", "tags_all", "dimensions", "metric_query.metric.dimensions"})),
            identity=lambda item: Identity(name=item["AlarmName"]),
        ),
    )
}
