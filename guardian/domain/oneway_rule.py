"""What one rule of the table of one-way changes says, and the short forms in which the table is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Attributes = Mapping[str, Any]

KEEP = "write {attribute} = {value} into the configuration, so that it asks for what is there"
"""How to live with an attribute that stays."""


class Ground(StrEnum):
    """Why there is no way back.

    `shrink` and `downgrade`: the value can only rise. `permanent`: can only be switched on. `window`: the
    deleted object waits to be gone, and holds its name or id meanwhile. `name`: the name is never free again.
    `unique`: what was deleted cannot be made the same again. `committed`: cannot be given back once made.

    A name that is blocked for less than the provider itself waits (SQS: 60 s), and a deletion that is refused
    while something is inside, are no grounds: the way back tries all the same.
    """

    SHRINK = "shrink"
    DOWNGRADE = "downgrade"
    PERMANENT = "permanent"
    WINDOW = "window"
    NAME = "name"
    UNIQUE = "unique"
    COMMITTED = "committed"


KEEPS = frozenset({Ground.SHRINK, Ground.DOWNGRADE, Ground.PERMANENT})
"""The grounds on which an attribute keeps its new value."""


def always(attributes: Attributes) -> bool:
    """Hold for every object."""
    del attributes
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that a vendor does not take back.

    Attributes:
        attribute: Dotted path, through the first item of each list; empty for the whole object.
        words: One plain sentence for the person on call, without a full stop.
        mend: What to type or do, or empty. `{id}`, `{arn}`, `{address}` and `{region}` stand for those of the
            object, quoted for a shell; `{attribute}` and `{value}` for the attribute that stays.
        source: The vendor's page that says so.
        on: For `permanent`: the values that cannot be left; empty for any that is not false or empty.
        order: For `downgrade`: words that a version may begin with, from the oldest to the newest.
        when: Whether the rule holds for an object with these attributes: those of the baseline, and for
            `committed` the present ones.
    """

    resource_type: str
    ground: Ground
    attribute: str
    words: str
    mend: str
    source: str
    on: tuple[str | None, ...] = ()
    order: tuple[str, ...] = ()
    when: Callable[[Attributes], bool] = always


def grows(resource_type: str, attribute: str, source: str, *, what: str = "its storage") -> Rule:
    """Return the rule that a size can only grow."""
    return Rule(
        resource_type=resource_type,
        ground=Ground.SHRINK,
        attribute=attribute,
        words=f"{what} can grow and never shrink",
        mend=KEEP,
        source=source,
    )


def rises(
    resource_type: str,
    attribute: str,
    source: str,
    *,
    what: str = "its engine",
    order: tuple[str, ...] = (),
) -> Rule:
    """Return the rule that a version can only rise."""
    return Rule(
        resource_type=resource_type,
        ground=Ground.DOWNGRADE,
        attribute=attribute,
        words=f"{what} can be upgraded and never downgraded",
        mend=KEEP,
        source=source,
        order=order,
    )


def stays_on(
    resource_type: str, attribute: str, words: str, source: str, *, on: tuple[str | None, ...] = ()
) -> Rule:
    """Return the rule that an attribute can only be switched on."""
    return Rule(
        resource_type=resource_type,
        ground=Ground.PERMANENT,
        attribute=attribute,
        words=words,
        mend=KEEP,
        source=source,
        on=on,
    )


def waits(
    resource_type: str,
    words: str,
    mend: str,
    source: str,
    *,
    when: Callable[[Attributes], bool] = always,
) -> Rule:
    """Return the rule that a deleted object waits to be gone, and how it is called back."""
    return Rule(
        resource_type=resource_type,
        ground=Ground.WINDOW,
        attribute="",
        words=words,
        # Without the import nothing would know it again, and a second way back would say the same.
        mend=f"{mend}; with the old configuration: terraform import {{address}} {{id}}; guardian restore",
        source=source,
        when=when,
    )


def is_gone(
    resource_type: str,
    attribute: str,
    words: str,
    source: str,
    *,
    mend: str = "",
    when: Callable[[Attributes], bool] = always,
) -> Rule:
    """Return the rule that what was deleted cannot be made the same again."""
    return Rule(
        resource_type=resource_type,
        ground=Ground.UNIQUE,
        attribute=attribute,
        words=words,
        mend=mend,
        source=source,
        when=when,
    )


def is_bought(
    resource_type: str,
    words: str,
    source: str,
    *,
    mend: str = "",
    when: Callable[[Attributes], bool] = always,
) -> Rule:
    """Return the rule that what was created cannot be given back."""
    return Rule(
        resource_type=resource_type,
        ground=Ground.COMMITTED,
        attribute="",
        words=words,
        mend=mend,
        source=source,
        when=when,
    )
