"""What an apply sets off that its undo does not take back. Each rule names the page that says so."""

from guardian.domain.review.undo.trace import Trace
from guardian.domain.review.undo.traces_created import CREATED
from guardian.domain.review.undo.traces_shorter import SHORTER
from guardian.domain.review.undo.traces_updated import UPDATED

TRACES: tuple[Trace, ...] = (*CREATED, *SHORTER, *UPDATED)


def _by_type() -> dict[str, tuple[Trace, ...]]:
    found: dict[str, tuple[Trace, ...]] = {}
    for each in TRACES:
        found[each.resource_type] = (*found.get(each.resource_type, ()), each)
    return found


_BY_TYPE = _by_type()


def traces_of(resource_type: str) -> tuple[Trace, ...]:
    """Return the rules of a type, empty for one that has none."""
    return _BY_TYPE.get(resource_type, ())
