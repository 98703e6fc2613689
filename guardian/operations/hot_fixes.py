"""Changes made by hand before the run on what the run then touched: kept or reverted by choice alone."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from guardian.domain.choices import Choice
from guardian.domain.configuration import Override
from guardian.domain.fingerprint import normalise
from guardian.domain.receipt import HotFix
from guardian.domain.recovery import HotFixes
from guardian.errors import RecoveryRefusedError
from guardian.operations.course import Course, Reverse
from guardian.operations.scene import write_overrides

Fixes = Mapping[str, Mapping[str, Any]]


def settle(course: Course, reverse: Reverse) -> tuple[tuple[HotFix, ...], Fixes]:
    """Find what the way back would write over, and what was chosen for it.

    Returns:
        The hot-fixes, and the values by address and attribute that are to be kept; both empty for none.

    Raises:
        RecoveryRefusedError: There are some and nobody chose.
    """
    candidates = _candidates(course, reverse)
    if not candidates:
        return (), {}
    shown = course.session.context.engine.show_plan_json(reverse.scene.where, reverse.planned.path)
    found = written_over(candidates, json.loads(shown))
    if not found:
        return (), {}
    choice = course.limits.hot_fixes or _ask(course, found)
    fixes = tuple(
        HotFix(address=address, paths=tuple(sorted(values)), choice=str(choice))
        for address, values in sorted(found.items())
    )
    return fixes, found if choice is HotFixes.KEEP else {}


def keep(course: Course, reverse: Reverse, kept: Fixes) -> None:
    """Pin the values made by hand in the private copy.

    Raises:
        RecoveryRefusedError: One cannot be said there.
    """
    overrides = [Override(address=address, arguments=values) for address, values in kept.items()]
    impossible = write_overrides(course.session.context, reverse.scene, overrides)
    if impossible:
        names = ", ".join(each.address for each in impossible)
        raise RecoveryRefusedError(
            f"the change made by hand cannot be kept automatically: {names}",
            code="hot_fix",
            hint="--hot-fixes=revert, and make it again by hand; or put it into the configuration",
        )


def written_over(candidates: Fixes, plan: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the values made by hand that a plan replaces by others, by address and attribute.

    Args:
        candidates: What was live before the run and not in the record.
        plan: `show -json` of the reverse plan.
    """
    found: dict[str, dict[str, Any]] = {}
    for each in plan.get("resource_changes") or ():
        wanted = candidates.get(each["address"])
        change = each["change"]
        if not wanted or each.get("deposed") or not change.get("after"):
            continue
        before, after = change.get("before") or {}, change["after"]
        unknown = change.get("after_unknown") or {}
        lost = {
            name: value
            for name, value in wanted.items()
            if not unknown.get(name)
            and _differ(before.get(name), after.get(name))
            and _differ(after.get(name), value)
        }
        if lost:
            found[each["address"]] = lost
    return found


def _candidates(course: Course, reverse: Reverse) -> Fixes:
    run, live = course.gathered.situation.run, course.gathered.live_before
    if run is None or live is None:
        return {}
    recorded, seen = run.before.managed, live.managed
    found = {}
    for change in reverse.scope.inside:
        address = change.previous_address or change.address
        if address not in recorded or address not in seen:
            continue
        differing = _differing(recorded[address].attributes, seen[address].attributes)
        if differing:
            found[change.address] = differing
    return found


def _differing(recorded: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
    names: Iterable[str] = recorded.keys() | seen.keys()
    return {name: seen.get(name) for name in names if _differ(recorded.get(name), seen.get(name))}


_NOTHING = (None, "", False, 0)


def _differ(one: Any, other: Any) -> bool:
    """Tell whether two values differ by more than how a provider writes nothing: null, `{}`, false, 0."""
    if one in _NOTHING and other in _NOTHING:
        return False
    return bool(normalise({"value": one}) != normalise({"value": other}))


def _ask(course: Course, found: Fixes) -> HotFixes:
    audience = course.session.context.audience
    names = ", ".join(f"{address} ({', '.join(sorted(values))})" for address, values in sorted(found.items()))
    if course.approve and audience.can_answer:
        addresses = tuple(sorted(found))
        keep_it = Choice(
            key=HotFixes.KEEP,
            text="keep: write the values made by hand again",
            addresses=addresses,
            command="guardian restore --hot-fixes=keep",
        )
        revert = Choice(
            key=HotFixes.REVERT,
            text="revert: write the target's values",
            addresses=addresses,
            costs="the change made by hand is gone",
            command="guardian restore --hot-fixes=revert",
        )
        question = f"Somebody had changed this by hand before the failed run: {names}"
        return HotFixes(audience.choose(question, (keep_it, revert)))
    raise RecoveryRefusedError(
        "somebody had changed this by hand before the failed run, and the way back would write over it: "
        f"{names}",
        code="hot_fix",
        hint="guardian restore --hot-fixes=keep    # or --hot-fixes=revert",
    )
