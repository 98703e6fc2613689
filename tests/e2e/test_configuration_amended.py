"""Terraform takes a private copy as it was amended: pins, lifted protection, carried providers."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.configuration import DiskConfiguration
from guardian.domain.configuration import CarriedProviders, Override
from tests.support.moto import MotoServer

pytestmark = pytest.mark.terraform

RESOURCE = """
resource "terraform_data" "%s" {
  input            = { from = "the configuration" }
  triggers_replace = "%s"
  lifecycle {
    prevent_destroy       = true
    create_before_destroy = true
  }
}
"""

# Each would be read as a template, an escape or the end of the text, were it not written literally.
ODD = ["${var.x}", "%{ if true }", "$${z}", "%%{z}", "$$${z}", "$", "a$", '"quoted"', "two\nlines", "é", "\\"]


@pytest.fixture
def root(tmp_path: Path, terraform: str) -> Path:
    found = tmp_path / "root"
    call = 'module "app" {\n  source = "../app"\n}\n'
    write(found / "main.tf", RESOURCE % ("here", "first") + call)
    write(
        found / "zzz_override.tf", 'resource "terraform_data" "here" {\n  input = "of another override"\n}\n'
    )
    write(tmp_path / "app/main.tf", RESOURCE % ("there", "first"))
    run(terraform, found, "init")
    run(terraform, found, "apply", "-auto-approve")
    return found


@pytest.mark.parametrize("value", [ODD, {each: each for each in ODD}, None, [], {}, 12, 0.5, True, *ODD[:2]])
def test_a_pinned_value_is_what_terraform_plans_in_the_root_and_in_a_module(root, terraform, value):
    pinned = [
        Override(address=each, arguments={"input": value})
        for each in ("terraform_data.here", "module.app.terraform_data.there")
    ]
    assert DiskConfiguration().override(root, pinned) == ()
    planned = plan(terraform, root)
    assert {each["address"]: each["change"]["after"].get("input") for each in planned} == {
        "terraform_data.here": value,
        "module.app.terraform_data.there": value,
    }


def test_lifted_protection_leaves_the_rest_of_the_lifecycle_as_it_is(root, terraform, tmp_path):
    for path in (root / "main.tf", tmp_path / "app/main.tf"):
        path.write_text(path.read_text().replace('"first"', '"second"'))
    assert "prevent_destroy" in run(terraform, root, "plan", fails=True)
    here, there = (
        Override(address=each, allow_destroy=True)
        for each in ("terraform_data.here", "module.app.terraform_data.there")
    )
    assert DiskConfiguration().override(root, [here]) == ()
    assert "module.app.terraform_data.there" in run(terraform, root, "plan", fails=True)
    assert DiskConfiguration().override(root, [there]) == ()
    assert [each["change"]["actions"] for each in plan(terraform, root)] == [["create", "delete"]] * 2


FAILED = """
terraform {
  required_providers {
    amazon = {
      source = "hashicorp/aws"
    }
  }
}
variable "other_region" {}
locals {
  west = "${var.other_region}-2"
}
provider "amazon" {
  alias  = "west"
  region = local.west
}
resource "aws_ssm_parameter" "new" {
  provider = amazon.west
  name     = "/new"
  type     = "String"
  value    = "x"
}
"""


@pytest.mark.aws
def test_what_a_lost_alias_made_is_destroyed_where_it_is(
    tmp_path, terraform, provider_mirror, moto: MotoServer
):
    failed, private = tmp_path / "failed", tmp_path / "private"
    write(failed / "main.tf", FAILED)
    write(private / "main.tf", 'resource "terraform_data" "old" {}\n')
    region = "-var=other_region=us-west"
    run(terraform, failed, "init", environment=moto.env())
    run(terraform, failed, "apply", "-auto-approve", region, environment=moto.env())
    shutil.copy(failed / "terraform.tfstate", private)
    state = json.loads((private / "terraform.tfstate").read_bytes())
    used = [each["provider"] for each in state["resources"]]
    assert regions(moto) == ["us-west-2"]

    carried = DiskConfiguration().carry_providers(failed, private, used)
    assert carried == CarriedProviders(providers=("aws.west",), variables=("other_region",))
    assert "hashicorp/aws" in (private / ".terraform.lock.hcl").read_text()
    run(terraform, private, "init", "-lockfile=readonly", environment=moto.env())
    run(terraform, private, "apply", "-auto-approve", region, environment=moto.env())
    assert regions(moto) == []


def regions(moto: MotoServer) -> list[str]:
    """Return the regions in which the parameter is."""
    import boto3

    found = []
    for region in ("eu-central-1", "us-west-2"):
        client = boto3.client("ssm", region_name=region, endpoint_url=moto.url)
        found += [region for _ in client.describe_parameters()["Parameters"]]
    return found


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def plan(terraform: str, where: Path) -> list[dict[str, Any]]:
    """Return the changes that Terraform plans."""
    run(terraform, where, "plan", "-out=plan.tfplan")
    shown = json.loads(run(terraform, where, "show", "-json", "plan.tfplan"))
    changes: list[dict[str, Any]] = shown["resource_changes"]
    return changes


def run(
    terraform: str,
    where: Path,
    *command: str,
    fails: bool = False,
    environment: Mapping[str, str] | None = None,
) -> str:
    verb, *rest = command
    quiet = ["-no-color"] if verb == "show" else ["-no-color", "-input=false"]
    done = subprocess.run(
        [terraform, verb, *quiet, *rest],
        cwd=where,
        env=os.environ | dict(environment or {}),
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    return done.stderr if fails else done.stdout
