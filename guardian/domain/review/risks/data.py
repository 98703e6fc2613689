"""Data that goes with a deletion, and whether a copy of it stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from guardian.domain.data_holders import DATA_HOLDERS
from guardian.domain.observation import Unreadable
from guardian.domain.plan import Action
from guardian.domain.review.change import Change
from guardian.domain.review.risks.codes import DATA_DELETED, DATA_WITHOUT_BACKUP
from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.risk import Risk

_ARN_REGION = 3
# What the provider waits where the configuration does not say: for secrets and for keys.
_WINDOW_DAYS = 30
_HOURS_SHOWN_AS_DAYS = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class DataLoss:
    """Something that holds data and goes, with what its backups are found by. Holds no secret.

    Attributes:
        verb: `deleted` or `replaced`.
        object_id, arn, name: As recorded; empty where the type has none.
        region: Of its ARN, or empty.
        keeps_automated: Whether its automated backups outlive it.
        stays: What keeps a copy or stands in the way of the deletion, or empty.
        hastens: What makes sure that nothing stays, or empty.
        irreplaceable: What no backup would help against, or empty.
    """

    address: str
    resource_type: str
    verb: str
    object_id: str = ""
    arn: str = ""
    name: str = ""
    region: str = ""
    keeps_automated: bool = False
    stays: str = ""
    hastens: str = ""
    irreplaceable: str = ""


_NAMES = ("identifier", "cluster_identifier", "replication_group_id", "name", "bucket")
_SKIPPED = {
    "skip_final_snapshot": "skip_final_snapshot is set",
    "skip_final_backup": "skip_final_backup is set",
}
_FORCED = ("force_destroy", "force_delete")
# A deletion of these is refused while anything is in them, unless it is forced.
_REFUSED_WHILE_FULL = frozenset({"aws_s3_bucket", "aws_ecr_repository"})
_PROTECTION = ("deletion_protection", "deletion_protection_enabled")


def data_loss_of(change: Change) -> DataLoss | None:
    """Return what a change deletes with its data; None where it holds none, or the object stays.

    A deposed object counts: its data may be all that is left of it.
    """
    if not change.destroys or change.resource_type not in DATA_HOLDERS:
        return None
    before = change.before
    if before.get("skip_destroy") is True:  # a log group that only leaves the state
        return None
    arn = _text(before, "arn")
    parts = arn.split(":")
    return DataLoss(
        address=change.address,
        resource_type=change.resource_type,
        verb="replaced" if change.action is Action.REPLACE else "deleted",
        object_id=_text(before, "id"),
        arn=arn,
        name=next((text for name in _NAMES if (text := _text(before, name))), ""),
        region=parts[_ARN_REGION] if len(parts) > _ARN_REGION else "",
        keeps_automated=before.get("delete_automated_backups") is False,
        stays=_stays(change.resource_type, before),
        hastens=_hastens(before),
        irreplaceable=_irreplaceable(change.resource_type, before),
    )


def data_risk(loss: DataLoss, facts: RiskFacts) -> Risk:
    """Judge one loss by the newest backup."""
    source = DATA_HOLDERS[loss.resource_type]
    what = f"it holds data and is {loss.verb}"
    if loss.hastens:
        what = f"{what} ({loss.hastens})"
    if loss.irreplaceable:
        return DATA_WITHOUT_BACKUP.of(loss.address, f"{what}: {loss.irreplaceable}", source=source)
    if loss.stays:
        return DATA_DELETED.of(loss.address, f"{what}: {loss.stays}", source=source)
    if loss.address not in facts.backups:
        words = f"{what}: no backup of it was looked for"
        mend = "guardian review asks AWS for backups, with credentials that may read them"
        return DATA_WITHOUT_BACKUP.of(loss.address, words, mend=mend, source=source)
    newest = facts.backups[loss.address]
    if isinstance(newest, Unreadable):
        words = f"{what}: whether there is a backup is not known: {newest.reason}"
        return DATA_WITHOUT_BACKUP.of(loss.address, words, mend="look for a backup by hand", source=source)
    mend = "make a backup, and review again"
    if newest is None:
        words = f"{what}, and there is no backup that outlives it"
        return DATA_WITHOUT_BACKUP.of(loss.address, words, mend=mend, source=source)
    age = facts.now - newest
    if age > timedelta(hours=facts.backup_hours):
        words = f"{what}; its newest backup is {_age(age)} old, fresh is up to {facts.backup_hours} hours"
        return DATA_WITHOUT_BACKUP.of(loss.address, words, mend=mend, source=source)
    words = f"{what}; its newest backup is {_age(age)} old, and what was written since is lost"
    return DATA_DELETED.of(loss.address, words, source=source)


def _stays(resource_type: str, before: Mapping[str, Any]) -> str:
    protection = next((name for name in _PROTECTION if before.get(name) in (True, "ACTIVE")), "")
    if protection:
        return f"AWS refuses while {protection} is on"
    if before.get("final_snapshot") is True:
        return "a final snapshot is taken (final_snapshot)"
    if before.get("final_snapshot_identifier") and not _hastens(before):
        return "a final snapshot is taken (final_snapshot_identifier)"
    if before.get("skip_final_backup") is False:
        return "a final backup is taken"
    if resource_type in _REFUSED_WHILE_FULL and not any(before.get(name) for name in _FORCED):
        return "AWS refuses while anything is in it"
    window = before.get("recovery_window_in_days")
    if resource_type == "aws_secretsmanager_secret" and window != 0:
        return f"it can be called back for {window or _WINDOW_DAYS} days"
    return ""


def _irreplaceable(resource_type: str, before: Mapping[str, Any]) -> str:
    if resource_type != "aws_kms_key":
        return ""
    window = before.get("deletion_window_in_days") or _WINDOW_DAYS
    return f"from then on nothing that it encrypted can be read; it can be called back for {window} days"


def _hastens(before: Mapping[str, Any]) -> str:
    found = [words for name, words in _SKIPPED.items() if before.get(name) is True]
    found += [f"{name} is set" for name in _FORCED if before.get(name) is True]
    return ", ".join(found)


def _age(age: timedelta) -> str:
    hours = max(0, int(age.total_seconds() // 3600))
    if hours >= _HOURS_SHOWN_AS_DAYS:
        return f"{hours // 24} days"
    return f"{hours} hours" if hours != 1 else "1 hour"


def _text(attributes: Mapping[str, Any], name: str) -> str:
    value = attributes.get(name)
    return value if isinstance(value, str) else ""
