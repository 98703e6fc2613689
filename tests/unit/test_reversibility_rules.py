"""The table of undo covers what guardian knows, and each of its rules names a page."""

from typing import Any

import pytest

from guardian.adapters.aws.declared import TYPES
from guardian.domain.data_holders import DATA_HOLDERS
from guardian.domain.oneway import RULES
from guardian.domain.plan import Action, PlannedChange
from guardian.domain.review.change import Change
from guardian.domain.review.undo.reversibility import reversibility_of
from guardian.domain.review.undo.rule import lost
from guardian.domain.review.undo.rules import UNDO_RULES
from guardian.domain.review.undo.traces import TRACES, Trace
from guardian.domain.review.undo.verdict import Undo

VENDORS = (
    "https://docs.aws.amazon.com/",
    "https://registry.terraform.io/providers/hashicorp/",
    "https://developer.hashicorp.com/terraform/",
)


def test_every_type_that_any_other_table_knows_has_a_rule():
    assert {*TYPES, *DATA_HOLDERS, *(rule.resource_type for rule in RULES)} - UNDO_RULES.keys() == set()
    assert {trace.resource_type for trace in TRACES} - UNDO_RULES.keys() == set()


@pytest.mark.parametrize("rule", UNDO_RULES.values(), ids=lambda rule: rule.resource_type)
def test_a_rule_says_one_thing_and_its_source(rule):
    assert bool(rule.same_by) != bool(rule.other or rule.gone)
    assert rule.source.startswith(VENDORS)
    assert bool(lost(rule, {})) != bool(rule.same_by)


@pytest.mark.parametrize("resource_type", DATA_HOLDERS)
def test_what_holds_data_loses_it(resource_type):
    assert UNDO_RULES[resource_type].gone


STEPS: dict[tuple[str, str], tuple[Any, Any, Any]] = {
    ("aws_cloudwatch_log_group", "retention_in_days"): (90, 30, 365),
    ("aws_kinesis_stream", "retention_period"): (48, 24, 72),
    ("aws_sqs_queue", "message_retention_seconds"): (600, 60, 6000),
    ("aws_cloudtrail_event_data_store", "retention_period"): (90, 30, 365),
    ("aws_db_instance", "backup_retention_period"): (7, 0, 8),
    ("aws_dynamodb_table", "point_in_time_recovery"): (
        [{"enabled": True}],
        [{"enabled": False}],
        [{"enabled": True}],
    ),
    ("aws_dynamodb_table", "ttl"): ([{"enabled": False}], [{"enabled": True}], [{"enabled": False}]),
    ("aws_dynamodb_table", "stream_enabled"): (True, False, True),
    ("aws_s3_bucket_lifecycle_configuration", "rule"): ([], [{"expiration": [{"days": 1}]}], [{"id": "a"}]),
    ("aws_ecr_lifecycle_policy", "policy"): ("a", "b", "a"),
    ("aws_backup_vault_lock_configuration", "changeable_for_days"): (None, 3, None),
    ("aws_instance", "instance_type"): ("t3.micro", "t3.small", "t3.micro"),
}
"""By type and attribute: an old value, a new one that leaves something behind, and one that does not."""


def verdict(action: Action, trace: Trace, **more: Any) -> Undo:
    intent = PlannedChange(address="a.a", resource_type=trace.resource_type, action=action)
    return reversibility_of(Change(intent=intent, name="a", module="", provider="", **more)).undo


@pytest.mark.parametrize(
    "trace",
    [each for each in TRACES if each.action is Action.UPDATE],
    ids=lambda trace: f"{trace.resource_type}.{trace.attribute}",
)
def test_an_update_that_leaves_something_behind_is_not_exact(trace):
    name = trace.attribute.partition(".")[0]
    old, bad, good = STEPS[trace.resource_type, name]
    assert trace.source.startswith(VENDORS)
    assert verdict(Action.UPDATE, trace, before={name: old}, after={name: bad}) is trace.undo
    assert verdict(Action.UPDATE, trace, before={name: old}, after={name: good}) is Undo.EXACT
    assert verdict(Action.UPDATE, trace, before={name: old}, after={name: old}) is Undo.EXACT


HOLDING: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "aws_s3_bucket_versioning": (
        {"versioning_configuration": [{"status": "Enabled"}]},
        {"versioning_configuration": [{"status": "Disabled"}]},
    ),
    "aws_s3_bucket_lifecycle_configuration": (
        {"rule": [{"noncurrent_version_expiration": [{"noncurrent_days": 1}]}]},
        {"rule": [{"transition": [{"days": 1}]}]},
    ),
    "aws_secretsmanager_secret_rotation": ({"rotate_immediately": None}, {"rotate_immediately": False}),
    "aws_backup_vault_lock_configuration": ({"changeable_for_days": 3}, {"changeable_for_days": None}),
}


@pytest.mark.parametrize(
    "trace", [each for each in TRACES if each.action is Action.CREATE], ids=lambda trace: trace.resource_type
)
def test_a_creation_that_leaves_something_behind_is_not_exact(trace):
    holds, free = HOLDING.get(trace.resource_type, ({"id": "a"}, None))
    assert trace.source.startswith(VENDORS)
    assert verdict(Action.CREATE, trace, after=holds) is trace.undo
    if free is not None:
        assert verdict(Action.CREATE, trace, after=free) is Undo.EXACT
    if trace.attribute:
        # Whose setting it is, is made by the same apply and goes with the undo.
        assert verdict(Action.CREATE, trace, after=holds, unknown={trace.attribute: True}) is Undo.EXACT


def test_logs_that_were_kept_for_ever_end_sooner_too():
    (trace,) = (each for each in TRACES if each.resource_type == "aws_cloudwatch_log_group")
    for old, new, lost_some in ((0, 30, True), (30, 0, False), (None, 30, True)):
        before, after = {"retention_in_days": old}, {"retention_in_days": new}
        assert (verdict(Action.UPDATE, trace, before=before, after=after) is not Undo.EXACT) == lost_some
