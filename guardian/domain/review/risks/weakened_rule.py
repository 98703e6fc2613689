"""The words in which the table of weakened protections is written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from guardian.domain.review.risks.codes import Danger
from guardian.domain.review.risks.risk import Severity

_LOCKS = ("GOVERNANCE", "COMPLIANCE")
_DAYS_OF_YEAR = 365

Weaker = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakening:
    """One attribute whose change takes protection away.

    Attributes:
        attribute: Names from the top, through the first item of each list.
        weaker: Whether the second value protects less than the first; a missing block is None.
        words: One plain sentence without a full stop; holds no value.
        source: The page of the vendor or the provider.
    """

    resource_type: str
    attribute: tuple[str, ...]
    danger: Danger
    severity: Severity
    weaker: Weaker
    words: str
    source: str


def each_of(
    danger: Danger, severity: Severity, weaker: Weaker, words: str, *where: tuple[str, str, str]
) -> tuple[Weakening, ...]:
    """Return one rule for several attributes: of each the type, the dotted attribute and the page."""
    return tuple(
        Weakening(
            resource_type=resource_type,
            attribute=tuple(attribute.split(".")),
            danger=danger,
            severity=severity,
            weaker=weaker,
            words=words,
            source=source,
        )
        for resource_type, attribute, source in where
    )


def is_off(before: Any, after: Any) -> bool:
    """Was on, or there, and is not any more."""
    return bool(before) and not after


def is_on(before: Any, after: Any) -> bool:
    """Was off and is on: for switches that take protection away."""
    return not before and bool(after)


def is_less(before: Any, after: Any) -> bool:
    """Is a smaller number, or none any more."""
    return _number(before) > _number(after)


def is_fewer(before: Any, after: Any) -> bool:
    """Is a smaller number, and still one."""
    return 0 < _number(after) < _number(before)


def is_less_time(before: Any, after: Any) -> bool:
    """Keep for fewer days, where 0 and none are for ever."""
    was, will = _number(before), _number(after)
    return will > 0 and (was == 0 or was > will)


def lost_some(before: Any, after: Any) -> bool:
    """Lack an element of a list or set that was there."""
    kept = after if isinstance(after, list) else []
    return isinstance(before, list) and any(each not in kept for each in before)


def left(*good: str) -> Weaker:
    """Was one of these, and is none of them any more."""

    def weaker(before: Any, after: Any) -> bool:
        return before in good and after not in good

    return weaker


def unset_parameter(name: str) -> Weaker:
    """Was set to on in the blocks of a parameter group, and is not any more."""

    def weaker(before: Any, after: Any) -> bool:
        return _parameter(before, name) and not _parameter(after, name)

    return weaker


def _parameter(blocks: Any, name: str) -> bool:
    return any(
        each.get("name") == name and str(each.get("value")).lower() in {"1", "on", "true"}
        for each in (blocks if isinstance(blocks, list) else ())
        if isinstance(each, dict)
    )


def locks_less(before: Any, after: Any) -> bool:
    """Lock new objects for a shorter time, or so that some may lift it, of a default retention."""
    was, will = _retention(before), _retention(after)
    return was[0] > will[0] or was[1] > will[1]


def _retention(blocks: Any) -> tuple[int, float]:
    """Return how strict the mode is, and for how many days."""
    block = blocks[0] if isinstance(blocks, list) and blocks else {}
    if not isinstance(block, dict) or block.get("mode") not in _LOCKS:
        return 0, 0
    days = _number(block.get("days")) or _DAYS_OF_YEAR * _number(block.get("years"))
    return _LOCKS.index(block["mode"]) + 1, days


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0
    try:
        return float(value)
    except (ValueError, OverflowError):
        return 0
