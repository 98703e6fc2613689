"""The shell of CI pipelines, block by block, as the systems run it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PIPELINES = ROOT / "guardian" / "cli" / "pipelines"
ACTION = ROOT / "action.yml"
FILES = (*sorted(PIPELINES.iterdir()), ACTION)


@dataclass(frozen=True, kw_only=True)
class Block:
    """One script, as one shell runs it.

    Attributes:
        where: File, job and step.
        shell: The argv that the system runs a file with.
    """

    where: str
    script: str
    shell: tuple[str, ...]


# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
_GITHUB = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
# https://docs.gitlab.com/runner/shells/: `set -eo pipefail` precedes the script.
_GITLAB = ("bash", "-eo", "pipefail")
# https://learn.microsoft.com/en-us/azure/devops/pipelines/tasks/reference/bash-v3: no option, no profile.
_AZURE = ("bash", "--noprofile", "--norc")
# https://www.runatlantis.io/docs/custom-workflows#custom-run-command: `sh -c`.
_ATLANTIS = ("sh",)


def document(path: Path) -> Any:
    """Parse a pipeline."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def blocks(path: Path) -> Iterator[Block]:
    """Yield every script of a pipeline."""
    readers = {"action": _of_action, "github": _of_github, "gitlab": _of_gitlab, "atlantis": _of_atlantis}
    yield from readers.get(path.stem, _of_azure)(document(path))


def _of_action(parsed: Any) -> Iterator[Block]:
    yield from _steps("action", parsed["runs"]["steps"], "run", _GITHUB)


def _of_github(parsed: Any) -> Iterator[Block]:
    for name, job in parsed["jobs"].items():
        yield from _steps(name, job["steps"], "run", _GITHUB)


def _of_gitlab(parsed: Any) -> Iterator[Block]:
    for name, job in parsed.items():
        for part in ("before_script", "script", "after_script"):
            if isinstance(job, dict) and part in job:
                # One shell runs the lines one after the other.
                yield Block(where=f"{name} {part}", script="\n".join(job[part]), shell=_GITLAB)


def _of_atlantis(parsed: Any) -> Iterator[Block]:
    for name, workflow in parsed["workflows"].items():
        for stage, each in workflow.items():
            yield from _steps(f"{name} {stage}", each["steps"], "run", _ATLANTIS)


def _of_azure(parsed: Any) -> Iterator[Block]:
    yield from _found("azure", parsed)


def _steps(where: str, steps: list[Any], key: str, shell: tuple[str, ...]) -> Iterator[Block]:
    for number, step in enumerate(steps):
        if key in step:
            name = step.get("displayName") or step.get("name") or number
            yield Block(where=f"{where}: {name}", script=step[key], shell=shell)


def _found(where: str, part: Any) -> Iterator[Block]:
    """Yield the steps of Azure wherever they are: conditions may wrap them at any depth."""
    if isinstance(part, list):
        for each in part:
            yield from _found(where, each)
    elif isinstance(part, dict):
        inner = part.get("stage") or part.get("job") or part.get("deployment") or where
        yield from _steps(inner, [part], "bash", _AZURE)
        if "inlineScript" in part:
            yield Block(where=f"{inner}: inline", script=part["inlineScript"], shell=_AZURE)
        for value in part.values():
            yield from _found(inner, value)


ALL = tuple((path, block) for path in FILES for block in blocks(path))
