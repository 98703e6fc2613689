"""The table of undo covers what guardian knows, and each of its rules names a page."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.adapters.aws.declared import TYPES
from guardian.domain.data_holders import DATA_HOLDERS
from guardian.domain.oneway import RULES
from guardian.domain.oneway_rule import Ground
from guardian.domain.plan import Action, PlannedChange
from guardian.domain.review.change import Change
from guardian.domain.review.risks.weakened_backup import BACKUP_RULES, VERSIONING_RULES
from guardian.domain.review.risks.weakened_watch import LOGGING_RULES
from guardian.domain.review.undo.reversibility import reversibility_of
from guardian.domain.review.undo.rule import lost
from guardian.domain.review.undo.rules import UNDO_RULES
from guardian.domain.review.undo.trace import Trace, is_lowered, is_off, is_other, is_raised
from guardian.domain.review.undo.traces import TRACES
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


EXPIRING = [{"status": "Enabled", "expiration": [{"days": 1}]}]
OLD_RULES = [{"enabled": True, "transition": [{"days": 30, "storage_class": "DEEP_ARCHIVE"}]}]
PAUSED = [{"status": "Disabled", "expiration": [{"days": 1}]}]
STEPS: dict[tuple[str, str], tuple[Any, Any, Any]] = {
    ("aws_cloudwatch_log_group", "retention_in_days"): (90, 30, 365),
    ("aws_cloudwatch_event_archive", "retention_days"): (0, 30, 0),
    ("aws_kinesis_stream", "retention_period"): (48, 24, 72),
    ("aws_sqs_queue", "message_retention_seconds"): (600, 60, 6000),
    ("aws_cloudtrail_event_data_store", "retention_period"): (90, 30, 365),
    ("aws_redshift_cluster_snapshot", "manual_snapshot_retention_period"): (-1, 7, -1),
    ("aws_redshiftserverless_snapshot", "retention_period"): (30, 7, -1),
    ("aws_dynamodb_table", "point_in_time_recovery.enabled"): (True, False, True),
    ("aws_dynamodb_table", "ttl.enabled"): (False, True, False),
    ("aws_dynamodb_table", "stream_enabled"): (True, False, True),
    ("aws_dynamodb_table", "stream_view_type"): ("KEYS_ONLY", "NEW_IMAGE", "KEYS_ONLY"),
    ("aws_dynamodb_table", "replica"): (
        [{"region_name": "eu-west-1"}],
        [{"region_name": "eu-west-2"}],
        [{"region_name": "eu-west-1", "arn": "a"}, {"region_name": "eu-west-2"}],
    ),
    ("aws_dynamodb_table", "table_class"): ("STANDARD", "STANDARD_INFREQUENT_ACCESS", "STANDARD"),
    ("aws_db_instance", "max_allocated_storage"): (0, 1000, 0),
    ("aws_rds_cluster", "storage_type"): ("aurora-iopt1", "", "aurora-iopt1"),
    ("aws_s3_bucket_lifecycle_configuration", "rule"): ([], EXPIRING, PAUSED),
    ("aws_s3_bucket", "lifecycle_rule"): ([], OLD_RULES, [{"id": "a", "enabled": True}]),
    ("aws_s3_bucket_versioning", "versioning_configuration.status"): ("Enabled", "Suspended", "Enabled"),
    ("aws_s3_object", "object_lock_mode"): ("GOVERNANCE", "COMPLIANCE", "GOVERNANCE"),
    ("aws_s3_object", "object_lock_retain_until_date"): ("2030", "2040", "2030"),
    ("aws_s3_bucket_intelligent_tiering_configuration", "tiering"): ([], [{"days": 90}], []),
    ("aws_efs_file_system", "lifecycle_policy"): ([], [{"transition_to_ia": "AFTER_7_DAYS"}], []),
    ("aws_ecr_lifecycle_policy", "policy"): ("a", "b", "a"),
    ("aws_backup_vault_lock_configuration", "changeable_for_days"): (None, 3, None),
    ("aws_lambda_function", "source_code_hash"): ("a", "b", "a"),
    ("aws_ssm_parameter", "tier"): ("Standard", "Advanced", "Standard"),
    ("aws_organizations_organization", "enabled_policy_types"): (["A", "B"], ["B"], ["A", "B", "C"]),
    ("aws_organizations_organization", "aws_service_access_principals"): (["A"], [], ["A", "B"]),
    ("aws_autoscaling_group", "desired_capacity"): (10, 0, 20),
    ("aws_autoscaling_group", "max_size"): (10, 0, 20),
    ("aws_eks_node_group", "scaling_config.desired_size"): (3, 1, 5),
    ("aws_eks_node_group", "scaling_config.max_size"): (3, 1, 5),
}
"""By type and attribute: an old value, a new one that leaves something behind, and one that does not.

Of others the values follow from the turn.
"""
TURNS: dict[Any, tuple[Any, Any, Any]] = {
    is_lowered: (7, 1, 8),
    is_raised: (7, 8, 1),
    is_off: (True, False, True),
    is_other: ("a", "b", "a"),
}
BESIDE: dict[tuple[str, str], dict[str, Any]] = {
    ("aws_autoscaling_group", "launch_template"): {"instance_refresh": [{"strategy": "Rolling"}]},
    ("aws_autoscaling_group", "launch_configuration"): {"instance_refresh": [{"strategy": "Rolling"}]},
    ("aws_autoscaling_group", "mixed_instances_policy"): {"instance_refresh": [{"strategy": "Rolling"}]},
    ("aws_elasticache_cluster", "num_cache_nodes"): {"engine": "memcached"},
    ("aws_lambda_function", "source_code_hash"): {"s3_key": "app.zip"},
    ("aws_s3_object", "object_lock_retain_until_date"): {"object_lock_mode": "COMPLIANCE"},
}
"""What must stand beside an attribute, so that its rule holds."""


def steps(trace: Trace) -> tuple[Any, Any, Any]:
    if trace.resource_type == "aws_s3_bucket" and trace.attribute == "versioning.enabled":
        # Neither way is free: what is on was never off, what is off keeps nothing.
        return (True, False, True) if trace.turn is is_off else (False, True, False)
    if trace.attribute.endswith("default_retention.mode"):
        return "GOVERNANCE", "COMPLIANCE", "GOVERNANCE"
    return STEPS.get((trace.resource_type, trace.attribute)) or TURNS[trace.turn]


def nested(path: str, value: Any) -> dict[str, Any]:
    name, _, rest = path.partition(".")
    return {name: [nested(rest, value)] if rest else value}


def verdict(action: Action, trace: Trace, **more: Any) -> Undo:
    intent = PlannedChange(address="a.a", resource_type=trace.resource_type, action=action)
    return reversibility_of(Change(intent=intent, name="a", module="", provider="", **more)).undo


@pytest.mark.parametrize(
    "trace",
    [each for each in TRACES if each.action is Action.UPDATE],
    ids=lambda trace: f"{trace.resource_type}.{trace.attribute}",
)
def test_an_update_that_leaves_something_behind_is_not_exact(trace):
    old, bad, good = (
        nested(trace.attribute, each) | BESIDE.get((trace.resource_type, trace.attribute), {})
        for each in steps(trace)
    )
    assert trace.source.startswith(VENDORS)
    assert verdict(Action.UPDATE, trace, before=old, after=bad) is trace.undo
    assert verdict(Action.UPDATE, trace, before=old, after=good) is Undo.EXACT
    assert verdict(Action.UPDATE, trace, before=old, after=old) is Undo.EXACT
    if BESIDE.get((trace.resource_type, trace.attribute)):
        without = [nested(trace.attribute, each) for each in steps(trace)[:2]]
        assert verdict(Action.UPDATE, trace, before=without[0], after=without[1]) is Undo.EXACT


HOLDING: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any] | None]] = {
    ("aws_s3_bucket_versioning", "never be disabled"): (
        {"versioning_configuration": [{"status": "Enabled"}]},
        {"versioning_configuration": [{"status": "Disabled"}]},
    ),
    ("aws_s3_bucket_lifecycle_configuration", "expire"): ({"rule": EXPIRING}, {"rule": PAUSED}),
    ("aws_secretsmanager_secret_rotation", ""): ({"rotate_immediately": None}, {"rotate_immediately": False}),
    ("aws_backup_vault_lock_configuration", ""): ({"changeable_for_days": 3}, {"changeable_for_days": None}),
    ("aws_s3_object", "in compliance mode"): ({"object_lock_mode": "COMPLIANCE"}, None),
    ("aws_route53_record", ""): ({"allow_overwrite": True}, {"allow_overwrite": False}),
    ("aws_ssm_parameter", ""): ({"overwrite": True}, {"overwrite": False}),
}
"""By type and words: attributes of which the rule holds, and such of which it does not."""
SKIPS = {"skip_final_snapshot": True}


def held(trace: Trace) -> tuple[dict[str, Any], dict[str, Any] | None]:
    for (resource_type, said), found in HOLDING.items():
        if trace.resource_type == resource_type and said in trace.words:
            return found
    words = trace.words.split()
    if trace.words.startswith("with neither"):
        return {"skip_final_snapshot": False}, {**SKIPS, "final_snapshot_identifier": None}
    if trace.words.startswith("without skip_final_snapshot"):
        return {"skip_final_snapshot": None, "final_snapshot_identifier": "last"}, SKIPS
    if words[0] == "without":
        return {**SKIPS, words[1]: False}, {**SKIPS, words[1]: True}
    if trace.words.endswith("leaves something of it behind"):
        return {words[1]: True}, {words[1]: False}
    return {"id": "a"}, None


@pytest.mark.parametrize(
    "trace", [each for each in TRACES if each.action is Action.CREATE], ids=lambda trace: trace.resource_type
)
def test_a_creation_that_leaves_something_behind_is_not_exact(trace):
    holds, free = held(trace)
    assert trace.source.startswith(VENDORS)
    assert trace.holds(made(trace, holds))
    if free is not None:
        assert not trace.holds(made(trace, free))
    if trace.attribute:
        # Whose setting it is, is made by the same apply and goes with the undo.
        assert not trace.holds(made(trace, holds, unknown={trace.attribute: True}))
    order = list(Undo)
    assert order.index(reversibility_of(made(trace, holds)).undo) >= order.index(trace.undo)


def made(trace: Trace, after: dict[str, Any], **more: Any) -> Change:
    intent = PlannedChange(address="a.a", resource_type=trace.resource_type, action=Action.CREATE)
    return Change(intent=intent, name="a", module="", provider="", after=after, **more)


TAKES_OVER = [each for each in TRACES if each.takes_over]


@pytest.mark.parametrize("trace", TAKES_OVER, ids=lambda trace: trace.resource_type)
def test_a_setting_takes_the_place_of_what_was_there_and_not_of_itself(trace):
    mine = {trace.attribute: "mine"} if trace.attribute else {}
    others = {trace.attribute: "others"} if trace.attribute else {}
    assert trace.holds(made(trace, mine))
    intent = PlannedChange(address="a.a", resource_type=trace.resource_type, action=Action.REPLACE)
    again = Change(intent=intent, name="a", module="", provider="", before=mine, after=mine)
    moved = Change(intent=intent, name="a", module="", provider="", before=others, after=mine)
    assert not trace.holds(again)
    assert trace.holds(moved) == bool(trace.attribute)


DELETED = re.compile(
    "get deleted|are deleted|kept for a shorter time|older versions .* no longer kept|point in time"
)
WEAKENINGS = [
    each
    for each in (*BACKUP_RULES, *VERSIONING_RULES, *LOGGING_RULES)
    if DELETED.search(each.words) and each.resource_type in UNDO_RULES
]
NUMBERS = (None, 0, 1, 7, 35)
WORDS = (None, False, True, "Enabled", "Suspended", "Disabled", "ENABLED", "IMMUTABLE")


@pytest.mark.parametrize("each", WEAKENINGS, ids=lambda each: f"{each.resource_type}.{each.attribute}")
def test_what_a_risk_says_is_deleted_is_never_said_to_come_back(each):
    values = NUMBERS if re.search("retention|retain|period", each.attribute[-1]) else WORDS
    steps = [(old, new) for old in values for new in values if each.weaker(old, new)]
    assert steps
    path = ".".join(each.attribute)
    for old, new in steps:
        intent = PlannedChange(address="a.a", resource_type=each.resource_type, action=Action.UPDATE)
        changed = Change(
            intent=intent, name="a", module="", provider="", before=nested(path, old), after=nested(path, new)
        )
        assert reversibility_of(changed).undo is not Undo.EXACT, (old, new)


RISING = [each for each in RULES if each.ground is Ground.DOWNGRADE]
VERSIONS = st.from_regex(r"\A([a-zA-Z]{1,3}[._-])?[0-9]{1,2}([.][0-9x]{1,2}){0,2}\Z")


@given(rule=st.sampled_from(RISING), old=VERSIONS | st.none(), new=VERSIONS | st.none())
def test_a_version_that_changes_is_exact_only_where_it_is_proven_to_fall(rule, old, new):
    intent = PlannedChange(address="a.a", resource_type=rule.resource_type, action=Action.UPDATE)
    forth, back = (
        reversibility_of(
            Change(
                intent=intent,
                name="a",
                module="",
                provider="",
                before={rule.attribute: one},
                after={rule.attribute: other},
            )
        ).undo
        for one, other in ((old, new), (new, old))
    )
    if old == new:
        assert forth is back is Undo.EXACT
    # Only one of two ways can be the fall, unless they are one version written in two ways: 1.02 and 1.2.
    elif forth is back:
        assert forth is Undo.UNKNOWN or numbers(old) == numbers(new)
    else:
        assert {forth, back} == {Undo.IMPOSSIBLE, Undo.EXACT}


def numbers(version: str | None) -> list[int | str]:
    return [int(each) if each.isdecimal() else each for each in re.split("[-._]", version or "")]


def test_logs_that_were_kept_for_ever_end_sooner_too():
    (trace,) = (each for each in TRACES if each.attribute == "retention_in_days")
    for old, new, lost_some in ((0, 30, True), (30, 0, False), (None, 30, True)):
        before, after = {"retention_in_days": old}, {"retention_in_days": new}
        assert (verdict(Action.UPDATE, trace, before=before, after=after) is not Undo.EXACT) == lost_some
