"""How far an apply came: done, failed, in flight, never started. Computed once, from plan and events."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from guardian.domain.plan import Action, PlannedChange


class Outcome(StrEnum):
    """How a run ended; the `outcome` of the JSON result."""

    APPLIED = "applied"
    NO_CHANGES = "no_changes"
    PLANNED = "planned"
    DIFFERENCES = "differences"
    FAILED_HELD = "failed_held"
    RESTORED = "restored"
    RESTORE_INCOMPLETE = "restore_incomplete"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"
    ERROR = "error"
    OK = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Addresses by how far they came; the four are disjoint, each in the plan's order.

    In flight means started and neither completed nor errored: the object may exist although the state
    does not know it.
    """

    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    in_flight: tuple[str, ...] = ()
    not_started: tuple[str, ...] = ()

    @property
    def touched(self) -> tuple[str, ...]:
        """Everything the run began to change."""
        return self.done + self.failed + self.in_flight

    def to_json(self) -> dict[str, list[str]]:
        """Return the `instances` object of the JSON result."""
        return {
            "done": list(self.done),
            "failed": list(self.failed),
            "in_flight": list(self.in_flight),
            "not_started": list(self.not_started),
        }


def later(first: Progress, second: Progress) -> Progress:
    """Return how far two applies of the same changes came, one after the other.

    What the second began counts by the second; the rest by the first.
    """
    again = frozenset(second.touched)
    return Progress(
        done=tuple(each for each in first.done if each not in again) + second.done,
        failed=tuple(each for each in first.failed if each not in again) + second.failed,
        in_flight=tuple(each for each in first.in_flight if each not in again) + second.in_flight,
        not_started=tuple(each for each in first.not_started if each not in again),
    )


# Terraform carries these out in the state alone, with no apply_start event.
_SILENT = frozenset({Action.MOVE, Action.IMPORT, Action.FORGET})


def progress_of(
    changes: Iterable[PlannedChange], events: Iterable[Mapping[str, Any]], *, ended_well: bool
) -> Progress:
    """Class each planned change by the events of its apply.

    Args:
        changes: The plan's changes.
        events: Events of `apply -json`, in order; events of a cut-off stream are fine.
        ended_well: Whether the engine exited 0, which settles the changes that have no events.
    """
    started: Counter[str] = Counter()
    completed: Counter[str] = Counter()
    errored: Counter[str] = Counter()
    for event in events:
        counter = {"apply_start": started, "apply_complete": completed, "apply_errored": errored}.get(
            event.get("type", "")
        )
        if counter is not None and event["hook"].get("action") != "read":
            counter[event["hook"]["resource"]["addr"]] += 1
    # A move is carried out in the state before the first change, and stays although a later change fails.
    moved = ended_well or bool(started)
    buckets: dict[str, list[str]] = {"done": [], "failed": [], "in_flight": [], "not_started": []}
    expected: Counter[str] = Counter()
    silent: dict[str, bool] = {}
    for change in changes:
        expected[change.address] += 2 if change.action is Action.REPLACE else 1
        if change.action in _SILENT:
            silent[change.address] = moved if change.action is Action.MOVE else ended_well
    for address in [*expected, *(each for each in started if each not in expected)]:
        if errored[address]:
            bucket = "failed"
        elif address in silent and not started[address]:
            bucket = "done" if silent[address] else "not_started"
        elif not started[address]:
            bucket = "not_started"
        elif completed[address] >= max(expected[address], started[address]):
            bucket = "done"
        else:
            bucket = "in_flight"
        buckets[bucket].append(address)
    return Progress(**{name: tuple(addresses) for name, addresses in buckets.items()})


def unfinished_creations(events: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the addresses whose creation began and neither completed nor failed, in order.

    Their objects may exist although no state knows them; the creating half of a replacement counts too.
    """
    open_: dict[str, int] = {}
    for event in events:
        kind = event.get("type", "")
        if kind not in {"apply_start", "apply_complete", "apply_errored"}:
            continue
        if event["hook"].get("action") == "create":
            address = event["hook"]["resource"]["addr"]
            open_[address] = open_.get(address, 0) + (1 if kind == "apply_start" else -1)
    return tuple(address for address, count in open_.items() if count > 0)


def told_exit_code(events: Iterable[Mapping[str, Any]]) -> int | None:
    """Return what the events of an apply say of its exit code; None when they break off.

    A summary comes last, once the state is saved and the lock is released; an apply that failed has none.
    Source: Terraform's `internal/command/apply.go` and `internal/backend/local/backend_apply.go`.
    """
    code = None
    for event in events:
        kind = event.get("type")
        if kind == "change_summary" and (event.get("changes") or {}).get("operation") in {"apply", "destroy"}:
            return 0
        if kind == "diagnostic" and (event.get("diagnostic") or {}).get("severity") == "error":
            code = 1
    return code
