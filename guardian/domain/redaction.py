"""What must not be shown: marked values, and values whose names give them away."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

MASK = "(sensitive value)"
_TELLING = re.compile(
    r"pass(word|wd|phrase)|secret|token|private_?key|credential|access_?key|api_?key"
    r"|(^|_)(pass|pwd|psw|dsn|conn(ection)?_?str(ing)?)($|_)",
    re.IGNORECASE,
)
# Whatever a program is given in its environment, or runs when it starts, may be a secret under any name.
_HOLDERS = frozenset({"environment", "environment_variables", "user_data", "user_data_base64"})
_USER_IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s@:]*:[^/\s@]+@", re.IGNORECASE)

Path = tuple[str | int, ...]


def marked_paths(sensitive: Iterable[Any]) -> frozenset[Path]:
    """Read the `sensitive_attributes` of a recorded instance.

    Args:
        sensitive: Lists of steps, each `{"type": "get_attr" | "index", "value": ...}`.
    """
    return frozenset(tuple(_step(step) for step in path) for path in sensitive)


def is_secret(path: Sequence[str | int], marked: Iterable[Path]) -> bool:
    """Tell whether the value at `path` must be masked: it or a parent is marked, or a name tells."""
    here = anywhere(path)
    return any(here[: len(each)] == anywhere(each) for each in marked) or any(
        isinstance(step, str) and _tells(step) for step in path
    )


def anywhere(path: Sequence[str | int]) -> Path:
    """Return a path that fits every item of its lists: their order may be another than the record's."""
    return tuple(0 if isinstance(step, int) else step for step in path)


def scrubbed(value: Any) -> Any:
    """Return a value without what must not be shown in it: by a name that tells, or a password in a URL."""
    if isinstance(value, dict):
        return {
            name: MASK if isinstance(name, str) and _tells(name) and each else scrubbed(each)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [scrubbed(each) for each in value]
    # The expression alone takes time in the square of a long word.
    if isinstance(value, str) and "://" in value and _USER_IN_URL.search(value):
        return MASK
    return value


def _tells(name: str) -> bool:
    return name in _HOLDERS or _TELLING.search(name) is not None


def _step(step: Any) -> str | int:
    value = step["value"]
    if isinstance(value, dict):
        value = value.get("value")
    return value if isinstance(value, str | int) else str(value)
