"""The one line that is redrawn at a terminal while something runs; rich does the drawing."""

from collections.abc import Callable
from typing import Any, TextIO

REDRAWS_PER_S = 4


class LiveLine:
    """A status line below what is printed; nothing of it stays behind."""

    def __init__(self, stream: TextIO, text: Callable[[], str]) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        def line() -> Text:
            return Text(text(), no_wrap=True, overflow="ellipsis", style="dim")

        self._stream = stream
        self._live: Any = Live(
            console=Console(file=stream, force_terminal=True, highlight=False, markup=False),
            get_renderable=line,
            refresh_per_second=REDRAWS_PER_S,
            transient=True,
            # The view on stdout is not rich's to rewrite.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def print(self, text: str) -> None:
        """Print a line above the status line."""
        from rich.text import Text

        self._live.console.print(Text.from_ansi(text), soft_wrap=True)

    def stop(self) -> None:
        """Take the line away."""
        self._live.stop()
