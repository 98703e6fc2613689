"""How long guardian takes to start, over the barest Typer program on the same Python.

Prints ratios of medians from alternating runs, and exits non-zero when a target is missed.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 21
TARGETS = {"guardian --help": 1.3, "guardian status": 3.5}
HELLO = '''
import typer

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main():
    """Say hello."""
    print("hello")


app()
'''
ROOT_MODULE = 'resource "terraform_data" "one" {}\n'


def main() -> int:
    """Measure, print, judge."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        hello = root / "hello.py"
        hello.write_text(HELLO)
        module = root / "module"
        module.mkdir()
        (module / "main.tf").write_text(ROOT_MODULE)
        guardian = [sys.executable, "-m", "guardian"]
        applied = subprocess.run(
            [*guardian, "apply", "-auto-approve"], cwd=module, capture_output=True, text=True, check=False
        )
        if applied.returncode:
            print(f"the store for `status` could not be made:\n{applied.stderr}", file=sys.stderr)
            return 1
        commands = {
            # Its help, which does less than a run of it: the harder comparison.
            "hello": [sys.executable, str(hello), "--help"],
            "guardian --help": [*guardian, "--help"],
            "guardian status": [*guardian, "status"],
        }
        medians = _medians(commands, module)
    missed = False
    for command, target in TARGETS.items():
        ratio = medians[command] / medians["hello"]
        verdict = "ok" if ratio <= target else "MISSED"
        missed = missed or ratio > target
        print(
            f"{command:16} {medians[command] * 1000:4.0f} ms   {ratio:.2f} of a bare Typer program "
            f"({medians['hello'] * 1000:.0f} ms), target {target}: {verdict}"
        )
    return int(missed)


def _medians(commands: dict[str, list[str]], directory: Path) -> dict[str, float]:
    """Return each command's median wall time in seconds; the runs alternate, so that load hits all alike."""
    taken: dict[str, list[float]] = {each: [] for each in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, cwd=directory, stdout=subprocess.DEVNULL, check=True)
            taken[name].append(time.perf_counter() - started)
    return {name: statistics.median(each) for name, each in taken.items()}


if __name__ == "__main__":
    sys.exit(main())
