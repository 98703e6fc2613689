"""What must not be shown: marked values, and values whose names give them away."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

MASK = "(sensitive value)"
_TELLING = re.compile(r"pass(word|wd|phrase)|secret|token|private_?key|credential|access_?key", re.IGNORECASE)

Path = tuple[str | int, ...]


def marked_paths(sensitive: Iterable[Any]) -> frozenset[Path]:
    """Read the `sensitive_attributes` of a recorded instance.

    Args:
        sensitive: Lists of steps, each `{"type": "get_attr" | "index", "value": ...}`.
    """
    return frozenset(tuple(_step(step) for step in path) for path in sensitive)


def is_secret(path: Sequence[str | int], marked: Iterable[Path]) -> bool:
    """Tell whether the value at `path` must be masked: it or a parent is marked, or a name tells."""
    return any(tuple(path[: len(each)]) == each for each in marked) or any(
        isinstance(step, str) and _TELLING.search(step) for step in path
    )


def _step(step: Any) -> str | int:
    value = step["value"]
    if isinstance(value, dict):
        value = value.get("value")
    return value if isinstance(value, str | int) else str(value)
