"""What is asked of a bucket: one question each, the same whoever asks it."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.adapters.aws.read import Asked, Attributes, GoneError, by

# A service that resembles S3, or a region, may lack a setting: then it is not set.
# Source: hashicorp/terraform-provider-aws, internal/service/s3/bucket.go (resourceBucketRead).
_LACKING = frozenset({"MethodNotAllowed", "NotImplemented", "XNotImplemented"})

LIST = "list_buckets"
POLICY = "get_bucket_policy"
ACL = "get_bucket_acl"
CORS = "get_bucket_cors"
WEBSITE = "get_bucket_website"
VERSIONING = "get_bucket_versioning"
ACCELERATION = "get_bucket_accelerate_configuration"
PAYMENT = "get_bucket_request_payment"
LOGGING = "get_bucket_logging"
LIFECYCLE = "get_bucket_lifecycle_configuration"
REPLICATION = "get_bucket_replication"
ENCRYPTION = "get_bucket_encryption"
OBJECT_LOCK = "get_object_lock_configuration"
TAGGING = "get_bucket_tagging"
PUBLIC_ACCESS = "get_public_access_block"
OWNERSHIP = "get_bucket_ownership_controls"
NOTIFICATION = "get_bucket_notification_configuration"

# Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_NO_BUCKET = frozenset({"NoSuchBucket"})
_NONE: Mapping[str, frozenset[str]] = {
    # What every bucket has everywhere: without it there is no bucket.
    VERSIONING: _NO_BUCKET,
    POLICY: _NO_BUCKET | _LACKING | {"NoSuchBucketPolicy"},
    ACL: _NO_BUCKET | _LACKING,
    CORS: _NO_BUCKET | _LACKING | {"NoSuchCORSConfiguration"},
    WEBSITE: _NO_BUCKET | _LACKING | {"NoSuchWebsiteConfiguration"},
    ACCELERATION: _NO_BUCKET | _LACKING | {"UnsupportedArgument", "UnsupportedOperation"},
    PAYMENT: _NO_BUCKET | _LACKING,
    LOGGING: _NO_BUCKET | _LACKING,
    LIFECYCLE: _NO_BUCKET | _LACKING | {"NoSuchLifecycleConfiguration"},
    REPLICATION: _NO_BUCKET | _LACKING | {"ReplicationConfigurationNotFoundError"},
    ENCRYPTION: _NO_BUCKET
    | _LACKING
    | {"ServerSideEncryptionConfigurationNotFoundError", "UnsupportedOperation"},
    OBJECT_LOCK: _NO_BUCKET | _LACKING | {"ObjectLockConfigurationNotFoundError"},
    TAGGING: _NO_BUCKET | _LACKING | {"NoSuchTagSet"},
    PUBLIC_ACCESS: _NO_BUCKET | _LACKING | {"NoSuchPublicAccessBlockConfiguration"},
    OWNERSHIP: _NO_BUCKET | _LACKING | {"OwnershipControlsNotFoundError"},
    NOTIFICATION: _NO_BUCKET | _LACKING,
}
_ALL_AT_ONCE = 10_000

key = by("bucket")


def buckets(asked: Asked, known: Sequence[Attributes]) -> dict[str, dict[str, Any]]:
    """Return the buckets of the region, and the known ones wherever they are: the list is the account's."""
    listed = asked.every(LIST, "Buckets", MaxBuckets=_ALL_AT_ONCE)
    wanted = {key(each) for each in known}
    here = asked.region
    return {
        each["Name"]: each
        for each in listed
        if not here or each.get("BucketRegion", here) == here or each["Name"] in wanted
    }


def setting(asked: Asked, operation: str, bucket: str) -> dict[str, Any] | None:
    """Return a setting of a bucket; None when it is not set, or the bucket is gone."""
    return asked.one(operation, absent=_NONE[operation], Bucket=bucket)


def need(asked: Asked, operation: str, bucket: str) -> dict[str, Any]:
    """Return a setting of a bucket; raise `GoneError` when it is not set, or the bucket is gone."""
    answer = setting(asked, operation, bucket)
    if answer is None:
        raise GoneError
    return answer
