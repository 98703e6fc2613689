"""Clock, identity and signals of this machine."""

import getpass
import os
import signal
import socket
import string
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from guardian.domain.actor import Actor

_PROC = Path("/proc")
_PID_MAX = 1 << 31
# Fields 3 and 22 of stat count from 1; the first two (pid and name) are cut off with the last parenthesis.
_STATE, _STARTED = 3 - 3, 22 - 3
_ENDED = {b"Z", b"X", b"x"}
# Source: the pages on predefined variables of GitHub Actions, GitLab CI, Jenkins, Azure Pipelines, CircleCI
# and Buildkite.
_JOB_ADDRESSES = (
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "{CI_JOB_URL}",
    "{BUILD_URL}",
    "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
    "{CIRCLE_BUILD_URL}",
    "{BUILDKITE_BUILD_URL}",
)
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class SystemClock:
    """Implements `Clock`."""

    def now(self) -> datetime:
        """Return the aware UTC wall time."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()


class ProcessIdentity:
    """Implements `Identity` for this process.

    Args:
        environment: Where the CI job's address is looked up; None is this process's own.
        proc: Linux's process file system; without it nothing is ever proven dead.
    """

    def __init__(self, *, environment: Mapping[str, str] | None = None, proc: Path = _PROC) -> None:
        self._environment = os.environ if environment is None else environment
        self._proc = proc

    def actor(self) -> Actor:
        """Describe this process; the same value each time."""
        return self._actor

    def is_dead(self, actor: Actor) -> bool:
        """Tell whether that process is proven dead.

        Proof is the same boot of the same host, seen from the same pid namespace, and there no process of
        that pid, or an ended one, or one that started at another time. Everything else proves nothing.
        """
        if not actor.shares_boot_with(self._actor):
            return False
        if not 0 < actor.pid < _PID_MAX:
            return False
        try:
            os.kill(actor.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            # It lives, as another user: perhaps the same process, perhaps a later one of that pid.
            pass
        seen = _stat(actor.pid, self._proc)
        if seen is None:
            return False
        ended, started = seen
        # A container whose first process never reaps keeps the killed ones as zombies for ever.
        return ended or actor.started not in {0, started}

    @cached_property
    def _actor(self) -> Actor:
        pid = os.getpid()
        return Actor(
            user=_user(),
            host=socket.gethostname(),
            pid=pid,
            boot_id=self._boot_id(),
            started=process_started(pid, proc=self._proc),
            job=_job(self._environment),
        )

    def _boot_id(self) -> str:
        """Return the boot's id with the pid namespace: two containers share the boot, and not their pids."""
        try:
            boot = (self._proc / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
            namespace = (self._proc / "self/ns/pid").readlink().name
        except (OSError, ValueError):
            return ""
        return f"{boot}/{namespace}"


def process_started(pid: int, *, proc: Path = _PROC) -> int:
    """Return when a process started, in kernel ticks since the boot; 0 when that cannot be told."""
    seen = _stat(pid, proc)
    return seen[1] if seen else 0


class SignalInterruption:
    """Implements `Interruption`: while entered, signals that ask for the end are remembered, not obeyed.

    Enter it in the main thread. A signal that was ignored before (`nohup`, a background job) stays ignored.
    Calls that wait are not cut short by it: whoever waits, waits in short turns and asks in between.
    """

    def __init__(self) -> None:
        self._first: str | None = None
        self._before: dict[signal.Signals, signal._HANDLER] = {}
        self._call: Callable[[str], None] | None = None

    def requested(self) -> str | None:
        """Return the name of the first signal that has arrived (`SIGINT`), else None."""
        return self._first

    @contextmanager
    def told_to(self, call: Callable[[str], None]) -> Iterator[None]:
        """Call once with the first signal's name, from the signal's handler, while the block lasts."""
        self._call = call
        try:
            if self._first is not None:
                self._tell()
            yield
        finally:
            self._call = None

    def __enter__(self) -> Self:
        """Take the signals over."""
        for each in _SIGNALS:
            before = signal.getsignal(each)
            if before not in {signal.SIG_IGN, None}:
                self._before[each] = before
                signal.signal(each, self._remember)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the signals back to whoever had them; once one has come, ignore them to the process's end.

        The end that it asked for is under way, and the rest of a storm must not turn the answer into a death.
        A handler would not do: the interpreter takes those away before it ends, and leaves what is ignored.
        """
        for each, before in self._before.items():
            signal.signal(each, before if self._first is None else signal.SIG_IGN)
        self._before.clear()

    def _remember(self, number: int, _: FrameType | None) -> None:
        self._first = self._first or signal.Signals(number).name
        self._tell()

    def _tell(self) -> None:
        call, self._call = self._call, None
        if call is not None and self._first is not None:
            call(self._first)


def _stat(pid: int, proc: Path) -> tuple[bool, int] | None:
    """Return whether a process has ended and when it started; None when it is hidden or not there."""
    try:
        # The name in the second field may hold spaces and parentheses; what follows the last one may not.
        fields = (proc / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        return fields[_STATE] in _ENDED, int(fields[_STARTED])
    except (OSError, LookupError, ValueError):
        return None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # Containers often run under a number that has no name.
        return f"uid {os.getuid()}"


def _job(environment: Mapping[str, str]) -> str:
    for address in _JOB_ADDRESSES:
        names = [name for _, name, _, _ in string.Formatter().parse(address) if name]
        if all(environment.get(name) for name in names):
            return address.format_map(environment)
    return ""
