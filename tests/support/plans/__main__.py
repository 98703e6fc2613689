"""Makes plans of the corpus anew: `python -m tests.support.plans [NAME...]`, all where none is named."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.support.moto import moto_server
from tests.support.plans.corpus import plan_named, plans
from tests.support.plans.record import recorded
from tests.support.provider import provider_cli_config


def main(names: list[str]) -> int:
    """Make them one after the other; each is written when it is whole."""
    terraform = shutil.which("terraform")
    if terraform is None:
        print("no `terraform` on PATH", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="plans-") as shared, moto_server() as moto:
        cli_config = provider_cli_config(Path(shared), terraform, os.environ)
        for plan in [plan_named(name) for name in names] or plans():
            print(plan.name, flush=True)
            with tempfile.TemporaryDirectory(prefix="plan-") as work:
                made = recorded(plan, Path(work), terraform=terraform, cli_config=cli_config, moto=moto)
            plan.recording.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
