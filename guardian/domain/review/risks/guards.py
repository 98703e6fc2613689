"""Resources that protect others: the protection goes with them, unless what they protect goes too."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guardian.domain.address import resource_of
from guardian.domain.plan import Action, PlannedChange
from guardian.domain.review.change import Change
from guardian.domain.review.risks.codes import (
    BACKUP_OFF,
    ENCRYPTION_OFF,
    HARDENING_OFF,
    IAM_WIDENED,
    LOGGING_OFF,
    OPENED_TO_THE_WORLD,
    VERSIONING_OFF,
    Danger,
)
from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.risk import Risk, Severity

_AWS = "https://docs.aws.amazon.com"
_S3 = f"{_AWS}/AmazonS3/latest/userguide"
_KEYS = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What goes with the deletion of one type.

    Attributes:
        protects: Whether an object with these values protects anything.
    """

    danger: Danger
    words: str
    source: str
    severity: Severity = Severity.RED
    protects: Callable[[Mapping[str, Any]], bool] = lambda _: True


def _keeps_out(rule: Mapping[str, Any]) -> bool:
    return str(rule.get("rule_action")).lower() == "deny" and not rule.get("egress")


GUARDS: Mapping[str, Guard] = {
    "aws_s3_bucket_public_access_block": Guard(
        danger=OPENED_TO_THE_WORLD,
        words="the block of public access to a bucket is deleted",
        source=f"{_S3}/access-control-block-public-access.html",
    ),
    "aws_s3_account_public_access_block": Guard(
        danger=OPENED_TO_THE_WORLD,
        words="the block of public access to all buckets of the account is deleted",
        source=f"{_S3}/access-control-block-public-access.html",
    ),
    "aws_s3_bucket_versioning": Guard(
        danger=VERSIONING_OFF,
        words="what keeps older versions of a bucket's objects is deleted: versioning is suspended",
        source=f"{_S3}/manage-versioning-examples.html",
    ),
    "aws_s3_bucket_server_side_encryption_configuration": Guard(
        danger=ENCRYPTION_OFF,
        words="a bucket's own encryption is deleted: new objects get the keys of S3 (SSE-S3)",
        source=f"{_S3}/default-bucket-encryption.html",
        severity=Severity.AMBER,
    ),
    "aws_s3_bucket_object_lock_configuration": Guard(
        danger=VERSIONING_OFF,
        words="the rule that locks new objects against deletion is deleted",
        source=f"{_S3}/object-lock.html",
        severity=Severity.AMBER,
    ),
    "aws_s3_bucket_replication_configuration": Guard(
        danger=BACKUP_OFF,
        words="a bucket is no longer replicated",
        source=f"{_S3}/replication.html",
        severity=Severity.AMBER,
    ),
    "aws_s3_bucket_logging": Guard(
        danger=LOGGING_OFF,
        words="access to a bucket is no longer logged",
        source=f"{_S3}/ServerLogs.html",
        severity=Severity.AMBER,
    ),
    "aws_network_acl_rule": Guard(
        danger=OPENED_TO_THE_WORLD,
        words="a rule that denied what comes in is deleted",
        source=f"{_AWS}/vpc/latest/userguide/nacl-rules.html",
        severity=Severity.AMBER,
        protects=_keeps_out,
    ),
    "aws_ebs_encryption_by_default": Guard(
        danger=ENCRYPTION_OFF,
        words="new volumes are no longer encrypted by default",
        source=f"{_AWS}/ebs/latest/userguide/encryption-by-default.html",
    ),
    "aws_backup_plan": Guard(
        danger=BACKUP_OFF,
        words="a plan of backups is deleted: nothing that it selects is backed up any more",
        source=f"{_AWS}/aws-backup/latest/devguide/deleting-a-backup-plan.html",
    ),
    "aws_backup_selection": Guard(
        danger=BACKUP_OFF,
        words="what a plan of backups selects is deleted, and no longer backed up",
        source=f"{_AWS}/aws-backup/latest/devguide/assigning-resources.html",
    ),
    "aws_efs_backup_policy": Guard(
        danger=BACKUP_OFF,
        words="a file system is no longer backed up every day",
        source=f"{_AWS}/efs/latest/ug/awsbackup.html",
    ),
    "aws_dlm_lifecycle_policy": Guard(
        danger=BACKUP_OFF,
        words="snapshots of volumes are no longer made by their policy",
        source=f"{_AWS}/ebs/latest/userguide/snapshot-lifecycle.html",
    ),
    "aws_cloudtrail": Guard(
        danger=LOGGING_OFF,
        words="a trail is deleted: calls to AWS are no longer recorded by it",
        source=f"{_AWS}/awscloudtrail/latest/userguide/cloudtrail-delete-trails-console.html",
    ),
    "aws_flow_log": Guard(
        danger=LOGGING_OFF,
        words="the traffic of a network is no longer logged",
        source=f"{_AWS}/vpc/latest/userguide/flow-logs.html",
        severity=Severity.AMBER,
    ),
    "aws_config_configuration_recorder": Guard(
        danger=LOGGING_OFF,
        words="AWS Config no longer records changes",
        source=f"{_AWS}/config/latest/developerguide/stop-start-recorder.html",
    ),
    "aws_config_configuration_recorder_status": Guard(
        danger=LOGGING_OFF,
        words="what makes AWS Config record is deleted: it stops",
        source=f"{_AWS}/config/latest/developerguide/stop-start-recorder.html",
    ),
    "aws_redshift_logging": Guard(
        danger=LOGGING_OFF,
        words="access to a cluster is no longer logged",
        source=f"{_AWS}/redshift/latest/mgmt/db-auditing.html",
        severity=Severity.AMBER,
    ),
    # A policy of an organization may be about tags or backups alone: which it is, its deletion does not tell.
    "aws_organizations_policy_attachment": Guard(
        danger=IAM_WIDENED,
        words="a policy of the organization no longer holds where it was attached: what it denied is allowed",
        source=f"{_AWS}/organizations/latest/userguide/orgs_policies_detach.html",
        severity=Severity.AMBER,
    ),
    "aws_organizations_policy": Guard(
        danger=IAM_WIDENED,
        words="a policy of the organization is deleted: what it denied is allowed",
        source=f"{_AWS}/organizations/latest/userguide/orgs_policies_delete.html",
        severity=Severity.AMBER,
    ),
    "aws_securityhub_account": Guard(
        danger=HARDENING_OFF,
        words="Security Hub is switched off",
        source=f"{_AWS}/securityhub/latest/userguide/securityhub-disable.html",
    ),
    "aws_ebs_snapshot_block_public_access": Guard(
        danger=OPENED_TO_THE_WORLD,
        words="the block of public snapshots of the account is deleted",
        source=f"{_AWS}/ebs/latest/userguide/block-public-access-snapshots.html",
        severity=Severity.AMBER,
    ),
    "aws_guardduty_detector": Guard(
        danger=HARDENING_OFF,
        words="GuardDuty is switched off, and its findings are deleted",
        source=f"{_AWS}/guardduty/latest/ug/guardduty_suspend-disable.html",
    ),
    "aws_wafv2_web_acl_association": Guard(
        danger=HARDENING_OFF,
        words="a web ACL no longer stands before what it protected",
        source=f"{_AWS}/waf/latest/developerguide/web-acl-associating-aws-resource.html",
    ),
}


def protects_nothing(change: Change) -> bool:
    """Tell whether a change deletes something of a guard's type that is none by its values."""
    guard = GUARDS.get(change.resource_type)
    return guard is not None and change.action is Action.DELETE and not guard.protects(change.before)


def fallen_guards(
    planned: Sequence[PlannedChange], facts: RiskFacts, *, harmless: Collection[str] = ()
) -> Iterator[Risk]:
    """Yield the deletions of what protects something that stays.

    Args:
        planned: All changes.
        facts: With the dependents of what goes.
        harmless: Addresses of what `protects_nothing`.
    """
    gone = [each for each in planned if each.action is Action.DELETE and not each.deposed]
    guards = [each for each in gone if each.resource_type in GUARDS and each.address not in harmless]
    if not guards:
        return
    wards: dict[str, set[str]] = {}
    for each in gone:
        if each.resource_type not in GUARDS:
            for dependent in facts.dependents(resource_of(each.address)):
                wards.setdefault(dependent, set()).add(each.address)
    for each in guards:
        if any(_is_ward(ward, each.address) for ward in wards.get(resource_of(each.address), ())):
            continue
        guard = GUARDS[each.resource_type]
        yield guard.danger.of(each.address, guard.words, severity=guard.severity, source=guard.source)


def _is_ward(ward: str, guard: str) -> bool:
    """Tell whether a guard's instance belongs to an instance that goes, by the keys of both."""
    keys = _KEYS.findall(ward)
    return not keys or keys == _KEYS.findall(guard)
