"""Reading states: addresses as Terraform spells them, broken records refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.address import instance_address, quote_key, resource_of
from guardian.domain.difference import Kind, PathChange, compare
from guardian.domain.fingerprint import digest, normalise
from guardian.domain.guards import wrong_state
from guardian.domain.redaction import MASK
from guardian.domain.standing import KnownState
from guardian.domain.state import EMPTY, facts_of, parse_state
from guardian.errors import WrongStateError


def state_bytes(resources, *, serial=3, lineage="l"):
    document = {"version": 4, "terraform_version": "1.11.4", "serial": serial, "lineage": lineage}
    return json.dumps({**document, "outputs": {}, "resources": resources}).encode()


def resource(name, attributes, **instance):
    return {
        "mode": "managed",
        "type": "aws_x",
        "name": name,
        "provider": "p",
        "instances": [{"attributes": attributes, **instance}],
    }


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("plain", '"plain"'),
        ('a"b', '"a\\"b"'),
        ("a\\b", '"a\\\\b"'),
        ("${x}", '"$${x}"'),
        ("%{if}", '"%%{if}"'),
        ("$5 and 5%", '"$5 and 5%"'),
        ("é", '"é"'),
        ("a\nb\tc", '"a\\nb\\tc"'),
        ("bell\x07", '"bell\\u0007"'),
        ("dots.and[brackets]", '"dots.and[brackets]"'),
    ],
)
def test_keys_are_quoted_as_terraform_quotes_them(key, written):
    assert quote_key(key) == written


def test_addresses_have_module_mode_and_key():
    assert (
        instance_address(module='module.a["x"]', mode="data", resource_type="aws_y", name="z", key=0)
        == 'module.a["x"].data.aws_y.z[0]'
    )


@pytest.mark.parametrize(
    "body", [b"", b"  \n", b'{"version":4}', b'{"vers', b"[]", b'{"version":3,"lineage":"l"}']
)
def test_a_broken_record_is_never_an_empty_state(body):
    with pytest.raises(WrongStateError):
        parse_state(body)


def test_instances_keep_what_makes_them_different():
    body = state_bytes(
        [
            resource("a", {"id": "1"}, status="tainted", index_key="k"),
            resource("b", {"id": "2"}, deposed="00ff"),
        ]
    )
    managed = parse_state(body).managed
    assert managed['aws_x.a["k"]'].tainted
    assert managed["aws_x.b (deposed object 00ff)"].object_id == "2"


@given(st.text(), st.text())
def test_a_resource_is_its_address_without_keys(outer, inner):
    address = instance_address(
        module=f"module.m[{quote_key(outer)}]", mode="managed", resource_type="t", name="n", key=inner
    )
    assert resource_of(address) == "module.m.t.n"
    assert resource_of("t.n[12]") == "t.n"


def paths(before, after):
    return tuple(
        PathChange(path=(name,), before=before.get(name), after=after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


def test_differences_are_added_removed_and_changed():
    before = parse_state(state_bytes([resource("a", {"id": "1", "x": 1}), resource("gone", {"id": "2"})]))
    after = parse_state(state_bytes([resource("a", {"id": "1", "x": 2}), resource("new", {"id": "3"})]))
    assert [(each.address, each.kind) for each in compare(before, after, paths=paths)] == [
        ("aws_x.a", Kind.CHANGED),
        ("aws_x.gone", Kind.REMOVED),
        ("aws_x.new", Kind.ADDED),
    ]


@pytest.mark.parametrize("name", ["password", "db_secret_string", "auth_token", "private_key"])
def test_a_telling_name_masks_its_value(name):
    before = parse_state(state_bytes([resource("a", {name: "hunter1"})]))
    after = parse_state(state_bytes([resource("a", {name: "hunter2"})]))
    (difference,) = compare(before, after, paths=paths)
    assert difference.paths == (PathChange(path=(name,), before=MASK, after=MASK),)


def test_a_marked_path_masks_what_holds_it():
    marked = [[{"type": "get_attr", "value": "settings"}, {"type": "get_attr", "value": "plain"}]]
    before = parse_state(
        state_bytes([resource("a", {"settings": {"plain": 1}}, sensitive_attributes=marked)])
    )
    after = parse_state(state_bytes([resource("a", {"settings": {"plain": 2}})]))
    (difference,) = compare(before, after, paths=paths)
    assert difference.paths[0].before == MASK


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.text(), values, max_size=4))
def test_normalising_twice_changes_nothing_more(attributes):
    assert normalise(normalise(attributes)) == normalise(attributes)


@given(st.dictionaries(st.text(min_size=1), values, max_size=4), st.text(min_size=1))
def test_an_attribute_set_to_nothing_is_no_difference(attributes, name):
    bare = {key: value for key, value in attributes.items() if key != name}
    one = parse_state(state_bytes([resource("a", bare)]))
    nothing: tuple[object, ...] = (None, {}, [])
    for empty in nothing:
        other = parse_state(state_bytes([resource("a", {**bare, name: empty})]))
        assert digest(one.managed["aws_x.a"]) == digest(other.managed["aws_x.a"])


@given(st.dictionaries(st.text(), values, max_size=4))
def test_a_state_never_differs_from_itself(attributes):
    state = parse_state(state_bytes([resource("a", attributes)]))
    assert compare(state, state, paths=paths) == ()


def known(**over):
    return KnownState(**{"lineage": "l", "serial": 3, "sha256": "s", "instances": 10, **over})


def present(**over):
    body = state_bytes([resource(f"r{index}", {"id": "1"}) for index in range(10)], **over)
    return facts_of(body, parse_state(body))


def test_nothing_known_refuses_nothing():
    assert wrong_state(None, present()) is None


@pytest.mark.parametrize(
    ("before", "now", "says"),
    [
        (known(), None, "no state"),
        (known(lineage="other"), present(), "another state"),
        (known(serial=4), present(), "went back"),
        (known(serial=3, sha256="other"), present(), "forked"),
        (known(serial=2, instances=100), present(), "vanished"),
    ],
)
def test_a_state_that_cannot_follow_is_refused(before, now, says):
    assert says in (wrong_state(before, now) or "")


def test_a_state_that_moved_on_is_fine():
    assert wrong_state(known(serial=2), present()) is None
    assert EMPTY.managed == {}
