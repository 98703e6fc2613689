"""How long a sweep is, and what it found: the short form in `make test`, the long one in `make soak`."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

SOAK = "GUARDIAN_SOAK"
PROPERTY = "sweep"
LONG = bool(os.environ.get(SOAK))
"""Whether this session is `make soak`; read at import, before the guards clean the environment."""


def some(points: Sequence[T], most: int) -> Sequence[T]:
    """Return every point in the long form; in the short one `most` of them, evenly spread, with both ends."""
    if LONG or len(points) <= most:
        return points
    last = len(points) - 1
    return [points[round(each * last / (most - 1))] for each in range(most)] if most > 1 else points[:1]


def times(short: int, long: int) -> int:
    """Return how often to repeat what has no points of its own."""
    return long if LONG else short


@dataclass(slots=True)
class _Sum:
    points: int = 0
    mutants: int = 0
    tests: int = 0
    failed: int = 0
    seconds: float = 0.0


def summary_lines(reports: Iterable[Any]) -> Iterator[str]:
    """Yield one line a promise: points tried, tests failed, mutants caught, time."""
    sums: dict[int, _Sum] = defaultdict(_Sum)
    for report in reports:
        seen = set()
        for name, value in getattr(report, "user_properties", ()):
            if name != PROPERTY or report.when != "call":
                continue
            promise, points, mutants = value
            one = sums[promise]
            one.points += points
            one.mutants += mutants
            if promise not in seen:
                seen.add(promise)
                one.tests += 1
                one.failed += report.failed
                one.seconds += report.duration
    for promise, one in sorted(sums.items()):
        yield (
            f"promise {promise}: {one.points} points, {one.failed} of {one.tests} tests failed, "
            f"{one.mutants} mutants caught, {one.seconds:.0f} s"
        )
