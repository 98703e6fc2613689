"""The checks, and each setting with its source."""

from collections.abc import Iterator, Sequence
from typing import Any

from guardian.cli.checks import Check, Verdict
from guardian.cli.views.table import table
from guardian.cli.views.terminal import Paint, visible, visible_lines
from guardian.settings import KEYS, Settings

NAME_WIDTH = 12


def doctor_text(checks: Sequence[Check], settings: Settings | None, paint: Paint) -> str:
    """Return the screen."""
    paints = {Verdict.OK: paint.green, Verdict.WARN: paint.yellow, Verdict.FAIL: paint.red}
    lines = []
    for each in checks:
        verdict = paints[each.verdict](f"{each.verdict.upper():4}")
        detail = visible_lines(each.detail).replace("\n", f"\n{'':{NAME_WIDTH + 6}}")
        lines.append(f"{verdict}  {each.name:{NAME_WIDTH}}{detail}")
        if each.mend:
            lines.append(f"      {'':{NAME_WIDTH}}{paint.bold('Mend:')} {visible_lines(each.mend)}")
    if settings is not None:
        rows = [(each["key"], _shown(each["value"]), each["source"]) for each in setting_lines(settings)]
        lines += ["", table(("SETTING", "VALUE", "SOURCE"), rows, paint)]
    return "\n".join(lines)


def check_line(check: Check) -> dict[str, Any]:
    """Return the JSON line of one check."""
    return {
        "type": "check",
        "name": check.name,
        "verdict": str(check.verdict),
        "detail": check.detail,
        "mend": check.mend,
    }


def setting_lines(settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield the JSON line of each setting; none of them is a secret: keys are named by path or ARN."""
    for key in KEYS:
        holder: Any = settings
        for part in key.name.split("."):
            holder = getattr(holder, part)
        shown: Any = [str(each) for each in holder] if isinstance(holder, tuple) else holder
        if shown is not None and not isinstance(shown, str | int | list):
            shown = str(shown)
        yield {
            "type": "setting",
            "key": key.name,
            "value": shown,
            "source": str(settings.sources[key.name]),
        }
    for name, value in {
        "retry": [each.name for each in settings.retry],
        "drift.tags": [f"{tag}={text}" for tag, text in settings.drift.tags.items()],
        "policy.rules": [each.name for each in settings.policy.rules],
        "drift.ignore": [f"{each.address} {each.attribute}".strip() for each in settings.drift.ignore],
    }.items():
        if value:
            yield {"type": "setting", "key": name, "value": value, "source": str(settings.sources[name])}


def _shown(value: Any) -> str:
    if value is None or value == []:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    return visible(", ".join(value) if isinstance(value, list) else str(value))
