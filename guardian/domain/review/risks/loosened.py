"""Conditions of policies held against each other: whether one lets more through than another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import chain, islice
from typing import Any

from guardian.domain.review.risks.iam_document import Statement, covers, texts
from guardian.domain.review.risks.narrowing import has_wildcard


class Looser(IntEnum):
    """By how much a condition is looser: not at all, by values that are told, or by a wildcard."""

    NO = 0
    SOME = 1
    ANY = 2


# For one statement; of more, one that is as narrow may be missed, and a risk told for nothing.
_COMPARED_MAX = 200
_KINDS = ("string", "arn", "ipaddress", "bool")
_NOT = ("stringnot", "arnnot")

Demand = tuple[str, str]
"""The kind of a condition's operator, and its key."""


def loosened(old: Sequence[Statement], new: Sequence[Statement]) -> Looser:
    """Return by how much the conditions of statements that stay are looser; of dropped ones nothing is said.

    A new statement stays an old one where it allows one of the same principals one of the same actions.
    """
    kept = {each.text for each in old}
    literal, patterns = _by_action(each for each in old if each.allows)
    worst = Looser.NO
    for now in new:
        if now.allows and now.condition and now.text not in kept:
            shared = chain.from_iterable(literal.get(action, ()) for action in now.actions)
            before = islice(chain(patterns, shared), _COMPARED_MAX)
            mildest = min(
                (_looser(each, now) for each in before if _is_of_the_same(each, now)), default=Looser.NO
            )
            worst = max(worst, mildest)
    return worst


def _by_action(statements: Iterable[Statement]) -> tuple[dict[str, list[Statement]], list[Statement]]:
    """Return statements by each of their actions, and those with a wildcard in one."""
    literal: dict[str, list[Statement]] = {}
    patterns = []
    for each in statements:
        if any(map(has_wildcard, each.actions)):
            patterns.append(each)
        else:
            for action in each.actions:
                literal.setdefault(action, []).append(each)
    return literal, patterns


def _is_of_the_same(before: Statement, now: Statement) -> bool:
    if now.principals and not any(covers(old, new) for old in before.principals for new in now.principals):
        return False
    return any(covers(old, new) for old in before.actions for new in now.actions)


def _looser(before: Statement, now: Statement) -> Looser:
    if before.condition in ("", now.condition):
        return Looser.NO
    was, will = dict(_demands(before.conditions)), dict(_demands(now.conditions))
    shared = was.keys() & will.keys()
    worst = max((_wider(kind, was[kind, key], will[kind, key]) for kind, key in shared), default=Looser.NO)
    # Where another demand stands instead, which of them lets more through cannot be told.
    gone = bool(was.keys() - will.keys()) and not will.keys() - was.keys()
    return max(worst, Looser.ANY if gone else Looser.NO)


def _demands(conditions: Mapping[str, Any]) -> Iterator[tuple[Demand, tuple[str, ...]]]:
    for operator, keys in conditions.items():
        name = operator.lower().removeprefix("foranyvalue:").removesuffix("ifexists")
        kind = next((each for each in _KINDS if name.startswith(each)), "")
        if not kind or name.startswith(_NOT) or not isinstance(keys, Mapping):
            continue
        for key, values in keys.items():
            yield (kind, key.lower()), _told(values)


def _told(values: Any) -> tuple[str, ...]:
    listed = values if isinstance(values, list) else [values]
    return texts([str(each).lower() if isinstance(each, bool) else each for each in listed])


def _wider(kind: str, before: Sequence[str], after: Iterable[str]) -> Looser:
    holds = _contains if kind == "ipaddress" else covers
    new = [each for each in after if not any(holds(old, each) for old in before)]
    if not new:
        return Looser.NO
    return Looser.ANY if any(has_wildcard(each) for each in new) else Looser.SOME


def _contains(wide: str, narrow: str) -> bool:
    try:
        outer, inner = ip_network(wide, strict=False), ip_network(narrow, strict=False)
    except ValueError:
        return wide == narrow
    if isinstance(outer, IPv4Network):
        return isinstance(inner, IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and inner.subnet_of(outer)
