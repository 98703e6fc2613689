"""Alarms of metrics. AWS tells when one was last changed; to create one that exists overwrites it."""

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named


def _alarm(calls: Calls, name: str) -> Found | None:
    alarms = calls.pages("describe_alarms", "MetricAlarms", AlarmNames=[name], AlarmTypes=["MetricAlarm"])
    for each in alarms:
        return Found(object_id=name, name=name, changed_at=each.get("AlarmConfigurationUpdatedTimestamp"))
    return None


TYPES = {
    "aws_cloudwatch_metric_alarm": LiveType(
        service="cloudwatch", find=Named(one=_alarm, argument="alarm_name").find
    )
}
