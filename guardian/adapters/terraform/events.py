"""Reading of Terraform's machine-readable output, one JSON object a line.

Nothing here raises for what an engine writes, and no state leaves it: when Terraform cannot save a state it
writes the whole of it, secrets included, into this stream.

Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from guardian.domain.engine import Diagnostic
from guardian.domain.stranded import dumped_state

TEXT_BYTES = 4096
"""How much of an engine's plain text is kept as a diagnostic."""


class EventReader:
    """Sorts the lines of one process.

    Attributes:
        diagnostics: Errors and warnings so far.
        dumped_state: The state of an emergency dump, as written; None when there was none.
        unparsed: Lines that are no JSON objects, at most `TEXT_BYTES` of them.
    """

    def __init__(self, on_event: Callable[[Mapping[str, Any]], None]) -> None:
        self._on_event = on_event
        self.diagnostics: list[Diagnostic] = []
        self.dumped_state: bytes | None = None
        self.unparsed = ""

    def line(self, raw: bytes) -> None:
        """Take one line of standard output."""
        event = _object(raw)
        if event is None:
            self._keep_text(raw)
            return
        if event.get("type") == "log" and "state" in event:
            self.dumped_state = dumped_state(raw)
            del event["state"]
        if event.get("type") == "diagnostic":
            self._keep_diagnostic(event, raw)
        self._on_event(event)

    def _keep_diagnostic(self, event: Mapping[str, Any], raw: bytes) -> None:
        try:
            self.diagnostics.append(Diagnostic.from_event(event["diagnostic"]))
        except (KeyError, AttributeError, TypeError):
            self._keep_text(raw)

    def _keep_text(self, raw: bytes) -> None:
        text = raw.decode(errors="replace").strip()
        if text:
            self.unparsed = f"{self.unparsed}\n{text}".strip()[:TEXT_BYTES]


def text_diagnostic(text: str, path: Path) -> Diagnostic | None:
    """Make one error of what an engine wrote for people; None when it wrote nothing.

    Args:
        text: Lines of standard output that are no events.
        path: Its standard error.
    """
    with path.open("rb") as file:
        written = file.read(TEXT_BYTES).decode(errors="replace")
    lines = f"{text}\n{written}".strip().splitlines()
    # A crash or an old version dumps a state as JSON among its words.
    words = [line.strip("╷│╵ ") for line in lines if not line.lstrip().startswith(("{", '"', "["))]
    summary, _, detail = "\n".join(word for word in words if word).partition("\n")
    if not summary:
        return None
    return Diagnostic(severity="error", summary=summary.removeprefix("Error: "), detail=detail)


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None
