"""What a test wants and a machine may lack: skipped with a reason that is counted in the terminal summary."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

import pytest

_PREFIX = "for want of "


def lacking(want: str, reason: str) -> NoReturn:
    """Skip the test, and let the summary say why."""
    pytest.skip(f"{_PREFIX}{want}: {reason}")


def summary_lines(reports: Iterable[Any]) -> Iterator[str]:
    """Yield one line a want: how many tests were skipped for it, and the reason."""
    counted: Counter[str] = Counter()
    for report in reports:
        _, _, reason = report.longrepr
        _, found, want = str(reason).partition(_PREFIX)
        if found:
            counted[want] += 1
    for want, number in sorted(counted.items()):
        want_name, _, why = want.partition(": ")
        yield f"skipped for want of {want_name}: {number} tests: {why}"
