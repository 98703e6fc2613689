"""The position of a checkout: read, never changed, never waited for, and None where git will not tell."""

import os
import subprocess
from pathlib import Path

import pytest

from guardian.adapters.configuration.git import git_position


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def git_root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    write(root / "main.tf")
    for command in (["init", "--quiet", "-b", "trunk"], ["add", "."], ["commit", "--quiet", "-m", "first"]):
        subprocess.run(["git", "-C", str(root), *command], check=True)
    return root


def test_a_clean_checkout_is_known_by_commit_and_branch(git_root):
    found = git_position(git_root)
    assert found is not None
    assert len(found.commit) == 40
    assert (found.branch, found.dirty) == ("trunk", False)


def test_a_changed_or_new_file_makes_a_checkout_dirty(git_root):
    write(git_root / "new.tf")
    found = git_position(git_root)
    assert found is not None
    assert found.dirty


def test_a_detached_head_has_no_branch(git_root):
    subprocess.run(["git", "-C", str(git_root), "checkout", "--quiet", "--detach"], check=True)
    found = git_position(git_root)
    assert found is not None
    assert found.branch == ""


def test_outside_git_there_is_no_position(tmp_path):
    assert git_position(tmp_path) is None


def test_without_git_there_is_no_position(git_root, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_position(git_root) is None


def test_variables_that_point_git_elsewhere_are_not_obeyed(git_root, monkeypatch):
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert git_position(git_root) is not None


def test_before_the_first_commit_there_is_no_position(tmp_path):
    subprocess.run(["git", "-C", str(tmp_path), "init", "--quiet"], check=True)
    assert git_position(tmp_path) is None


def test_where_git_distrusts_the_owner_there_is_no_position(git_root, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert git_position(git_root) is None


def test_a_git_that_hangs_is_not_waited_for(git_root, monkeypatch, tmp_path):
    write(tmp_path / "bin/git", "#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    assert git_position(git_root, timeout_s=0.1) is None


def test_asking_git_leaves_its_index_alone(git_root):
    os.utime(git_root / "main.tf")
    before = (git_root / ".git/index").stat().st_mtime_ns
    assert git_position(git_root) is not None
    assert (git_root / ".git/index").stat().st_mtime_ns == before


def test_asking_git_runs_no_program_that_a_checkout_names(git_root, tmp_path):
    write(tmp_path / "monitor", f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
    (tmp_path / "monitor").chmod(0o755)
    subprocess.run(
        ["git", "-C", str(git_root), "config", "core.fsmonitor", str(tmp_path / "monitor")], check=True
    )
    assert git_position(git_root) is not None
    assert not (tmp_path / "ran").exists()
