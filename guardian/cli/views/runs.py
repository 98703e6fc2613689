"""Runs: a list, and one in full."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from guardian.cli.views.incident import incident_text
from guardian.cli.views.run_words import WORDS
from guardian.cli.views.table import moment, table
from guardian.cli.views.terminal import Paint, visible
from guardian.domain import fields
from guardian.domain.journal import Record
from guardian.operations.runs import Run

OPEN = "not ended"


class ListedRun(Protocol):
    """What a list shows of a run."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def operation(self) -> str:
        """The command."""
        ...

    @property
    def opened_at(self) -> datetime:
        """When it began."""
        ...

    @property
    def outcome(self) -> str | None:
        """How it ended; None when no record says so."""
        ...

    @property
    def exit_code(self) -> int | None:
        """Its exit code; None when no record says so."""
        ...


def list_text(runs: Iterable[ListedRun], paint: Paint) -> str:
    """Return the list, as it is ordered."""
    rows = [
        (
            visible(each.id),
            visible(each.operation),
            visible(each.outcome or OPEN),
            "-" if each.exit_code is None else str(each.exit_code),
            moment(each.opened_at),
        )
        for each in runs
    ]
    return table(("ID", "COMMAND", "OUTCOME", "EXIT", "BEGAN"), rows, paint) if rows else "No runs yet."


def run_line(run: ListedRun) -> dict[str, Any]:
    """Return the JSON line of one run."""
    return {
        "type": "run",
        "id": run.id,
        "operation": run.operation,
        "outcome": run.outcome,
        "exit_code": run.exit_code,
        "started_at": fields.format_moment(run.opened_at),
    }


def record_line(record: Record) -> dict[str, Any]:
    """Return the JSON line of one record of a run."""
    return {
        "type": "record",
        "number": record.number,
        "at": fields.format_moment(record.at),
        "kind": str(record.kind),
        "body": dict(record.body),
    }


def show_text(run: Run, paint: Paint) -> str:
    """Return one run in full: how far it came, and its failure where there was one."""
    outcome = visible(run.outcome) if run.outcome is not None else paint.yellow(OPEN)
    code = "" if run.exit_code is None else f" (exit code {run.exit_code})"
    lines = [
        f"Run       {visible(run.id)}",
        f"Command   {visible(run.operation)}",
        f"Began     {moment(run.opened_at)}",
        f"Outcome   {outcome}{code}",
        f"Class     {WORDS[run.run_class]}",
    ]
    if not run.is_complete:
        lines.append(
            paint.yellow("          The engine's end is not recorded: what is not done is in doubt.")
        )
    blocks = ["\n".join(lines)]
    if run.incident is not None:
        blocks.append(incident_text(run.incident, paint))
    elif run.began:
        progress = run.progress
        groups = (
            ("done", progress.done),
            ("failed", progress.failed),
            ("in flight", progress.in_flight),
            ("never started", progress.not_started),
        )
        blocks.append("\n".join(_group(name, addresses) for name, addresses in groups))
    else:
        blocks.append("It changed nothing.")
    looked = run.looked
    if looked:
        found = [f"  {visible(each.address)}: {visible(str(each))}" for each in looked]
        blocks.append("\n".join(["Looked for live, for no state knew it", *found]))
    journal = [f"  {each.number:>6}  {each.at:%H:%M:%S}  {each.kind}" for each in run.records]
    blocks.append("\n".join(["Journal", *journal]))
    return "\n\n".join(blocks)


def _group(name: str, addresses: Iterable[str]) -> str:
    listed = [f"      {visible(each)}" for each in addresses]
    return "\n".join([f"  {name:14}{len(listed)}", *listed])
