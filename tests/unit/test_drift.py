"""What differs from the expected moment, by whose hand, and what counts as no difference."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.adapters.differ import DeepDiffer
from guardian.domain.drift import Drift, Found, Kind, Look, Origin, Touched, find_drift, grouped
from guardian.domain.drift_rules import IgnoreRule
from guardian.domain.fingerprint import PLAIN, Shape, fingerprint
from guardian.domain.live import Seen, Unmanaged
from guardian.domain.observation import Absent, Unreadable
from guardian.domain.redaction import MASK
from guardian.domain.silence import Accepted, Silence, expired, fits, fits_path
from guardian.domain.state import State, StateInstance

PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]'
A = "aws_x.a"


def instance(address: str, attributes: Mapping[str, Any], **more: Any) -> StateInstance:
    kind = address.split(".", maxsplit=1)[0]
    return StateInstance(
        address=address, resource_type=kind, mode="managed", provider=PROVIDER, attributes=attributes, **more
    )


def state(*instances: StateInstance) -> State:
    return State(lineage="l", serial=1, terraform_version="1.11.4", instances=instances)


def live(**attributes: Any) -> Seen:
    return fingerprint(attributes, PLAIN)


def find(
    expected: State,
    seen: Mapping[str, Seen],
    *,
    recorded: State | None,
    silence: Silence | None = None,
    touched: Touched | None = None,
    unmanaged: tuple[Unmanaged, ...] = (),
) -> Found:
    look = Look(
        expected=expected,
        recorded=recorded,
        seen=seen,
        unmanaged=unmanaged,
        touched=touched or Touched(),
    )
    return find_drift(look, paths=DeepDiffer().paths, silence=silence or Silence())


def only(found: Found) -> Drift:
    (one,) = found.drifts
    return one


SIZED = state(instance(A, {"id": "1", "size": 1, "tags": {"team": "shop"}}))


def test_what_is_as_expected_does_not_differ():
    seen = {A: live(id="1", size=1, tags={"team": "shop"})}
    assert find(SIZED, seen, recorded=SIZED) == Found(drifts=())


def test_a_change_from_outside_is_made_elsewhere():
    drift = only(find(SIZED, {A: live(id="1", size=2)}, recorded=SIZED))
    assert (drift.kind, drift.origin) == (Kind.CHANGED, Origin.ELSEWHERE)
    assert [(each.path, each.before, each.after) for each in drift.paths] == [(("size",), 1, 2)]


def test_what_a_run_did_and_what_somebody_else_did_to_one_object_are_told_apart():
    recorded = state(instance(A, {"id": "1", "size": 2, "tags": {"team": "shop"}}))
    seen = {A: live(id="1", size=2, tags={"team": "them"})}
    found = find(SIZED, seen, recorded=recorded, touched=Touched(done=frozenset({A})))
    assert {(each.paths[0].path[0], each.origin) for each in found.drifts} == {
        ("size", Origin.THIS_RUN),
        ("tags", Origin.ELSEWHERE),
    }


def test_what_the_record_has_and_no_guarded_run_did_was_made_elsewhere():
    recorded = state(instance(A, {"id": "1", "size": 2}))
    assert only(find(SIZED, {A: live(size=2)}, recorded=recorded)).origin is Origin.ELSEWHERE


def test_nobody_is_named_for_what_a_run_may_have_done_half_way():
    touched = Touched(in_doubt=frozenset({A}))
    assert only(find(SIZED, {A: live(size=3)}, recorded=SIZED, touched=touched)).origin is Origin.UNKNOWN


def test_nobody_is_named_without_the_record():
    assert only(find(SIZED, {A: live(size=3)}, recorded=None)).origin is Origin.UNKNOWN
    assert only(find(SIZED, {A: Absent()}, recorded=None)).origin is Origin.UNKNOWN


def test_not_to_be_read_is_not_to_be_gone():
    drift = only(find(SIZED, {A: Unreadable(reason="AccessDenied")}, recorded=SIZED))
    assert (drift.kind, drift.words, drift.origin) == (Kind.UNREADABLE, "AccessDenied", Origin.UNKNOWN)
    assert only(find(SIZED, {A: Absent()}, recorded=SIZED)).kind is Kind.MISSING


def test_what_a_run_destroyed_is_missing_by_its_hand():
    found = find(SIZED, {A: Absent()}, recorded=state(), touched=Touched(done=frozenset({A})))
    assert (only(found).kind, only(found).origin) == (Kind.MISSING, Origin.THIS_RUN)


def test_what_stays_of_a_destroyed_setting_is_the_runs_own_and_of_a_forgotten_one_is_not():
    for destroyed, origin in ((frozenset({A}), Origin.THIS_RUN), (frozenset(), Origin.ELSEWHERE)):
        touched = Touched(done=frozenset({A}), destroyed=destroyed)
        assert only(find(SIZED, {A: live(size=9)}, recorded=state(), touched=touched)).origin is origin


def test_what_was_moved_is_one_object_by_its_old_name():
    now = "aws_x.now"
    touched = Touched(done=frozenset({now}), moved={A: now})
    recorded = state(instance(now, {"id": "1", "size": 2, "tags": {"team": "shop"}}))
    by_hand = only(find(SIZED, {now: live(size=5)}, recorded=recorded, touched=touched))
    assert (by_hand.address, by_hand.origin) == (A, Origin.ELSEWHERE)
    drift = only(find(SIZED, {now: live(size=2)}, recorded=recorded, touched=touched))
    assert (drift.address, drift.kind, drift.origin) == (A, Kind.CHANGED, Origin.THIS_RUN)
    assert drift.words == "it is aws_x.now now"
    both = state(*recorded.instances, instance(A, {"id": "2", "size": 1}))
    found = find(SIZED, {now: live(id="1", size=1), A: live(id="2")}, recorded=both, touched=touched)
    assert [(each.kind, each.address) for each in found.drifts] == [(Kind.ADDED, A)]


def test_a_move_that_the_record_does_not_show_is_none():
    touched = Touched(moved={A: "aws_x.now"})
    assert find(SIZED, {A: live(id="1", size=1)}, recorded=SIZED, touched=touched).drifts == ()


def test_what_nobody_reads_is_no_difference_unless_the_record_lacks_it():
    assert find(SIZED, {}, recorded=SIZED).drifts == ()
    assert only(find(SIZED, {}, recorded=state())).kind is Kind.MISSING


def test_tainted_deposed_and_added_come_from_the_record():
    recorded = state(
        instance(A, {"id": "1", "size": 1}, tainted=True),
        instance(A, {"id": "0"}, deposed="deadbeef"),
        instance("aws_x.new", {"id": "2"}),
    )
    found = find(SIZED, {A: live(id="1", size=1), "aws_x.new": live(id="2")}, recorded=recorded)
    assert {(each.kind, each.address) for each in found.drifts} == {
        (Kind.TAINTED, A),
        (Kind.DEPOSED, f"{A} (deposed object deadbeef)"),
        (Kind.ADDED, "aws_x.new"),
    }


def test_what_was_added_and_is_gone_again_is_no_difference():
    recorded = state(*SIZED.instances, instance("aws_x.new", {"id": "2"}))
    seen = {A: live(id="1", size=1), "aws_x.new": Absent()}
    assert find(SIZED, seen, recorded=recorded).drifts == ()


def test_an_unmanaged_object_says_by_what_it_is_in_scope():
    unmanaged = (Unmanaged(resource_type="aws_y", object_id="y-1", name="shop-y", by="its tags"),)
    drift = only(find(state(), {}, recorded=state(), unmanaged=unmanaged))
    assert (drift.kind, drift.address, drift.words) == (Kind.UNMANAGED, "y-1", "its tags")


@pytest.mark.parametrize(
    ("sensitive", "attributes"),
    [
        ((({"type": "get_attr", "value": "value"},),), {"value": "now"}),
        ((), {"password": "now"}),
        (
            (({"type": "get_attr", "value": "env"}, {"type": "index", "value": {"value": "K"}}),),
            {"env": {"K": "now"}},
        ),
    ],
)
def test_secrets_are_masked_on_both_sides(sensitive, attributes):
    was = {name: {"K": "old"} if isinstance(each, dict) else "old" for name, each in attributes.items()}
    expected = state(instance(A, was, sensitive=sensitive))
    drift = only(find(expected, {A: live(**attributes)}, recorded=expected))
    assert [(each.before, each.after) for each in drift.paths] == [(MASK, MASK)]
    assert "now" not in repr(drift)


@pytest.mark.parametrize(
    "value",
    [
        {"environment": [{"variables": {"DB": "now"}}]},
        {"settings": {"DB_PASS": "now", "plain": "x"}},
        {"endpoint": "https://user:now@x.example/"},
        {"block": [{"deep": {"apiKey": "now"}}]},
    ],
)
def test_what_was_not_marked_and_may_be_a_secret_is_masked_wherever_it_stands(value):
    expected = state(instance(A, dict.fromkeys(value)))
    drift = only(find(expected, {A: live(**value)}, recorded=expected))
    assert drift.paths
    assert "now" not in repr(drift.paths)


def test_a_mark_holds_whatever_the_order_of_its_list():
    marked = ({"type": "get_attr", "value": "set"}, {"type": "index", "value": {"value": 1}})
    step = ({"type": "get_attr", "value": "text"},)
    was = [{"name": "a", "text": "x"}, {"name": "b", "text": "old"}]
    expected = state(instance(A, {"set": was}, sensitive=((*marked, *step),)))
    seen = live(set=[{"name": "b", "text": "now"}, {"name": "a", "text": "x"}])
    drift = only(find(expected, {A: seen}, recorded=expected))
    assert "now" not in repr(drift.paths)
    assert "old" not in repr(drift.paths)


def test_every_attribute_that_differs_has_its_own_path():
    expected = state(instance(A, {"a": None, "b": [], "flag": True}))
    drift = only(find(expected, {A: live(a=[{"x": 1}], b=["y"], flag=False)}, recorded=expected))
    assert [each.path[0] for each in drift.paths] == ["a", "b", "flag"]
    assert (drift.paths[-1].before, drift.paths[-1].after) == (True, False)


def test_what_was_accepted_is_silent_until_it_changes_again():
    drift = only(find(SIZED, {A: live(size=2)}, recorded=SIZED))
    accepted = Accepted(address=A, kind="changed", digest=drift.digest, reason="hot fix")
    silence = Silence(accepted=(accepted,))
    quiet = find(SIZED, {A: live(size=2)}, recorded=SIZED, silence=silence)
    assert (quiet.drifts, quiet.silenced[0].why) == ((), "accepted: hot fix")
    assert only(find(SIZED, {A: live(size=3)}, recorded=SIZED, silence=silence)).paths[0].after == 3


def test_a_rule_takes_its_paths_and_leaves_the_others():
    rules = (IgnoreRule(address="aws_x.*", attribute="tags.Last*", reason="backups"),)
    expected = state(instance(A, {"tags": {"LastBackup": "1", "team": "a"}}))
    seen = {A: live(tags={"LastBackup": "2", "team": "b"})}
    found = find(expected, seen, recorded=expected, silence=Silence(rules=rules))
    assert [each.path for each in only(found).paths] == [("tags", "team")]
    assert [(each.paths, each.why) for each in found.silenced] == [(("tags.LastBackup",), "backups")]


def test_a_rule_without_an_attribute_takes_the_whole_instance():
    rules = (IgnoreRule(address=A, reason="by hand"),)
    assert find(SIZED, {A: Absent()}, recorded=SIZED, silence=Silence(rules=rules)).drifts == ()


def test_ignore_changes_holds_for_every_instance_of_the_resource():
    keyed = 'aws_x.a["k"]'
    expected = state(instance(keyed, {"size": 1, "tags": {"a": "1"}}))
    seen = {keyed: live(size=2, tags={"a": "2"})}
    silence = Silence(ignore_changes={"aws_x.a": ("tags",)})
    assert [
        each.path[0] for each in only(find(expected, seen, recorded=expected, silence=silence)).paths
    ] == ["size"]
    assert (
        find(expected, seen, recorded=expected, silence=Silence(ignore_changes={"aws_x.a": ("all",)})).drifts
        == ()
    )


def test_globs_take_brackets_for_themselves():
    assert fits('module.a["x"].aws_x.b[0]', 'module.a["*"].aws_x.b[?]')
    assert not fits("aws_x.b0", "aws_x.b[0]")
    assert fits_path("tags.Owner", "tags")
    assert fits_path("tags.Owner", "tags.O*")
    assert not fits_path("tagsets.Owner", "tags")


def test_a_rule_holds_to_the_end_of_its_last_day():
    rule = IgnoreRule(address="*", reason="r", until=date(2027, 1, 31))
    assert rule.holds_on(date(2027, 1, 31))
    assert list(expired([rule], date(2027, 2, 1))) == [rule]


def test_what_differs_alike_is_one_group():
    expected = state(*(instance(f"aws_x.a[{each}]", {"tags": {}}) for each in range(3)))
    seen = {f"aws_x.a[{each}]": live(tags={"cost": "42" if each else "7"}) for each in range(3)}
    groups = grouped(find(expected, seen, recorded=expected).drifts)
    assert sorted(len(each.drifts) for each in groups) == [1, 2]


# The canonical form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": None}, {"a": []}),
        ({"a": [{"b": "", "c": 1}]}, {"a": [{"c": 1.0}]}),
        ({"a": [2, 1]}, {"a": [1, 2]}),
        ({"p": '{"Statement":{"Action":["x"]}}'}, {"p": '{"Statement": [{"Action": "x"}]}'}),
        ({"d": '{"b": 1, "a": [1]}'}, {"d": '{"a":[1],"b":1}'}),
    ],
)
def test_two_ways_to_write_the_same(one, other):
    shape = Shape(policies=frozenset({"p"}), documents=frozenset({"d"}))
    assert fingerprint(one, shape).digest == fingerprint(other, shape).digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": True}, {"a": False}),
        ({"a": "1"}, {"a": 1}),
        ({"o": [1, 2]}, {"o": [2, 1]}),
        ({"tags": {"a": ""}}, {"tags": {}}),
        ({"d": '{"a": [1, 2]}'}, {"d": '{"a": [2, 1]}'}),
        ({"p": "{"}, {"p": "[}"}),
    ],
)
def test_what_is_not_the_same(one, other):
    shape = Shape(ordered=frozenset({"o"}), policies=frozenset({"p"}), documents=frozenset({"d"}))
    assert fingerprint(one, shape).digest != fingerprint(other, shape).digest


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1, max_size=3), VALUES, max_size=4), st.randoms())
def test_the_canonical_form_is_stable_and_knows_no_order(attributes, random):
    shuffled = list(attributes.items())
    random.shuffle(shuffled)
    first = fingerprint(attributes, PLAIN)
    assert fingerprint(dict(shuffled), PLAIN).digest == first.digest
    assert fingerprint(first.attributes, PLAIN).attributes == first.attributes
