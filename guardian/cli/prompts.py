"""Questions to a person at a terminal, answered as Terraform's are."""

import os
import signal
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TextIO

from guardian.cli.views.lists import in_a_row
from guardian.cli.views.terminal import visible
from guardian.domain.choices import Choice
from guardian.errors import InterruptedRunError

SHOWN_ADDRESSES = 3
WIDTH = 80
_ASIDE = " " * 5


class Terminal(Protocol):
    """Where a person reads and types, whatever stdin and stdout are connected to."""

    @property
    def is_there(self) -> bool:
        """Whether somebody can be asked."""
        ...

    def ask(self, text: str) -> str:
        """Show `text`, wait for one line and return it without its end.

        Raises:
            InterruptedRunError: The terminal was closed or the question was interrupted.
        """
        ...


class ControllingTerminal:
    """The process's terminal: stdin and stderr when both are one, else /dev/tty.

    Args:
        stdin: The process's own, unless told.
        device: The terminal's own file.
        interrupted: Tells whether a signal came already, which ends every question.
    """

    def __init__(
        self,
        *,
        stdin: TextIO | None = None,
        device: str = "/dev/tty",
        interrupted: Callable[[], object] = lambda: None,
    ) -> None:
        self._interrupted = interrupted
        self._stdin = sys.stdin if stdin is None else stdin
        self._device = device

    @property
    def is_there(self) -> bool:
        """See the protocol."""
        if self._is_direct():
            return True
        try:
            descriptor = os.open(self._device, os.O_RDWR | os.O_NOCTTY)
        except OSError:
            return False
        try:
            return os.isatty(descriptor)
        finally:
            os.close(descriptor)

    def ask(self, text: str) -> str:
        """See the protocol."""
        try:
            with self._streams() as (source, sink), _interruptible():
                # A signal that came before the question was there ends no read.
                line = None if self._interrupted() else _ask(source, sink, text)
        except (OSError, KeyboardInterrupt) as error:  # a terminal that is closed gives both, in either order
            raise InterruptedRunError("interrupted while asking") from error
        if line is None:
            raise InterruptedRunError("interrupted before the question was asked")
        if not line:
            raise InterruptedRunError("the terminal was closed before the question was answered")
        return line.rstrip("\r\n")

    def _is_direct(self) -> bool:
        try:
            return bool(self._stdin) and self._stdin.isatty() and sys.stderr.isatty()
        except ValueError:  # closed
            return False

    @contextmanager
    def _streams(self) -> Iterator[tuple[TextIO, TextIO]]:
        if self._is_direct():
            yield self._stdin, sys.stderr
            return
        with (
            open(self._device, encoding="utf-8", errors="replace") as source,  # noqa: PTH123 - a device
            open(self._device, "w", encoding="utf-8", errors="backslashreplace") as sink,  # noqa: PTH123 - same
        ):
            yield source, sink


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let a signal end the question: a run's own handlers only remember it, and the read would go on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    armed = [True]

    def end(*_: object) -> None:
        if armed:
            armed.clear()
            raise KeyboardInterrupt

    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        for each in before:
            signal.signal(each, end)
        try:
            yield
        finally:
            armed.clear()
    finally:  # at most one signal has raised, and none does any more: every handler comes back
        for each, handler in before.items():
            signal.signal(each, handler)


def _ask(source: TextIO, sink: TextIO, text: str) -> str:
    sink.write(text)
    sink.flush()
    return source.readline()


class NoTerminal:
    """Nobody is there: `-input=false`, or JSON mode."""

    is_there = False

    def ask(self, text: str) -> str:
        """Refuse; asking here is a defect."""
        raise RuntimeError(f"nobody can be asked: {text}")


def approve(terminal: Terminal, question: str, *, word: str = "yes") -> bool:
    """Ask for exactly `word`; anything else is no."""
    answer = terminal.ask(
        f"\n{visible(question)}\n  Only '{visible(word)}' will be accepted to approve.\n\n  Enter a value: "
    )
    return answer.strip() == word


def choose(terminal: Terminal, question: str, choices: Sequence[Choice]) -> str:
    """Ask for a number until it is one; an empty answer takes the first choice, which is the safe one."""
    lines = [visible(question)]
    for index, each in enumerate(choices, 1):
        lines += _wrapped(each.text, f"  {index}. ")
        touches = in_a_row(each.addresses, shown=SHOWN_ADDRESSES)
        lines += _wrapped(touches, f"{_ASIDE}touches: ") if touches else []
        lines += _wrapped(each.costs, f"{_ASIDE}costs: ") if each.costs else []
        lines += [f"{_ASIDE}{visible(each.command)}"] if each.command else []
    text = "\n".join([*lines, f"  Enter a number from 1 to {len(choices)} [1]: "])
    while True:
        answer = terminal.ask(text).strip() or "1"
        if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(choices):
            return choices[int(answer) - 1].key
        text = f"  {visible(answer)!r} is none of them. Enter a number from 1 to {len(choices)} [1]: "


def _wrapped(text: str, before: str) -> list[str]:
    """Return `text` in lines that fit; a command is not wrapped, for it is to be pasted."""
    return textwrap.wrap(
        visible(text),
        width=WIDTH,
        initial_indent=before,
        subsequent_indent=_ASIDE,
        break_long_words=False,
        break_on_hyphens=False,
    )
