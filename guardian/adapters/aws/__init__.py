"""AWS, looked at with boto3: one module a service, one declaration a type. Nothing here changes anything."""

from guardian.adapters.aws.fingerprints import AwsFingerprints
from guardian.adapters.aws.reader import AwsLiveReader

__all__ = ["AwsFingerprints", "AwsLiveReader"]
