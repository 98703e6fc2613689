"""What a prune lets go and what stays, with why."""

from collections.abc import Sequence
from typing import Any

from guardian.cli.views.table import SHORT_ID, moment, size, table
from guardian.cli.views.terminal import Paint, visible
from guardian.domain import fields
from guardian.domain.pruning import Choice
from guardian.errors import GuardianError
from guardian.operations.prune import Judged, Pruned


def stored_bytes(judged: Judged, choice: Choice) -> int | None:
    """Return how many bytes a snapshot describes; None when it cannot be read. What it shares is in each."""
    try:
        snapshot = judged.project.snapshot(choice.candidate.id)
    except GuardianError:
        return None
    parts = [each.bytes for each in snapshot.states]
    parts += [snapshot.plan.bytes] if snapshot.plan else []
    parts += [snapshot.configuration.bytes] if snapshot.configuration else []
    return sum(parts)


def judged_text(judged: Sequence[Judged], paint: Paint) -> str:
    """Return a table a project: what goes, what stays and why."""
    lines = []
    for each in judged:
        lines.append(visible(each.project.descriptor.name))
        rows = [
            (
                choice.candidate.id[:SHORT_ID],
                moment(choice.candidate.at),
                _shown(stored_bytes(each, choice)),
                "goes" if choice.goes else f"stays: {choice.reason}",
            )
            for choice in each.choices
        ]
        lines.append(
            table(("ID", "TAKEN", "DESCRIBES", "VERDICT"), rows, paint) if rows else "  no snapshots"
        )
        lines.append(f"{len(each.going)} of {len(each.choices)} go")
    return "\n".join(lines)


def judged_lines(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """Return a JSON line a snapshot."""
    return [
        {
            "type": "snapshot",
            "project": each.project.descriptor.name,
            "id": choice.candidate.id,
            "taken_at": fields.format_moment(choice.candidate.at),
            "bytes": stored_bytes(each, choice),
            "goes": choice.goes,
            "reason": choice.reason or None,
        }
        for each in judged
        for choice in each.choices
    ]


def pruned_text(done: Pruned) -> str:
    """Return what went."""
    text = f"{done.snapshots} snapshots are off the list, {done.objects} objects were taken away"
    return f"{text}\n  No object went: {visible(done.objects_kept)}" if done.objects_kept else text


def _shown(stored: int | None) -> str:
    return "?" if stored is None else size(stored)
