"""How far an apply came, from its plan and its events."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.plan import Action, PlannedChange
from guardian.domain.run import Progress, progress_of, unfinished_creations

ADDRESSES = ["aws_a.x", 'module.m["k"].aws_b.y[0]', 'aws_c.z["é ${}"]', "aws_d.w"]
TRACKED = [Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE]


def change(address, action=Action.CREATE):
    return PlannedChange(address=address, resource_type="aws", action=action)


def event(kind, address, action="create"):
    return {"type": kind, "hook": {"resource": {"addr": address}, "action": action}}


def test_siblings_of_a_failed_create():
    planned = [change(each) for each in ("a.a", "b.b", "c.c", "d.d")]
    events = [
        event("apply_start", "a.a"),
        event("apply_start", "b.b"),
        event("apply_start", "c.c"),
        event("apply_complete", "a.a"),
        event("apply_errored", "b.b"),
    ]
    assert progress_of(planned, events, ended_well=False) == Progress(
        done=("a.a",), failed=("b.b",), in_flight=("c.c",), not_started=("d.d",)
    )


def test_a_replacement_is_done_only_when_both_halves_are():
    planned = [change("a.a", Action.REPLACE)]
    half = [event("apply_start", "a.a", "delete"), event("apply_complete", "a.a", "delete")]
    assert progress_of(planned, half, ended_well=False).in_flight == ("a.a",)
    whole = [*half, event("apply_start", "a.a"), event("apply_complete", "a.a")]
    assert progress_of(planned, whole, ended_well=True).done == ("a.a",)


def test_a_failed_second_half_of_a_replacement_is_a_failure():
    planned = [change("a.a", Action.REPLACE)]
    events = [
        event("apply_start", "a.a", "delete"),
        event("apply_complete", "a.a", "delete"),
        event("apply_start", "a.a"),
        event("apply_errored", "a.a"),
    ]
    assert progress_of(planned, events, ended_well=False).failed == ("a.a",)


def test_a_move_is_done_as_soon_as_anything_began():
    planned = [change("a.a", Action.MOVE), change("b.b")]
    assert progress_of(planned, [event("apply_start", "b.b")], ended_well=False).done == ("a.a",)


def test_a_creation_is_unfinished_until_it_ends_either_way():
    begun = [event("apply_start", "a.a"), event("apply_start", "b.b", "delete")]
    assert unfinished_creations(begun) == ("a.a",)
    assert unfinished_creations([*begun, event("apply_errored", "a.a")]) == ()
    assert unfinished_creations([*begun, event("apply_complete", "a.a")]) == ()


@pytest.mark.parametrize("action", [Action.MOVE, Action.IMPORT, Action.FORGET])
def test_what_has_no_events_is_settled_by_the_exit_code(action):
    assert progress_of([change("a.a", action)], [], ended_well=True).done == ("a.a",)
    assert progress_of([change("a.a", action)], [], ended_well=False).not_started == ("a.a",)


def test_data_sources_are_not_counted():
    events = [event("apply_start", "data.a.a", "read"), event("apply_complete", "data.a.a", "read")]
    assert progress_of([], events, ended_well=True) == Progress()


def test_a_second_object_of_the_same_address_is_not_hidden():
    """A create-before-destroy whose deposed object was begun and never finished."""
    planned = [change("a.a", Action.REPLACE)]
    events = [
        event("apply_start", "a.a"),
        event("apply_complete", "a.a"),
        event("apply_start", "a.a", "delete"),
    ]
    assert progress_of(planned, events, ended_well=False).in_flight == ("a.a",)


@st.composite
def streams(draw):
    """Event streams as Terraform may write them, cut off anywhere."""
    actions = draw(st.lists(st.sampled_from(TRACKED), min_size=4, max_size=4))
    planned = [change(address, action) for address, action in zip(ADDRESSES, actions, strict=True)]
    events = []
    for address in draw(st.lists(st.sampled_from(ADDRESSES), max_size=4, unique=True)):
        events.append(event("apply_start", address))
        if ending := draw(st.sampled_from([None, "apply_complete", "apply_errored"])):
            events.append(event(ending, address))
    return planned, events[: draw(st.integers(0, len(events)))]


@given(streams())
def test_every_planned_address_is_in_exactly_one_class(stream):
    planned, events = stream
    progress = progress_of(planned, events, ended_well=False)
    classes = [progress.done, progress.failed, progress.in_flight, progress.not_started]
    assert sorted(address for each in classes for address in each) == sorted(ADDRESSES)


@given(streams())
def test_more_events_never_take_an_address_back_to_never_started(stream):
    planned, events = stream
    cuts = [progress_of(planned, events[:cut], ended_well=False) for cut in range(len(events) + 1)]
    for before, after in pairwise(cuts):
        assert set(after.not_started) <= set(before.not_started)
        assert set(before.touched) <= set(after.touched)


@given(streams())
def test_what_was_started_is_touched(stream):
    planned, events = stream
    progress = progress_of(planned, events, ended_well=False)
    started = {each["hook"]["resource"]["addr"] for each in events if each["type"] == "apply_start"}
    assert set(progress.touched) == started
