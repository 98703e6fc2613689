"""Lifecycles of buckets: the provider waits a minute for each."""

from collections.abc import Mapping
from typing import Any

from tests.support.readers.case import Case, Client

BARE = "reader-lifecycle-bare"


def only_one_rule(client: Client, it: Mapping[str, Any]) -> None:
    both = {"Prefix": "in/", "Tags": [{"Key": "kind", "Value": "log"}]}
    rule = {"ID": "all", "Status": "Enabled", "Filter": {"And": both}, "Expiration": {"Days": 3}}
    # Of the bare one too: Terraform takes the tags of its rules for changed, from null to an empty map.
    for bucket in (it["bucket"], BARE):
        client("s3").put_bucket_lifecycle_configuration(
            Bucket=bucket, LifecycleConfiguration={"Rules": [rule]}
        )


CASES = {
    "aws_s3_bucket_lifecycle_configuration": Case(
        change=only_one_rule,
        drifts=frozenset({"rule"}),
        also={"aws_s3_bucket_lifecycle_configuration.bare": frozenset({"rule"})},
        left={
            "aws_s3_bucket.it": frozenset({"lifecycle_rule"}),
            "aws_s3_bucket.bare": frozenset({"lifecycle_rule"}),
        },
        delete=lambda client, it: client("s3").delete_bucket_lifecycle(Bucket=it["bucket"]),
    )
}
