"""A run without its store: the warning that nobody is to overlook, and what waits to be flushed."""

from guardian.cli.views.table import moment
from guardian.cli.views.terminal import Paint, visible, visible_lines
from guardian.domain.glass import Broken


def broken_text(broken: Broken, paint: Paint) -> str:
    """Return the warning as a block of its own."""
    glass = broken.glass
    lines = [
        paint.red(paint.bold("BREAK GLASS: this run works without its store.")),
        f"  Store     {visible(glass.store)}",
        f"  Because   {visible_lines(glass.error).replace(chr(10), ' ')}",
        f"  Reason    {visible(glass.reason)}",
    ]
    if broken.seen_at is None:
        lines.append(
            paint.red(
                "  Unknown   this machine never saw the project: holds and the known state cannot be checked"
            )
        )
    else:
        lines.append(
            f"  Known     holds and the state as of record {broken.remembered}, {moment(broken.seen_at)}; "
            "what others did since is not known"
        )
    if broken.open_run is not None:
        lines.append(
            paint.red(
                f"  In doubt  run {visible(broken.open_run)} had no end then: what it changed is not known"
            )
        )
    lines.append("  After     guardian flush, as soon as the store answers")
    return "\n".join(lines)
