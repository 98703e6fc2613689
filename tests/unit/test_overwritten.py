"""Somebody's work by hand that the apply undoes is named, and nothing else is."""

import json

import pytest

from guardian.domain.difference import PathChange
from guardian.domain.plan import Action
from guardian.domain.review.document import read_document
from guardian.domain.review.overwritten import DriftBefore
from tests.support.planned import change

GROUP = "aws_security_group"


def drifted(before, after, **more):
    return change(GROUP, before, after, **more)


def undone(drift, planned, **more):
    found = DriftBefore([drift], **more).undone_by(planned)
    return None if found is None else found.paths


@pytest.mark.parametrize(
    ("recorded", "live", "planned", "paths"),
    [
        ({"a": 1}, {"a": 2}, {"a": 1}, (("a",),)),
        ({"a": 1}, {"a": 2}, {"a": 3}, (("a",),)),
        ({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 2, "b": 5}, None),
        ({"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 1, "b": 2}, (("a",),)),
        ({"tags": None}, {"tags": {}}, {"tags": {"x": "y"}}, None),
        ({"tags": {"x": "1"}}, {"tags": {"x": "2"}}, {"tags": None}, (("tags", "x"),)),
        ({"rule": []}, {"rule": [{"p": 1}]}, {"rule": []}, (("rule",),)),
        ({"rule": [{"p": 1}]}, {"rule": [{"p": 2}]}, {"rule": [{"p": 1}]}, (("rule", 0, "p"),)),
        ({"rule": [{"p": 1}]}, {"rule": [{"p": 2}]}, {"rule": []}, (("rule", 0, "p"),)),
        ({"a": False}, {"a": True}, {"a": False}, (("a",),)),
    ],
)
def test_drift_is_undone_where_the_plan_changes_it_again(recorded, live, planned, paths):
    assert undone(drifted(recorded, live), change(GROUP, live, planned)) == paths


def test_another_instance_is_nobody_s_drift():
    planned = change(GROUP, {"a": 2}, {"a": 1}, address=f"{GROUP}.other")
    assert undone(drifted({"a": 1}, {"a": 2}), planned) is None


def test_a_replacement_undoes_what_it_changes_and_a_deletion_all():
    drift = drifted({"a": 1, "b": 1}, {"a": 2, "b": 2})
    replaced = change(GROUP, {"a": 2, "b": 2}, {"a": 1, "b": 2}, action=Action.REPLACE)
    assert undone(drift, replaced) == (("a",),)
    assert undone(drift, change(GROUP, {"a": 2, "b": 2}, None)) == (("a",), ("b",))
    assert undone(drift, change(GROUP, {"a": 2}, {"a": 2}, action=Action.MOVE)) is None


def test_what_was_deleted_by_hand_is_made_again():
    gone = drifted({"a": 1}, None)
    assert undone(gone, change(GROUP, None, {"a": 1})) == ()
    assert undone(gone, change(GROUP, {"a": 1}, {"a": 2})) is None


def test_what_is_merely_computed_overwrites_nobody():
    drift = drifted({"modified": "1"}, {"modified": "2"})
    planned = change(GROUP, {"modified": "2"}, {}, unknown={"modified": True})
    assert undone(drift, planned, arguments={f"{GROUP}.it": frozenset({"a"})}) is None
    assert undone(drift, planned, arguments={f"{GROUP}.it": frozenset({"modified"})}) == (("modified",),)
    assert undone(drift, planned) == (("modified",),)


def test_an_argument_that_is_not_written_is_overwritten_all_the_same():
    drift = drifted({"description": None}, {"description": "by hand"})
    planned = change(GROUP, {"description": "by hand"}, {"description": None})
    assert undone(drift, planned, arguments={f"{GROUP}.it": frozenset()}) == (("description",),)


def test_it_says_what_was_accepted_and_shows_values_where_they_are_wanted():
    def show(drift, paths):
        return tuple(PathChange(path=each, before="masked", after="too") for each in paths)

    drift = drifted({"a": 1, "b": 1}, {"a": 2, "b": 2})
    planned = change(GROUP, {"a": 2, "b": 2}, {"a": 1, "b": 2})
    before = DriftBefore([drift], accepted={f"{GROUP}.it"}, show=show)
    found = before.undone_by(planned)
    assert found is not None
    assert found.accepted
    assert found.values == (PathChange(path=("a",), before="masked", after="too"),)
    plain = DriftBefore([drift]).undone_by(planned)
    assert plain is not None
    assert (plain.accepted, plain.values) == (False, ())


def test_noise_is_no_drift():
    assert DriftBefore([drifted({"tags": None}, {"tags": {}})]).addresses == frozenset()
    assert DriftBefore([drifted({"a": 1}, {"a": 2})]).addresses == {f"{GROUP}.it"}


def test_a_whole_plan_is_read_change_by_change():
    def entry(name, before, after, actions):
        return {
            "address": f"terraform_data.{name}",
            "mode": "managed",
            "type": "terraform_data",
            "name": name,
            "change": {"actions": actions, "before": before, "after": after},
        }

    body = {
        "format_version": "1.2",
        "resource_drift": [
            entry("b", {"input": 1}, {"input": 2}, ["update"]),
            entry("a", {"input": 1}, None, ["delete"]),
            entry("kept", {"input": 1}, {"input": 2}, ["update"]),
        ],
        "resource_changes": [
            entry("b", {"input": 2}, {"input": 1}, ["update"]),
            entry("a", None, {"input": 1}, ["create"]),
            entry("kept", {"input": 2}, {"input": 2}, ["no-op"]),
        ],
    }
    document = read_document(json.dumps(body).encode(), named="plan.json")
    before = DriftBefore(document.drift())
    found = [before.undone_by(each) for each in document.changes()]
    assert [(each.address, each.paths) for each in found if each] == [
        ("terraform_data.b", (("input",),)),
        ("terraform_data.a", ()),
    ]


def test_what_another_resource_sets_is_nobodys_hand_unless_the_object_writes_it_itself():
    bucket = "aws_s3_bucket"
    drift = change(bucket, {"versioning": [{"enabled": False}]}, {"versioning": [{"enabled": True}]})
    gone = change(bucket, {"versioning": [{"enabled": True}]}, None, action=Action.DELETE)
    assert undone(drift, gone) is None
    assert undone(drift, gone, arguments={drift.resource: frozenset({"bucket"})}) is None
    written = {drift.resource: frozenset({"bucket", "versioning"})}
    assert undone(drift, gone, arguments=written) == (("versioning", 0, "enabled"),)


def test_what_a_recovery_left_alone_is_somebodys_work_although_no_refresh_tells_it():
    planned = change(GROUP, {"a": 2}, {"a": 1})
    assert DriftBefore([]).undone_by(planned) is None
    found = DriftBefore([], left_alone={planned.address}).undone_by(planned)
    assert found is not None
    assert found.paths == (("a",),)
    made = change(GROUP, None, {"a": 1}, action=Action.CREATE)
    assert DriftBefore([], left_alone={made.address}).undone_by(made) is None
