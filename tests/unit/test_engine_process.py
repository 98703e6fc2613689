"""Supervision, with small programs in the engine's place."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.terraform.process import Ended, supervise
from guardian.domain.engine import ChildProcess
from guardian.errors import EngineError
from tests.fakes.system import FakeInterruption

COUNTS_INTERRUPTS = """
import signal, sys, time
def count(*_):
    print("interrupt", flush=True)
signal.signal(signal.SIGINT, count)
print("ready", flush=True)
end = time.monotonic() + 0.5
while time.monotonic() < end:
    time.sleep(0.01)
"""
TELLS_ITS_PLACE = """
import json, os, sys
print(json.dumps({"cwd": os.getcwd(), "session": os.getsid(0), "pid": os.getpid(), "umask": os.umask(0),
                  "environment": dict(os.environ), "stdin": sys.stdin.read()}))
"""


class Place:
    """A root module and a run directory, with programs run in them."""

    def __init__(self, base: Path) -> None:
        self.root = base / "root"
        self.root.mkdir()
        self.run_dir = base / "run"
        self.lines: list[bytes] = []

    def run(self, program: str, **options: Any) -> Ended:
        given: dict[str, Any] = {"on_line": self.lines.append, "interruption": FakeInterruption()} | options
        return supervise(
            [sys.executable, "-c", program],
            root=self.root,
            run_dir=self.run_dir,
            environment={"PATH": os.environ["PATH"], "MARK": "1"},
            verb="state pull",
            **given,
        )


@pytest.fixture
def _typed() -> Iterator[None]:
    """Put words on this process's own standard input."""
    reading, writing = os.pipe()
    os.write(writing, b"yes")
    os.close(writing)
    kept = os.dup(0)
    os.dup2(reading, 0)
    yield
    os.dup2(kept, 0)
    for descriptor in (reading, kept):
        os.close(descriptor)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.usefixtures("_typed")
def test_a_child_leads_its_own_session_with_no_input(place: Place) -> None:
    started: list[ChildProcess] = []
    ended = place.run(TELLS_ITS_PLACE, on_start=started.append)
    told = json.loads(place.lines[0])
    assert ended.exit_code == 0
    assert told["session"] == told["pid"] == started[0].pid
    assert (told["cwd"], told["umask"], told["stdin"]) == (str(place.root), 0o077, "")
    assert told["environment"].pop("LC_CTYPE", "C.UTF-8")
    assert told["environment"] == {"PATH": os.environ["PATH"], "MARK": "1"}
    assert started[0].started > 0
    assert started[0].stdout.name == "01-state-pull.stdout"


def test_streams_are_numbered_and_never_reused(place: Place) -> None:
    first, second = place.run("print(1)"), place.run("print(2)")
    assert (first.streams.stdout.read_text(), second.streams.stdout.read_text()) == ("1\n", "2\n")
    assert second.streams.stdout.name == "02-state-pull.stdout"
    (place.run_dir / "99-plan.stdout").touch()
    assert place.run("print(3)").streams.stdout.name == "100-state-pull.stdout"
    assert place.run("print(4)").streams.stdout.name == "101-state-pull.stdout"


def test_lines_arrive_whole_and_in_order(place: Place) -> None:
    program = """
import os, time
for part in (b"one\\ntw", b"o\\n\\nth", b"ree"):
    os.write(1, part)
    time.sleep(0.05)
"""
    place.run(program)
    assert place.lines == [b"one", b"two", b"", b"three"]


def test_lines_arrive_while_the_process_runs(place: Place) -> None:
    (place.root / "answer").unlink(missing_ok=True)
    program = """
import os, sys, time
print("first", flush=True)
for _ in range(100):
    if os.path.exists("answer"):
        sys.exit(0)
    time.sleep(0.02)
sys.exit(1)
"""
    ended = place.run(program, on_line=lambda _: (place.root / "answer").touch())
    assert ended.exit_code == 0


def test_a_storm_of_requests_sends_one_interrupt(place: Place) -> None:
    interruption = FakeInterruption()

    def storm(line: bytes) -> None:
        place.lines.append(line)
        interruption.request()

    ended = place.run(COUNTS_INTERRUPTS, on_line=storm, interruption=interruption)
    assert place.lines == [b"ready", b"interrupt"]
    assert ended.interrupted
    assert interruption.inquiries >= 1


def test_a_keyboard_interrupt_is_one_request(place: Place) -> None:
    def press(line: bytes) -> None:
        place.lines.append(line)
        raise KeyboardInterrupt

    ended = place.run(COUNTS_INTERRUPTS, on_line=press)
    assert place.lines == [b"ready", b"interrupt"]
    assert ended.interrupted


def test_a_reading_command_is_not_interrupted(place: Place) -> None:
    ended = place.run(COUNTS_INTERRUPTS, interruption=None)
    assert place.lines == [b"ready"]
    assert not ended.interrupted


def test_an_observer_that_fails_is_heard_at_the_end_and_never_again(place: Place) -> None:
    def fail(line: bytes) -> None:
        place.lines.append(line)
        raise EngineError("cannot go on")

    program = "import time; print(1, flush=True); time.sleep(0.1); print(2); open('ended', 'w').close()"
    with pytest.raises(EngineError, match="cannot go on"):
        place.run(program, on_line=fail)
    assert place.lines == [b"1"]
    assert (place.root / "ended").exists()


def test_a_signal_is_a_negative_exit_code(place: Place) -> None:
    assert place.run("import os; os.kill(os.getpid(), 9)").exit_code == -9


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["/absent/terraform"], "/absent/terraform was not started: No such file"),
        (["{root}/not-executable"], "Permission denied"),
        (["{root}/no-program"], "Exec format error"),
        ([sys.executable, "x" * 200_000], "Argument list too long"),
        ([sys.executable, "nul\0"], "holds a NUL character"),
    ],
)
def test_what_cannot_start_is_an_engine_error(place: Place, arguments: list[str], says: str) -> None:
    (place.root / "not-executable").write_text("x")
    (place.root / "no-program").write_text("x")
    (place.root / "no-program").chmod(0o700)
    argv = [each.format(root=place.root) for each in arguments]
    with pytest.raises(EngineError, match=says):
        supervise(argv, root=place.root, run_dir=place.run_dir, environment={}, verb="plan")
    assert list(place.run_dir.iterdir()) == []


def test_a_run_directory_that_cannot_be_made_is_an_engine_error(place: Place) -> None:
    place.run_dir.touch()
    with pytest.raises(EngineError, match="cannot create the engine's output files"):
        place.run("print(1)")
