"""The files of a commit: as git has them, below the directory that is given, and nothing run or written."""

import subprocess
from pathlib import Path

import pytest

from guardian.adapters.configuration.base import lay_out_commit
from guardian.domain.configuration import CaptureLimits, LeftOut
from guardian.errors import ConfigurationError, NotFoundError

LIMITS = CaptureLimits()


def git(top: Path, *arguments: str, given: str | None = None) -> str:
    done = subprocess.run(
        ["git", "-C", str(top), *arguments], check=True, capture_output=True, text=True, input=given
    )
    return done.stdout.strip()


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def commit(top: Path) -> str:
    git(top, "add", "-A")
    git(top, "commit", "--quiet", "-m", "one")
    return git(top, "rev-parse", "HEAD")


@pytest.fixture
def top(tmp_path: Path) -> Path:
    made = tmp_path / "top"
    made.mkdir()
    git(made, "init", "--quiet", "-b", "main")
    return made


def names(directory: Path) -> set[str]:
    return {str(each.relative_to(directory)) for each in directory.rglob("*") if not each.is_dir()}


def test_the_commit_is_laid_out_and_the_root_module_found(top, tmp_path):
    write(top / "live/app/main.tf", "old")
    write(top / "modules/a b/näme.tf", "x")
    write(top / "run.sh", "#!/bin/sh\n")
    (top / "run.sh").chmod(0o755)
    made = commit(top)
    write(top / "live/app/main.tf", "new")
    write(top / "live/app/more.tf", "new")
    found = lay_out_commit(top / "live/app", "HEAD", tmp_path / "out", limits=LIMITS)
    assert (found.commit, found.root, found.left_out, found.local) == (made, "live/app", (), ())
    assert names(tmp_path / "out") == {"live/app/main.tf", "modules/a b/näme.tf", "run.sh"}
    assert (tmp_path / "out/live/app/main.tf").read_text() == "old"
    assert (tmp_path / "out/live/app/main.tf").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "out/run.sh").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "out/live").stat().st_mode & 0o777 == 0o700


def test_variable_and_lock_files_that_git_does_not_follow_come_from_the_checkout(top, tmp_path):
    write(top / ".gitignore", "*.tfvars\n.terraform*\n")
    write(top / "app/main.tf")
    commit(top)
    write(top / "app/secret.auto.tfvars", "a = 1\n")
    write(top / "app/.terraform.lock.hcl", "# locked\n")
    write(top / "app/other.tfvars", "b = 1\n")
    write(top / "app/below/deep.auto.tfvars", "c = 1\n")
    found = lay_out_commit(top / "app", "main", tmp_path / "out", limits=LIMITS)
    assert set(found.local) == {"secret.auto.tfvars", ".terraform.lock.hcl"}
    assert names(tmp_path / "out/app") == {"main.tf", "secret.auto.tfvars", ".terraform.lock.hcl"}


def test_a_lock_file_of_the_commit_is_kept_though_git_forgot_it_since(top, tmp_path):
    write(top / "main.tf")
    write(top / ".terraform.lock.hcl", "# old\n")
    base = commit(top)
    git(top, "rm", "--quiet", "--cached", ".terraform.lock.hcl")
    git(top, "commit", "--quiet", "-m", "two")
    write(top / ".terraform.lock.hcl", "# new\n")
    lay_out_commit(top, base, tmp_path / "out", limits=LIMITS)
    assert (tmp_path / "out/.terraform.lock.hcl").read_text() == "# old\n"


def test_links_within_the_commit_are_files_and_others_are_left_out(top, tmp_path):
    write(top / "common/provider.tf", "shared")
    write(top / "app/main.tf")
    (top / "app/provider.tf").symlink_to("../common/provider.tf")
    (top / "app/passwd").symlink_to("/etc/passwd")
    (top / "app/up").symlink_to("../../secret")
    (top / "app/folder").symlink_to("../common")
    commit(top)
    write(tmp_path / "secret", "outside")
    found = lay_out_commit(top / "app", "main", tmp_path / "out", limits=LIMITS)
    assert (tmp_path / "out/app/provider.tf").read_text() == "shared"
    assert not (tmp_path / "out/app/provider.tf").is_symlink()
    assert [(each.path, each.reason) for each in found.left_out] == [
        ("app/folder", "symlink"),
        ("app/passwd", "symlink"),
        ("app/up", "symlink"),
    ]


def test_submodules_and_large_files_are_named_and_terraforms_own_are_not(top, tmp_path):
    write(top / "main.tf")
    write(top / "large.zip", "x" * 100)
    write(top / ".terraform/terraform.tfstate", "{}")
    write(top / "terraform.tfstate", "{}")
    git(top, "add", "-A", "-f")
    git(top, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},modules/theirs")
    git(top, "commit", "--quiet", "-m", "one")
    found = lay_out_commit(top, "main", tmp_path / "out", limits=CaptureLimits(max_file_bytes=99))
    assert found.left_out == (
        LeftOut(path="large.zip", reason="too_large", detail="100 bytes of 99"),
        LeftOut(path="modules/theirs", reason="submodule"),
    )
    assert names(tmp_path / "out") == {"main.tf"}


def test_more_than_the_limits_is_refused_before_anything_is_written(top, tmp_path):
    write(top / "a.tf")
    write(top / "b.tf")
    commit(top)
    with pytest.raises(ConfigurationError, match="2 files"):
        lay_out_commit(top, "main", tmp_path / "out", limits=CaptureLimits(max_files=1))
    assert not (tmp_path / "out").exists()


def test_a_tree_that_leads_out_of_the_directory_is_refused(top, tmp_path):
    blob = git(top, "hash-object", "-w", "--stdin", given="x")
    inner = git(top, "mktree", given=f"100644 blob {blob}\tevil.tf\n")
    outer = git(top, "mktree", given=f"040000 tree {inner}\t..\n")
    made = git(top, "commit-tree", outer, "-m", "hostile")
    with pytest.raises(Exception, match="would leave the directory") as refused:
        lay_out_commit(top, made, tmp_path / "out", limits=LIMITS)
    assert "guardian" in type(refused.value).__module__
    assert not (tmp_path / "evil.tf").exists()


@pytest.mark.parametrize("ref", ["nowhere", "-h", "--output=x", "HEAD:main.tf", "", "a\nb", "HEAD^{tree}"])
def test_what_names_no_commit_is_refused_with_what_to_fetch(top, tmp_path, ref):
    write(top / "main.tf")
    commit(top)
    with pytest.raises(NotFoundError, match="this clone has no commit") as refused:
        lay_out_commit(top, ref, tmp_path / "out", limits=LIMITS)
    assert "git fetch" in refused.value.hint
    assert not (tmp_path / "out").exists()


def test_outside_a_checkout_git_says_why(tmp_path):
    with pytest.raises(ConfigurationError, match="not a git repository"):
        lay_out_commit(tmp_path, "main", tmp_path / "out", limits=LIMITS)


def test_without_git_it_is_said(top, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="git is not on PATH"):
        lay_out_commit(top, "main", tmp_path / "out", limits=LIMITS)


def test_no_hook_and_no_filter_of_the_checkout_runs(top, tmp_path):
    write(top / "main.tf", "text")
    write(top / ".gitattributes", "*.tf filter=evil\n")
    commit(top)
    ran = f"touch {tmp_path / 'ran'}"
    git(top, "config", "filter.evil.smudge", ran)
    git(top, "config", "core.fsmonitor", ran)
    write(top / ".git/hooks/post-checkout", f"#!/bin/sh\n{ran}\n")
    (top / ".git/hooks/post-checkout").chmod(0o755)
    lay_out_commit(top, "main", tmp_path / "out", limits=LIMITS)
    assert (tmp_path / "out/main.tf").read_text() == "text"
    assert not (tmp_path / "ran").exists()
