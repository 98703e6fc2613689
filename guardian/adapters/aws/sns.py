"""Topics. AWS does not tell when one was made, and creating one that exists is no error."""

from collections.abc import Iterator

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named


def _topics(calls: Calls, prefix: str) -> Iterator[Found]:
    for each in calls.pages("list_topics", "Topics"):
        arn: str = each["TopicArn"]
        name = arn.rpartition(":")[2]
        if name.startswith(prefix):
            yield Found(object_id=arn, name=name)


def _topic(calls: Calls, name: str) -> Found | None:
    return next((each for each in _topics(calls, name) if each.name == name), None)


TYPES = {
    "aws_sns_topic": LiveType(service="sns", find=Named(one=_topic, several=_topics, suffix=".fifo").find)
}
