"""Supervision of one engine process: its own session, its own files, at most one interrupt, never a kill."""

import errno
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from guardian.adapters.terraform.streams import Streams, Tail, open_streams
from guardian.domain.engine import ChildProcess
from guardian.errors import EngineError, LeaseLostError
from guardian.ports.system import Interruption

FASTEST_S = 0.01
SLOWEST_S = 0.05
UMASK = 0o077


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended.

    Attributes:
        exit_code: As the system tells it; negative for the signal that killed it.
        interrupted: Whether the interrupt was forwarded to it.
        streams: Its output.
    """

    exit_code: int
    interrupted: bool
    streams: Streams


def supervise(
    argv: Sequence[str],
    *,
    root: Path,
    run_dir: Path,
    environment: Mapping[str, str],
    verb: str,
    interruption: Interruption | None = None,
    on_start: Callable[[ChildProcess], None] | None = None,
    on_line: Callable[[bytes], None] | None = None,
) -> Ended:
    """Run one process to its end.

    An interruption is forwarded once, as SIGINT to the process alone: a second one would make Terraform leave
    its lock and lose its state. What `on_start` or `on_line` raise is raised when the process has ended,
    for nobody may release a lease while an apply runs; the lines after it are not handed over, but on disk.
    Only a lease that is lost already interrupts the process.

    Args:
        argv: Command line.
        root: Its current directory.
        run_dir: Private directory for its streams.
        environment: All of its environment.
        verb: Names its streams.
        interruption: Asked at least every 50 ms; None for a command that is to end by itself.
        on_start: Called once, when the pid is known.
        on_line: Called with each line of standard output, in order.

    Raises:
        EngineError: It could not be started.
    """
    streams, stdout, stderr = open_streams(run_dir, verb)
    with stdout, stderr:
        process = _start(argv, root, environment, streams, stdout, stderr)
    with streams.stdout.open("rb") as written:
        watch = _Watch(process, interruption, Tail(written, on_line) if on_line else None)
        if on_start is not None:
            watch.attempt(lambda: on_start(_identify(process.pid, streams)))
        watch.to_the_end()
    if watch.error is not None:
        raise watch.error
    return Ended(exit_code=process.returncode, interrupted=watch.interrupted, streams=streams)


class _Watch:
    """The loop beside a running process."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", interruption: Interruption | None, tail: Tail | None
    ) -> None:
        self._process = process
        self._interruption = interruption
        self._tail = tail
        self._asked = False
        self.interrupted = False
        self.error: Exception | None = None

    def attempt(self, call: Callable[[], object]) -> object:
        """Call unless an earlier call failed; keep the first error for the end."""
        if self.error is not None:
            return None
        try:
            return call()
        except Exception as error:  # noqa: BLE001  # raised again when the process has ended
            self.error = error
            # Another guardian took the project over: the sooner this engine ends and saves, the better.
            self._asked = self._asked or isinstance(error, LeaseLostError)
            return None

    def to_the_end(self) -> None:
        """Wait, tail and forward the one interrupt, until the process is gone and its output is read."""
        pause_s = FASTEST_S
        while True:
            # Without a handler of the caller's, Ctrl-C arrives as an exception; it must not end the watch.
            try:
                if self._has_ended(pause_s):
                    break
                moved = self._tail is not None and self.attempt(self._tail.advance)
                pause_s = FASTEST_S if moved else min(pause_s * 1.5, SLOWEST_S)
                self._forward_interruption()
            except KeyboardInterrupt:
                self._asked = True
        if self._tail is not None:
            self.attempt(self._tail.finish)

    def _has_ended(self, pause_s: float) -> bool:
        try:
            self._process.wait(pause_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _forward_interruption(self) -> None:
        requested = self._interruption is not None and self._interruption.requested()
        if self.interrupted or not (self._asked or requested):
            return
        self.interrupted = True
        self._process.send_signal(signal.SIGINT)


def _start(
    argv: Sequence[str],
    root: Path,
    environment: Mapping[str, str],
    streams: Streams,
    stdout: BinaryIO,
    stderr: BinaryIO,
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            argv,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            umask=UMASK,
        )
    except (OSError, ValueError) as error:
        streams.remove()
        raise _not_started(argv[0], root, error) from error


def _not_started(executable: str, root: Path, error: OSError | ValueError) -> EngineError:
    if isinstance(error, ValueError):
        return EngineError(f"{executable} was not started: an argument holds a NUL character")
    if not root.is_dir():
        return EngineError(f"{root} is not a directory", hint="name the root module by -chdir=DIR")
    hints = {
        errno.ENOENT: "install it again, or set `engine` to another executable",
        errno.EACCES: f"chmod +x {executable}",
        errno.ENOEXEC: "it is not a program for this machine; set `engine` to another executable",
        errno.E2BIG: "the command line is too long: name fewer -target and -var options",
    }
    return EngineError(
        f"{executable} was not started: {error.strerror}", hint=hints.get(error.errno or 0, "")
    )


def _identify(pid: int, streams: Streams) -> ChildProcess:
    return ChildProcess(pid=pid, started=_start_ticks(pid), stdout=streams.stdout, stderr=streams.stderr)


def _start_ticks(pid: int) -> int:
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        # The command in parentheses may hold blanks and parentheses itself: count from the last one.
        return int(line.rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0
