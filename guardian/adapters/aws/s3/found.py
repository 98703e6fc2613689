"""How a bucket is looked up that a run may have made."""

from collections.abc import Iterator
from datetime import datetime

from guardian.adapters.aws.calls import Calls
from guardian.adapters.aws.declare import Found, Named
from guardian.adapters.aws.refusals import NoAnswerError

# Elsewhere the date moves whenever the bucket's settings are changed.
# Source: aws/aws-cli issue 3597; cloudquery/cq-provider-aws issue 1081.
_KEEPS_DATES = "us-east-1"


def _bucket(calls: Calls, name: str) -> Found | None:
    # The list alone would not do: roles that deploy seldom may list all buckets.
    if calls.ask("head_bucket", absent={"404", "NoSuchBucket"}, Bucket=name) is None:
        return None
    try:
        created = next((each.created_at for each in _buckets(calls, name) if each.name == name), None)
    except NoAnswerError:
        created = None
    return Found(object_id=name, name=name, created_at=created)


def _buckets(calls: Calls, prefix: str) -> Iterator[Found]:
    for each in calls.at(_KEEPS_DATES).pages("list_buckets", "Buckets", Prefix=prefix):
        name: str = each["Name"]
        created: datetime | None = each.get("CreationDate")
        yield Found(object_id=name, name=name, created_at=created)


find = Named(one=_bucket, several=_buckets, argument="bucket", prefix="bucket_prefix").find
