"""Where a git checkout stands, read by git itself; nothing here may write or wait for long."""

import os
import shutil
import subprocess
from pathlib import Path

from guardian.domain.configuration import GitPosition

TIMEOUT_S = 10.0

# Variables that point git at another repository than the one around the directory.
_REDIRECTING = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_CEILING_DIRECTORIES",
)


def git_position(root: Path, *, timeout_s: float = TIMEOUT_S) -> GitPosition | None:
    """Ask git for commit, branch and cleanliness of the checkout that holds `root`.

    Returns:
        None without git, outside a checkout, before the first commit, where git distrusts the owner, and
        when git does not answer in time.
    """
    git = shutil.which("git")
    if git is None:
        return None
    commit = _ask(git, root, timeout_s, "rev-parse", "--verify", "--quiet", "HEAD")
    if not commit:
        return None
    branch = _ask(git, root, timeout_s, "symbolic-ref", "--quiet", "--short", "HEAD")
    # Only the root module's directory: a whole monorepo can take git many seconds.
    status = _ask(git, root, timeout_s, "status", "--porcelain", "--untracked-files=normal", "--", ".")
    if status is None:
        return None
    return GitPosition(commit=commit, branch=branch or "", dirty=bool(status))


def _ask(git: str, root: Path, timeout_s: float, *command: str) -> str | None:
    """Return git's answer, None when it has none."""
    environment = {name: value for name, value in os.environ.items() if name not in _REDIRECTING}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    # A checkout's own configuration can name a program for fsmonitor: status would run it.
    argv = [git, "-C", str(root), "-c", "core.fsmonitor=false", *command]
    try:
        done = subprocess.run(
            argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return os.fsdecode(done.stdout).strip() if done.returncode == 0 else None
