"""Settings of a bucket that are resources of their own: one question each, which the bucket asks too."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from guardian.adapters.aws.read import Asked, Attributes, GoneError, Read
from guardian.adapters.aws.s3 import questions as ask
from guardian.adapters.aws.s3.bucket import encryption_rules
from guardian.domain.fingerprint import PLAIN, Shape

Answer = Mapping[str, Any]


def _setting(
    operation: str,
    told: Callable[[Answer], Attributes],
    detailed: Collection[str],
    *,
    shape: Shape = PLAIN,
) -> Read:
    """Return the declaration of a setting.

    Args:
        operation: What asks for it.
        told: Returns what the answer tells.
        detailed: The names in that.
        shape: What they mean.
    """

    def detail(asked: Asked, item: Answer, _: Attributes) -> Attributes:
        return told(ask.need(asked, operation, item["Name"]))

    return Read(
        calls={ask.LIST, operation},
        listed=ask.buckets,
        key=ask.key,
        bulk=lambda item: {"bucket": item["Name"]},
        detail=detail,
        detailed=detailed,
        shape=shape,
    )


def _versioning(answer: Answer) -> Attributes:
    # A bucket whose versioning was never set does not tell of it.
    told = {"status": answer.get("Status") or "Disabled", "mfa_delete": answer.get("MFADelete")}
    return {"versioning_configuration": [told]}


def _public_access(answer: Answer) -> Attributes:
    told = answer["PublicAccessBlockConfiguration"]
    return {
        "block_public_acls": told.get("BlockPublicAcls"),
        "block_public_policy": told.get("BlockPublicPolicy"),
        "ignore_public_acls": told.get("IgnorePublicAcls"),
        "restrict_public_buckets": told.get("RestrictPublicBuckets"),
    }


def _ownership(answer: Answer) -> Attributes:
    rules = answer["OwnershipControls"]["Rules"]
    return {"rule": [{"object_ownership": each["ObjectOwnership"]} for each in rules]}


def _cors(answer: Answer) -> Attributes:
    return {
        "cors_rule": [
            {
                "id": each.get("ID"),
                "allowed_headers": each.get("AllowedHeaders"),
                "allowed_methods": each["AllowedMethods"],
                "allowed_origins": each["AllowedOrigins"],
                "expose_headers": each.get("ExposeHeaders"),
                "max_age_seconds": each.get("MaxAgeSeconds"),
            }
            for each in answer["CORSRules"]
        ]
    }


def _logging(answer: Answer) -> Attributes:
    told = answer.get("LoggingEnabled")
    if told is None:
        raise GoneError
    layout = told.get("TargetObjectKeyFormat")
    return {
        "target_bucket": told["TargetBucket"],
        "target_prefix": told.get("TargetPrefix"),
        "target_grant": [_grant(each) for each in told.get("TargetGrants", ())],
        "target_object_key_format": [] if layout is None else [_layout(layout)],
    }


def _grant(told: Answer) -> Attributes:
    grantee = told["Grantee"]
    return {
        "permission": told["Permission"],
        "grantee": [
            {
                "type": grantee["Type"],
                "id": grantee.get("ID"),
                "uri": grantee.get("URI"),
                "email_address": grantee.get("EmailAddress"),
                "display_name": grantee.get("DisplayName"),
            }
        ],
    }


def _layout(told: Answer) -> Attributes:
    parted = told.get("PartitionedPrefix")
    return {
        "partitioned_prefix": [{"partition_date_source": parted.get("PartitionDateSource")}]
        if parted is not None
        else [],
        "simple_prefix": [{}] if "SimplePrefix" in told else [],
    }


READS = {
    "aws_s3_bucket_versioning": _setting(ask.VERSIONING, _versioning, {"versioning_configuration"}),
    "aws_s3_bucket_server_side_encryption_configuration": _setting(
        ask.ENCRYPTION,
        lambda answer: {"rule": encryption_rules(answer["ServerSideEncryptionConfiguration"]["Rules"])},
        {"rule"},
    ),
    "aws_s3_bucket_policy": _setting(
        ask.POLICY,
        lambda answer: {"policy": answer["Policy"]},
        {"policy"},
        shape=Shape(policies=frozenset({"policy"})),
    ),
    "aws_s3_bucket_public_access_block": _setting(
        ask.PUBLIC_ACCESS,
        _public_access,
        {"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"},
    ),
    "aws_s3_bucket_ownership_controls": _setting(ask.OWNERSHIP, _ownership, {"rule"}),
    "aws_s3_bucket_cors_configuration": _setting(ask.CORS, _cors, {"cors_rule"}),
    "aws_s3_bucket_logging": _setting(
        ask.LOGGING,
        _logging,
        {"target_bucket", "target_prefix", "target_grant", "target_object_key_format"},
    ),
}
