"""The replication of a bucket in the provider's words."""

from collections.abc import Mapping
from typing import Any

from guardian.adapters.aws.read import Attributes, tags_of

Answer = Mapping[str, Any]


def replication(answer: Answer) -> list[Attributes]:
    """Return `replication_configuration` of a bucket."""
    told = answer.get("ReplicationConfiguration")
    if not told:
        return []
    return [{"role": told.get("Role"), "rules": [_rule(each) for each in told.get("Rules", ())]}]


def _rule(rule: Answer) -> Attributes:
    markers = rule.get("DeleteMarkerReplication", {}).get("Status")
    return {
        "id": rule.get("ID"),
        "status": rule["Status"],
        "priority": rule.get("Priority"),
        "prefix": rule.get("Prefix"),
        # The provider knows no word for disabled.
        "delete_marker_replication_status": markers if markers == "Enabled" else None,
        "filter": [_filter(rule["Filter"])] if "Filter" in rule else [],
        "destination": [_destination(rule["Destination"])] if "Destination" in rule else [],
        "source_selection_criteria": _criteria(rule.get("SourceSelectionCriteria")),
    }


def _filter(told: Answer) -> Attributes:
    both = told.get("And", {})
    tags = both.get("Tags") or ([told["Tag"]] if "Tag" in told else [])
    return {"prefix": told.get("Prefix") or both.get("Prefix"), "tags": tags_of(tags)}


def _destination(told: Answer) -> Attributes:
    translation, metrics, time = (
        told.get(name) for name in ("AccessControlTranslation", "Metrics", "ReplicationTime")
    )
    return {
        "bucket": told["Bucket"],
        "storage_class": told.get("StorageClass"),
        "account_id": told.get("Account"),
        "replica_kms_key_id": told.get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID"),
        "access_control_translation": [{"owner": translation["Owner"]}] if translation else [],
        "metrics": [_within(metrics, "EventThreshold")] if metrics else [],
        "replication_time": [_within(time, "Time")] if time else [],
    }


def _within(told: Answer, limit: str) -> Attributes:
    return {"status": told["Status"], "minutes": told.get(limit, {}).get("Minutes")}


def _criteria(told: Answer | None) -> list[Attributes]:
    if told is None:
        return []
    encrypted = told.get("SseKmsEncryptedObjects")
    return [
        {"sse_kms_encrypted_objects": [{"enabled": encrypted["Status"] == "Enabled"}] if encrypted else []}
    ]
