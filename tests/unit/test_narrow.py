"""Narrowed states differ exactly as whole ones do, however they are written."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.adapters.differ import DeepDiffer
from guardian.domain.difference import compare
from guardian.domain.state import parse_state
from guardian.errors import WrongStateError

DIFFER = DeepDiffer()


def state(resources: list[dict[str, Any]], *, serial: int = 1, indent: int | None = 2) -> bytes:
    document = {"version": 4, "terraform_version": "1.11.4", "serial": serial, "lineage": "l", "outputs": {}}
    return json.dumps({**document, "resources": resources, "check_results": None}, indent=indent).encode()


def resource(name: str, sizes: dict[str, int], *, module: str = "") -> dict[str, Any]:
    instances = [
        {"index_key": key, "schema_version": 0, "attributes": {"id": key, "size": size}, "private": "e30="}
        for key, size in sizes.items()
    ]
    found = {"mode": "managed", "type": "x_y", "name": name, "provider": "p", "instances": instances}
    return {"module": module, **found} if module else found


RESOURCES = st.lists(
    st.builds(
        resource,
        st.sampled_from(["a", "b", "c"]),
        st.dictionaries(st.sampled_from(["k", "l", "m"]), st.integers(0, 2), max_size=3),
        module=st.sampled_from(["", "module.m"]),
    ),
    max_size=4,
    unique_by=lambda each: (each["name"], each.get("module")),
)


@given(RESOURCES, RESOURCES, st.sampled_from([None, 2]))
def test_the_differences_are_those_of_the_whole_states(before, after, indent):
    one, other = state(before), state(after, serial=2, indent=indent)
    whole = compare(parse_state(one), parse_state(other), paths=DIFFER.paths)
    assert compare(*DIFFER.narrow(one, other), paths=DIFFER.paths) == whole


def test_what_is_spelled_alike_is_not_decoded():
    one = state([resource("a", {"k": 1, "l": 1}), resource("b", {"k": 1})])
    other = state([resource("a", {"k": 1, "l": 2}), resource("b", {"k": 1})], serial=2)
    narrowed = DIFFER.narrow(one, other)
    assert [list(each.managed) for each in narrowed] == [['x_y.a["l"]'], ['x_y.a["l"]']]
    assert [each.serial for each in narrowed] == [1, 2]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"version": 4}', b'{"version": 3, "lineage": "l"}'])
def test_what_is_no_state_is_refused(body):
    with pytest.raises(WrongStateError):
        DIFFER.narrow(state([]), body)
