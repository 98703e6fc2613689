"""What IAM calls the operations that the declarations ask: the least that a role must be allowed."""

from collections.abc import Iterable

# Where IAM's prefix is not boto3's name of the service.
# Source: https://docs.aws.amazon.com/service-authorization/latest/reference/
_PREFIXES = {
    "apigatewayv2": "apigateway",
    "efs": "elasticfilesystem",
    "resourcegroupstaggingapi": "tag",
    "elbv2": "elasticloadbalancing",
    "stepfunctions": "states",
}
# Where IAM's action is not the API's operation.
# Source: https://docs.aws.amazon.com/AmazonS3/latest/API/, each operation's "Permissions"
_OTHERWISE = {
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
}
# API Gateway is authorised by the HTTP method of the request.
# Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagementv2.html
_BY_METHOD = {"apigateway": "apigateway:GET"}


def action_of(service: str, operation: str) -> str:
    """Return IAM's action for one operation.

    Args:
        service: boto3's name of the service.
        operation: boto3's name of the operation, for instance `describe_vpcs`.

    Raises:
        KeyError: The service has no such operation.
    """
    prefix = _PREFIXES.get(service, service)
    if prefix in _BY_METHOD:
        return _BY_METHOD[prefix]
    action = f"{prefix}:{_api_name(service, operation)}"
    return _OTHERWISE.get(action, action)


def _api_name(service: str, operation: str) -> str:
    import botocore.session
    from botocore import xform_name

    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(each): each for each in model.operation_names}[operation]


def policy_of(asked: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Return the IAM policy that allows exactly these operations, one statement a service.

    Args:
        asked: Pairs of boto3's names of service and operation.
    """
    actions: dict[str, set[str]] = {}
    for service, operation in asked:
        action = action_of(service, operation)
        actions.setdefault(action.partition(":")[0], set()).add(action)
    statements = [
        {
            "Sid": prefix.replace("-", "").capitalize(),
            "Effect": "Allow",
            "Action": sorted(actions[prefix]),
            "Resource": "*",
        }
        for prefix in sorted(actions)
    ]
    return {"Version": "2012-10-17", "Statement": statements}
