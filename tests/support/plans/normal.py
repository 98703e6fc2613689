"""A plan's JSON without what is another at each making: made-up identifiers, times, ports."""

import json
import re
from collections.abc import Callable

_TIME = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")
_SERVER = re.compile(r"127\.0\.0\.1:\d+")
_MOMENT = "2026-01-01T00:00:00Z"

# What a pattern finds is replaced by a number: that of its first appearance, so that equal stays equal.
_NUMBERED: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], int], str]], ...] = (
    (
        re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"),
        lambda _, n: f"00000000-0000-4000-8000-{n:012}",
    ),
    (re.compile(r"\b([a-z]{1,12})-(?:[0-9a-f]{17}|[0-9a-f]{8})\b"), lambda found, n: f"{found[1]}-{n:017}"),
    (re.compile(r'(?<=deposed": "|sed_key": ")[0-9a-f]{8}(?=")'), lambda _, n: f"{n:08}"),
    (re.compile(r"\b(A[A-Z]{3})[A-Z0-9]{16,17}\b"), lambda found, n: f"{found[1]}{n:017}"),
    (re.compile(r'(:secret:[^"|\\]*-)[A-Za-z0-9]{6}(?=["|\\])'), lambda found, n: f"{found[1]}{n:06}"),
    (re.compile(r"\bZ[A-Z0-9]{13,20}\b"), lambda _, n: f"Z{n:013}"),
    (re.compile(r"\beu-central-1_[A-Za-z0-9]{9,}\b"), lambda _, n: f"eu-central-1_{n:09}"),
    (re.compile(r"\b127\.\d+\.\d+\.\d+\b(?!:)"), lambda _, n: f"203.0.113.{n}"),
    (re.compile(r"\bterraform-\d{18,26}[0-9a-f]*\b"), lambda _, n: f"terraform-{n:026}"),
)


def normal(shown: bytes) -> str:
    """Return what `terraform show -json` wrote, indented and the same at each making."""
    text = json.dumps(json.loads(shown), indent=1, ensure_ascii=False) + "\n"
    text = _SERVER.sub("127.0.0.1:4566", _TIME.sub(_MOMENT, text))
    for pattern, spelled in _NUMBERED:
        text = _renumbered(text, pattern, spelled)
    return text


def _renumbered(text: str, pattern: re.Pattern[str], spelled: Callable[[re.Match[str], int], str]) -> str:
    given: dict[str, str] = {}

    def replace(found: re.Match[str]) -> str:
        return given.setdefault(found[0], spelled(found, len(given) + 1))

    return pattern.sub(replace, text)
