"""Values as a state records them, made from a plan's: stand-ins for what is unknown, types, marks."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from guardian.domain.review.change import EMPTY, Change, is_marked

STAND_IN = "1900000001"
"""Stands for text that is known only after the apply.

A number in quotes: Terraform decodes it as text and as a number, and a provider that expects JSON in the text
can parse it.
"""

ARN_STAND_IN = f"arn:aws:unknown:unknown:000000000000:unknown/{STAND_IN}"
"""Stands for an ARN: expressions take ARNs apart, and must find their parts."""


def filled(name: str, value: Any, unknown: Any, example: Any, *, is_block: bool = False) -> Any:
    """Return a value with something for everything in it that is known only after the apply.

    Args:
        name: Of the attribute, or of the entry of a map.
        value: As planned, without what is unknown.
        unknown: True, or a tree of it.
        example: What stood there before, or something beside it; None where nothing tells its type.
        is_block: Whether it is one of a list, so that its entries are of different types.
    """
    if unknown is True:
        return _stand_in(name, example)
    if isinstance(unknown, Mapping):
        known = dict(value) if isinstance(value, Mapping) else {}
        before = example if isinstance(example, Mapping) else EMPTY
        beside = None if is_block else _common_text(chain(known.values(), before.values()))
        for key, tree in unknown.items():
            if is_marked(tree, ()):
                known[key] = filled(key, known.get(key), tree, before.get(key, beside))
        return known
    if isinstance(unknown, list):
        items = list(value) if isinstance(value, list) else [None] * len(unknown)
        was = example if isinstance(example, list) else []
        beside = _common_text(chain(items, was))
        for index, tree in enumerate(unknown[: len(items)]):
            if is_marked(tree, ()):
                like = was[index] if index < len(was) and isinstance(was[index], Mapping) else beside
                items[index] = filled(name, items[index], tree, like, is_block=True)
        return items
    return value


def _stand_in(name: str, example: Any) -> Any:
    if isinstance(example, str):
        return ARN_STAND_IN if example.startswith("arn:") else STAND_IN
    if isinstance(example, list):
        return [STAND_IN] if _common_text(example) else None
    if example is not None:
        return None
    if name == "arn" or name.endswith("_arn"):
        return ARN_STAND_IN
    if name == "id" or name.endswith("_id"):
        return STAND_IN
    return [STAND_IN] if name.endswith(("_ids", "_arns")) else None


def _common_text(values: Iterable[Any]) -> str | None:
    """Return text where all values that are known are text."""
    known = [each for each in values if each is not None]
    return STAND_IN if known and all(isinstance(each, str) for each in known) else None


def type_of(value: Any) -> Any:
    """Return the type of a value as a state records it beside one whose type is open.

    Source: `MarshalType` in https://github.com/zclconf/go-cty/blob/main/cty/json/type.go
    """
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case list():
            return ["tuple", [type_of(each) for each in value]]
        case dict():
            return ["object", {name: type_of(each) for name, each in value.items()}]
        case _:
            return "string"


def marks(change: Change, recorded: list[Any]) -> list[Any]:
    """Return the recorded marks with those that the plan sets and without those that it lifts."""
    before = list(_paths(change.sensitive_before, ()))
    after = list(_paths(change.sensitive_after, ()))
    if before == after:
        return recorded
    kept = [each for each in recorded if each not in before or each in after]
    return kept + [each for each in after if each not in before and each not in kept]


def _paths(tree: Any, path: tuple[Any, ...]) -> Iterator[list[Any]]:
    if tree is True:
        yield list(path)
    elif isinstance(tree, Mapping):
        for name, each in tree.items():
            yield from _paths(each, (*path, {"type": "get_attr", "value": name}))
    elif isinstance(tree, list):
        for index, each in enumerate(tree):
            step = {"type": "index", "value": {"value": index, "type": "number"}}
            yield from _paths(each, (*path, step))
