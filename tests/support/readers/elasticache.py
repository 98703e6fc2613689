"""Caches."""

from collections.abc import Mapping
from typing import Any
from urllib.request import Request, urlopen

from tests.support.readers.case import Case, Client


def _tag(client: Client, it: Mapping[str, Any]) -> object:
    return client("elasticache").add_tags_to_resource(
        ResourceName=it["arn"], Tags=[{"Key": "team", "Value": "till"}]
    )


def _delete_everything(client: Client, _: Mapping[str, Any]) -> object:
    # moto keeps a deleted cluster for ever, and cannot delete a subnet group.
    reset = Request(f"{client('elasticache').meta.endpoint_url}/moto-api/reset", method="POST")  # noqa: S310
    return urlopen(reset, timeout=30).close()  # noqa: S310 - own loopback server


CASES = {
    "aws_elasticache_cluster": Case(
        change=_tag,
        drifts=frozenset({"tags"}),
        delete=_delete_everything,
    ),
    "aws_elasticache_subnet_group": Case(
        change=_tag,
        drifts=frozenset({"tags"}),
        delete=_delete_everything,
    ),
}
