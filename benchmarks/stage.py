"""What the benchmarks on AWS resources share: a checkout, an empty cloud, timed runs in turn, a ratio."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.moto import REGION, MotoServer, moto_server
from tests.support.provider import NoProviderError, provider_cli_config

STACKS = Path(__file__).parents[1] / "fixtures" / "bench"
SHOWN_CHARACTERS = 3000
BUCKET = "guardian-bench-state"
BACKEND = {
    "bucket": BUCKET,
    "key": "bench/terraform.tfstate",
    "region": REGION,
    "use_lockfile": "true",
    "use_path_style": "true",
    "skip_credentials_validation": "true",
    "skip_requesting_account_id": "true",
    "skip_metadata_api_check": "true",
    "skip_region_validation": "true",
}
# Stands before the real engine on PATH, for guardian and for the plain runs alike.
COUNTING = """\
#!/bin/sh
began=$(date +%s%N)
"{real}" "$@"
code=$?
echo "$began $(date +%s%N) $*" >> "{log}"
exit $code
"""


@dataclass(kw_only=True)
class Stage:
    """A checkout, an empty cloud, and a log of the engine's processes."""

    directory: Path
    server: MotoServer
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def checkout(self) -> Path:
        """The root module."""
        return self.directory / "checkout"

    @property
    def log(self) -> Path:
        """One line a process of the engine: its begin and end in ns, its arguments."""
        return self.directory / "processes"

    def prepare(self, terraform: str, *stacks: str) -> None:
        """Make the checkout from folders of `fixtures/bench` and initialise it once; both sides use it."""
        programs = self.directory / "programs"
        programs.mkdir()
        counting = programs / "terraform"
        counting.write_text(COUNTING.format(real=terraform, log=self.log))
        counting.chmod(0o700)
        kept = {name: value for name, value in os.environ.items() if not _is_foreign(name)}
        self.environment = {
            **kept,
            **self.server.env(),
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.directory),
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(provider_cli_config(self.directory, terraform, os.environ)),
            "GUARDIAN_STORE": f"s3://{BUCKET}/guardian",
        }
        for each in stacks:
            self.lay(each)
        self.empty()
        self.run(
            "terraform", "init", "-input=false", *(f"-backend-config={k}={v}" for k, v in BACKEND.items())
        )

    def lay(self, stack: str) -> None:
        """Add a folder's files to the checkout."""
        shutil.copytree(STACKS / stack, self.checkout, dirs_exist_ok=True)

    def take(self, stack: str) -> None:
        """Take a folder's files out of the checkout again."""
        for each in (STACKS / stack).iterdir():
            (self.checkout / each.name).unlink()

    def empty(self) -> None:
        """Begin with a new cloud: no resources, no state, no store."""
        self.server.reset()
        self.server.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )

    def run(self, *command: str, expect: int = 0) -> None:
        """Run to the end; end the benchmark when it exits with another code."""
        ended = subprocess.run(
            command,
            cwd=self.checkout,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode != expect:
            said = (ended.stdout + ended.stderr)[-SHOWN_CHARACTERS:]
            sys.exit(f"{' '.join(command)} exited {ended.returncode}, not {expect}:\n{said}")

    def guardian(self, *arguments: str, expect: int = 0) -> None:
        """Run guardian."""
        self.run(sys.executable, "-m", "guardian", *arguments, expect=expect)

    def processes(self) -> list[str]:
        """Take the engine's processes since the last call, as `verb options, seconds`, in order of start."""
        lines = sorted(self.log.read_text().splitlines()) if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        if not lines:
            return []
        first = int(lines[0].split()[0])
        return [_process(line, first) for line in lines]


@contextmanager
def staged(*stacks: str) -> Iterator[Stage]:
    """Give a prepared stage; everything is removed at the end of the block."""
    terraform = shutil.which("terraform")
    if terraform is None:
        sys.exit("no `terraform` on PATH")
    with tempfile.TemporaryDirectory(prefix="guardian-bench-") as name, moto_server() as server:
        stage = Stage(directory=Path(name), server=server)
        try:
            stage.prepare(terraform, *stacks)
        except NoProviderError as error:
            sys.exit(str(error))
        yield stage


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two that are compared.

    Attributes:
        run: What is measured.
        before: What makes it ready each time, not measured.
    """

    run: Callable[[], None]
    before: Callable[[], None]


def alternate(
    stage: Stage, sides: Mapping[str, Side], pairs: int
) -> tuple[dict[str, list[float]], list[str]]:
    """Run the sides in turn, so that the machine's load hits them alike.

    Returns:
        Seconds of each, and the engine's processes of the last one.
    """
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(pairs):
        for name, side in sides.items():
            side.before()
            stage.processes()
            began = time.perf_counter()
            side.run()
            taken[name].append(time.perf_counter() - began)
    return taken, stage.processes()


def show(what: str, taken: Mapping[str, list[float]]) -> float:
    """Print one comparison of two sides, the plain one first, and return the ratio of their medians."""
    (plain, plain_s), (guarded, guarded_s) = taken.items()
    ratio = statistics.median(guarded_s) / statistics.median(plain_s)
    print(f"{what}: {guarded} takes {ratio:.2f} of {plain}")
    for name, times in taken.items():
        told = ", ".join(f"{each:.1f}" for each in times)
        print(f"  {name:26} median {statistics.median(times):5.1f} s of {told}")
    return ratio


def _process(line: str, first: int) -> str:
    began, ended, arguments = line.split(" ", 2)
    words = [Path(each).name if each.startswith("/") else each for each in arguments.split()]
    at_s, took_s = (int(began) - first) / 1e9, (int(ended) - int(began)) / 1e9
    return f"at {at_s:5.1f} took {took_s:5.1f}  terraform {' '.join(words)}"


def _is_foreign(name: str) -> bool:
    return name.startswith(("TF_", "GUARDIAN_", "AWS_"))
