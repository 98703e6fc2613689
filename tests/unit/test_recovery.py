"""Dividing the reverse plan, and guarding what holds data."""

from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.guards import data_loss
from guardian.domain.plan import Action, PlannedChange, PlanReading, PlanSummary, summary_of_plan_json
from guardian.domain.scope import divide

addresses = st.sampled_from(["a.a", "b.b", "c.c", 'd.d["x"]', "e.e"])
changes = st.lists(
    st.builds(
        PlannedChange,
        address=addresses,
        resource_type=st.sampled_from(["aws_s3_bucket", "aws_vpc"]),
        action=st.sampled_from(list(Action)),
        previous_address=st.sampled_from(["", "a.a", "old.old"]),
    ),
    max_size=5,
    unique_by=lambda each: each.address,
)


@given(changes, st.lists(addresses))
def test_a_plan_divides_without_loss_or_overlap(planned, touched):
    scope = divide(PlanSummary(changes=tuple(planned)), touched)
    assert sorted([*scope.inside, *scope.outside], key=str) == sorted(planned, key=str)
    assert not set(scope.inside) & set(scope.outside)


@given(changes, st.lists(addresses))
def test_nothing_outside_was_touched(planned, touched):
    scope = divide(PlanSummary(changes=tuple(planned)), touched)
    assert not {each.address for each in scope.outside} & set(touched)


@given(changes)
def test_a_named_snapshot_takes_everything(planned):
    assert divide(PlanSummary(changes=tuple(planned)), None).outside == ()


def change(address, resource_type="aws_s3_bucket", action=Action.DELETE):
    return PlannedChange(address=address, resource_type=resource_type, action=action)


def test_data_is_not_lost_without_a_word():
    planned = [change("aws_s3_bucket.a"), change("aws_vpc.b", "aws_vpc")]
    assert data_loss(planned, allowed=()) == (planned[0],)
    assert data_loss(planned, allowed=("aws_s3_bucket.a",)) == ()
    assert data_loss(planned, allowed=("aws_s3_*",)) == ()
    assert data_loss(planned, allowed=("aws_s3_bucket.b",)) == (planned[0],)


def test_an_address_full_of_brackets_is_allowed_as_it_is_written():
    bucket = change('aws_s3_bucket.a["[x]"]')
    assert data_loss([bucket], allowed=(bucket.address,)) == ()


def test_a_replacement_loses_data_too():
    assert data_loss([change("aws_s3_bucket.a", action=Action.REPLACE)], allowed=()) != ()
    assert data_loss([change("aws_s3_bucket.a", action=Action.UPDATE)], allowed=()) == ()


def test_events_and_plan_json_tell_the_same_plan():
    reading = PlanReading()
    for address, action in (("a.a", "create"), ("b.b", "replace"), ("c.c", "noop"), ("d.d", "delete")):
        resource = {"addr": address, "resource_type": address[0]}
        reading.event({"type": "planned_change", "change": {"resource": resource, "action": action}})
    document = {
        "resource_changes": [
            {"address": "a.a", "type": "a", "change": {"actions": ["create"]}},
            {"address": "b.b", "type": "b", "change": {"actions": ["delete", "create"]}},
            {"address": "c.c", "type": "c", "change": {"actions": ["no-op"]}},
            {"address": "d.d", "type": "d", "change": {"actions": ["delete"]}},
        ]
    }
    assert reading.summary() == summary_of_plan_json(document)
    counts = reading.summary().counts
    assert (counts.add, counts.change, counts.remove) == (2, 0, 2)


def test_what_refers_to_something_made_anew_is_inside():
    planned = PlanSummary(
        changes=(
            change("a.a", "a", Action.REPLACE),
            change('b.b["x"]', "b", Action.UPDATE),
            change("c.c", "c", Action.UPDATE),
            change("d.d", "d", Action.UPDATE),
        )
    )
    depends_on = {'b.b["x"]': ("a.a",), "c.c": ("e.e",), "d.d": ()}
    scope = divide(planned, ["a.a"], depends_on=depends_on)
    assert [each.address for each in scope.inside] == ["a.a", 'b.b["x"]']


def test_what_refers_to_something_merely_changed_stays_outside():
    planned = PlanSummary(changes=(change("a.a", "a", Action.UPDATE), change("b.b", "b", Action.UPDATE)))
    scope = divide(planned, ["a.a"], depends_on={"b.b": ("a.a",)})
    assert [each.address for each in scope.outside] == ["b.b"]


def test_consequences_are_followed_to_their_end():
    planned = PlanSummary(changes=tuple(change(each, "x", Action.REPLACE) for each in ("c.c", "b.b", "a.a")))
    scope = divide(planned, ["a.a"], depends_on={"b.b": ("a.a",), "c.c": ("b.b",)})
    assert scope.outside == ()
