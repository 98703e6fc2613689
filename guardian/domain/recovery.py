"""The way back as data: steps with their reasons, and the receipt that proves the arrival."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from guardian.domain.address import resource_of
from guardian.domain.plan import Action, PlannedChange, PlanSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Reapply:
    """Plan a snapshot's configuration on the current state, and apply that plan.

    Attributes:
        snapshot_id: Whose configuration and variables.
        destroy: Plan the destruction of everything: the way back to an empty project.
        reason: Why this step.
        addresses: What it changes.
    """

    snapshot_id: str
    reason: str
    destroy: bool = False
    addresses: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the step of the journal's records."""
        return {
            "kind": "reapply",
            "snapshot_id": self.snapshot_id,
            "reason": self.reason,
            "destroy": self.destroy,
            "addresses": list(self.addresses),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One numbered choice after a failure.

    Attributes:
        key: What stands for it: a value of `--on-failure`.
        text: What it does.
        addresses: What it would touch, as far as is known without planning.
    """

    key: str
    text: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How a reverse plan divides: what the run touched, and other people's changes."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewObject:
    """An instance that is there again, as another object."""

    address: str
    old_id: str
    new_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The proof after a recovery.

    Attributes:
        snapshot_id: What was restored.
        proven: Whether nothing that the run touched still differs from it.
        replan_exit_code: Exit code of the closing plan (0: empty).
        remaining: Addresses in the closing plan that the run touched; empty when proven.
        outside: Addresses in the closing plan that the run never touched: other people's changes.
        new_objects: Instances whose object is another one than before.
        differing: Instances whose fingerprint differs from the snapshot's, by attribute path.
        unaccounted: Instances that were in flight and that no state knows: they may exist all the same.
        outputs: Root outputs that still hold other values than the snapshot's configuration gives.
        to_nothing: Whether the way back was to an empty project: no snapshot was known to be good.
        duration_s: From the start of the recovery to the proof.
    """

    snapshot_id: str
    proven: bool
    replan_exit_code: int
    remaining: tuple[str, ...]
    outside: tuple[str, ...]
    new_objects: tuple[NewObject, ...]
    differing: Mapping[str, tuple[str, ...]]
    unaccounted: tuple[str, ...]
    outputs: tuple[str, ...]
    to_nothing: bool
    duration_s: float

    def to_json(self) -> dict[str, Any]:
        """Return the object of the `receipt` record."""
        return {**asdict(self), "differing": {name: list(each) for name, each in self.differing.items()}}
