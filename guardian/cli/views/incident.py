"""One screen on a failure: which address, why, how far the run came, whether the record was saved."""

from collections import Counter
from collections.abc import Sequence

from guardian.cli.views.lists import in_lines
from guardian.cli.views.table import moment
from guardian.cli.views.terminal import Paint, shortened, visible, visible_lines
from guardian.domain.engine import Diagnostic
from guardian.domain.incident import Incident, StateRecord
from guardian.domain.standing import Hold

SHOWN = 15
COLUMN = 14
BESIDE = 3
"""So many addresses stand beside their count: the screen of an ordinary failure has 24 lines."""
_RECORD = {
    StateRecord.SAVED: "saved: it holds what the run did",
    StateRecord.UNCHANGED: "unchanged: the run did nothing that it would hold",
    StateRecord.STRANDED: "NOT saved: it does not hold what the run did",
    StateRecord.UNREADABLE: "cannot be read",
    StateRecord.UNKNOWN: "not known: guardian died before it could look",
}


def incident_text(incident: Incident, paint: Paint, *, hold: Hold | None = None) -> str:
    """Return the screen.

    Args:
        incident: The failure.
        paint: Colours.
        hold: The stop sign that it left; None where it is not set yet, or told elsewhere.
    """
    rest = f"guardian run show {incident.run_id} --json"
    causes = Counter(incident.causes)  # one cause can be told once for each resource that it stopped
    progress = incident.progress
    far = [
        *_group("done", progress.done, paint.green("done"), ()),
        *_group("failed", progress.failed, paint.red("failed"), incident.tainted),
        *_group("in flight", progress.in_flight, paint.yellow("in flight"), incident.tainted),
        *_group("never started", progress.not_started, paint.dim("never started"), ()),
    ]
    told = [_cause(each, causes[each], rest, paint) for each in causes]
    how_far = "\n".join([*far, *_record(incident, hold, paint)])
    return "\n".join([_heading(incident, paint), "\n\n".join([*told, how_far])])


def _record(incident: Incident, hold: Hold | None, paint: Paint) -> list[str]:
    words = _RECORD[incident.record]
    if incident.record is StateRecord.SAVED and incident.creating:
        words = "saved: it holds what ended; what was being created may exist without it"
    saved = incident.record in {StateRecord.SAVED, StateRecord.UNCHANGED}
    lines = [f"  State  {words if saved else paint.red(words)}"]
    if incident.lock_left:
        lines.append(f"  Lock   {paint.yellow(visible(incident.lock_left))}")
    since = f", on hold since {moment(hold.since)}" if hold is not None else ""
    lines.append(f"  Run    {visible(incident.run_id)}{since}")
    return lines


def _heading(incident: Incident, paint: Paint) -> str:
    if incident.record is StateRecord.UNKNOWN:
        what = "The apply was cut short: its guardian died"
    elif incident.interrupted:
        what = "The apply was interrupted"
    elif incident.exit_code < 0:
        what = f"The apply was killed by signal {-incident.exit_code}"
    else:
        what = "The apply failed"
    failed = len(incident.progress.failed)
    where = f" at {visible(incident.progress.failed[0])}" if failed == 1 else ""
    where = f" at {failed} addresses" if failed > 1 else where
    return paint.red(paint.bold(f"{what}{where}"))


def _cause(cause: Diagnostic, times: int, rest: str, paint: Paint) -> str:
    place = f"{visible(cause.filename)}:{cause.line}" if cause.filename else ""
    about = " · ".join(each for each in (visible(cause.address), place) if each)
    told = f"  (told {times} times)" if times > 1 else ""
    lines = [f"  {paint.red('Error:')} {visible(cause.summary)}{told}"]
    if about:
        lines.append(f"    {paint.dim(about)}")
    if cause.detail:
        detail = shortened(visible_lines(cause.detail).strip(), rest=rest)
        lines += [f"    {line}".rstrip() for line in detail.split("\n")]
    return "\n".join(lines)


def _group(name: str, addresses: Sequence[str], title: str, tainted: Sequence[str]) -> list[str]:
    head = f"  {title}{'':{COLUMN - len(name)}}{len(addresses)}"
    noted = [f"{each}  (tainted: recorded, and half made)" if each in tainted else each for each in addresses]
    if len(noted) <= BESIDE:
        first, *more = in_lines(noted, shown=BESIDE, indent=0) or [""]
        return [f"{head}  {first}".rstrip(), *(f"{'':{2 + COLUMN + 3}}{each}" for each in more)]
    return [head, *in_lines(noted, shown=SHOWN, indent=6)]
