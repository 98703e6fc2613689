"""Load balancers."""

from collections.abc import Iterator, Mapping
from typing import Any

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, LiveType, Named


def _balancer(calls: Calls, name: str) -> Found | None:
    answer = calls.ask("describe_load_balancers", absent={"LoadBalancerNotFound"}, Names=[name])
    return None if answer is None else _found(answer["LoadBalancers"][0])


def _balancers(calls: Calls, prefix: str) -> Iterator[Found]:
    for each in calls.pages("describe_load_balancers", "LoadBalancers"):
        if each["LoadBalancerName"].startswith(prefix):
            yield _found(each)


def _found(item: Mapping[str, Any]) -> Found:
    return Found(
        object_id=item["LoadBalancerArn"],
        name=item["LoadBalancerName"],
        created_at=item.get("CreatedTime"),
    )


TYPES = {
    "aws_lb": LiveType(service="elbv2", find=Named(one=_balancer, several=_balancers, default="tf-lb-").find)
}
