"""Everything that a review objects to, in one form, for SARIF, JUnit and annotations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from guardian.cli.views.review.parts import (
    BEFORE_WORDS,
    by_its_address,
    more_words,
    override_words,
    path_words,
)
from guardian.domain.configuration import Place
from guardian.domain.review.policy import Effect, Finding
from guardian.domain.review.review import Overwritten, Review
from guardian.domain.review.risks.codes import HOT_FIX_CHANGED
from guardian.domain.review.risks.risk import Risk, Severity

OVERWRITTEN = "overwrites-a-change-by-hand"


class Level(StrEnum):
    """How bad, the worst first; the words of SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One objection; every text in it may come from others and is not encoded yet.

    Attributes:
        code: Of the risk, or `policy/` and the rule.
        address: Of the instance, module or provider; empty for the plan as a whole.
        source: The page behind the rule, or empty.
        place: Where the address is declared, None where that is not known.
        excused: Why it is none for now, or empty.
    """

    code: str
    level: Level
    address: str
    words: str
    source: str = ""
    place: Place | None = None
    excused: str = ""


def told(review: Review) -> tuple[Told, ...]:
    """Return all objections, the worst first, else in the review's order."""
    places = {address: each.place for address, each in by_its_address(review).items()}
    hot_fixes = {each.address for each in review.risks if each.code == HOT_FIX_CHANGED.code}
    found = [
        *(_risk(each, places.get(each.address)) for each in review.risks),
        *(_finding(each, places.get(each.address)) for each in review.policy),
        # Said once: the risk is the worse word for the same.
        *(
            _overwritten(each, places.get(each.address))
            for each in review.overwritten
            if each.address not in hot_fixes
        ),
    ]
    ranks = {each: rank for rank, each in enumerate(Level)}
    return tuple(sorted(found, key=lambda each: ranks[each.level]))


def numbered(objections: Iterable[Told]) -> Iterator[tuple[int, Told]]:
    """Yield each with its number among those of one code and address, from 1."""
    seen: dict[tuple[str, str], int] = {}
    for each in objections:
        seen[each.code, each.address] = seen.get((each.code, each.address), 0) + 1
        yield seen[each.code, each.address], each


def _risk(risk: Risk, place: Place | None) -> Told:
    return Told(
        code=risk.code,
        level=Level.ERROR if risk.severity is Severity.RED else Level.WARNING,
        address=risk.address,
        words=f"{risk.words}. Safer: {risk.mend.replace(BEFORE_WORDS, ', ')}" if risk.mend else risk.words,
        source=risk.source,
        place=place,
    )


def _finding(finding: Finding, place: Place | None) -> Told:
    level = Level.WARNING
    if finding.effect is Effect.DENY:
        level = Level.ERROR if finding.denies else Level.NOTE
    return Told(
        code=f"policy/{finding.rule}",
        level=level,
        address=finding.address,
        words=finding.message,
        place=place,
        excused=override_words(finding),
    )


def _overwritten(each: Overwritten, place: Place | None) -> Told:
    paths, left_out = path_words(each.paths)
    accepted = ", accepted as right," if each.accepted else ""
    return Told(
        code=OVERWRITTEN,
        level=Level.WARNING,
        address=each.address,
        words=f"the apply overwrites a change by hand{accepted} of {', '.join(paths)}{more_words(left_out)}",
        place=place,
    )
