"""Which engine versions guardian works with, and what each can do."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from guardian.adapters.terraform.events import TEXT_BYTES
from guardian.domain.engine import EngineVersion
from guardian.errors import EngineError, EngineUnsupportedError

OLDEST = {"terraform": (1, 5), "tofu": (1, 6), "embedded": (1, 5)}
NAMES = {"terraform": "Terraform", "tofu": "OpenTofu", "embedded": "the embedded Terraform"}
ANSWER_WITHIN_S = 60


def ask_version(
    launcher: tuple[str, ...], product: str, *, root: Path, environment: Mapping[str, str]
) -> EngineVersion:
    """Run `version -json` once.

    Args:
        launcher: What starts the engine.
        product: `terraform`, `tofu` or `embedded`.
        root: Current directory: version switchers choose by it.
        environment: The policed environment.

    Raises:
        EngineUnsupportedError: It is older than guardian supports, or no such program at all.
        EngineError: It could not be run.
    """
    shown = launcher[0] if product != "embedded" else "embedded"
    try:
        ended = subprocess.run(
            [*launcher, "version", "-json"],
            cwd=root,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            start_new_session=True,
            timeout=ANSWER_WITHIN_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = error.strerror if isinstance(error, OSError) else f"no answer within {ANSWER_WITHIN_S} s"
        raise EngineError(
            f"{shown} could not be asked for its version: {reason}", hint="guardian doctor"
        ) from error
    version = _version_in(ended.stdout)
    if version is None:
        said = (ended.stderr or ended.stdout)[:TEXT_BYTES].decode(errors="replace").strip()
        raise EngineUnsupportedError(
            f"{shown} is no Terraform or OpenTofu that guardian knows: `version -json` said {said!r}",
            hint="set `engine` to a Terraform >= 1.5 or an OpenTofu >= 1.6",
        )
    if numbers(version) < OLDEST[product]:
        oldest = ".".join(str(each) for each in OLDEST[product])
        raise EngineUnsupportedError(
            f"{NAMES[product]} {version} ({shown}) is too old: guardian needs {oldest} or newer",
            hint=f"install a newer one, or set `engine` to the path of {NAMES[product]} >= {oldest}",
        )
    return EngineVersion(product=product, version=version, executable=shown)


def numbers(version: str) -> tuple[int, int]:
    """Return major and minor."""
    major, minor, *_ = version.split(".")
    return int(major), int(minor)


def _version_in(output: bytes) -> str | None:
    try:
        version = json.loads(output)["terraform_version"]
    except (ValueError, KeyError, TypeError):
        return None
    return version if isinstance(version, str) and re.match(r"\d+\.\d+\.", version) else None
