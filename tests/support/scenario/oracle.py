"""Plays guardian's part with plain Terraform commands: proves the fixtures, the faults and the fake cloud.

Its way back is the one that is known to be exact: the former configuration, planned on the current state and
limited to the addresses that the failed run touched.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.support.scenario.document import Scenario, Step
from tests.support.scenario.stage import Ended, Stage

_PASSED_ON = ("-var", "-target", "-replace", "-destroy")
_LOCAL_BACKEND = """\
terraform {
  backend "local" {
    path = "%s/terraform.tfstate"
  }
}
"""
_QUIET = ("-input=false", "-no-color")


class Oracle:
    """Plain Terraform in guardian's part."""

    def __init__(self, stage: Stage, terraform: str, scenario: Scenario) -> None:
        self._stage = stage
        self._terraform = terraform
        self._scenario = scenario
        self._version = ""
        self._good: tuple[str, Step] | None = None
        self._touched: list[str] = []
        self._workspace = "default"

    def uses(self, version: str) -> None:
        """Learn which configuration the checkout now holds."""
        self._version = version

    def play(self, step: Step) -> tuple[Ended, dict[str, Any]] | None:
        """Do with Terraform what a guardian command should do.

        Returns:
            The last command and the result object that guardian should give, as far as plain Terraform can
            tell; None for what only guardian knows.
        """
        if step.expect is None or step.expect.exit == 4 or "--dry-run" in step.guardian:
            return None
        match step.guardian[0]:
            case "apply":
                return self._apply(step)
            case "restore":
                return self._restore(step)
            case _:
                return None

    def _apply(self, step: Step) -> tuple[Ended, dict[str, Any]]:
        plan = ["plan", *_QUIET, "-json", "-detailed-exitcode", "-out=oracle.tfplan", *_options(step)]
        planned = self._run(plan, step)
        if planned.exit_code == 0:
            self._good = (self._version, step)
            return planned, {"outcome": "no_changes", "exit_code": 0}
        if planned.exit_code == 1:
            return planned, {"outcome": "error", "exit_code": 1}
        applied = self._run(["apply", *_QUIET, "-json", "oracle.tfplan"], step)
        instances = _progress(_events(planned.stdout), _events(applied.stdout))
        if applied.exit_code == 0:
            self._good = (self._version, step)
            return applied, {"outcome": "applied", "exit_code": 0, "instances": instances}
        self._touched = [*instances["done"], *instances["failed"], *instances["in_flight"]]
        if "--on-failure=restore" in step.guardian:
            ended, result = self._restore(step)
            restored = result["exit_code"] == 0
            return ended, {
                "outcome": result["outcome"],
                "exit_code": 5 if restored else 6,
                "instances": instances,
            }
        return applied, {"outcome": "failed_held", "exit_code": 3, "instances": instances}

    def _restore(self, step: Step) -> tuple[Ended, dict[str, Any]]:
        if self._good is None:
            raise ValueError(f"{self._scenario.name}: a restore before any good apply")
        version, good = self._good
        checkout = self._stage.scratch(f"way-back-{step.name.replace(' ', '-')}")
        self._stage.lay(version, checkout)
        root = checkout / self._scenario.root
        if self._scenario.backend == "local":
            # The state of the local backend lies in the checkout.
            (root / "backend.tf").write_text(_LOCAL_BACKEND % self._stage.root)
        environment = self._stage.root / ".terraform" / "environment"
        workspace = environment.read_text() if environment.exists() else "default"
        targets = [f"-target={each}" for each in self._touched]
        way = (
            ["init", *_QUIET],
            ["workspace", "select", workspace],
            ["plan", *_QUIET, "-out=back.tfplan", *targets, *_options(good)],
            ["apply", *_QUIET, "back.tfplan"],
            ["plan", *_QUIET, "-detailed-exitcode", *_options(good)],
        )
        for argv in way:
            ended = self._run(argv, good, where=root)
            if ended.exit_code:
                return ended, {"outcome": "restore_incomplete", "exit_code": 6}
        return ended, {"outcome": "restored", "exit_code": 0}

    def _run(self, argv: Sequence[str], step: Step, *, where: Path | None = None) -> Ended:
        return self._stage.run([self._terraform, *argv], env=step.env, where=where)


def _options(step: Step) -> list[str]:
    words = iter(step.guardian)
    options: list[str] = []
    for each in words:
        if each.startswith(_PASSED_ON):
            options.append(each)
            # "-var NAME=VALUE" in two words.
            options += [] if "=" in each or each == "-destroy" else [next(words)]
    return options


def _events(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def _progress(planned: Iterator[dict[str, Any]], events: Iterator[dict[str, Any]]) -> dict[str, list[str]]:
    wanted = {
        each["change"]["resource"]["addr"]: 2 if each["change"]["action"] == "replace" else 1
        for each in planned
        if each["type"] == "planned_change" and each["change"]["action"] not in {"noop", "read"}
    }
    seen: Counter[tuple[str, str]] = Counter(
        (each["type"], each["hook"]["resource"]["addr"])
        for each in events
        if each["type"] in {"apply_start", "apply_complete", "apply_errored"}
    )
    sorted_out: dict[str, list[str]] = {"done": [], "failed": [], "in_flight": [], "not_started": []}
    for address, steps in wanted.items():
        if seen["apply_errored", address]:
            sorted_out["failed"].append(address)
        elif not seen["apply_start", address]:
            sorted_out["not_started"].append(address)
        elif seen["apply_complete", address] >= steps:
            sorted_out["done"].append(address)
        else:
            sorted_out["in_flight"].append(address)
    return sorted_out
