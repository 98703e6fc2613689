"""The words in which is written what an apply sets off that its undo does not take back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from guardian.domain.oneway import at
from guardian.domain.oneway_rule import Attributes, always
from guardian.domain.plan import Action
from guardian.domain.review.change import Change
from guardian.domain.review.undo.verdict import Undo

Turn = Callable[[Any, Any], bool]
"""Whether the step from an old value to a new one leaves something behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One thing that stays when a creation or an update is undone.

    Attributes:
        action: Creation, which includes that of a replacement, or update.
        attribute: Of an update: dotted path, through the first item of each list. Of a creation: the argument
            that says whose setting it is, or empty; where it is known only after the apply, the owner is new
            and goes with the undo.
        words: One plain sentence without a full stop.
        turn: Of an update: whether it holds for the attribute's old and new value.
        when: Whether it holds for the new attributes.
        unless: Of an update: arguments by which the old value is still found where one of them differs too.
        takes_over: Of a creation: whether it puts itself in the place of what the owner had; a replacement
            under the same owner only takes its own place.
    """

    resource_type: str
    action: Action
    attribute: str
    words: str
    source: str
    undo: Undo = Undo.NEW_OBJECT
    turn: Turn = lambda old, new: old != new
    when: Callable[[Attributes], bool] = always
    unless: tuple[str, ...] = ()
    takes_over: bool = False

    def holds(self, change: Change) -> bool:
        """Tell whether this change leaves it behind."""
        before, after = change.before, change.after
        if self.action is Action.CREATE:
            return (
                change.makes
                and not change.is_unknown(self.attribute)
                and self.when(after)
                and not (
                    self.takes_over
                    and change.action is Action.REPLACE
                    and before.get(self.attribute) == after.get(self.attribute)
                )
            )
        return (
            change.action is Action.UPDATE
            and self.turn(at(before, self.attribute), at(after, self.attribute))
            and self.when(after)
            and not any(before.get(each) != after.get(each) for each in self.unless)
        )


def on_creation(
    resource_type: str,
    words: str,
    source: str,
    *,
    of: str = "",
    undo: Undo = Undo.IMPOSSIBLE,
    when: Callable[[Attributes], bool] = always,
    takes_over: bool = False,
) -> Trace:
    """Return the rule of what a creation leaves behind."""
    return Trace(
        resource_type=resource_type,
        action=Action.CREATE,
        attribute=of,
        words=words,
        source=source,
        undo=undo,
        when=when,
        takes_over=takes_over,
    )


def on_update(
    resource_type: str,
    attribute: str,
    turn: Turn,
    words: str,
    source: str,
    *,
    undo: Undo = Undo.NEW_OBJECT,
    when: Callable[[Attributes], bool] = always,
    unless: tuple[str, ...] = (),
) -> Trace:
    """Return the rule of what an update in place leaves behind."""
    return Trace(
        resource_type=resource_type,
        action=Action.UPDATE,
        attribute=attribute,
        words=words,
        source=source,
        undo=undo,
        turn=turn,
        when=when,
        unless=unless,
    )


def is_other(old: Any, new: Any) -> bool:
    """Tell whether the value changes at all."""
    return bool(old != new)


def is_off(old: Any, new: Any) -> bool:
    """Tell whether it was on, or there, and is not any more."""
    return bool(old) and not new


def is_on(old: Any, new: Any) -> bool:
    """Tell whether it was off and is on."""
    return bool(new) and not old


def is_lowered(old: Any, new: Any) -> bool:
    """Tell whether a number is smaller, or there is none any more."""
    return _number(new) < _number(old)


def is_raised(old: Any, new: Any) -> bool:
    """Tell whether a number is greater, or there was none before."""
    return _number(new) > _number(old)


def ends_sooner(old: Any, new: Any) -> bool:
    """Tell whether a retention is shorter, where zero is for ever."""
    return _number(new) > 0 and (not old or is_lowered(old, new))


def lost_some(old: Any, new: Any) -> bool:
    """Tell whether an item of a list is gone; blocks are known by their region."""
    kept = [_name(each) for each in new] if isinstance(new, list) else []
    return isinstance(old, list) and any(_name(each) not in kept for each in old)


def _name(item: Any) -> Any:
    return item.get("region_name") if isinstance(item, dict) else item


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0
