"""What a way back may destroy, what it may do beyond what was shown, and what hand-made changes it meets."""

import pytest

from guardian.domain.guards import unasked
from guardian.domain.plan import Action, PlannedChange, PlanSummary, beyond
from guardian.domain.run import Progress, later
from guardian.domain.state import State, StateInstance
from guardian.operations.hot_fixes import written_over
from guardian.operations.planned import planned_instances


def instance(address, object_id, **given):
    return StateInstance(
        address=address,
        resource_type=address.split(".")[0],
        mode="managed",
        provider="p",
        attributes={"id": object_id},
        **given,
    )


def state(*instances):
    return State(lineage="l", serial=1, terraform_version="1", instances=instances)


def change(address, action):
    return PlannedChange(address=address, resource_type=address.split(".")[0], action=action)


def refused(changes, *, created=(), target=(), present=(), delete=(), replace=(), limited=True):
    found = unasked(
        changes,
        created=created,
        target=state(*target),
        present=state(*present),
        allow_delete=delete,
        allow_replace=replace,
        limited=limited,
    )
    return [each.address for each in found]


def test_what_the_run_created_may_go():
    going = [change("aws_vpc.new", Action.DELETE)]
    assert refused(going, created=["aws_vpc.new"], present=[instance("aws_vpc.new", "n")]) == []


def test_what_neither_the_run_created_nor_the_target_knows_may_not():
    going = [change("aws_vpc.theirs", Action.DELETE)]
    there = [instance("aws_vpc.theirs", "t")]
    assert refused(going, present=there) == ["aws_vpc.theirs"]
    assert refused(going, present=there, delete=["aws_vpc.theirs"]) == []
    assert refused(going, present=there, limited=False) == []


def test_the_targets_own_object_is_not_replaced_unasked():
    going = [change("aws_vpc.main", Action.REPLACE)]
    own = [instance("aws_vpc.main", "original")]
    assert refused(going, target=own, present=own) == ["aws_vpc.main"]
    assert refused(going, target=own, present=own, replace=["aws_vpc.*"]) == []
    assert refused(going, target=own, present=own, limited=False) == []
    other = [instance("aws_vpc.main", "made by the run")]
    assert refused(going, target=own, present=other) == []


def test_what_holds_data_is_not_replaced_unasked_even_when_the_run_made_it():
    going = [change("aws_dynamodb_table.t", Action.REPLACE)]
    target, present = [instance("aws_dynamodb_table.t", "t")], [instance("aws_dynamodb_table.t", "t")]
    assert refused(going, target=target, present=present) == ["aws_dynamodb_table.t"]
    assert refused(going, target=target, present=present, limited=False) == ["aws_dynamodb_table.t"]
    assert refused(going, target=target, present=present, replace=["aws_dynamodb_table.t"]) == []
    deletion = [change("aws_dynamodb_table.t", Action.DELETE)]
    assert refused(deletion, target=target, present=present, replace=["aws_dynamodb_table.t"]) != []


def test_a_deposed_object_goes_unless_it_is_the_original():
    going = [change("aws_vpc.main", Action.DELETE)]
    original, second = instance("aws_vpc.main", "original"), instance("aws_vpc.main", "second")
    swapped = [original, instance("aws_vpc.main", "second", deposed="aa")]
    assert refused(going, target=[original], present=swapped) == []
    not_swapped = [second, instance("aws_vpc.main", "original", deposed="aa")]
    assert refused(going, target=[original], present=not_swapped) == ["aws_vpc.main"]


@pytest.mark.parametrize(
    ("shown", "again", "more"),
    [
        (Action.UPDATE, Action.UPDATE, False),
        (Action.REPLACE, Action.CREATE, False),
        (Action.REPLACE, Action.UPDATE, False),
        (Action.REPLACE, Action.DELETE, True),
        (Action.UPDATE, Action.REPLACE, True),
        (Action.CREATE, Action.REPLACE, True),
        (Action.CREATE, Action.DELETE, True),
    ],
)
def test_a_plan_may_do_less_than_was_shown_and_never_more(shown, again, more):
    agreed = PlanSummary(changes=(change("a.a", shown),))
    planned = PlanSummary(changes=(change("a.a", again),))
    assert bool(beyond(planned, agreed)) is more


def test_what_was_half_made_since_may_be_made_anew():
    agreed = PlanSummary(changes=(change("a.a", Action.CREATE), change("b.b", Action.UPDATE)))
    planned = PlanSummary(changes=(change("a.a", Action.REPLACE), change("b.b", Action.REPLACE)))
    assert [each.address for each in beyond(planned, agreed, renewed=["a.a", "b.b"])] == ["b.b"]
    assert [each.address for each in beyond(PlanSummary(changes=(change("c.c", Action.READ),)), agreed)] == [
        "c.c"
    ]


def test_a_repetition_counts_by_what_it_began():
    first = Progress(done=("a",), failed=("b",), not_started=("c", "d"))
    again = Progress(done=("b",), failed=("c",))
    merged = later(first, again)
    assert merged == Progress(done=("a", "b"), failed=("c",), not_started=("d",))


def plan_of(address, before, after, unknown=None):
    change_ = {"actions": ["update"], "before": before, "after": after, "after_unknown": unknown or {}}
    return {"resource_changes": [{"address": address, "mode": "managed", "change": change_}]}


def test_a_value_made_by_hand_is_found_where_the_plan_writes_another():
    made = {"a.a": {"value": "by hand", "version": 2, "tags": {"owner": "me"}}}
    plan = plan_of(
        "a.a",
        {"value": "run", "version": 3, "tags": {"owner": "me"}},
        {"value": "baseline", "version": None, "tags": {"owner": "me"}},
        {"version": True},
    )
    assert written_over(made, plan) == {"a.a": {"value": "by hand"}}


def test_a_value_made_by_hand_that_comes_back_or_stays_is_no_loss():
    made = {"a.a": {"value": "by hand", "note": None}}
    plan = plan_of("a.a", {"value": "run", "note": {}}, {"value": "by hand", "note": []})
    assert written_over(made, plan) == {}
    assert written_over(made, plan_of("b.b", {"value": "1"}, {"value": "2"})) == {}


def document(expressions, variables=None):
    return {
        "variables": {name: {"value": value} for name, value in (variables or {}).items()},
        "configuration": {
            "provider_config": {"aws": {"expressions": expressions}},
            "root_module": {
                "resources": [{"address": "aws_vpc.a", "provider_config_key": "aws"}],
                "module_calls": {
                    "m": {"module": {"resources": [{"address": "aws_vpc.b", "provider_config_key": "aws"}]}}
                },
            },
        },
        "resource_changes": [
            {
                "address": address,
                "mode": "managed",
                "change": {"after": {"cidr": "10.0.0.0/8", "id": None}, "after_unknown": {"id": True}},
            }
            for address in ("aws_vpc.a", 'module.m["k"].aws_vpc.b')
        ],
    }


@pytest.mark.parametrize(
    ("expressions", "variables", "region"),
    [
        ({}, {}, ""),
        ({"region": {"constant_value": "eu-west-1"}}, {}, "eu-west-1"),
        ({"region": {"references": ["var.r"]}}, {"r": "us-east-1"}, "us-east-1"),
        ({"region": {"references": ["local.r"]}}, {}, None),
        ({"region": {"constant_value": "eu-west-1"}, "assume_role": [{}]}, {}, None),
        ({"profile": {"constant_value": "other"}}, {}, None),
    ],
)
def test_where_a_provider_works_is_told_or_admitted_to_be_unknown(expressions, variables, region):
    found = planned_instances(document(expressions, variables))
    assert {each.region for each in found.values()} == {region}
    assert found["aws_vpc.a"].arguments == {"cidr": "10.0.0.0/8"}
