"""Data that goes with a deletion: red unless a fresh copy of it is known to stay."""

from dataclasses import replace
from datetime import timedelta

import pytest

from guardian.domain.data_holders import DATA_HOLDERS
from guardian.domain.observation import Unreadable
from guardian.domain.plan import Action
from guardian.domain.review.risks.data import data_loss_of, data_risk
from guardian.domain.review.risks.risk import Risk
from tests.support.planned import FACTS, NOW, change

ARN = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders"
TABLE = {"id": "orders", "name": "orders", "arn": ARN}
NOT_ASKED = "not asked"


def risk_of(resource_type, before, *, newest=NOT_ASKED, action=Action.DELETE) -> Risk:
    one = change(resource_type, before, None, action=action)
    loss = data_loss_of(one)
    assert loss is not None
    backups = {} if newest is NOT_ASKED else {one.address: newest}
    return data_risk(loss, replace(FACTS, backups=backups))


def test_a_loss_holds_what_its_backups_are_found_by():
    loss = data_loss_of(change("aws_dynamodb_table", TABLE, None))
    assert loss is not None
    assert (loss.name, loss.arn, loss.region, loss.verb) == ("orders", ARN, "eu-central-1", "deleted")


@pytest.mark.parametrize(
    ("resource_type", "before", "action"),
    [
        ("aws_dynamodb_table", TABLE, Action.UPDATE),
        ("aws_dynamodb_table", TABLE, Action.FORGET),
        ("aws_dynamodb_table", None, Action.CREATE),
        ("aws_vpc", {"id": "vpc-1"}, Action.DELETE),
        ("aws_cloudwatch_log_group", {"name": "a", "skip_destroy": True}, Action.DELETE),
    ],
)
def test_what_stays_or_holds_nothing_is_no_loss(resource_type, before, action):
    assert data_loss_of(change(resource_type, before, None, action=action)) is None


@pytest.mark.parametrize(
    ("newest", "severity", "words"),
    [
        (NOT_ASKED, "red", ": no backup of it was looked for"),
        (None, "red", ", and there is no backup that outlives it"),
        (
            Unreadable(reason="dynamodb list_backups: AccessDenied: no"),
            "red",
            ": whether there is a backup is not known: dynamodb list_backups: AccessDenied: no",
        ),
        (
            NOW - timedelta(hours=25),
            "red",
            "; its newest backup is 25 hours old, fresh is up to 24 hours",
        ),
        (
            NOW - timedelta(days=5),
            "red",
            "; its newest backup is 5 days old, fresh is up to 24 hours",
        ),
        (
            NOW - timedelta(hours=1),
            "amber",
            "; its newest backup is 1 hour old, and what was written since is lost",
        ),
        (
            NOW + timedelta(hours=1),
            "amber",
            "; its newest backup is 0 hours old, and what was written since is lost",
        ),
    ],
)
def test_a_backup_counts_while_it_is_fresh(newest, severity, words):
    risk = risk_of("aws_dynamodb_table", TABLE, newest=newest)
    assert (str(risk.severity), risk.words) == (severity, f"it holds data and is deleted{words}")
    assert risk.code == ("data-deleted" if severity == "amber" else "data-without-backup")
    assert risk.source == DATA_HOLDERS["aws_dynamodb_table"]


@pytest.mark.parametrize(
    ("resource_type", "before", "severity", "told"),
    [
        ("aws_db_instance", {"skip_final_snapshot": True}, "red", "skip_final_snapshot is set"),
        (
            "aws_db_instance",
            {"skip_final_snapshot": True, "final_snapshot_identifier": "last"},
            "red",
            "skip_final_snapshot is set",
        ),
        (
            "aws_db_instance",
            {"skip_final_snapshot": False, "final_snapshot_identifier": "last"},
            "amber",
            "a final snapshot is taken",
        ),
        (
            "aws_rds_cluster",
            {"deletion_protection": True},
            "amber",
            "refuses while deletion_protection is on",
        ),
        ("aws_cognito_user_pool", {"deletion_protection": "ACTIVE"}, "amber", "refuses while"),
        ("aws_cognito_user_pool", {"deletion_protection": "INACTIVE"}, "red", "was looked for"),
        ("aws_s3_bucket", {"force_destroy": True}, "red", "force_destroy is set"),
        ("aws_s3_bucket", {"force_destroy": False}, "amber", "AWS refuses while anything is in it"),
        ("aws_ecr_repository", {"force_delete": True}, "red", "force_delete is set"),
        ("aws_ebs_volume", {"final_snapshot": True}, "amber", "a final snapshot is taken"),
        ("aws_ebs_volume", {"final_snapshot": False}, "red", "was looked for"),
        ("aws_fsx_windows_file_system", {"skip_final_backup": False}, "amber", "a final backup is taken"),
        ("aws_fsx_windows_file_system", {"skip_final_backup": True}, "red", "skip_final_backup is set"),
        ("aws_secretsmanager_secret", {"recovery_window_in_days": 7}, "amber", "called back for 7 days"),
        ("aws_secretsmanager_secret", {"recovery_window_in_days": 0}, "red", "was looked for"),
        ("aws_kms_key", {"deletion_window_in_days": None}, "red", "called back for 30 days"),
        ("aws_sqs_queue", {}, "red", "was looked for"),
    ],
)
def test_what_keeps_a_copy_or_makes_sure_that_none_stays_is_named(resource_type, before, severity, told):
    risk = risk_of(resource_type, before)
    assert str(risk.severity) == severity
    assert told in risk.words


def test_a_fresh_backup_outweighs_what_takes_no_last_copy():
    risk = risk_of("aws_db_instance", {"skip_final_snapshot": True}, newest=NOW)
    assert str(risk.severity) == "amber"


def test_no_backup_brings_a_key_back():
    assert str(risk_of("aws_kms_key", {}, newest=NOW).severity) == "red"


def test_a_replacement_takes_the_data_as_well():
    assert "is replaced" in risk_of("aws_dynamodb_table", TABLE, action=Action.REPLACE).words


@pytest.mark.parametrize("resource_type", sorted(DATA_HOLDERS))
def test_nothing_that_holds_data_goes_without_a_word(resource_type):
    assert risk_of(resource_type, {"id": "it"}).words
