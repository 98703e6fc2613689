"""The Terraform modules that a user installs: valid, formatted, and their own tests pass."""

import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.terraform, pytest.mark.aws]

MODULES = Path(__file__).parents[2] / "modules"


@pytest.mark.parametrize("module", sorted(each.name for each in MODULES.iterdir() if each.is_dir()))
def test_a_module_passes_its_own_tests(module, tmp_path, terraform, provider_mirror):
    root = tmp_path / module
    shutil.copytree(MODULES / module, root)
    for arguments in (["fmt", "-check", "-recursive"], ["init", "-input=false"], ["validate"], ["test"]):
        done = subprocess.run(
            [terraform, *arguments], check=False, cwd=root, text=True, capture_output=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
