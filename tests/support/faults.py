"""Faults as rules: which request, which time, what goes wrong. Thread-safe; knows no sockets."""

import re
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from tests.support.aws_requests import AwsRequest

# A hold that nobody lifts must not hang a suite.
_HOLD_S = 120.0


class FaultKind(StrEnum):
    """What goes wrong; `before` and `after` are seen from the upstream's side."""

    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    DELAY = "delay"
    HOLD = "hold"
    HOLD_AFTER = "hold_after"
    HOLD_LOST = "hold_lost"
    TRUNCATE = "truncate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One rule.

    Attributes:
        action: What goes wrong.
        service: Signing name; empty for every service.
        operation: The API's name; empty for every operation.
        nth: Only the n-th request that fits, counted from 1 for this rule alone.
        from_nth: That one and all after it; with neither, every request that fits.
        to_nth: The last of those, for an outage that passes.
        path: Regular expression that must be found in the path and query.
        body: Regular expression that must be found in the body.
        status: HTTP status of an error.
        code: AWS error code of an error.
        message: Its text.
        delay_s: For `delay`.
        keep_bytes: For `truncate`: how much of the body is sent.
    """

    action: FaultKind
    service: str = ""
    operation: str = ""
    nth: int | None = None
    from_nth: int | None = None
    to_nth: int | None = None
    path: str = ""
    body: str = ""
    status: int = 400
    code: str = "ValidationException"
    message: str = "injected"
    delay_s: float = 0.0
    keep_bytes: int = 0

    def __post_init__(self) -> None:
        if self.nth is not None and self.from_nth is not None:
            raise ValueError("a fault takes nth or from_nth, not both")
        if self.nth is not None and self.to_nth is not None:
            raise ValueError("a fault takes nth or to_nth, not both")
        for number in (self.nth, self.from_nth, self.to_nth):
            if number is not None and number < 1:
                raise ValueError("nth, from_nth and to_nth count from 1")
        re.compile(self.path)
        re.compile(self.body)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Fault":
        """Read a rule from a mapping; unknown keys are refused."""
        unknown = set(given) - {each.name for each in fields(cls)}
        if unknown:
            raise ValueError(f"unknown keys of a fault: {', '.join(sorted(unknown))}")
        return cls(**{**given, "action": FaultKind(given.get("action", ""))})

    def fits(self, request: AwsRequest) -> bool:
        """Tell whether a request is of the kind that this rule counts."""
        return (
            self.service in {"", request.service}
            and self.operation in {"", request.operation}
            and re.search(self.path, request.path) is not None
            and re.search(self.body, request.body.decode(errors="replace")) is not None
        )

    def strikes(self, number: int) -> bool:
        """Tell whether the number-th request that fits is struck."""
        if self.nth is not None:
            return number == self.nth
        return (self.from_nth or 1) <= number <= (self.to_nth or number)


@dataclass(slots=True, kw_only=True)
class _Entry:
    fault: Fault
    seen: int = 0
    struck: list[str] = field(default_factory=list)
    holding: int = 0
    released: threading.Event = field(default_factory=threading.Event)


class FaultBook:
    """The rules in force, and the counts of everything that came by."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._entries: dict[int, _Entry] = {}
        self._next = 1
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, fault: Fault) -> int:
        """Put a rule in force and return its number; earlier rules go first."""
        with self._changed:
            number, self._next = self._next, self._next + 1
            self._entries[number] = _Entry(fault=fault)
            return number

    def remove(self, number: int) -> None:
        """Take a rule out of force; whatever it holds goes on."""
        with self._changed:
            entry = self._entries.pop(number)
        entry.released.set()

    def clear(self) -> None:
        """Take every rule out of force."""
        with self._changed:
            numbers = list(self._entries)
        for number in numbers:
            self.remove(number)

    def release(self, number: int) -> None:
        """Let the requests that a rule holds go on; the rule holds no more."""
        with self._changed:
            entry = self._entries[number]
        entry.released.set()

    def hits(self, number: int) -> int:
        """Return how many requests a rule has struck."""
        with self._changed:
            return len(self._entries[number].struck)

    def struck(self, number: int) -> list[str]:
        """Return the operations of the requests that a rule has struck, in order."""
        with self._changed:
            return list(self._entries[number].struck)

    def wait_for_hold(self, number: int, timeout_s: float) -> bool:
        """Wait until a rule holds a request; tell whether it does."""
        with self._changed:
            entry = self._entries[number]
            return self._changed.wait_for(lambda: entry.holding > 0, timeout_s)

    def counts(self) -> dict[tuple[str, str], int]:
        """Return the requests so far by service and operation."""
        with self._changed:
            return dict(self._counts)

    def forget_counts(self) -> None:
        """Count from zero again; the rules' own numbers go on."""
        with self._changed:
            self._counts.clear()

    def describe(self) -> list[dict[str, Any]]:
        """Return the rules in force with their counts, as JSON."""
        with self._changed:
            return [
                {
                    "id": number,
                    "action": entry.fault.action.value,
                    "service": entry.fault.service,
                    "operation": entry.fault.operation,
                    "seen": entry.seen,
                    "hits": len(entry.struck),
                    "holding": entry.holding,
                }
                for number, entry in self._entries.items()
            ]

    def arrive(self, request: AwsRequest) -> "Strike | None":
        """Count a request and return what strikes it, or None."""
        with self._changed:
            self._counts[request.service, request.operation] += 1
            struck: Strike | None = None
            for entry in self._entries.values():
                if not entry.fault.fits(request):
                    continue
                entry.seen += 1
                if struck is None and entry.fault.strikes(entry.seen):
                    entry.struck.append(request.operation)
                    struck = Strike(self._changed, entry)
            return struck


class Strike:
    """One request, struck by one rule."""

    def __init__(self, changed: threading.Condition, entry: _Entry) -> None:
        self._changed = changed
        self._entry = entry
        self.fault = entry.fault

    def is_a(self, *kinds: FaultKind) -> bool:
        """Tell whether the rule's action is one of these."""
        return self.fault.action in kinds

    def wait(self) -> None:
        """Spend the delay, or stay until the rule lets go."""
        if self.is_a(FaultKind.DELAY):
            time.sleep(self.fault.delay_s)
            return
        with self._changed:
            self._entry.holding += 1
            self._changed.notify_all()
        self._entry.released.wait(_HOLD_S)
        with self._changed:
            self._entry.holding -= 1
