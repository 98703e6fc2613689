"""Protection that a change takes away: each rule of the table, and none for what stays or gets better."""

from collections import Counter
from typing import Any

import pytest

from guardian.domain.plan import Action
from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.weakened import WEAKENINGS
from guardian.domain.review.risks.weakened_rule import (
    Weaker,
    is_fewer,
    is_less,
    is_less_time,
    is_off,
    is_on,
    left,
    locks_less,
    lost_some,
)
from tests.support.planned import NOW, change, found, words

# A protecting and an unprotecting value for each way to weaken.
BY_KIND: dict[Weaker, tuple[Any, Any]] = {
    is_off: (True, False),
    is_on: (False, True),
    is_less: (30, 7),
    is_fewer: (30, 7),
}
BY_KIND |= {is_less_time: (0, 30), lost_some: (["audit", "error"], ["error"])}
GOOD: list[Any] = ["Enabled", "aws:kms", "KMS", "IMMUTABLE", "ENABLED", "ACTIVE", "required", "ON", "HTTPS"]
GOOD += ["https-only", "block-all-sharing", [{"mode": "COMPLIANCE", "days": 30, "years": 0}]]
GOOD += [
    [{"name": name, "value": "1"}] for name in ("rds.force_ssl", "require_secure_transport", "require_ssl")
]


def values(rule):
    if rule.weaker in BY_KIND:
        return BY_KIND[rule.weaker]
    good = next(each for each in GOOD if rule.weaker(each, "other"))
    return good, "other"


def nested(attribute, value):
    for name in reversed(attribute[1:]):
        value = [{name: value}]
    return {attribute[0]: value}


def said(rule, before, after, **more):
    one = change(rule.resource_type, nested(rule.attribute, before), nested(rule.attribute, after), **more)
    return words(one)


@pytest.mark.parametrize(
    "rule", WEAKENINGS, ids=lambda rule: f"{rule.resource_type}.{'.'.join(rule.attribute)}"
)
def test_each_rule_holds_one_way_and_not_the_other(rule):
    good, bad = values(rule)
    assert rule.words in said(rule, good, bad)
    assert rule.words in said(rule, good, bad, action=Action.REPLACE)
    assert rule.words not in said(rule, bad, good)
    assert said(rule, good, good) == said(rule, bad, bad) == ""
    one = change(rule.resource_type, None, nested(rule.attribute, bad))
    assert rule.danger.code not in {code for _, code in found(one)}
    assert rule.source.startswith("https://")


def test_the_table_is_as_long_as_it_is_said_to_be():
    assert len(WEAKENINGS) >= 60
    twice = Counter((each.resource_type, each.attribute, each.weaker) for each in WEAKENINGS)
    assert set(twice.values()) == {1}


FORCED = {"parameter": [{"name": "rds.force_ssl", "value": "1"}]}
OTHER = [{"name": "log_statement", "value": "on"}]


@pytest.mark.parametrize(
    ("before", "after", "less"),
    [
        (("COMPLIANCE", 3650, 0), ("GOVERNANCE", 3650, 0), True),
        (("COMPLIANCE", 3650, 0), ("COMPLIANCE", 1, 0), True),
        (("COMPLIANCE", 3650, 0), ("COMPLIANCE", 0, 10), False),
        (("COMPLIANCE", 0, 10), ("COMPLIANCE", 30, 0), True),
        (("GOVERNANCE", 30, 0), ("COMPLIANCE", 30, 0), False),
        (("GOVERNANCE", 30, 0), ("COMPLIANCE", 7, 0), True),
        (("GOVERNANCE", 30, 0), None, True),
        (None, ("GOVERNANCE", 30, 0), False),
    ],
)
def test_a_lock_is_weaker_by_its_mode_or_its_time(before, after, less):
    told = (each and [dict(zip(("mode", "days", "years"), each, strict=True))] for each in (before, after))
    assert locks_less(*told) is less


@pytest.mark.parametrize(
    ("resource_type", "before", "after", "expected"),
    [
        ("aws_db_instance", {"backup_retention_period": 7}, {"backup_retention_period": 0}, ["red"]),
        ("aws_db_instance", {"backup_retention_period": 7}, {"backup_retention_period": 3}, ["amber"]),
        ("aws_cloudwatch_log_group", {"retention_in_days": 7}, {"retention_in_days": 0}, []),
        ("aws_cloudwatch_log_group", {"retention_in_days": 0}, {"retention_in_days": 7}, ["amber"]),
        ("aws_cloudwatch_log_group", {"retention_in_days": 30}, {"retention_in_days": 7}, ["amber"]),
        ("aws_s3_bucket", {"logging": [{"target_bucket": "b"}]}, {"logging": []}, ["amber"]),
        (
            "aws_dynamodb_table",
            {"point_in_time_recovery": [{"enabled": True}]},
            {"point_in_time_recovery": []},
            ["red"],
        ),
        (
            "aws_sqs_queue",
            {"message_retention_seconds": "345600"},
            {"message_retention_seconds": "60"},
            ["amber"],
        ),
        (
            "aws_db_parameter_group",
            FORCED,
            {"parameter": [{"name": "rds.force_ssl", "value": "0"}]},
            ["amber"],
        ),
        ("aws_db_parameter_group", FORCED, {"parameter": []}, ["amber"]),
        ("aws_db_parameter_group", FORCED, {"parameter": [*OTHER, *FORCED["parameter"]]}, []),
        ("aws_db_parameter_group", {"parameter": OTHER}, {"parameter": []}, []),
        (
            "aws_wafv2_web_acl",
            {"default_action": [{"block": [{}], "allow": []}], "rule": [{"name": "a"}, {"name": "b"}]},
            {"default_action": [{"block": [], "allow": [{}]}], "rule": [{"name": "a"}]},
            ["red"],
        ),
        (
            "aws_wafv2_web_acl",
            {"default_action": [{"block": [], "allow": [{}]}], "rule": [{"name": "a"}]},
            {"default_action": [{"block": [{}], "allow": []}], "rule": []},
            ["amber"],
        ),
        ("aws_lb_listener", {"protocol": "HTTPS"}, {"protocol": "TLS"}, []),
        ("aws_elasticache_replication_group", {"auth_token": "one"}, {"auth_token": "two"}, []),
        ("aws_sqs_queue", {"message_retention_seconds": "x"}, {"message_retention_seconds": None}, []),
    ],
)
def test_values_as_the_provider_writes_them(resource_type, before, after, expected):
    assert [severity for severity, _ in found(change(resource_type, before, after))] == expected


@pytest.mark.parametrize(
    "unknown", [True, {"point_in_time_recovery": True}, {"point_in_time_recovery": [{"enabled": True}]}]
)
def test_what_was_on_and_is_not_known_yet_is_not_safe(unknown):
    before = {"point_in_time_recovery": [{"enabled": True}]}
    one = change("aws_dynamodb_table", before, {}, unknown=unknown)
    assert ("amber", "known-after-apply") in found(one)


def test_what_was_off_cannot_be_turned_off_by_what_is_not_known_yet():
    before = {"point_in_time_recovery": [{"enabled": False}]}
    assert found(change("aws_dynamodb_table", before, {}, unknown={"point_in_time_recovery": True})) == []


def test_what_is_merely_computed_again_is_nothing_to_say():
    facts = RiskFacts(now=NOW, arguments={"aws_dynamodb_table.it": frozenset({"name"})})
    before = {"point_in_time_recovery": [{"enabled": True}]}
    one = change("aws_dynamodb_table", before, {}, unknown={"point_in_time_recovery": True})
    assert found(one, facts) == []


def test_values_that_are_none_of_the_good_ones():
    assert not left("Enabled")("Suspended", "Disabled")
    assert left("Enabled")("Enabled", None)
