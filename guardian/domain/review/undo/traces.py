"""What an apply sets off that its undo does not take back. Each rule names the page that says so."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from guardian.domain.oneway import at
from guardian.domain.oneway_rule import Attributes, always
from guardian.domain.plan import Action
from guardian.domain.review.change import Change
from guardian.domain.review.undo.rule import AWS, page_of
from guardian.domain.review.undo.verdict import Undo

_S3 = f"{AWS}/AmazonS3/latest/userguide"
_DYNAMODB = f"{AWS}/amazondynamodb/latest/developerguide"
_BACKUP = f"{AWS}/aws-backup/latest/devguide"

Turn = Callable[[Any, Any], bool]
"""Whether the step from an old value to a new one leaves something behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One thing that stays when a creation or an update is undone.

    Attributes:
        action: Creation, which includes that of a replacement, or update.
        attribute: Of an update: dotted path, through the first item of each list. Of a creation: the argument
            that says whose setting it is, or empty; where it is known only after the apply, the owner is new
            and goes with the undo.
        words: One plain sentence without a full stop.
        turn: Of an update: whether it holds for the attribute's old and new value.
        when: Of a creation: whether it holds for these attributes.
    """

    resource_type: str
    action: Action
    attribute: str
    words: str
    source: str
    undo: Undo = Undo.NEW_OBJECT
    turn: Turn = lambda old, new: old != new
    when: Callable[[Attributes], bool] = always

    def holds(self, change: Change) -> bool:
        """Tell whether this change leaves it behind."""
        if self.action is Action.CREATE:
            return change.makes and not change.is_unknown(self.attribute) and self.when(change.after)
        return change.action is Action.UPDATE and self.turn(
            at(change.before, self.attribute), at(change.after, self.attribute)
        )


def _is_lowered(old: Any, new: Any) -> bool:
    return isinstance(old, int) and isinstance(new, int) and new < old


def _ends_sooner(old: Any, new: Any) -> bool:
    """Tell whether a retention is shorter, where zero is for ever."""
    return isinstance(new, int) and new > 0 and (not old or _is_lowered(old, new))


def _is_off(old: Any, new: Any) -> bool:
    return bool(old) and not new


def _is_on(old: Any, new: Any) -> bool:
    return bool(new) and not old


def _expires(lifecycle: Attributes) -> bool:
    return _deletes(lifecycle.get("rule"))


def _deletes(rules: Any) -> bool:
    return isinstance(rules, list) and any(
        isinstance(each, dict) and (each.get("expiration") or each.get("noncurrent_version_expiration"))
        for each in rules
    )


def _other_deletions(old: Any, new: Any) -> bool:
    return old != new and _deletes(new)


def _is_versioned(versioning: Attributes) -> bool:
    return at(versioning, "versioning_configuration.status") in {"Enabled", "Suspended"}


def _can_be_for_ever(lock: Attributes) -> bool:
    return bool(lock.get("changeable_for_days"))


def _rotates_at_once(rotation: Attributes) -> bool:
    return rotation.get("rotate_immediately") is not False


def _on_creation(
    resource_type: str,
    words: str,
    source: str,
    *,
    of: str = "",
    undo: Undo = Undo.IMPOSSIBLE,
    when: Callable[[Attributes], bool] = always,
) -> Trace:
    return Trace(
        resource_type=resource_type,
        action=Action.CREATE,
        attribute=of,
        words=words,
        source=source,
        undo=undo,
        when=when,
    )


def _on_update(resource_type: str, attribute: str, turn: Turn, words: str, source: str) -> Trace:
    return Trace(
        resource_type=resource_type,
        action=Action.UPDATE,
        attribute=attribute,
        words=words,
        source=source,
        turn=turn,
    )


_EXPIRED = "objects that expire by it meanwhile are gone"
_LIFECYCLE = f"{_S3}/lifecycle-expire-general-considerations.html"
_UNTAGGED = "images that expire by it meanwhile are gone"
_IMAGES = f"{AWS}/AmazonECR/latest/userguide/LifecyclePolicies.html"
_ADOPTED = "it is adopted, not created: the rules that it had before are removed, and the undo puts none back"
_ROUTES = "it is adopted, not created: the routes that it had before are removed, and the undo puts none back"
_LOCKED = "once its days of grace are over a vault lock can never be removed"

_CREATIONS = (
    _on_creation(
        "aws_s3_bucket_versioning",
        "versioning that was once enabled can be suspended, and never be disabled again",
        f"{_S3}/Versioning.html",
        of="bucket",
        when=_is_versioned,
    ),
    _on_creation(
        "aws_s3_bucket_object_lock_configuration",
        "Object Lock can never be disabled again, and what was written meanwhile stays locked",
        f"{_S3}/object-lock-managing.html",
        of="bucket",
    ),
    _on_creation(
        "aws_s3_bucket_lifecycle_configuration",
        _EXPIRED,
        _LIFECYCLE,
        of="bucket",
        undo=Undo.NEW_OBJECT,
        when=_expires,
    ),
    _on_creation("aws_ecr_lifecycle_policy", _UNTAGGED, _IMAGES, of="repository", undo=Undo.NEW_OBJECT),
    _on_creation(
        "aws_secretsmanager_secret_rotation",
        "the secret is rotated at once, and its former value does not come back",
        f"{AWS}/secretsmanager/latest/apireference/API_RotateSecret.html",
        of="secret_id",
        undo=Undo.NEW_OBJECT,
        when=_rotates_at_once,
    ),
    _on_creation(
        "aws_backup_vault_lock_configuration",
        _LOCKED,
        f"{_BACKUP}/vault-lock.html",
        when=_can_be_for_ever,
    ),
    _on_creation("aws_default_security_group", _ADOPTED, page_of("aws_default_security_group"), of="vpc_id"),
    _on_creation(
        "aws_default_network_acl",
        _ADOPTED,
        page_of("aws_default_network_acl"),
        of="default_network_acl_id",
    ),
    _on_creation(
        "aws_default_route_table",
        _ROUTES,
        page_of("aws_default_route_table"),
        of="default_route_table_id",
    ),
)

_UPDATES = (
    _on_update(
        "aws_cloudwatch_log_group",
        "retention_in_days",
        _ends_sooner,
        "log events older than the shorter retention are deleted",
        f"{AWS}/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
    ),
    _on_update(
        "aws_kinesis_stream",
        "retention_period",
        _is_lowered,
        "records older than the shorter retention are lost",
        f"{AWS}/kinesis/latest/APIReference/API_DecreaseStreamRetentionPeriod.html",
    ),
    _on_update(
        "aws_sqs_queue",
        "message_retention_seconds",
        _is_lowered,
        "messages older than the shorter retention are deleted",
        f"{AWS}/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
    ),
    _on_update(
        "aws_cloudtrail_event_data_store",
        "retention_period",
        _is_lowered,
        "events older than the shorter retention are removed",
        f"{AWS}/awscloudtrail/latest/APIReference/API_UpdateEventDataStore.html",
    ),
    _on_update(
        "aws_db_instance",
        "backup_retention_period",
        _is_off,
        "without a retention every automated backup is deleted",
        f"{AWS}/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups-Deleting.html",
    ),
    _on_update(
        "aws_dynamodb_table",
        "point_in_time_recovery.enabled",
        _is_off,
        "switched on again it can recover no moment from before",
        f"{_DYNAMODB}/PointInTimeRecovery_Howitworks.html",
    ),
    _on_update(
        "aws_dynamodb_table",
        "ttl.enabled",
        _is_on,
        "items whose time is over are deleted meanwhile",
        f"{_DYNAMODB}/TTL.html",
    ),
    _on_update(
        "aws_dynamodb_table",
        "stream_enabled",
        _is_off,
        "switched on again it is another stream, with another ARN and none of the records",
        f"{_DYNAMODB}/Streams.html",
    ),
    _on_update("aws_s3_bucket_lifecycle_configuration", "rule", _other_deletions, _EXPIRED, _LIFECYCLE),
    _on_update("aws_ecr_lifecycle_policy", "policy", lambda old, new: old != new, _UNTAGGED, _IMAGES),
    _on_update(
        "aws_backup_vault_lock_configuration",
        "changeable_for_days",
        _is_on,
        _LOCKED,
        f"{_BACKUP}/vault-lock.html",
    ),
    _on_update(
        "aws_instance",
        "instance_type",
        lambda old, new: old != new,
        "it is stopped and started: what is on instance stores is lost, and a public address that is no "
        "Elastic IP address is another one",
        f"{AWS}/AWSEC2/latest/UserGuide/how-ec2-instance-stop-start-works.html",
    ),
)

TRACES: tuple[Trace, ...] = (*_CREATIONS, *_UPDATES)


def _by_type() -> dict[str, tuple[Trace, ...]]:
    found: dict[str, tuple[Trace, ...]] = {}
    for each in TRACES:
        found[each.resource_type] = (*found.get(each.resource_type, ()), each)
    return found


_BY_TYPE = _by_type()


def traces_of(resource_type: str) -> tuple[Trace, ...]:
    """Return the rules of a type, empty for one that has none."""
    return _BY_TYPE.get(resource_type, ())
