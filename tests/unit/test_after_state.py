"""The state that an apply would leave: each action, what no plan knows, what stays byte for byte."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.review.after.state import AfterState, after_state
from guardian.domain.review.after.values import ARN_STAND_IN, STAND_IN, filled, type_of
from guardian.domain.review.document import read_document
from guardian.domain.state import parse_state
from guardian.errors import PlanFormatError

AWS = 'provider["registry.terraform.io/hashicorp/aws"]'
LINEAGE = "11111111-2222-3333-4444-555555555555"


def instance(attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"schema_version": 3, "attributes": attributes, "sensitive_attributes": [], **more}


def resource(name: str, *instances: dict[str, Any], kind: str = "aws_thing", **more: Any) -> dict[str, Any]:
    return {
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider": AWS,
        "instances": list(instances),
        **more,
    }


def state(*resources: dict[str, Any], **more: Any) -> bytes:
    top = {"version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": LINEAGE, "outputs": {}}
    return json.dumps({**top, "resources": list(resources), "check_results": [{}], **more}).encode()


def changed(
    name: str, *actions: str, kind: str = "aws_thing", index: Any = None, **more: Any
) -> dict[str, Any]:
    """Return one change; keywords of `change` and of the resource around it are told apart by their names."""
    of_change = {"before", "after", "after_unknown", "before_sensitive", "after_sensitive", "importing"}
    key = "" if index is None else f"[{json.dumps(index)}]"
    module = f"{more['module_address']}." if "module_address" in more else ""
    found = {
        "address": f"{module}{kind}.{name}{key}",
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": list(actions), **{k: v for k, v in more.items() if k in of_change}},
        **{k: v for k, v in more.items() if k not in of_change},
    }
    return found if index is None else {**found, "index": index}


def applied(recorded: bytes, *changes: dict[str, Any], **more: Any) -> AfterState:
    plan = {"format_version": "1.2", "resource_changes": list(changes), **more}
    return after_state(recorded, read_document(json.dumps(plan).encode(), named="the plan"))


def attributes(found: AfterState, address: str) -> dict[str, Any]:
    (one,) = [each for each in parse_state(found.body).instances if each.identity == address]
    return dict(one.attributes)


def raw(found: AfterState) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(found.body)
    return document


def configured(*resources: dict[str, Any], providers: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"provider_config": providers or {}, "root_module": {"resources": list(resources)}}


def declared(name: str, *arguments: str, key: str = "aws", kind: str = "aws_thing") -> dict[str, Any]:
    return {
        "address": f"{kind}.{name}",
        "mode": "managed",
        "provider_config_key": key,
        "expressions": {each: {} for each in arguments},
    }


def test_the_lineage_stays_and_the_serial_is_the_next():
    found = parse_state(applied(state(resource("a", instance({"id": "1"})))).body)
    assert (found.lineage, found.serial) == (LINEAGE, 8)
    assert [each.address for each in found.instances] == ["aws_thing.a"]


def test_a_state_that_was_never_written_gets_a_lineage():
    found = parse_state(
        applied(b'{"version": 4, "serial": 0, "lineage": "", "resources": null}'.replace(b"null", b"[]")).body
    )
    assert found.lineage
    assert found.serial == 1
    assert parse_state(applied(b"").body).serial == 1


@pytest.mark.parametrize(
    "recorded", [b"{", b"[]", b'{"resources": [{"mode": "managed"}]}', b'{"serial": "x"}']
)
def test_a_state_that_is_none_is_refused_in_one_sentence(recorded):
    with pytest.raises(PlanFormatError, match="the state in the plan file cannot be read"):
        applied(recorded)


def test_what_is_created_has_the_schema_and_provider_of_its_configuration():
    west = {"full_name": "registry.terraform.io/hashicorp/aws", "alias": "west"}
    inner = {**west, "module_address": "module.app"}
    found = applied(
        state(),
        changed("new", "create", after={"size": 1}, after_unknown={"id": True}, index='a"b'),
        changed("new", "create", after={"size": 2}, after_unknown={"id": True}, index="c"),
        changed("in", "create", after={}, after_unknown={"id": True}, module_address="module.app"),
        configuration={
            "provider_config": {"aws.west": west, "module.app:aws.west": inner},
            "root_module": {
                "resources": [declared("new", key="aws.west")],
                "module_calls": {
                    "app": {"module": {"resources": [declared("in", key="module.app:aws.west")]}}
                },
            },
        },
        planned_values={
            "root_module": {
                "child_modules": [
                    {"resources": [{"type": "aws_thing", "mode": "managed", "schema_version": 5}]}
                ]
            }
        },
    )
    first, second = raw(found)["resources"]
    assert first["provider"] == f"{AWS}.west"
    assert [each["index_key"] for each in first["instances"]] == ['a"b', "c"]
    assert {each["schema_version"] for each in first["instances"]} == {5}
    assert (second["module"], second["provider"]) == ("module.app", f"module.app.{AWS}.west")
    assert found.new_providers == (f"module.app.{AWS}.west", f"{AWS}.west")
    assert found.made == {'aws_thing.new["a\\"b"]', 'aws_thing.new["c"]', "module.app.aws_thing.in"}


def test_a_provider_without_a_block_is_spelled_by_its_source():
    found = applied(state(), changed("new", "create", after={}))
    assert raw(found)["resources"][0]["provider"] == AWS


def test_an_update_takes_new_values_and_keeps_what_it_does_not_name():
    old = instance({"id": "1", "size": 1, "left": "x"}, private="cHJpdmF0ZQ==", dependencies=["aws_thing.b"])
    found = applied(
        state(resource("a", old)),
        changed("a", "update", before={"id": "1", "size": 1}, after={"id": "1", "size": 2}),
    )
    (made,) = raw(found)["resources"][0]["instances"]
    assert made == {**old, "attributes": {"id": "1", "size": 2, "left": "x"}}
    assert found.made == frozenset()


@pytest.mark.parametrize("actions", [("delete", "create"), ("create", "delete")])
def test_a_replacement_is_another_object(actions):
    old = instance(
        {"id": "1", "name": "a"}, private="cHJpdmF0ZQ==", status="tainted", dependencies=["aws_thing.b"]
    )
    found = applied(
        state(resource("a", old, instance({"id": "0"}, deposed="abcd1234"))),
        changed(
            "a", *actions, before={"id": "1", "name": "a"}, after={"name": "b"}, after_unknown={"id": True}
        ),
        changed("a", "delete", before={"id": "0"}, deposed="abcd1234"),
    )
    (made,) = raw(found)["resources"][0]["instances"]
    assert made["attributes"] == {"id": STAND_IN, "name": "b"}
    assert "private" not in made
    assert "status" not in made
    assert made["dependencies"] == ["aws_thing.b"]
    assert found.made == {"aws_thing.a"}


def test_what_is_deleted_or_forgotten_leaves_and_its_resource_with_it():
    found = applied(
        state(resource("a", instance({"id": "1"})), resource("b", instance({"id": "2"}))),
        changed("a", "delete", before={"id": "1"}),
        changed("b", "forget", before={"id": "2"}),
    )
    assert raw(found)["resources"] == []
    assert found.forgotten == ("aws_thing.b",)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_move_renames_whether_or_not_the_plan_has_done_it_already(is_there):
    old = resource("new" if is_there else "old", instance({"id": "1"}, index_key=0))
    found = applied(
        state(old),
        changed(
            "new",
            "no-op",
            index=0,
            previous_address="aws_thing.old[0]",
            before={"id": "1"},
            after={"id": "1"},
        ),
    )
    assert found.addresses == ("aws_thing.new[0]",)
    assert attributes(found, "aws_thing.new[0]") == {"id": "1"}
    assert found.moved == (("aws_thing.old[0]", "aws_thing.new[0]"),)
    assert found.made == frozenset()


def test_an_import_is_there_and_was_not_made():
    found = applied(
        state(), changed("a", "no-op", importing={"id": "1"}, before={"id": "1"}, after={"id": "1"})
    )
    assert attributes(found, "aws_thing.a") == {"id": "1"}
    assert found.made == frozenset()


def test_computed_values_stay_in_place_and_arguments_get_a_stand_in():
    before = {
        "id": "1",
        "version": "3",
        "key": "old",
        "arn_of": "arn:aws:x:y:1:z/1",
        "role_arn": None,
        "port": 1,
    }
    found = applied(
        state(resource("a", instance(before))),
        changed(
            "a",
            "update",
            before=before,
            after={"id": "1"},
            after_unknown={
                "version": True,
                "key": True,
                "arn_of": True,
                "role_arn": True,
                "port": True,
                "id": False,
            },
        ),
        configuration=configured(declared("a", "key", "arn_of", "role_arn", "port")),
    )
    assert attributes(found, "aws_thing.a") == {
        "id": "1",
        "version": "3",
        "key": STAND_IN,
        "arn_of": ARN_STAND_IN,
        "role_arn": ARN_STAND_IN,
        "port": None,
    }
    assert found.unknown == {"aws_thing.a"}


def test_an_open_type_is_recorded_beside_its_value():
    kept = {"value": ["a"], "type": ["set", "string"]}
    old = instance({"input": kept, "id": "1", "pair": {"value": "v", "type": "t"}})
    before = {"input": ["a"], "id": "1", "pair": {"value": "v", "type": "t"}}
    here = state(resource("a", old, kind="terraform_data"))
    same = applied(
        here, changed("a", "update", kind="terraform_data", before=before, after={**before, "id": "2"})
    )
    assert attributes(same, "terraform_data.a")["input"] == kept
    after = {**before, "input": {"x": [1, True, None, "s"]}, "pair": {"value": "w", "type": "t"}}
    other = applied(here, changed("a", "update", kind="terraform_data", before=before, after=after))
    assert attributes(other, "terraform_data.a")["input"] == {
        "value": {"x": [1, True, None, "s"]},
        "type": ["object", {"x": ["tuple", ["number", "bool", "string", "string"]]}],
    }
    # An object that merely has these names is no such record.
    assert attributes(other, "terraform_data.a")["pair"] == {"value": "w", "type": "t"}


def test_marks_follow_the_plan_and_recorded_ones_stay():
    def mark(name: str) -> list[dict[str, str]]:
        return [{"type": "get_attr", "value": name}]

    old = instance({"id": "1", "a": "x", "b": "y"}, sensitive_attributes=[mark("a"), mark("private")])
    found = applied(
        state(resource("a", old)),
        changed(
            "a",
            "update",
            before={"a": "x", "b": "y"},
            after={"a": "x", "b": "y"},
            before_sensitive={"a": True},
            after_sensitive={"b": True},
        ),
    )
    assert raw(found)["resources"][0]["instances"][0]["sensitive_attributes"] == [mark("private"), mark("b")]


def test_outputs_are_the_planned_ones():
    found = applied(
        state(outputs={"gone": {"value": 1, "type": "number"}}),
        planned_values={
            "outputs": {
                "kept": {"value": [1], "type": ["list", "number"], "sensitive": True},
                "new": {"sensitive": False},
            }
        },
    )
    assert raw(found)["outputs"] == {
        "kept": {"value": [1], "type": ["list", "number"], "sensitive": True},
        "new": {"value": STAND_IN, "type": "string"},
    }


def test_what_no_change_speaks_of_keeps_its_bytes():
    odd = b'{"n": 1.10, "big": 123456789012345678901234567890, "much": 1e400}'
    recorded = state(
        resource("a", instance({"id": "1", "odd": "ODD"}), future={"x": 1}),
        resource("b", instance({"odd": "ODD"}, future=[1])),
        {**resource("d", instance({"odd": "ODD"})), "mode": "data"},
    ).replace(b'"ODD"', odd)
    found = applied(recorded, changed("a", "update", before={"id": "1"}, after={"id": "2"}))
    assert found.body.count(odd) == 3
    assert found.body.count(b'"future"') == 2
    assert found.reads
    assert found.addresses == ("aws_thing.a", "aws_thing.b")


UNKNOWN = [
    ("tags", {"a": "x"}, {"b": True}, None, {"a": "x", "b": STAND_IN}),
    ("tags", {}, {"b": True}, {"c": "x"}, {"b": STAND_IN}),
    ("setting", {"a": 1}, {"b": True}, None, {"a": 1, "b": None}),
    ("list", ["x", None], [False, True], None, ["x", STAND_IN]),
    ("list", [None], [True], None, [None]),
    (
        "rule",
        [{"port": 1}],
        [{"group_id": True, "on": True}],
        None,
        [{"port": 1, "group_id": STAND_IN, "on": None}],
    ),
    ("rule", [{"name": "x"}], [{"on": True}], None, [{"name": "x", "on": None}]),
    ("subnet_ids", None, True, None, [STAND_IN]),
    ("subnets", None, True, ["a"], [STAND_IN]),
    ("rules", None, True, [{"a": 1}], None),
    ("enabled", None, True, True, None),
    ("id", None, True, None, STAND_IN),
    ("arn", None, True, None, ARN_STAND_IN),
    ("whatever", None, True, None, None),
]


@pytest.mark.parametrize(("name", "value", "unknown", "example", "expected"), UNKNOWN)
def test_stand_ins_have_the_type_of_what_is_beside_them(name, value, unknown, example, expected):
    assert filled(name, value, unknown, example) == expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_known_stays_as_it_is(value: Any) -> None:
    def nothing(tree: Any) -> Any:
        if isinstance(tree, dict):
            return {name: nothing(each) for name, each in tree.items()}
        return [nothing(each) for each in tree] if isinstance(tree, list) else False

    assert filled("any", value, nothing(value), None) == value


@given(VALUES)
def test_a_type_has_the_shape_of_its_value(value: Any) -> None:
    found = type_of(value)
    if isinstance(value, list):
        assert found == ["tuple", [type_of(each) for each in value]]
    elif isinstance(value, dict):
        assert found[0] == "object"
        assert found[1].keys() == value.keys()
    else:
        assert found in {"string", "number", "bool"}
