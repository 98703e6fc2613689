"""Buckets and their settings."""

from guardian.adapters.aws.declare import LiveType
from guardian.adapters.aws.s3 import bucket, lifecycle, notification, settings
from guardian.adapters.aws.s3.found import find

TYPES = {
    "aws_s3_bucket": LiveType(service="s3", find=find, asks={"head_bucket"}, read=bucket.READ),
    "aws_s3_bucket_lifecycle_configuration": LiveType(service="s3", read=lifecycle.READ),
    "aws_s3_bucket_notification": LiveType(service="s3", read=notification.READ),
    **{name: LiveType(service="s3", read=each) for name, each in settings.READS.items()},
}
