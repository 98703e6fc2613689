"""Guardian as a user runs it: a process in a checkout, with its exit code and its two streams."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEADLINE_S = 60


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        """Both streams: what a person at a terminal sees."""
        return self.stdout + self.stderr


@dataclass
class Checkout:
    """A root module and the guardian that works in it."""

    root: Path
    exe: Path
    environment: dict[str, str] = field(default_factory=dict)
    deadline_s: int = DEADLINE_S

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)

    def write(self, text: str, name: str = "main.tf") -> None:
        (self.root / name).write_text(text)

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Ended:
        """Run guardian to its end, without a terminal."""
        ended = subprocess.run(
            [self.exe, *arguments],
            cwd=self.root,
            env={**os.environ, **self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=self.deadline_s,
            start_new_session=True,  # no terminal to be asked on, even where the tests have one
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start guardian and return at once; the caller waits for it."""
        return subprocess.Popen(
            [self.exe, *arguments],
            cwd=self.root,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def stored(self) -> dict[str, bytes]:
        """Return every file of the store and of the root module, by path; run directories left out."""
        return {
            str(each.relative_to(self.root)): each.read_bytes()
            for each in sorted(self.root.rglob("*"))
            if each.is_file() and "runs" not in each.relative_to(self.root).parts
        }


def mutant_of(exe: Path, mutant: Path, patch: str) -> Path:
    """Write a guardian that is broken on purpose, by Python statements run before it starts."""
    python = exe.with_name("python")
    start = "import sys\nfrom guardian.cli.app import main\nsys.exit(main())\n"
    mutant.write_text(f"#!{python}\n{patch}\n{start}")
    mutant.chmod(0o755)
    return mutant


def wait_until(condition: Callable[[], object], what: str, deadline_s: float = DEADLINE_S) -> None:
    """Return once a condition holds; fail after a minute, or after what is given."""
    deadline = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def terraforms(root: Path) -> set[int]:
    """Return the pids of the Terraforms that apply in a directory, or anywhere below it."""
    found = set()
    for each in Path("/proc").iterdir():
        try:
            here = each.name.isdigit() and (each / "cwd").readlink().is_relative_to(root)
            words = (each / "cmdline").read_bytes().split(b"\0") if here else []
        except OSError:
            continue
        if len(words) > 1 and words[1] == b"apply" and words[0].endswith(b"terraform"):
            found.add(int(each.name))
    return found


def kill_all(root: Path) -> None:
    """Kill at once whatever works in a directory or below it: guardian, its Terraform, the provider."""
    while found := _working_in(root):
        for each in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        time.sleep(0.02)


def _working_in(root: Path) -> set[int]:
    found = set()
    for each in Path("/proc").iterdir():
        try:
            here = each.name.isdigit() and (each / "cwd").readlink().is_relative_to(root)
        except OSError:
            continue  # it ended, or is a zombie
        if here and int(each.name) != os.getpid():
            found.add(int(each.name))
    return found


def refuse(
    checkout: Checkout,
    *arguments: str,
    exit_code: int,
    words: tuple[str, ...],
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run what must be refused: one clear message, and nothing changed but, at most, the log."""
    before = _watched(checkout)
    ended = checkout.run(*arguments, environment=environment)
    assert ended.exit_code == exit_code, ended.said
    errors = [each for each in ended.stderr.splitlines() if each.startswith("Error:")]
    assert len(errors) == 1, ended.said
    assert "Traceback" not in ended.said
    for each in words:
        assert each in ended.stderr, ended.said
    assert _watched(checkout) == before
    return ended


def _watched(checkout: Checkout) -> dict[str, bytes]:
    # A refusal may be recorded: the log and the configuration that was read are the only things that grow.
    return {name: body for name, body in checkout.stored().items() if not name.startswith(".guardian/")}
