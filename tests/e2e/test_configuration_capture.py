"""A captured configuration plans on another machine exactly as it did where it was captured."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from guardian.adapters.configuration import DiskConfiguration
from guardian.domain.configuration import CapturedConfiguration, CaptureLimits

pytestmark = pytest.mark.terraform

ODD_NAMES = ("with space.txt", "é.txt", "new\nline.txt", "-rf.txt")

MAIN = """
variable "from_auto" {}
variable "from_option" {}
locals {
  repository = "${path.module}/../.."
}
module "child" {
  source = "../../modules/child"
  script = "${local.repository}/scripts/run.sh"
}
module "remote" {
  source = "git::file://REMOTE//sub?ref=v1"
}
resource "terraform_data" "all" {
  input = {
    auto     = var.from_auto
    option   = var.from_option
    template = templatefile("${local.repository}/templates/greeting.tpl", { name = "you" })
    odd      = [for name in sort(fileset("./odd", "*")) : filesha256("${path.module}/odd/${name}")]
    child    = module.child.digest
    remote   = module.remote.text
  }
}
"""


@pytest.fixture
def checkout(tmp_path: Path, terraform: str) -> Path:
    remote = tmp_path / "remote"
    write(remote / "sub/main.tf", 'output "text" {\n  value = file("${path.module}/../data.txt")\n}\n')
    write(remote / "data.txt", "fetched once")
    git(remote, "init", "--quiet")
    git(remote, "add", ".")
    git(remote, "commit", "--quiet", "-m", "first")
    git(remote, "tag", "v1")
    repository = tmp_path / "here/repository"
    root = repository / "live/root"
    write(root / "main.tf", MAIN.replace("REMOTE", str(remote)))
    write(root / "some.auto.tfvars", 'from_auto = "a"\n')
    for name in ODD_NAMES:
        write(root / "odd" / name, name)
    write(
        repository / "modules/child/main.tf",
        'variable "script" {}\noutput "digest" {\n  value = filebase64sha256(var.script)\n}\n',
    )
    write(repository / "scripts/run.sh", "#!/bin/sh\n")
    (repository / "scripts/run.sh").chmod(0o755)
    write(repository / "templates/greeting.tpl", "hello ${name}\n")
    write(tmp_path / "here/vars/production.tfvars", 'from_option = "o"\n')
    run(terraform, root, "init")
    run(terraform, root, "apply", "-auto-approve", "-var-file=../../../vars/production.tfvars")
    return root


def test_a_capture_plans_elsewhere_with_everything_it_came_from_gone(
    checkout: Path, tmp_path: Path, terraform: str
):
    captured = capture(checkout, "../../../vars/production.tfvars")
    there = tmp_path / "there"
    DiskConfiguration().lay_out(captured.files, there)
    root = there / captured.root
    shutil.copy(checkout / "terraform.tfstate", root)
    shutil.rmtree(tmp_path / "here")
    shutil.rmtree(tmp_path / "remote")

    run(terraform, root, "init")
    options = [f"-var-file={there / path}" for path in captured.var_files]
    assert len(options) == 1
    # Exit code 0: no changes; 2 would be a difference.
    run(terraform, root, "plan", "-detailed-exitcode", *options)
    assert (there / "repository/scripts/run.sh").stat().st_mode & 0o777 == 0o700
    assert captured.left_out == ()
    assert not [each.path for each in captured.files if "tfstate" in each.path or "/.git/" in each.path]


def test_fetched_modules_of_another_data_directory_are_laid_out_at_the_usual_place(
    checkout: Path, tmp_path: Path, terraform: str
):
    shutil.rmtree(checkout / ".terraform")
    data_dir = tmp_path / "data"
    run(terraform, checkout, "init", TF_DATA_DIR=str(data_dir))
    captured = capture(checkout, "../../../vars/production.tfvars", data_dir=data_dir)
    there = tmp_path / "there"
    DiskConfiguration().lay_out(captured.files, there)
    root = there / captured.root
    shutil.copy(checkout / "terraform.tfstate", root)
    shutil.rmtree(data_dir)
    shutil.rmtree(tmp_path / "remote")

    run(terraform, root, "init")
    run(terraform, root, "plan", "-detailed-exitcode", f"-var-file={there / captured.var_files[0]}")


def capture(root: Path, *var_files: str, data_dir: Path | None = None) -> CapturedConfiguration:
    return DiskConfiguration().capture(
        root,
        data_dir=data_dir or root / ".terraform",
        var_files=var_files,
        limits=CaptureLimits(),
        exclude=(),
    )


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def git(where: Path, *command: str) -> None:
    subprocess.run(["git", "-C", str(where), *command], check=True, capture_output=True)


def run(terraform: str, where: Path, *command: str, **environment: str) -> None:
    done = subprocess.run(
        [terraform, *command, "-no-color", "-input=false"],
        cwd=where,
        env=os.environ | environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
