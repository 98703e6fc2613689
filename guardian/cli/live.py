"""The one line that is redrawn at a terminal while something runs; rich does the drawing."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO, cast

REDRAWS_PER_S = 4


class _Deaf:
    """A stream that may be closed under us, as a terminal is: what nobody reads any more is not written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, where there is somebody to read."""
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, where there is somebody to read."""
        with suppress(OSError, ValueError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        """Be like the stream in everything else."""
        return getattr(self._stream, name)


class LiveLine:
    """A status line below what is printed; nothing of it stays behind."""

    def __init__(self, stream: TextIO, text: Callable[[], str]) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        def line() -> Text:
            return Text(text(), no_wrap=True, overflow="ellipsis", style="dim")

        deaf = cast("TextIO", _Deaf(stream))
        self._live: Any = Live(
            console=Console(file=deaf, force_terminal=True, highlight=False, markup=False),
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
