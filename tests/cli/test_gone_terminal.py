"""A terminal that is closed, or a signal that came first: nothing is asked, and nothing fails for it."""

import errno
import io

import pytest

from guardian.cli.live import LiveLine
from guardian.cli.prompts import ControllingTerminal
from guardian.errors import InterruptedRunError


class Gone(io.StringIO):
    """A terminal whose other end was closed."""

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")

    def flush(self) -> None:
        raise OSError(errno.EIO, "Input/output error")


class Direct(ControllingTerminal):
    """A terminal on stdin, without one."""

    def _is_direct(self) -> bool:
        return True


def test_a_signal_that_came_before_the_question_ends_it_unasked(capsys):
    terminal = Direct(stdin=io.StringIO("yes\n"), interrupted=lambda: "SIGINT")
    with pytest.raises(InterruptedRunError, match="before the question"):
        terminal.ask("Enter a value: ")
    assert capsys.readouterr().err == ""


def test_without_a_signal_the_answer_counts(capsys):
    assert Direct(stdin=io.StringIO("yes\n")).ask("Enter a value: ") == "yes"
    assert capsys.readouterr().err == "Enter a value: "


def test_a_terminal_that_is_gone_fails_nobody():
    line = LiveLine(Gone(), lambda: "applying")
    line.print("done")
    line.stop()
    with pytest.raises(OSError, match="Input/output"):
        Gone().write("the same without it")
