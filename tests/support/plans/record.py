"""Makes a plan by real Terraform: applies what was, lets others interfere, plans what shall be."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.moto import MotoServer, environment
from tests.support.plans.corpus import PLANS, Call, RecordedPlan
from tests.support.plans.modules import served
from tests.support.plans.normal import normal

_COMMAND_S = 600
_QUIET = ("-input=false", "-no-color")


class RecordingError(Exception):
    """A command did not end as the recipe says; the text holds its output."""


def recorded(plan: RecordedPlan, work: Path, *, terraform: str, cli_config: Path, moto: MotoServer) -> str:
    """Make one plan and return its JSON, normalised.

    Args:
        plan: From the corpus.
        work: An empty directory.
        terraform: The executable.
        cli_config: Under which `init` finds the AWS provider.
        moto: The fake cloud; it is emptied first.

    Raises:
        RecordingError: A command did not end as the recipe says.
    """
    moto.reset()
    with _modules(plan, work, cli_config) as extra:
        root = work / "root"
        root.mkdir()
        run = _Terraform(terraform, root, {**environment(moto.url), "HOME": str(work), **extra})
        for step in plan.steps:
            if step.apply:
                _lay(plan, step.apply, root)
                run("init", *_QUIET)
                run("apply", *_QUIET, "-auto-approve", exit_code=1 if step.fails else 0)
            if step.terraform:
                run(*step.terraform)
            if step.call:
                _call(step.call, moto)
        _lay(plan, "after", root)
        run("init", *_QUIET)
        run("plan", *_QUIET, "-out=plan.tfplan", *plan.recipe.plan, exit_code=1 if plan.recipe.fails else 0)
        return normal(run("show", "-json", "plan.tfplan"))


class _Terraform:
    def __init__(self, terraform: str, root: Path, env: dict[str, str]) -> None:
        self._terraform = terraform
        self._root = root
        self._env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "CHECKPOINT_DISABLE": "1", **env}

    def __call__(self, *words: str, exit_code: int = 0) -> bytes:
        ended = subprocess.run(
            [self._terraform, *words],
            cwd=self._root,
            env=self._env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_COMMAND_S,
            check=False,
        )
        if ended.returncode != exit_code:
            told = (ended.stdout + ended.stderr).decode(errors="replace")[-4000:]
            raise RecordingError(f"terraform {' '.join(words)}: exit {ended.returncode}\n{told}")
        return ended.stdout


@contextlib.contextmanager
def _modules(plan: RecordedPlan, work: Path, cli_config: Path) -> Iterator[dict[str, str]]:
    modules = plan.directory / "modules"
    if not modules.is_dir():
        yield {"TF_CLI_CONFIG_FILE": str(cli_config)}
        return
    repositories = work / "repositories"
    repositories.mkdir()
    with served(modules, repositories, cli_config) as env:
        yield env


def _lay(plan: RecordedPlan, version: str, root: Path) -> None:
    for each in [*root.iterdir()]:
        if each.suffix == ".tf":
            each.unlink()
        elif each.is_dir() and each.name != ".terraform":
            shutil.rmtree(each)
    shutil.copytree(plan.directory / version, root, dirs_exist_ok=True)
    if plan.needs_aws:
        shutil.copyfile(PLANS.parent / "aws" / "provider.tf", root / "provider.tf")


def _call(call: Call, moto: MotoServer) -> None:
    getattr(moto.client(call.service), call.method)(**call.arguments)
