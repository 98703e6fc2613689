"""How a reverse plan divides: what the run touched and what that entails, and other people's changes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from guardian.domain.address import resource_of
from guardian.domain.plan import Action, PlannedChange, PlanSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A divided reverse plan; each change is in exactly one of the two, in the plan's order."""

    inside: tuple[PlannedChange, ...]
    outside: tuple[PlannedChange, ...]


_RENEWING = frozenset({Action.CREATE, Action.REPLACE, Action.DELETE})


def divide(
    reverse: PlanSummary,
    touched: Iterable[str] | None,
    *,
    depends_on: Mapping[str, Collection[str]] | None = None,
) -> Scope:
    """Divide the reverse plan by what the run touched.

    Args:
        reverse: The baseline's configuration planned on the current state.
        touched: Addresses that the run began to change, previous addresses included; None when the whole
            snapshot was asked for, so that everything is inside.
        depends_on: Resources that each recorded instance depends on. A change of what depends on something
            that is made anew or goes is the recovery's own consequence, and inside.
    """
    if touched is None:
        return Scope(inside=reverse.changes, outside=())
    mine = frozenset(touched)
    inside = [each for each in reverse.changes if each.address in mine or each.previous_address in mine]
    outside = [each for each in reverse.changes if each not in inside]
    while depends_on:
        renewed = {resource_of(each.address) for each in inside if each.action in _RENEWING}
        caused = [each for each in outside if renewed.intersection(depends_on.get(each.address, ()))]
        if not caused:
            break
        inside += caused
        outside = [each for each in outside if each not in caused]
    return Scope(inside=tuple(each for each in reverse.changes if each in inside), outside=tuple(outside))
