"""What the way back costs over a bare apply of the old configuration, on 100 AWS resources and a queue.

An apply that touches five resources fails; measured are the seconds of `guardian restore -auto-approve`, from
its start to the proven receipt, and those of `terraform apply -auto-approve` with the old configuration
checked out, which proves nothing. Both in turn, each after a failure of its own, on a local AWS; state and
store lie in S3.

Two cases, because one number would mislead. Where everything answers at once, a command costs the starts of
its processes, about 3 s each with the AWS provider: guardian plans, applies and plans once more, the bare
apply is one process, so their ratio says how many processes there are and is printed without a target. Where
one of the five takes the time that real resources take (a queue: the provider waits about 25 s until a change
has settled), the ratio is what a person waits for, and has a target. Its price is two whole plans: one shows
what else differs, one proves the arrival. Exits with 1 when the target is missed.
"""

import argparse
import sys
from functools import partial

from benchmarks.stage import Side, Stage, alternate, show, staged

TARGET = 1.6
PAIRS = 3
QUICK, SLOW = "restore/quick", "restore/slow"


def main() -> int:
    """Measure, print, judge."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pairs", type=int, default=PAIRS, help="runs of each side")
    pairs = arguments.parse_args().pairs
    with staged("apply", "restore/base") as stage:
        stage.guardian("apply", "-auto-approve")
        measure(stage, "five touched, all quick", QUICK, pairs)
        print("no target: it is the number of processes that is compared here")
        ratio = measure(stage, "five touched, one takes its time", SLOW, pairs)
        print(f"target {TARGET}: {'ok' if ratio <= TARGET else 'MISSED'}")
    return int(ratio > TARGET)


def measure(stage: Stage, what: str, touched: str, pairs: int) -> float:
    """Measure one case, print it, and return its ratio."""
    sides = {
        "terraform apply": Side(
            before=partial(fail, stage, touched, ("terraform", "apply", "-input=false", "-auto-approve"), 1),
            run=partial(stage.run, "terraform", "apply", "-input=false", "-auto-approve"),
        ),
        "guardian restore": Side(
            before=partial(
                fail, stage, touched, (sys.executable, "-m", "guardian", "apply", "-auto-approve"), 3
            ),
            run=partial(stage.guardian, "restore", "-auto-approve"),
        ),
    }
    taken, processes = alternate(stage, sides, pairs)
    ratio = show(what, taken)
    print("the engine's processes in one such restore (at: began, took; seconds):")
    print("\n".join(f"  {each}" for each in processes))
    return ratio


def fail(stage: Stage, touched: str, command: tuple[str, ...], expect: int) -> None:
    """Let the change fail, and check the old configuration out again, as somebody would by hand."""
    for each in ("restore/change", touched):
        stage.lay(each)
    stage.run(*command, expect=expect)
    for each in ("restore/change", touched):
        stage.take(each)


if __name__ == "__main__":
    sys.exit(main())
