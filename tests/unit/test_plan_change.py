"""What of a change differs, what of it is marked, and what stands at a path."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.plan import Action, PlannedChange
from guardian.domain.redaction import Path
from guardian.domain.review.change import Change, differing, is_marked, value_at

names = st.sampled_from(["a", "b", "c", ""])
leaves = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "x"])


def trees(leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaf,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=8,
    )


values = st.dictionaries(names, trees(leaves), max_size=3)
marks = trees(st.booleans())


def change(before: Any = None, after: Any = None, unknown: Any = None) -> Change:
    intent = PlannedChange(address="a.b", resource_type="a", action=Action.UPDATE)
    return Change(
        intent=intent,
        name="b",
        module="",
        provider="p",
        before=before or {},
        after=after or {},
        unknown=unknown or False,
    )


def leaf_paths(tree: Any, path: Path = ()) -> Iterator[Path]:
    """Return the paths at which nothing more is inside."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    inside = [found for step, value in inner for found in leaf_paths(value, (*path, step))]
    yield from inside or [path]


def patched(tree: Any, path: Path, value: Any) -> Any:
    """Return a copy in which something else stands at a path."""
    if not path:
        return value
    step, *rest = path
    if isinstance(tree, list):
        return [
            patched(each, tuple(rest), value) if index == step else each for index, each in enumerate(tree)
        ]
    return {**tree, step: patched(tree.get(step), tuple(rest), value)}


def without_nulls(tree: Any) -> Any:
    """Return a copy in which what is null is absent: Terraform does not tell the two apart."""
    if isinstance(tree, list):
        return [without_nulls(each) for each in tree]
    if isinstance(tree, dict):
        return {name: without_nulls(value) for name, value in tree.items() if value is not None}
    return tree


@pytest.mark.parametrize(
    ("before", "after", "unknown", "paths"),
    [
        ({"a": 1}, {"a": 1}, {}, []),
        ({"a": 1}, {"a": 2}, {}, [("a",)]),
        ({"b": 1, "a": 1}, {"b": 2, "a": 2}, {}, [("a",), ("b",)]),
        ({"a": None}, {}, {}, []),
        ({"a": None}, {"a": {}}, {}, [("a",)]),
        ({"a": 1}, {}, {}, [("a",)]),
        ({}, {"a": 1}, {}, [("a",)]),
        ({"a": 1}, {}, {"a": True}, [("a",)]),
        ({"a": 1}, {"a": 1}, {"a": False}, []),
        ({"a": 1}, {"a": 1}, True, [()]),
        ({"tags": {"x": 1, "y": 1}}, {"tags": {"x": 2, "y": 1}}, {"tags": {}}, [("tags", "x")]),
        ({"tags": {"x": 1}}, {"tags": {}}, {"tags": {"x": True}}, [("tags", "x")]),
        ({"rules": [{"p": 1}, {"p": 2}]}, {"rules": [{"p": 1}, {"p": 3}]}, {}, [("rules", 1, "p")]),
        ({"rules": [1, 2]}, {"rules": [1]}, {}, [("rules",)]),
        ({"rules": [{}]}, {"rules": [{}]}, {"rules": [{"id": True}]}, [("rules", 0, "id")]),
        ({"rules": [1]}, {"rules": {"a": 1}}, {}, [("rules",)]),
    ],
)
def test_what_differs(before, after, unknown, paths):
    assert list(differing(change(before, after, unknown))) == paths


@given(values)
def test_nothing_differs_from_itself(tree):
    assert not differing(change(tree, tree))


@given(values, values)
def test_both_ways_differ_at_the_same_paths(before, after):
    assert differing(change(before, after)) == differing(change(after, before))


@given(values, values, marks)
def test_no_path_lies_within_another(before, after, unknown):
    paths = differing(change(before, after, unknown))
    for each in paths:
        assert not [other for other in paths if other != each and other[: len(each)] == each]
    assert len(set(paths)) == len(paths)


@given(values, values)
def test_what_differs_is_all_that_differs(before, after):
    tree = before
    for path in differing(change(before, after)):
        assert value_at(before, path) != value_at(after, path)
        tree = patched(tree, path, value_at(after, path))
    assert without_nulls(tree) == without_nulls(after)


@given(values, st.dictionaries(names, st.just(True), min_size=1))
def test_what_is_unknown_differs(tree, unknown):
    after = {name: value for name, value in tree.items() if name not in unknown}
    assert set(differing(change(tree, after, unknown))) == {(name,) for name in unknown}


@given(values)
def test_what_stands_at_a_path_is_found(tree):
    for path in leaf_paths(tree):
        expected = tree
        for step in path:
            expected = expected[step]
        assert value_at(tree, path) == expected
        assert value_at(tree, (*path, "beyond", 7)) is None


@pytest.mark.parametrize(
    ("tree", "path", "value"),
    [
        ({"a": [1, 2]}, ("a", 1), 2),
        ({"a": [1, 2]}, ("a", 2), None),
        ({"a": [1, 2]}, ("a", "1"), None),
        ({"a": "text"}, ("a", 0), None),
        (None, ("a",), None),
        ("whole", (), "whole"),
    ],
)
def test_value_at(tree, path, value):
    assert value_at(tree, path) == value


@pytest.mark.parametrize(
    ("tree", "path", "marked"),
    [
        (True, (), True),
        (True, ("a", 0), True),
        (False, ("a",), False),
        ({}, (), False),
        ({"a": True}, ("a", "b", 0), True),
        ({"a": True}, ("b",), False),
        ({"a": True}, (), True),
        ({"a": {"b": [False, True]}}, ("a",), True),
        ({"a": {"b": [False, True]}}, ("a", "b", 0), False),
        ({"a": {"b": [False, True]}}, ("a", "b", 1), True),
        ({"a": {"b": False}}, ("a",), False),
    ],
)
def test_is_marked(tree, path, marked):
    assert is_marked(tree, path) is marked


@given(marks)
def test_what_holds_something_marked_is_marked_and_what_lies_within_it(tree):
    for path in leaf_paths(tree):
        if value_at(tree, path) is True:
            assert is_marked(tree, (*path, "within"))
            assert all(is_marked(tree, path[:end]) for end in range(len(path) + 1))
        else:
            assert not is_marked(tree, path)


def test_a_whole_attribute_is_unknown():
    assert change(unknown={"a": True}).is_unknown("a")
    assert change(unknown=True).is_unknown("a")
    assert not change(unknown={"a": {"b": True}}).is_unknown("a")
    assert not change().is_unknown("a")
