"""The lifecycle of a bucket's objects, in the words of its own resource and in those of the bucket."""

from collections.abc import Iterable, Mapping
from typing import Any

from guardian.adapters.aws.read import Asked, Attributes, Read, tags_of
from guardian.adapters.aws.s3 import questions as ask
from guardian.domain.fingerprint import Shape

Answer = Mapping[str, Any]


def rules_of_bucket(rules: Iterable[Answer]) -> list[Attributes]:
    """Return `lifecycle_rule` of a bucket."""
    return [_rule_of_bucket(each) for each in rules]


def _rule_of_bucket(rule: Answer) -> Attributes:
    only = rule.get("Filter", {})
    both = only.get("And", {})
    tags = both.get("Tags") or ([only["Tag"]] if "Tag" in only else [])
    expiration, old = rule.get("Expiration"), rule.get("NoncurrentVersionExpiration")
    return {
        "id": rule.get("ID"),
        "enabled": rule["Status"] == "Enabled",
        "prefix": rule.get("Prefix") or only.get("Prefix") or both.get("Prefix"),
        "tags": tags_of(tags),
        "abort_incomplete_multipart_upload_days": _abort_days(rule),
        "expiration": [
            {
                "date": _date(expiration, "%Y-%m-%d"),
                "days": expiration.get("Days"),
                "expired_object_delete_marker": expiration.get("ExpiredObjectDeleteMarker"),
            }
        ]
        if expiration is not None
        else [],
        "noncurrent_version_expiration": [{"days": old.get("NoncurrentDays")}] if old is not None else [],
        "noncurrent_version_transition": [
            {"days": each.get("NoncurrentDays"), "storage_class": each["StorageClass"]}
            for each in rule.get("NoncurrentVersionTransitions", ())
        ],
        "transition": [_transition(each, "%Y-%m-%d") for each in rule.get("Transitions", ())],
    }


def _detail(asked: Asked, item: Answer, _: Attributes) -> Attributes:
    answer = ask.need(asked, ask.LIFECYCLE, item["Name"])
    return {
        "rule": [_rule(each) for each in answer["Rules"]],
        "transition_default_minimum_object_size": answer.get("TransitionDefaultMinimumObjectSize"),
    }


def _rule(rule: Answer) -> Attributes:
    expiration, old = rule.get("Expiration"), rule.get("NoncurrentVersionExpiration")
    abort = _abort_days(rule)
    return {
        "id": rule.get("ID"),
        "status": rule["Status"],
        "prefix": rule.get("Prefix"),
        # A filter without anything in it is no filter, one with an empty prefix is one.
        # Source: hashicorp/terraform-provider-aws, internal/service/s3/bucket_lifecycle_configuration.go.
        "filter": [_filter(rule["Filter"])] if rule.get("Filter") else [],
        "abort_incomplete_multipart_upload": [{"days_after_initiation": abort}] if abort is not None else [],
        "expiration": [
            {
                "date": _date(expiration),
                "days": expiration.get("Days"),
                "expired_object_delete_marker": expiration.get("ExpiredObjectDeleteMarker"),
            }
        ]
        if expiration is not None
        else [],
        "noncurrent_version_expiration": [_noncurrent(old)] if old is not None else [],
        "noncurrent_version_transition": [
            {**_noncurrent(each), "storage_class": each["StorageClass"]}
            for each in rule.get("NoncurrentVersionTransitions", ())
        ],
        "transition": [_transition(each) for each in rule.get("Transitions", ())],
    }


def _filter(told: Answer) -> Attributes:
    tag, both = told.get("Tag"), told.get("And")
    return {
        "prefix": told.get("Prefix"),
        **_sizes(told),
        "tag": [{"key": tag["Key"], "value": tag["Value"]}] if tag else [],
        "and": [{"prefix": both.get("Prefix"), **_sizes(both), "tags": tags_of(both.get("Tags", ()))}]
        if both
        else [],
    }


def _sizes(told: Answer) -> Attributes:
    return {
        "object_size_greater_than": told.get("ObjectSizeGreaterThan"),
        "object_size_less_than": told.get("ObjectSizeLessThan"),
    }


def _noncurrent(told: Answer) -> Attributes:
    return {
        "noncurrent_days": told.get("NoncurrentDays"),
        "newer_noncurrent_versions": told.get("NewerNoncurrentVersions"),
    }


def _transition(told: Answer, layout: str = "%Y-%m-%dT%H:%M:%SZ") -> Attributes:
    return {
        "date": _date(told, layout),
        "days": told.get("Days"),
        "storage_class": told["StorageClass"],
    }


def _abort_days(rule: Answer) -> int | None:
    days: int | None = rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation")
    return days


def _date(told: Answer, layout: str = "%Y-%m-%dT%H:%M:%SZ") -> str | None:
    return told["Date"].strftime(layout) if "Date" in told else None


READ = Read(
    calls={ask.LIST, ask.LIFECYCLE},
    listed=ask.buckets,
    key=ask.key,
    bulk=lambda item: {"bucket": item["Name"]},
    detail=_detail,
    detailed={"rule", "transition_default_minimum_object_size"},
    shape=Shape(maps=frozenset({"rule.filter.and.tags"})),
)
