"""Distributions."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client


def _allow_elsewhere(client: Client, it: Mapping[str, Any]) -> None:
    cloudfront = client("cloudfront")
    answer = cloudfront.get_distribution_config(Id=it["id"])
    answer["DistributionConfig"]["Restrictions"]["GeoRestriction"]["Items"] = ["DE", "CH"]
    cloudfront.update_distribution(
        Id=it["id"], IfMatch=answer["ETag"], DistributionConfig=answer["DistributionConfig"]
    )


CASES = {
    "aws_cloudfront_distribution": Case(
        change=_allow_elsewhere,
        drifts=frozenset({"restrictions"}),
        delete=lambda client, it: client("cloudfront").delete_distribution(Id=it["id"], IfMatch=it["etag"]),
        unread=frozenset({"etag", "last_modified_time", "status"}),
    )
}
