"""A plan's intent: what Terraform says it will do. An intent is not a fact; see `drift` for facts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    """What a plan does with one instance, by the names of Terraform's machine-readable UI."""

    NOOP = "noop"
    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    MOVE = "move"
    IMPORT = "import"
    FORGET = "remove"


DESTRUCTIVE = frozenset({Action.DELETE, Action.REPLACE})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """One planned change.

    Attributes:
        reason: Terraform's reason, for instance `tainted` or `cannot_update`; may be empty.
        previous_address: Where a `moved` block took it from, or empty.
        deposed: Key of the deposed object it destroys, or empty.
    """

    address: str
    resource_type: str
    action: Action
    reason: str = ""
    previous_address: str = ""
    deposed: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the object of the journal's `planned` record."""
        return {
            "address": self.address,
            "action": str(self.action),
            "reason": self.reason,
            "resource_type": self.resource_type,
            "previous_address": self.previous_address,
            "deposed": self.deposed,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "PlannedChange":
        """Read what `to_json` wrote."""
        return cls(
            address=value["address"],
            resource_type=value["resource_type"],
            action=Action(value["action"]),
            reason=value.get("reason", ""),
            previous_address=value.get("previous_address", ""),
            deposed=value.get("deposed", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Terraform's own arithmetic: a replacement counts once in `add` and once in `remove`."""

    add: int = 0
    change: int = 0
    remove: int = 0
    import_: int = 0


def counted(actions: Iterable[Action]) -> Counts:
    """Count as Terraform does."""
    number = Counter(actions)
    return Counts(
        add=number[Action.CREATE] + number[Action.REPLACE],
        change=number[Action.UPDATE],
        remove=number[Action.DELETE] + number[Action.REPLACE],
        import_=number[Action.IMPORT],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSummary:
    """A plan without its values.

    Attributes:
        changes: In Terraform's order; no-ops and data source reads left out.
        drifted: Addresses that were changed outside Terraform, as its refresh saw.
        outputs: Root outputs that change, by name, with their action.
    """

    changes: tuple[PlannedChange, ...] = ()
    drifted: tuple[str, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> Counts:
        """Count as Terraform does."""
        return counted(each.action for each in self.changes)

    @property
    def is_empty(self) -> bool:
        """Tell whether applying would change neither resources nor outputs."""
        return not self.changes and not self.outputs


class PlanReading:
    """Collects a `PlanSummary` from the events of `plan -json`."""

    def __init__(self) -> None:
        self._changes: list[PlannedChange] = []
        self._drifted: list[str] = []
        self._outputs: dict[str, str] = {}

    def event(self, event: Mapping[str, Any]) -> None:
        """Take one event; kinds that say nothing about the plan are ignored."""
        match event.get("type"):
            case "planned_change":
                change = _change(event["change"])
                if change.action not in {Action.NOOP, Action.READ}:
                    self._changes.append(change)
            case "resource_drift":
                self._drifted.append(event["change"]["resource"]["addr"])
            case "outputs":
                self._outputs = {
                    name: output["action"]
                    for name, output in event["outputs"].items()
                    if output.get("action", "noop") != "noop"
                }
            case _:
                pass

    def summary(self) -> PlanSummary:
        """Return what was read so far."""
        return PlanSummary(
            changes=tuple(self._changes), drifted=tuple(self._drifted), outputs=dict(self._outputs)
        )


def summary_of_plan_json(document: Mapping[str, Any]) -> PlanSummary:
    """Read a `PlanSummary` from `show -json` of a saved plan (format_version 1.x)."""
    changes = []
    for each in document.get("resource_changes") or ():
        moved = each.get("previous_address", "")
        action = action_of(each["change"], moved=moved)
        if each.get("mode") == "data" or action in {Action.NOOP, Action.READ}:
            continue
        changes.append(
            PlannedChange(
                address=each["address"],
                resource_type=each["type"],
                action=action,
                reason=each.get("action_reason", ""),
                previous_address=moved,
                deposed=each.get("deposed", ""),
            )
        )
    outputs = {
        name: _plain_action(change["actions"])
        for name, change in (document.get("output_changes") or {}).items()
        if change["actions"] != ["no-op"]
    }
    drifted = tuple(each["address"] for each in document.get("resource_drift") or ())
    return PlanSummary(changes=tuple(changes), drifted=drifted, outputs=outputs)


def destroyed(changes: Iterable[PlannedChange]) -> tuple[PlannedChange, ...]:
    """Return the changes that destroy an object, replacements included."""
    return tuple(each for each in changes if each.action in DESTRUCTIVE)


_WITHIN = {
    Action.REPLACE: frozenset({Action.REPLACE, Action.CREATE, Action.UPDATE}),
}


def beyond(
    plan: PlanSummary, agreed: PlanSummary, *, renewed: Iterable[str] = ()
) -> tuple[PlannedChange, ...]:
    """Return the changes of a plan that go beyond what was agreed; empty when it does no more.

    Args:
        plan: The plan that is about to be applied.
        agreed: The plan that was shown, or that was made before.
        renewed: Addresses whose object is half made since: there a replacement is no more than a creation.
    """
    allowed: dict[str, set[Action]] = {}
    for each in agreed.changes:
        allowed.setdefault(each.address, set()).update(_WITHIN.get(each.action, {each.action}))
    for address in renewed:
        if Action.CREATE in allowed.get(address, ()):
            allowed[address] |= {Action.REPLACE, Action.UPDATE}
    return tuple(each for each in plan.changes if each.action not in allowed.get(each.address, ()))


def _change(change: Mapping[str, Any]) -> PlannedChange:
    resource = change["resource"]
    return PlannedChange(
        address=resource["addr"],
        resource_type=resource["resource_type"],
        action=Action(change["action"]),
        reason=change.get("reason", ""),
        previous_address=(change.get("previous_resource") or {}).get("addr", ""),
    )


def action_of(change: Mapping[str, Any], *, moved: str = "") -> Action:
    """Return the action of a `change` object of `show -json`; `moved` is its previous address, or empty."""
    action = Action(_plain_action(change["actions"]))
    if action is not Action.NOOP:
        return action
    if change.get("importing"):
        return Action.IMPORT
    return Action.MOVE if moved else action


def _plain_action(actions: list[str]) -> str:
    match actions:
        case ["no-op"]:
            return "noop"
        case ["forget"]:
            return "remove"
        case ["delete", "create"] | ["create", "delete"]:
            return "replace"
        case ["create", "forget"]:
            return "create"
        case _:
            return actions[0]
