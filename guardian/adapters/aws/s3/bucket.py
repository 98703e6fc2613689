"""A bucket with everything that the provider reads of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from guardian.adapters.aws.apart import left_to
from guardian.adapters.aws.read import Asked, Attributes, Identity, Read, tags_of
from guardian.adapters.aws.s3 import questions as ask
from guardian.adapters.aws.s3.lifecycle import rules_of_bucket
from guardian.adapters.aws.s3.replication import replication
from guardian.domain.fingerprint import Shape

Answer = Mapping[str, Any]


def _bulk(item: Answer) -> Attributes:
    # What else the provider tells (domain names, zone) follows from these.
    told = {"bucket": item["Name"], "arn": item.get("BucketArn"), "region": item.get("BucketRegion")}
    return {name: value for name, value in told.items() if value}


def _detail(asked: Asked, item: Answer, _: Attributes) -> Attributes:
    name: str = item["Name"]

    def of(operation: str) -> Answer:
        return ask.setting(asked, operation, name) or {}

    return {
        "policy": of(ask.POLICY).get("Policy"),
        "cors_rule": [_cors_rule(each) for each in of(ask.CORS).get("CORSRules", ())],
        "website": _website(of(ask.WEBSITE)),
        "acceleration_status": of(ask.ACCELERATION).get("Status"),
        "request_payer": of(ask.PAYMENT).get("Payer"),
        "logging": _logging(of(ask.LOGGING)),
        "lifecycle_rule": rules_of_bucket(of(ask.LIFECYCLE).get("Rules", ())),
        "server_side_encryption_configuration": _encryption(of(ask.ENCRYPTION)),
        "grant": _grants(of(ask.ACL).get("Grants", ())),
        # After these: a bucket that is gone by now has no settings to tell.
        **_versions(ask.need(asked, ask.VERSIONING, name), of),
    }


def _versions(versioning: Answer, of: Callable[[str], Answer]) -> Attributes:
    """Return the versioning, with what a bucket can only have when it was versioned once.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html and
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    """
    has = "Status" in versioning
    return {
        "versioning": _versioning(versioning),
        "replication_configuration": replication(of(ask.REPLICATION) if has else {}),
        **_object_lock(of(ask.OBJECT_LOCK) if has else {}),
    }


def _tags(asked: Asked, item: Answer) -> dict[str, str]:
    return tags_of((ask.setting(asked, ask.TAGGING, item["Name"]) or {}).get("TagSet", ()))


def _cors_rule(rule: Answer) -> Attributes:
    return {
        "allowed_headers": rule.get("AllowedHeaders"),
        "allowed_methods": rule["AllowedMethods"],
        "allowed_origins": rule["AllowedOrigins"],
        "expose_headers": rule.get("ExposeHeaders"),
        "max_age_seconds": rule.get("MaxAgeSeconds"),
    }


def _website(answer: Answer) -> list[Attributes]:
    if not answer.keys() & {"IndexDocument", "ErrorDocument", "RedirectAllRequestsTo", "RoutingRules"}:
        return []
    rules = answer.get("RoutingRules")
    return [
        {
            "index_document": answer.get("IndexDocument", {}).get("Suffix"),
            "error_document": answer.get("ErrorDocument", {}).get("Key"),
            "redirect_all_requests_to": _redirection(answer.get("RedirectAllRequestsTo", {})),
            "routing_rules": json.dumps(rules) if rules else None,
        }
    ]


def _redirection(redirect: Answer) -> str | None:
    host, protocol = redirect.get("HostName"), redirect.get("Protocol")
    return f"{protocol}://{host}" if protocol else host


def _versioning(answer: Answer) -> list[Attributes]:
    return [
        {"enabled": answer.get("Status") == "Enabled", "mfa_delete": answer.get("MFADelete") == "Enabled"}
    ]


def _logging(answer: Answer) -> list[Attributes]:
    enabled = answer.get("LoggingEnabled")
    if enabled is None:
        return []
    return [{"target_bucket": enabled["TargetBucket"], "target_prefix": enabled.get("TargetPrefix")}]


def _encryption(answer: Answer) -> list[Attributes]:
    rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules")
    return [{"rule": encryption_rules(rules)}] if rules else []


def encryption_rules(rules: Sequence[Answer]) -> list[Attributes]:
    """Return the rules of an encryption in the provider's words."""
    return [
        {
            "bucket_key_enabled": rule.get("BucketKeyEnabled"),
            "apply_server_side_encryption_by_default": [
                {"kms_master_key_id": each.get("KMSMasterKeyID"), "sse_algorithm": each["SSEAlgorithm"]}
                for each in (rule.get("ApplyServerSideEncryptionByDefault"),)
                if each
            ],
        }
        for rule in rules
    ]


def _object_lock(answer: Answer) -> Attributes:
    told = answer.get("ObjectLockConfiguration")
    if not told:
        return {"object_lock_enabled": False, "object_lock_configuration": []}
    retention = told.get("Rule", {}).get("DefaultRetention")
    rule = retention and {
        "default_retention": [
            {
                "mode": retention.get("Mode"),
                "days": retention.get("Days"),
                "years": retention.get("Years"),
            }
        ]
    }
    return {
        "object_lock_enabled": told.get("ObjectLockEnabled") == "Enabled",
        "object_lock_configuration": [
            {"object_lock_enabled": told.get("ObjectLockEnabled"), "rule": [rule] if rule else []}
        ],
    }


def _grants(grants: Sequence[Answer]) -> list[Attributes]:
    by_grantee: dict[tuple[Any, ...], list[str]] = {}
    for each in grants:
        grantee = each["Grantee"]
        who = (grantee["Type"], grantee.get("ID"), grantee.get("URI"))
        by_grantee.setdefault(who, []).append(each["Permission"])
    return [
        {"type": kind, "id": grantee, "uri": uri, "permissions": permissions}
        for (kind, grantee, uri), permissions in by_grantee.items()
    ]


# By the resource type that sets it: what of the bucket it is.
_SETTINGS = {
    "accelerate_configuration": {"acceleration_status"},
    "acl": {"grant"},
    "cors_configuration": {"cors_rule"},
    "lifecycle_configuration": {"lifecycle_rule"},
    "logging": {"logging"},
    "object_lock_configuration": {"object_lock_configuration", "object_lock_enabled"},
    "ownership_controls": {"grant"},
    "policy": {"policy"},
    "replication_configuration": {"replication_configuration"},
    "request_payment_configuration": {"request_payer"},
    "server_side_encryption_configuration": {"server_side_encryption_configuration"},
    "versioning": {"versioning"},
    "website_configuration": {"website"},
}
READ = Read(
    calls={
        ask.LIST,
        ask.POLICY,
        ask.ACL,
        ask.CORS,
        ask.WEBSITE,
        ask.VERSIONING,
        ask.ACCELERATION,
        ask.PAYMENT,
        ask.LOGGING,
        ask.LIFECYCLE,
        ask.REPLICATION,
        ask.ENCRYPTION,
        ask.OBJECT_LOCK,
        ask.TAGGING,
    },
    listed=ask.buckets,
    key=ask.key,
    bulk=_bulk,
    detail=_detail,
    detailed={
        "policy",
        "grant",
        "cors_rule",
        "website",
        "versioning",
        "acceleration_status",
        "request_payer",
        "logging",
        "lifecycle_rule",
        "replication_configuration",
        "server_side_encryption_configuration",
        "object_lock_enabled",
        "object_lock_configuration",
    },
    shape=Shape(
        # The first rule that fits a request is its rule.
        ordered=frozenset({"cors_rule"}),
        policies=frozenset({"policy"}),
        documents=frozenset({"website.routing_rules"}),
        maps=frozenset(
            {"tags", "tags_all", "lifecycle_rule.tags", "replication_configuration.rules.filter.tags"}
        ),
    ),
    apart=left_to(
        "bucket", *((f"aws_s3_bucket_{kind}", "bucket", names) for kind, names in _SETTINGS.items())
    ),
    identity=lambda item: Identity(name=item["Name"]),
    tagged="s3",
    tags=_tags,
)
