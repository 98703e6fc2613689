"""The four streams' outer end: stdout for the view, stderr for progress, prompts and messages.

Writing never ends a run: a reader that went away (`| head`) or a full disk is remembered, and the operation
goes on.
"""

import json as json_module
import os
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from guardian import __version__
from guardian.cli.typed import Typed
from guardian.cli.views.terminal import Paint

JSON_FORMAT = 1


class Console:
    """Where one command's output goes.

    Attributes:
        json: Whether stdout carries JSON Lines and nothing else.
        paint: Colours for stdout.
        message_paint: Colours for stderr.
        live: Whether a line on stderr can be redrawn.
        typed: What the user typed that the next command needs too.
        broken: Why stdout can no longer be written, or None; a reader that went away is no reason.
    """

    def __init__(
        self,
        *,
        stdout: TextIO,
        stderr: TextIO,
        json: bool,
        color: bool,
        environment: Mapping[str, str],
        typed: Typed | None = None,
    ) -> None:
        for stream in (stdout, stderr):
            # A locale that cannot show a character must not end the command.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        self._stdout = stdout
        self.stderr = stderr
        self.json = json
        wanted = color and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
        self.live = not json and _is_terminal(stderr) and environment.get("TERM") != "dumb"
        self.paint = Paint(on=wanted and _is_terminal(stdout) and not json)
        self.message_paint = Paint(on=wanted and _is_terminal(stderr))
        self.typed = typed or Typed()
        self.broken: OSError | None = None
        self._gone = False
        if json:
            self.line({"type": "version", "guardian": __version__, "format": JSON_FORMAT})

    @classmethod
    def of_process(cls, *, json: bool, color: bool = True, typed: Typed | None = None) -> "Console":
        """Return the console of this process's own streams."""
        return cls(
            stdout=sys.stdout,
            stderr=sys.stderr,
            json=json,
            color=color,
            environment=os.environ,
            typed=typed,
        )

    def show(self, text: str) -> None:
        """Write view text; in JSON mode there is none."""
        if not self.json:
            self._write_out(text if text.endswith("\n") else f"{text}\n")

    def line(self, value: Mapping[str, Any]) -> None:
        """Write one JSON line; for people there is none."""
        if self.json:
            # ASCII alone: the same bytes in every locale, and no control character survives in a CI log.
            self._write_out(json_module.dumps(value, allow_nan=False, separators=(",", ":")) + "\n")

    def say(self, text: str) -> None:
        """Write a message to stderr."""
        try:
            self.stderr.write(text if text.endswith("\n") else f"{text}\n")
            self.stderr.flush()
        except (OSError, ValueError):
            return  # nobody is left to be told

    def _write_out(self, text: str) -> None:
        if self._gone:
            return
        try:
            self._stdout.write(text)
            self._stdout.flush()
        except BrokenPipeError:
            self._leave()
        except OSError as error:
            self.broken = error
            self._leave()

    def _leave(self) -> None:
        self._gone = True
        # Python flushes stdout once more at its end and would complain about it.
        try:
            with open(os.devnull, "w") as sink:  # noqa: PTH123 - os.devnull is a device, not a path
                os.dup2(sink.fileno(), self._stdout.fileno())
        except (OSError, ValueError):
            return


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False
