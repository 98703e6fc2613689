"""What only the whole plan tells, as many deletions; and what other resources and people make of a change."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.domain.data_holders import DATA_HOLDERS
from guardian.domain.plan import Action
from guardian.domain.review.risks.codes import DANGERS
from guardian.domain.review.risks.data import data_loss_of, data_risk
from guardian.domain.review.risks.find import _BY_TYPE, risks_of_change, risks_of_plan
from guardian.domain.review.risks.guards import GUARDS, protects_nothing
from tests.support.planned import FACTS, change, found, reviewed, words


def whole(changes, facts=FACTS, **more):
    return [(str(each.severity), each.code, each.address) for each in risks_of_plan(changes, facts, **more)]


def many(number, action=Action.DELETE):
    return [reviewed(f"terraform_data.it[{index}]", action) for index in range(number)]


MANY = [("red", "many-deletions", "")]


@pytest.mark.parametrize(
    ("changes", "managed", "expected"),
    [
        (many(10), 0, []),
        (many(11), 0, MANY),
        (many(11), 10_000, MANY),
        (many(6, Action.REPLACE) + many(5), 0, MANY),
        (many(11, Action.UPDATE), 20, []),
        (many(11, Action.FORGET), 20, []),
        (many(2), 8, []),
        (many(3), 8, MANY),
        (many(1), 1, []),
        ([reviewed("aws_vpc.a", Action.DELETE, deposed=f"{index:08x}") for index in range(20)], 20, []),
    ],
)
def test_many_deletions_are_counted_and_held_against_all(changes, managed, expected):
    assert whole(changes, replace(FACTS, managed=managed)) == expected


def test_the_figures_are_said():
    facts = replace(FACTS, managed=20)
    (risk,) = risks_of_plan([*many(6), *many(2, Action.REPLACE)], facts)
    assert risk.words == (
        "8 instances of 20, 40 % (2 of them replaced) are destroyed: at most 10 and 25 % are usual"
    )


def dependents(resource):
    return {"aws_s3_bucket.b": ("aws_s3_bucket_versioning.v",)}.get(resource, ())


WARDED = replace(FACTS, dependents=dependents)


def test_a_guard_that_falls_while_what_it_protects_stays_is_a_risk():
    assert whole([reviewed("aws_s3_bucket_versioning.v", Action.DELETE)], WARDED) == [
        ("red", "versioning-off", "aws_s3_bucket_versioning.v")
    ]


@pytest.mark.parametrize(
    ("bucket", "guard", "expected"),
    [
        ("aws_s3_bucket.b", "aws_s3_bucket_versioning.v", []),
        ('aws_s3_bucket.b["x"]', 'aws_s3_bucket_versioning.v["x"]', []),
        ('aws_s3_bucket.b["x"]', 'aws_s3_bucket_versioning.v["y"]', ["versioning-off"]),
        ("aws_s3_bucket.other", "aws_s3_bucket_versioning.v", ["versioning-off"]),
    ],
)
def test_a_guard_that_goes_with_its_ward_is_none(bucket, guard, expected):
    changes = [reviewed(bucket, Action.DELETE), reviewed(guard, Action.DELETE)]
    assert [code for _, code, _ in whole(changes, WARDED)] == expected


def test_a_guard_that_is_replaced_or_forgotten_has_not_fallen():
    for action in (Action.REPLACE, Action.FORGET, Action.UPDATE):
        assert whole([reviewed("aws_cloudtrail.t", action)]) == []


@pytest.mark.parametrize(
    ("action", "egress", "told"),
    [("deny", False, ["opened-to-the-world"]), ("deny", True, []), ("allow", False, [])],
)
def test_a_rule_of_a_network_acl_is_a_guard_where_it_denies_what_comes_in(action, egress, told):
    rule = change("aws_network_acl_rule", {"rule_action": action, "egress": egress}, None)
    changes = [reviewed(rule.address, Action.DELETE)]
    harmless = {rule.address} if protects_nothing(rule) else ()
    assert [code for _, code, _ in whole(changes, harmless=harmless)] == told
    with_its_acl = [*changes, reviewed("aws_network_acl.a", Action.DELETE)]
    facts = replace(FACTS, dependents=lambda name: (rule.resource,) if name == "aws_network_acl.a" else ())
    assert whole(with_its_acl, facts, harmless=harmless) == []


def test_only_a_deletion_of_a_guard_can_protect_nothing():
    values = {"rule_action": "allow", "egress": False}
    assert not protects_nothing(change("aws_network_acl_rule", values, values, action=Action.UPDATE))
    assert not protects_nothing(change("aws_cloudtrail", {"name": "t"}, None))
    assert not protects_nothing(change("aws_vpc", {"id": "v"}, None))


def test_losses_are_judged_with_the_whole():
    loss = data_loss_of(change("aws_sqs_queue", {"name": "jobs"}, None))
    assert whole([], losses=[loss]) == [("red", "data-without-backup", "aws_sqs_queue.it")]


# Of one change


def replaced(**more):
    return change(
        "aws_vpc", {"id": "vpc-1"}, {}, action=Action.REPLACE, address="module.a.aws_vpc.it[0]", **more
    )


@pytest.mark.parametrize(
    ("others", "create_first", "told"),
    [
        ((), False, ""),
        (("aws_subnet.a",), True, ""),
        (
            ("aws_subnet.a", "aws_subnet.b"),
            False,
            "aws_subnet.a, aws_subnet.b",
        ),
        (
            tuple(f"aws_subnet.{name}" for name in "abcde"),
            False,
            "aws_subnet.a, aws_subnet.b, aws_subnet.c and 2 more",
        ),
    ],
)
def test_a_replacement_under_dependents(others, create_first, told):
    facts = replace(FACTS, dependents=lambda name: others if name == "module.a.aws_vpc.it" else ())
    expected = f"it is destroyed before its successor is made, and others refer to it: {told}"
    assert words(replaced(create_before_destroy=create_first), facts) == (expected if told else "")


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Action.UPDATE, [("red", "hot-fix-changed")]),
        (Action.REPLACE, [("red", "hot-fix-changed")]),
        (Action.DELETE, [("red", "hot-fix-changed")]),
        (Action.MOVE, []),
        (Action.FORGET, []),
    ],
)
def test_a_change_to_a_hot_fix(action, expected):
    facts = replace(FACTS, hot_fixes=frozenset({"terraform_data.it"}))
    assert found(change("terraform_data", {"id": "a"}, {"id": "a"}, action=action), facts) == expected
    assert found(change("terraform_data", {}, {}, action=action, address="terraform_data.other"), facts) == []


def test_codes_are_stable_names_with_a_page_each():
    codes = [each.code for each in DANGERS]
    assert len(codes) == len(set(codes))
    for each in DANGERS:
        assert each.code == each.code.lower().replace("_", "-")
        assert each.source.startswith("https://")
        assert not each.meaning.endswith(".")
    assert {each.danger for each in GUARDS.values()} <= set(DANGERS)
    assert all(each.source.startswith("https://") for each in GUARDS.values())


# The names that rules look for, and values of every form, sound or not.
NAMES = st.sampled_from(
    [
        *(
            "ingress",
            "egress",
            "cidr_blocks",
            "cidr_ipv4",
            "from_port",
            "to_port",
            "protocol",
            "action",
            "type",
        ),
        *("acl", "grant", "uri", "website", "vpc_config", "public_access_cidrs", "endpoint_public_access"),
        *("policy", "assume_role_policy", "inline_policy", "policy_arn", "managed_policy_arns", "principal"),
        *(
            "shared_accounts",
            "permissions",
            "account_ids",
            "access_policies",
            "retention_in_days",
            "arn",
            "id",
        ),
        *(
            "point_in_time_recovery",
            "enabled",
            "backup_retention_period",
            "versioning_configuration",
            "status",
        ),
        *("enabled_cloudwatch_logs_exports", "deletion_protection", "recovery_window_in_days", "rule"),
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats(allow_nan=False)
    | st.sampled_from(
        ["", "*", "0.0.0.0/0", "::/0", "x/\u00b2", "-1", "all", "Enabled", '{"Statement": 1}', "{}"]
    )
)
VALUES = st.dictionaries(
    NAMES,
    st.recursive(
        LEAVES,
        lambda each: st.lists(each, max_size=3) | st.dictionaries(NAMES, each, max_size=4),
        max_leaves=8,
    ),
    max_size=6,
)
TYPES = st.sampled_from(sorted({*_BY_TYPE, *DATA_HOLDERS}))


@settings(max_examples=500)
@given(TYPES, VALUES, VALUES, VALUES, st.sampled_from(Action))
def test_whatever_a_plan_holds_is_judged(resource_type, before, after, unknown, action):
    one = change(resource_type, before, after, action=action, unknown=unknown)
    for risk in risks_of_change(one, FACTS):
        assert risk.words
        assert not risk.words.endswith(".")
    loss = data_loss_of(one)
    assert loss is None or data_risk(loss, FACTS).words
