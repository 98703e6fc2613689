"""One screen on a failure: which address, why, how far the run came, whether the record was saved."""

from collections import Counter
from collections.abc import Sequence

from guardian.cli.views.terminal import Paint, by_address, shortened, visible, visible_lines
from guardian.domain.engine import Diagnostic
from guardian.domain.incident import Incident, StateRecord

SHOWN = 15
_RECORD = {
    StateRecord.SAVED: "saved: it holds what the run did",
    StateRecord.UNCHANGED: "unchanged: the run did nothing that it would hold",
    StateRecord.STRANDED: "NOT saved: it does not hold what the run did",
    StateRecord.UNREADABLE: "cannot be read",
    StateRecord.UNKNOWN: "not known: guardian died before it could look",
}


def incident_text(incident: Incident, paint: Paint) -> str:
    """Return the screen."""
    rest = f"guardian run show {incident.run_id} --json"
    causes = Counter(incident.causes)  # one cause can be told once for each resource that it stopped
    blocks = [_heading(incident, paint), *(_cause(each, causes[each], rest, paint) for each in causes)]
    progress = incident.progress
    blocks.append(
        "\n".join(
            [
                *_group("done", progress.done, paint.green("done"), ()),
                *_group("failed", progress.failed, paint.red("failed"), incident.tainted),
                *_group("in flight", progress.in_flight, paint.yellow("in flight"), incident.tainted),
                *_group("never started", progress.not_started, paint.dim("never started"), ()),
            ]
        )
    )
    record = _RECORD[incident.record]
    if incident.record is StateRecord.SAVED and incident.creating:
        record = "saved: it holds what ended; what was being created may exist without it"
    saved = incident.record in {StateRecord.SAVED, StateRecord.UNCHANGED}
    lock = visible(incident.lock_left) if incident.lock_left else "free"
    blocks.append(
        "\n".join(
            [
                f"  State  {record if saved else paint.red(record)}",
                f"  Lock   {paint.yellow(lock) if incident.lock_left else lock}",
                f"  Run    {visible(incident.run_id)}",
            ]
        )
    )
    return "\n\n".join(each for each in blocks if each)


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
    padding = " " * (14 - len(name))
    lines = [f"  {title}{padding}{len(addresses)}"]
    for each in sorted(addresses, key=by_address)[:SHOWN]:
        note = "  (tainted: recorded, and half made)" if each in tainted else ""
        lines.append(f"      {visible(each)}{note}")
    if len(addresses) > SHOWN:
        lines.append(f"      and {len(addresses) - SHOWN} more")
    return lines
