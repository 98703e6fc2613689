"""What stays as the failed run left it: one-way changes, what is left tainted, what depends on them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from guardian.domain.address import resource_of
from guardian.domain.configuration import Override
from guardian.domain.oneway import CannotUndo, one_way
from guardian.domain.recovery import RecoveryPlan, Tainted
from guardian.domain.state import State, StateInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    """What stays.

    Attributes:
        cannot_undo: What and why.
        overrides: Attributes pinned at their present value, so that the rest of the instance goes back.
        left_out: Addresses that the way back leaves alone as a whole.
        left: Those of them that are tainted and stay so, as somebody chose.
    """

    cannot_undo: tuple[CannotUndo, ...] = ()
    overrides: tuple[Override, ...] = ()
    left_out: frozenset[str] = frozenset()
    left: tuple[str, ...] = ()


def standstill_of(
    touched: Iterable[str], target: State, present: State, *, created: Iterable[str], tainted: Tainted
) -> Standstill:
    """Tell what of the touched stays, and why.

    Args:
        touched: What the run began to change.
        target: The state to go back to.
        present: The state as recorded now.
        created: What the run created.
        tainted: What was chosen for tainted instances.
    """
    addresses, made = tuple(touched), frozenset(created)
    found: list[CannotUndo] = []
    pins: dict[str, dict[str, Any]] = {}
    left = tuple(each for each in addresses if _is_left(each, target, present, tainted))
    for address in addresses:
        before, now = target.managed.get(address), present.managed.get(address)
        deleted = before is not None and not _is_there(before, present)
        for each in one_way(before, now, deleted=deleted, created=address in made):
            found.append(each)
            if each.pinned and now is not None:
                pins.setdefault(address, {})[each.attribute] = now.attributes.get(each.attribute)
    whole = {each.address for each in found if not each.pinned} | set(left)
    left_out = _with_dependents(whole, addresses, target)
    dragged = sorted(left_out - whole)
    return Standstill(
        cannot_undo=(*found, *(_depends(each, whole) for each in dragged)),
        overrides=tuple(
            Override(address=address, arguments=arguments)
            for address, arguments in pins.items()
            if address not in left_out
        ),
        left_out=frozenset(left_out),
        left=left,
    )


def _is_there(before: StateInstance, present: State) -> bool:
    """Tell whether the very object is recorded, deposed ones included: a replacement may have left it so."""
    return any(
        each.address == before.address and each.object_id == before.object_id
        for each in present.managed.values()
    )


def leave_out(plan: RecoveryPlan, addresses: Iterable[str], target: State) -> RecoveryPlan:
    """Leave whole instances out of a plan because what must stay of them cannot be pinned.

    Args:
        plan: What was decided.
        addresses: Instances whose pins the configuration cannot say.
        target: The state to go back to.
    """
    whole = frozenset(addresses)
    if not whole or plan.touched is None:
        return plan
    left_out = _with_dependents(whole, plan.touched, target)
    return replace(
        plan,
        touched=tuple(each for each in plan.touched if each not in left_out),
        overrides=tuple(each for each in plan.overrides if each.address not in left_out),
        cannot_undo=(
            *(replace(each, pinned=each.pinned and each.address not in whole) for each in plan.cannot_undo),
            *(_depends(each, whole) for each in sorted(left_out - whole)),
        ),
    )


def _is_left(address: str, target: State, present: State, tainted: Tainted) -> bool:
    now = present.managed.get(address)
    return tainted is Tainted.LEAVE and now is not None and now.tainted and address in target.managed


def _with_dependents(whole: Iterable[str], touched: Iterable[str], target: State) -> set[str]:
    """Add what depends on what stays: Terraform extends a target to all that it depends on."""
    left_out = set(whole)
    while True:
        stays = {resource_of(each) for each in left_out}
        more = {
            each for each in touched if each not in left_out and stays.intersection(_needed_by(each, target))
        }
        if not more:
            return left_out
        left_out |= more


def _needed_by(address: str, target: State) -> tuple[str, ...]:
    known: Mapping[str, Any] = target.managed
    return tuple(known[address].dependencies) if address in known else ()


def _depends(address: str, whole: Iterable[str]) -> CannotUndo:
    names = ", ".join(sorted(whole))
    return CannotUndo(
        address=address,
        attribute="",
        why=f"it depends on what stays as it is ({names})",
        mend="",
        source="https://developer.hashicorp.com/terraform/cli/commands/plan#target-address",
        pinned=False,
    )
