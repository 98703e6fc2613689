"""What cannot be undone, recognised before it is tried."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from itertools import zip_longest
from typing import Any

from guardian.domain.oneway_attributes import ATTRIBUTE_RULES
from guardian.domain.oneway_objects import OBJECT_RULES
from guardian.domain.oneway_rule import KEEPS, Attributes, Ground, Rule
from guardian.domain.state import StateInstance

RULES: tuple[Rule, ...] = (*ATTRIBUTE_RULES, *OBJECT_RULES)
_SEPARATOR = re.compile(r"[-._]")
_REGION = re.compile(r"arn:[a-z0-9-]+:[a-z0-9-]+:([a-z0-9-]+):")


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotUndo:
    """One change that stays.

    Attributes:
        attribute: Dotted path through the first item of each list, or empty for the whole instance.
        mend: What to type or do, or empty.
        pinned: Whether the attribute stays and the rest of the instance goes back; otherwise the instance as
            a whole is left out. An attribute inside a block cannot be pinned.
    """

    address: str
    attribute: str
    why: str
    mend: str
    source: str
    pinned: bool


def one_way(
    before: StateInstance | None, now: StateInstance | None, *, deleted: bool, created: bool
) -> tuple[CannotUndo, ...]:
    """Return what of one instance cannot go back, at most once an attribute.

    Args:
        before: The baseline's instance; None when it has none.
        now: The present one; None when there is none.
        deleted: The run deleted the baseline's object; `now` is None or a new object.
        created: The run created the present one, and the way back would delete it.
    """
    known = before or now
    if known is None:
        return ()
    old, new = (None if each is None else each.attributes for each in (before, now))
    found: dict[str, CannotUndo] = {}
    for rule in holding(known.resource_type, old, new, deleted=deleted, created=created):
        # A new object is there already: nothing of it is to go back, and the receipt names it.
        if rule.ground is Ground.UNIQUE and rule.attribute and now is not None:
            continue
        if rule.ground in KEEPS and before is not None and now is not None:
            each = _kept(rule, before, now)
        else:
            each = _stays(rule, (now if rule.ground is Ground.COMMITTED else before) or known)
        found.setdefault(each.attribute, each)
    return tuple(found.values())


def rules_of(resource_type: str) -> tuple[Rule, ...]:
    """Return the rules of a type, empty for one that has none."""
    return _BY_TYPE.get(resource_type, ())


def holding(
    resource_type: str, before: Attributes | None, now: Attributes | None, *, deleted: bool, created: bool
) -> Iterator[Rule]:
    """Find the rules that hold for what becomes of one object.

    Args:
        before: The attributes to go back to; None where there was no object.
        now: Those that it then has; None where there is no object.
        deleted: The old object is deleted; `now` is None or a new one.
        created: The new object is created, and the way back would delete it.
    """
    for rule in rules_of(resource_type):
        if _holds(rule, before, now, deleted=deleted, created=created):
            yield rule


def untold(resource_type: str, before: Attributes, now: Attributes) -> Iterator[Rule]:
    """Find the rules of versions that can only rise, where two cannot be compared: it may be a rise."""
    for rule in rules_of(resource_type):
        if rule.ground is Ground.DOWNGRADE:
            old, new = at(before, rule.attribute), at(now, rule.attribute)
            if _order_of(old, new, rule.order) is _Order.UNTOLD:
                yield rule


def _by_type() -> dict[str, tuple[Rule, ...]]:
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in RULES:
        found[rule.resource_type] = (*found.get(rule.resource_type, ()), rule)
    return found


_BY_TYPE = _by_type()


def _holds(
    rule: Rule, before: Attributes | None, now: Attributes | None, *, deleted: bool, created: bool
) -> bool:
    match rule.ground:
        case Ground.SHRINK | Ground.DOWNGRADE | Ground.PERMANENT:
            # Of a new object too: to go back from it is the same call.
            return (
                before is not None
                and now is not None
                and _is_one_way(rule, at(before, rule.attribute), at(now, rule.attribute))
            )
        case Ground.WINDOW | Ground.NAME | Ground.UNIQUE:
            return deleted and before is not None and rule.when(before)
        case Ground.COMMITTED:
            return created and now is not None and rule.when(now)


def _kept(rule: Rule, before: StateInstance, now: StateInstance) -> CannotUndo:
    old, new = at(before.attributes, rule.attribute), at(now.attributes, rule.attribute)
    # An override file can say an argument, and not a part of a block.
    pinned = "." not in rule.attribute and not isinstance(new, list)
    values = (
        f" (it was {json.dumps(old)} and is {json.dumps(new)})" if isinstance(new, str | int | float) else ""
    )
    return CannotUndo(
        address=now.address,
        attribute=rule.attribute,
        why=rule.words + values + ("" if pinned else ", and the rest of the instance stays with it"),
        mend=_mend(rule, now, new) if values else "",
        source=rule.source,
        pinned=pinned,
    )


def _stays(rule: Rule, instance: StateInstance) -> CannotUndo:
    return CannotUndo(
        address=instance.address,
        attribute=rule.attribute,
        why=rule.words,
        mend=_mend(rule, instance, None),
        source=rule.source,
        pinned=bool(rule.attribute),
    )


def _mend(rule: Rule, instance: StateInstance, value: Any) -> str:
    arn = instance.attributes.get("arn")
    region = _REGION.match(arn) if isinstance(arn, str) else None
    return rule.mend.format(
        address=shlex.quote(instance.address),
        id=shlex.quote(instance.object_id),
        region=f" --region {region[1]}" if region else "",
        attribute=rule.attribute,
        value=json.dumps(value),
    )


def _is_one_way(rule: Rule, old: Any, new: Any) -> bool:
    match rule.ground:
        case Ground.SHRINK:
            return _is_number(old) and _is_number(new) and new > old
        case Ground.DOWNGRADE:
            return _order_of(old, new, rule.order) is _Order.RISES
        case _:
            return _is_switched_on(rule.on, old, new)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_switched_on(on: tuple[str | None, ...], old: Any, new: Any) -> bool:
    if on:
        return new in on and old not in on
    if isinstance(new, list):
        had = [_name(each) for each in old] if isinstance(old, list) else []
        return any(_name(each) not in had for each in new)
    return bool(new) and not old


def _name(item: Any) -> Any:
    return item.get("name") if isinstance(item, Mapping) else item


class _Order(Enum):
    SAME = auto()
    RISES = auto()
    FALLS = auto()
    UNTOLD = auto()


def _order_of(old: Any, new: Any, words: tuple[str, ...]) -> _Order:
    """Compare versions of the same words with other numbers, `8.0.mysql_aurora.3.05.2`.

    One that says less, `8.0` beside `8.0.35`, may be the same version; words that differ tell nothing, unless
    their order is known.
    """
    if old == new:
        return _Order.SAME
    if not (isinstance(old, str) and isinstance(new, str)):
        return _Order.UNTOLD
    for other, this in zip_longest(_SEPARATOR.split(old), _SEPARATOR.split(new), fillvalue=""):
        if this == other:
            continue
        if this in words and other in words:
            return _Order.RISES if words.index(this) > words.index(other) else _Order.FALLS
        if not (this.isdecimal() and other.isdecimal()):
            return _Order.UNTOLD
        if int(this) != int(other):
            return _Order.RISES if int(this) > int(other) else _Order.FALLS
    return _Order.SAME


def at(attributes: Any, path: str) -> Any:
    """Return the value at a dotted path through the first item of each list; None where it ends before."""
    value: Any = attributes
    for step in path.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value
