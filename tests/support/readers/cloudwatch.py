"""Alarms."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def wait_longer(client: Client, it: Mapping[str, Any]) -> None:
    alarm = client("cloudwatch").describe_alarms(AlarmNames=[it["alarm_name"]])["MetricAlarms"][0]
    wanted = client("cloudwatch").meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    told = {name: value for name, value in alarm.items() if name in wanted}
    client("cloudwatch").put_metric_alarm(**{**told, "Threshold": 2.5})


CASES = {
    "aws_cloudwatch_metric_alarm": Case(
        change=wait_longer,
        drifts=frozenset({"threshold"}),
        delete=lambda client, it: client("cloudwatch").delete_alarms(AlarmNames=[it["alarm_name"]]),
    )
}
