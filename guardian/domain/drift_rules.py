"""What the settings say about drift: whose an unknown object is, and which differences do not matter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What counts as the project's own although no state knows it; nothing does where both are empty.

    Attributes:
        tags: An object with all of these.
        names: Globs of names.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    @property
    def is_set(self) -> bool:
        """Whether anything can be in it."""
        return bool(self.tags or self.names)


NO_SCOPE = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRule:
    """One entry of `drift.ignore`.

    Attributes:
        address: Glob of addresses; only `*` and `?` stand for others.
        attribute: Glob of dotted attribute paths; empty for every kind of difference of the instance.
        reason: Why it does not matter.
        until: The last day on which it holds; None for always.
    """

    address: str
    attribute: str = ""
    reason: str
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the rule has not expired."""
        return self.until is None or day <= self.until
