"""What the guarded apply costs over plain Terraform, on 100 AWS resources against a local AWS.

Two claims, each a ratio of medians from alternating runs: creating all 100 over `terraform plan -out` and
`terraform apply`, and an apply with nothing to do over `terraform plan`. State and store lie in S3, on the
same server as the resources. Lists the engine's processes of one apply. Exits with 1 when the first is above
its target.
"""

import argparse
import sys

from benchmarks.stage import Side, Stage, alternate, show, staged

TARGET = 1.15
PAIRS = 5


def main() -> int:
    """Measure, print, judge."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pairs", type=int, default=PAIRS, help="runs of each side")
    pairs = arguments.parse_args().pairs
    with staged("apply") as stage:
        fresh = {
            "terraform plan and apply": Side(run=lambda: plain(stage), before=stage.empty),
            "guardian apply": Side(run=lambda: guarded(stage), before=stage.empty),
        }
        taken, processes = alternate(stage, fresh, pairs)
        ratio = show("create 100 resources", taken)
        print(f"target {TARGET}: {'ok' if ratio <= TARGET else 'MISSED'}")
        print("the engine's processes in one such apply (at: began, took; seconds):")
        print("\n".join(f"  {each}" for each in processes))
        still = {
            "terraform plan": Side(run=lambda: stage.run("terraform", "plan", "-input=false"), before=rest),
            "guardian apply": Side(run=lambda: guarded(stage), before=rest),
        }
        taken, processes = alternate(stage, still, pairs)
        show("nothing to do", taken)
        print("the engine's processes in one such apply:")
        print("\n".join(f"  {each}" for each in processes))
    return int(ratio > TARGET)


def plain(stage: Stage) -> None:
    """Plan into a file and apply it."""
    stage.run("terraform", "plan", "-input=false", "-out=plan")
    stage.run("terraform", "apply", "-input=false", "plan")


def guarded(stage: Stage) -> None:
    """Apply, guarded."""
    stage.guardian("apply", "-auto-approve")


def rest() -> None:
    """Leave everything as it is."""


if __name__ == "__main__":
    sys.exit(main())
