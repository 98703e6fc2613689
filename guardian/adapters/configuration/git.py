"""Where a git checkout stands, read by git itself; nothing here may write or wait for long."""

import os
import shutil
import subprocess
from pathlib import Path

from guardian.domain.configuration import GitPosition

TIMEOUT_S = 10.0

# Variables that point git at another repository than the one around the directory.
_REDIRECTING = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE"})
_OID, _HEAD = "# branch.oid ", "# branch.head "


def git_position(root: Path, *, timeout_s: float = TIMEOUT_S) -> GitPosition | None:
    """Ask git for commit, branch and cleanliness of the checkout that holds `root`.

    Returns:
        None without git, outside a checkout, before the first commit, where git distrusts the owner, and
        when git does not answer in time. Dirty speaks of `root` alone: a whole monorepo can take very long.

    Source: https://git-scm.com/docs/git-status (porcelain format version 2)
    """
    git = shutil.which("git")
    if git is None:
        return None
    # A configuration can name a program for fsmonitor, and status would run it.
    command = [git, "-C", str(root), "-c", "core.fsmonitor=false", "status"]
    options = ["--porcelain=v2", "--branch", "--untracked-files=normal", "--", "."]
    try:
        done = subprocess.run(
            [*command, *options],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return _read(os.fsdecode(done.stdout).splitlines()) if done.returncode == 0 else None


def environment() -> dict[str, str]:
    """Return the environment in which git looks at the directory it is given, and asks nobody."""
    kept = {name: value for name, value in os.environ.items() if name not in _REDIRECTING}
    # Without optional locks status does not refresh the index under the user's own git.
    return kept | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


def _read(lines: list[str]) -> GitPosition | None:
    commit = next((line.removeprefix(_OID) for line in lines if line.startswith(_OID)), "(initial)")
    branch = next((line.removeprefix(_HEAD) for line in lines if line.startswith(_HEAD)), "(detached)")
    if commit == "(initial)":
        return None
    return GitPosition(
        commit=commit,
        branch="" if branch == "(detached)" else branch,
        dirty=any(not line.startswith("#") for line in lines),
    )
