"""Log groups of CloudWatch."""

from collections.abc import Iterator
from datetime import UTC, datetime

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named

_MILLISECONDS = 1000


def _group(calls: Calls, name: str) -> Found | None:
    return next((each for each in _groups(calls, name) if each.name == name), None)


def _groups(calls: Calls, prefix: str) -> Iterator[Found]:
    for each in calls.pages("describe_log_groups", "logGroups", logGroupNamePrefix=prefix):
        name: str = each["logGroupName"]
        created = datetime.fromtimestamp(each["creationTime"] / _MILLISECONDS, UTC)
        yield Found(object_id=name, name=name, created_at=created)


TYPES = {"aws_cloudwatch_log_group": LiveType(service="logs", find=Named(one=_group, several=_groups).find)}
