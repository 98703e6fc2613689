"""A run without its store: the warning that nobody is to overlook, and what waits to be flushed."""

from collections.abc import Sequence
from typing import Any

from guardian.cli.typed import Typed
from guardian.cli.views.table import moment
from guardian.cli.views.terminal import Paint, visible, visible_lines
from guardian.domain.glass import Broken
from guardian.operations.flush import Flushed, FlushedProject


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


def waiting_text(found: Sequence[FlushedProject], place: str, typed: Typed) -> str:
    """Return what is spooled, for `flush --dry-run`."""
    if not found:
        return "Nothing is spooled."
    lines = [f"{visible(each.project)}: {_runs(len(each.runs))}, {each.records} records" for each in found]
    return "\n".join([*lines, f"  Spool {visible(place)}", f"  Next: {typed.again('guardian flush')}"])


def flushed_text(done: Flushed, paint: Paint, typed: Typed) -> str:
    """Return how a flush ended."""
    if not done.projects and not done.kept:
        return "Nothing is spooled."
    lines = []
    for each in done.projects:
        name = visible(each.project)
        lines.append(paint.green(f"Flushed {_runs(len(each.runs))} of {name}: {each.records} records."))
        if each.written < each.records:
            lines.append(f"  {each.records - each.written} of them were in the store already")
        if each.moved is None:
            lines.append("  whether others worked on it meanwhile cannot be told: nothing was remembered")
        elif each.moved:
            lines.append(paint.yellow("  others worked on it while the store was down for this machine"))
        if each.contradiction:
            lines.append(paint.red(f"  {visible(each.contradiction)}"))
        if each.hold is not None:
            lines.append(paint.yellow(f"  on hold: {visible(each.hold.reason)}"))
            lines.append(f"  Next: {typed.again('guardian status')}")
    return "\n".join([*lines, f"  The spool is kept as {visible(done.kept)}"])


def flushed_object(each: FlushedProject) -> dict[str, Any]:
    """Return one project of the result of `flush --json`."""
    return {
        "project": each.project,
        "runs": list(each.runs),
        "records": each.records,
        "written": each.written,
        "moved": each.moved,
        "contradiction": each.contradiction or None,
        "hold": each.hold.to_json() if each.hold else None,
    }


def unrecorded_text(runs: Sequence[str], typed: Typed) -> str:
    """Return what to do about runs whose end could not be written down; empty for none."""
    return "\n".join(
        f"Run {visible(each)} has no end in the store: it went away in the middle of it.\n"
        f"  Next: {typed.again('guardian run resume')}"
        for each in runs
    )


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"
