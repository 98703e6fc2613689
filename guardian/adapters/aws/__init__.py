"""AWS, looked at with boto3: one module a service, one declaration a type. Nothing here changes anything."""

from guardian.adapters.aws.deferred import DeferredBackups, DeferredFingerprints, DeferredLiveReader

__all__ = ["DeferredBackups", "DeferredFingerprints", "DeferredLiveReader"]
