"""Compares what was found with what a scenario wants of it; knows neither guardian nor the cloud."""

import re
from collections.abc import Mapping
from typing import Any


def mismatch(found: Any, wanted: Any, where: str) -> str:
    """Compare a JSON value with the part of it that is wanted.

    Args:
        found: The whole value.
        wanted: An object: each of its keys must fit, others may be there. A list: the whole list, in any
            order. `{matches: EXPRESSION}` against a text: the regular expression is found in it.
        where: What the value is, for the answer.

    Returns:
        Why it does not fit, or an empty text.
    """
    if isinstance(wanted, Mapping):
        return _of_object(found, wanted, where)
    if isinstance(wanted, list):
        return _of_list(found, wanted, where)
    return "" if found == wanted else f"{where} is {found!r}, wanted {wanted!r}"


def _of_object(found: Any, wanted: Mapping[str, Any], where: str) -> str:
    if isinstance(found, str) and wanted.keys() == {"matches"}:
        fits = re.search(wanted["matches"], found)
        return "" if fits else f"{where} is {found!r}, wanted a match of {wanted['matches']!r}"
    if not isinstance(found, Mapping):
        return f"{where} is {found!r}, wanted {wanted!r}"
    for name, value in wanted.items():
        if name not in found:
            return f"{where} has no {name}"
        if told := mismatch(found[name], value, f"{where}.{name}"):
            return told
    return ""


def _of_list(found: Any, wanted: list[Any], where: str) -> str:
    if not isinstance(found, list) or len(found) != len(wanted):
        return f"{where} is {found!r}, wanted {wanted!r}"
    left = list(found)
    for value in wanted:
        fits = next((each for each in left if not mismatch(each, value, where)), _NOTHING)
        if fits is _NOTHING:
            return f"{where} is {found!r}, wanted {wanted!r}"
        left.remove(fits)
    return ""


_NOTHING = object()
