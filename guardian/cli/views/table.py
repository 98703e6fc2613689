"""Columns of text for people."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from guardian.cli.views.terminal import Paint

SHORT_ID = 12


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], paint: Paint) -> str:
    """Return aligned columns under their heads; the cells are made visible already."""
    cells = [list(each) for each in rows]
    widths = [max(len(row[index]) for row in [list(heads), *cells]) for index in range(len(heads))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [list(heads), *cells]
    ]
    return "\n".join([paint.dim(lines[0]), *lines[1:]])


def moment(at: datetime) -> str:
    """Return a time as people read it, in UTC as the journal has it."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def size(count_bytes: int) -> str:
    """Return a length as people read it."""
    amount = float(count_bytes)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:  # noqa: PLR2004 - the step between units
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"
