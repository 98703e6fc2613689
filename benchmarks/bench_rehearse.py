"""What the rehearsal of the way back costs over a plain `terraform plan -refresh=false`.

100 AWS resources are applied, and their configuration is committed; the change under review gives most of
them another value. One claim, a ratio of medians from alternating runs: the rehearsal alone, with a copy of
the base, an `init` and a plan, over the plain plan in the checkout, which is initialised. Lists the engine's
processes of one rehearsal. Exits with 1 when the ratio is above its target.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable

from benchmarks.stage import Side, Stage, alternate, show, staged
from guardian.domain.review.rehearsal import Rehearsal
from tests.support.rehearsing import Rehearsing

TARGET = 1.3
PAIRS = 5


def main() -> int:
    """Measure, print, judge."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pairs", type=int, default=PAIRS, help="runs of each side")
    pairs = arguments.parse_args().pairs
    with staged("apply") as stage:
        stage.run("terraform", "apply", "-input=false", "-auto-approve")
        commit(stage)
        change(stage)
        os.environ.clear()
        os.environ.update(stage.environment)
        with Rehearsing(stage.checkout).planned() as again:
            sides = {
                "terraform plan": Side(run=lambda: plain(stage), before=rest),
                "the rehearsal": Side(run=lambda: rehearsed(again), before=rest),
            }
            taken, processes = alternate(stage, sides, pairs)
        ratio = show("the way back of a change to 100 resources", taken)
        print(f"target {TARGET}: {'ok' if ratio <= TARGET else 'MISSED'}")
        print("the engine's processes in one rehearsal (at: began, took; seconds):")
        print("\n".join(f"  {each}" for each in processes))
    return int(ratio > TARGET)


def commit(stage: Stage) -> None:
    """Make the checkout a git repository with one commit: the base."""
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.invalid"]
    (stage.checkout / ".gitignore").write_text(".terraform/\n.guardian/\n")
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "base"]):
        subprocess.run([*git, *command], cwd=stage.checkout, check=True)


def change(stage: Stage) -> None:
    """Give the resources another value."""
    main = stage.checkout / "main.tf"
    main.write_text(main.read_text().replace('default = "1.0"', 'default = "2.0"'))


def plain(stage: Stage) -> None:
    """Plan the change itself."""
    stage.run("terraform", "plan", "-input=false", "-refresh=false")


def rehearsed(again: Callable[[str], Rehearsal]) -> None:
    """Plan the way back; end the benchmark when it is another one than expected."""
    found = again("HEAD")
    if found.plan is None or not found.plan.changes:
        sys.exit(f"not the way back of this change: {found}")


def rest() -> None:
    """Leave everything as it is."""


if __name__ == "__main__":
    sys.exit(main())
