"""What the guarded apply costs over plain Terraform, on 100 AWS resources against a local AWS.

Two claims, each a ratio of medians from alternating runs: creating all 100 over `terraform plan -out` and
`terraform apply`, and an apply with nothing to do over `terraform plan`. State and store lie in S3, on the
same server as the resources. Lists the engine's processes of one apply. Exits with 1 when the first is above
its target.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.moto import REGION, MotoServer, moto_server
from tests.support.provider import NoProviderError, provider_cli_config

STACK = Path(__file__).parents[1] / "fixtures" / "bench" / "apply"
TARGET = 1.15
PAIRS = 5
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
class Bench:
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

    def prepare(self, terraform: str) -> None:
        """Make the checkout and initialise it once; both sides use it."""
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
        shutil.copytree(STACK, self.checkout)
        self.empty()
        self.run(
            "terraform", "init", "-input=false", *(f"-backend-config={k}={v}" for k, v in BACKEND.items())
        )

    def empty(self) -> None:
        """Begin with a new cloud: no resources, no state, no store."""
        self.server.reset()
        self.server.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )

    def run(self, *command: str) -> None:
        """Run to the end; end the benchmark when it fails."""
        ended = subprocess.run(
            command,
            cwd=self.checkout,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            said = (ended.stdout + ended.stderr)[-SHOWN_CHARACTERS:]
            sys.exit(f"{' '.join(command)} exited {ended.returncode}:\n{said}")

    def plain(self) -> None:
        """Plan into a file and apply it."""
        self.run("terraform", "plan", "-input=false", "-out=plan")
        self.run("terraform", "apply", "-input=false", "plan")

    def plan(self) -> None:
        """Plan."""
        self.run("terraform", "plan", "-input=false")

    def guarded(self) -> None:
        """Apply, guarded."""
        self.run(sys.executable, "-m", "guardian", "apply", "-auto-approve")

    def processes(self) -> list[str]:
        """Take the engine's processes since the last call, as `verb options, seconds`, in order of start."""
        lines = sorted(self.log.read_text().splitlines()) if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        if not lines:
            return []
        first = int(lines[0].split()[0])
        return [_process(line, first) for line in lines]


def main() -> int:
    """Measure, print, judge."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pairs", type=int, default=PAIRS, help="runs of each side")
    pairs = arguments.parse_args().pairs
    with bench() as stage:
        plain, guarded, processes = alternate(stage, stage.plain, stage.guarded, pairs, fresh=True)
        ratio = show("create 100 resources", "terraform plan, apply", plain, guarded)
        print(f"target {TARGET}: {'ok' if ratio <= TARGET else 'MISSED'}")
        print("the engine's processes in one such apply (at: began, took; seconds):")
        print("\n".join(f"  {each}" for each in processes))
        plain, guarded, processes = alternate(stage, stage.plan, stage.guarded, pairs, fresh=False)
        show("nothing to do", "terraform plan", plain, guarded)
        print("the engine's processes in one such apply:")
        print("\n".join(f"  {each}" for each in processes))
    return int(ratio > TARGET)


@contextmanager
def bench() -> Iterator[Bench]:
    """Give a prepared bench; everything is removed at the end of the block."""
    terraform = shutil.which("terraform")
    if terraform is None:
        sys.exit("no `terraform` on PATH")
    with tempfile.TemporaryDirectory(prefix="guardian-bench-") as name, moto_server() as server:
        stage = Bench(directory=Path(name), server=server)
        try:
            stage.prepare(terraform)
        except NoProviderError as error:
            sys.exit(str(error))
        yield stage


def alternate(
    stage: Bench, plain: Callable[[], None], guarded: Callable[[], None], pairs: int, *, fresh: bool
) -> tuple[list[float], list[float], list[str]]:
    """Run both in turn, so that the machine's load hits them alike; return seconds of each, and processes."""
    taken: dict[Callable[[], None], list[float]] = {plain: [], guarded: []}
    for _ in range(pairs):
        for each, times in taken.items():
            if fresh:
                stage.empty()
            stage.processes()
            began = time.perf_counter()
            each()
            times.append(time.perf_counter() - began)
    return taken[plain], taken[guarded], stage.processes()


def show(what: str, over: str, plain: list[float], guarded: list[float]) -> float:
    """Print one comparison and return its ratio."""
    ratio = statistics.median(guarded) / statistics.median(plain)
    print(f"{what}: guardian apply {ratio:.2f} of {over}")
    for name, times in (("plain", plain), ("guardian", guarded)):
        print(
            f"  {name:9} median {statistics.median(times):5.1f} s of {', '.join(f'{t:.1f}' for t in times)}"
        )
    return ratio


def _process(line: str, first: int) -> str:
    began, ended, arguments = line.split(" ", 2)
    words = [Path(each).name if each.startswith("/") else each for each in arguments.split()]
    at_s, took_s = (int(began) - first) / 1e9, (int(ended) - int(began)) / 1e9
    return f"at {at_s:5.1f} took {took_s:5.1f}  terraform {' '.join(words)}"


def _is_foreign(name: str) -> bool:
    return name.startswith(("TF_", "GUARDIAN_", "AWS_"))


if __name__ == "__main__":
    sys.exit(main())
