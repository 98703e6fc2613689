"""What is dangerous about a plan, each danger with its name."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad, the worst first."""

    RED = "red"
    AMBER = "amber"


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One danger.

    Attributes:
        code: Stable name in kebab-case, for instance `opened-to-the-world`: the rule id of SARIF.
        address: Of the instance, or of a module or provider; empty for the plan as a whole.
        words: One sentence without a full stop; names attributes, holds no secret value.
        mend: What makes it safer, or empty.
        source: The page behind the rule, or empty.
    """

    code: str
    severity: Severity
    address: str
    words: str
    mend: str = ""
    source: str = ""


_RANK = {each: rank for rank, each in enumerate(Severity)}


def by_severity(risks: Iterable[Risk]) -> tuple[Risk, ...]:
    """Sort: the red first, within one severity by code and address."""
    return tuple(sorted(risks, key=lambda each: (_RANK[each.severity], each.code, each.address)))
