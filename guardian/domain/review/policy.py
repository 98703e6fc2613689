"""Rules that people wrote for their own plans, and what came of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Effect(StrEnum):
    """What a rule does when it matches."""

    DENY = "deny"
    WARN = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """One rule of `guardian.yaml`.

    Attributes:
        name: Unique among the rules; what an override names.
        match: A JMESPath expression over one change; it matches where the result is neither false nor empty.
        message: For the person whose change it stops.
        place: `file:line` of its expression.
    """

    name: str
    match: str
    message: str
    effect: Effect
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A recorded exception from one rule.

    Attributes:
        rule: Name of the rule.
        address: Address or glob over addresses; `*` for all.
        expires_at: From then on it does not hold.
    """

    rule: str
    address: str
    reason: str
    by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule that matched one change.

    Attributes:
        rule: Name of the rule; of Rego, the name that it gives to itself, else its package.
        address: Of the change, or empty for the plan.
        override: The exception that lets it pass, or None.
    """

    rule: str
    effect: Effect
    address: str
    message: str
    override: Override | None = None

    @property
    def denies(self) -> bool:
        """Whether it stops the apply."""
        return self.effect is Effect.DENY and self.override is None
