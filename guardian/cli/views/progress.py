"""What runs, for how long, n of m: Terraform's apply events as calm lines for people."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from guardian.cli.views.terminal import Paint, visible
from guardian.domain.plan import Action, PlannedChange

_DOING = {"create": "creating", "update": "changing", "delete": "destroying", "replace": "replacing"}
_DONE = {"create": "created", "update": "changed", "delete": "destroyed", "replace": "replaced"}
# Carried out in the record alone: no event will ever come.
_SILENT = frozenset({Action.MOVE, Action.IMPORT, Action.FORGET})
SHOWN_RUNNING = 2
MINUTE_S = 60


class ApplyProgress:
    """Follows one apply; knows no clock and no stream.

    A replacement is one of m, and done after both of its halves.
    """

    def __init__(self, changes: Iterable[PlannedChange]) -> None:
        self._expected: Counter[str] = Counter()
        for each in changes:
            if each.action not in _SILENT:
                self._expected[each.address] += 2 if each.action is Action.REPLACE else 1
        self._running: dict[str, tuple[str, float]] = {}
        self._completed: Counter[str] = Counter()
        self._failed: set[str] = set()

    def take(self, event: Mapping[str, Any], now_s: float, paint: Paint) -> str | None:
        """Take one event, and return the line that stays on the screen, if any.

        Args:
            event: An event of `apply -json`.
            now_s: Monotonic time, to measure what runs.
            paint: Colours.
        """
        hook = event.get("hook")
        if not isinstance(hook, Mapping) or hook.get("action") == "read":
            return None
        address = (hook.get("resource") or {}).get("addr", "")
        action = hook.get("action", "")
        name = visible(address)
        match event.get("type"):
            case "apply_start":
                self._running[address] = (action, now_s)
                return None
            case "apply_complete":
                self._running.pop(address, None)
                self._completed[address] += 1
                took = duration(hook.get("elapsed_seconds", 0))
                return paint.green("done  ") + f" {name} {_DONE.get(action, action)} in {took} ({self.count})"
            case "apply_errored":
                self._running.pop(address, None)
                self._failed.add(address)
                took = duration(hook.get("elapsed_seconds", 0))
                return paint.red("failed") + f" {name} while {_DOING.get(action, action)}, after {took}"
            case "provision_progress":
                which, said = hook.get("provisioner", ""), hook.get("output", "")
                return f"       {name} ({visible(which)}): {visible(said)}"
            case _:
                return None

    def started(self, event: Mapping[str, Any]) -> str | None:
        """Return the line of a start or of a slow instance, for where no status line can be redrawn."""
        hook = event.get("hook")
        if not isinstance(hook, Mapping) or hook.get("action") == "read":
            return None
        name = visible((hook.get("resource") or {}).get("addr", ""))
        doing = _DOING.get(hook.get("action", ""), hook.get("action", ""))
        match event.get("type"):
            case "apply_start":
                return f"start  {name} {doing}"
            case "apply_progress":
                return f"...    {name} still {doing} after {duration(hook.get('elapsed_seconds', 0))}"
            case _:
                return None

    @property
    def count(self) -> str:
        """How far it is: `3 of 12`."""
        done = sum(self._completed[each] >= wanted for each, wanted in self._expected.items())
        return f"{done} of {len(self._expected)}"

    def status(self, now_s: float) -> str:
        """Return one line on what runs now, oldest first."""
        running = [
            f"{visible(address)} {_DOING.get(action, action)} {duration(now_s - since_s)}"
            for address, (action, since_s) in self._running.items()
        ]
        more = [f"{len(running) - SHOWN_RUNNING} more"] if len(running) > SHOWN_RUNNING else []
        failed = [f"{len(self._failed)} failed"] if self._failed else []
        return " · ".join([self.count, *failed, *running[:SHOWN_RUNNING], *more])


def duration(seconds: float) -> str:
    """Return a duration as people say it: `8s`, `2m05s`."""
    whole = round(seconds)
    return f"{whole}s" if whole < MINUTE_S else f"{whole // MINUTE_S}m{whole % MINUTE_S:02d}s"
