"""The rehearsed way back is the one that Terraform would really plan after the merge, and touches nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from guardian.domain.engine import PlanOptions
from guardian.domain.plan import PlanReading
from guardian.domain.recovery import Move
from guardian.errors import InterruptedRunError, NotFoundError
from tests.support.guardian import Checkout, kill_all, wait_until
from tests.support.moto import MotoServer
from tests.support.moto import environment as aws_environment
from tests.support.proxy import FaultProxy
from tests.support.rehearsing import Rehearsing, actions

pytestmark = pytest.mark.terraform

DATA = 'resource "terraform_data" "%s" {\n%s}\n'


def data(name: str, **arguments: str) -> str:
    """Return one resource; arguments are expressions."""
    return DATA % (name, "".join(f"  {key} = {value}\n" for key, value in arguments.items()))


class Repository:
    """A git repository with one root module, whose base is applied and committed."""

    def __init__(
        self, top: Path, terraform: str, *, root: str = ".", environment: dict[str, str] | None = None
    ):
        self.top, self.root = top, top / root
        self._terraform = terraform
        self.environment = environment or {}
        self.root.mkdir(parents=True)
        self.git("init", "--quiet", "-b", "main")
        (top / ".gitignore").write_text(".terraform/\n.guardian/\n*.tfstate*\n*.auto.tfvars\n")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.top), *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, text: str, name: str = "main.tf") -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "--quiet", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def terraform(self, *arguments: str, expect: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run(
            [self._terraform, *arguments],
            cwd=self.root,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in expect, done.stdout + done.stderr
        return done.stdout

    def apply(self, *arguments: str) -> None:
        self.terraform("init", "-input=false")
        self.terraform("apply", "-auto-approve", "-input=false", *arguments)

    def rehearsing(self, **options: Any) -> Rehearsing:
        return Rehearsing(self.root, self.environment, PlanOptions(**options))

    def really(self, ref: str, *arguments: str) -> dict[str, str]:
        """Apply what is there, check the base out, and return what Terraform plans to go back."""
        self.apply(*arguments)
        self.commit()
        self.git("checkout", "--quiet", ref)
        self.terraform("init", "-input=false")
        told = self.terraform("plan", "-json", "-refresh=false", "-input=false", *arguments)
        reading = PlanReading()
        for line in told.splitlines():
            reading.event(json.loads(line))
        return actions(reading.summary())


@pytest.fixture
def repository(tmp_path: Path, terraform: str) -> Repository:
    return Repository(tmp_path / "repository", terraform)


BASE = (
    data("kept", input='"one"')
    + data("replaced", triggers_replace='["one"]')
    + data("deleted", input='{ list = ["a", 1, true, null], text = "x" }')
    + data("old", input='"moved"')
    + data("keys", for_each='toset(["a", "b\\"c", "d.e"])', input="each.key")
    + data("counted", count="2", input="count.index")
    + data("refers", input="terraform_data.replaced.id")
    + 'output "gone" {\n  value = terraform_data.deleted.id\n}\noutput "same" {\n  value = 1\n}\n'
)
HEAD = (
    data("kept", input='"two"')
    + data("replaced", triggers_replace='["two"]')
    + data("new", input="terraform_data.replaced.id")
    + data("moved", input='"moved"')
    + "moved {\n  from = terraform_data.old\n  to   = terraform_data.moved\n}\n"
    + data("keys", for_each='toset(["a", "f"])', input="each.key")
    + data("counted", count="3", input="count.index")
    + data("refers", input="terraform_data.new.id")
    + 'output "made" {\n  value = terraform_data.new.id\n}\noutput "same" {\n  value = 2\n}\n'
)


def test_every_kind_of_change_is_told_as_terraform_would_plan_it(repository):
    repository.write(BASE)
    base = repository.commit()
    repository.apply()
    repository.write(HEAD)
    found = repository.rehearsing().rehearse(base)
    assert found.errors == ()
    assert found.base == base[:12]
    plain = repository.really(base)
    # Terraform alone would destroy it and make it anew; guardian's way back moves it home.
    assert plain.pop("terraform_data.moved") == "delete"
    assert plain.pop("terraform_data.old") == "create"
    home = {"terraform_data.old": "move from terraform_data.moved"}
    assert actions(found.plan) == {**plain, **home}
    assert found.moves == (Move(source="terraform_data.moved", home="terraform_data.old"),)
    assert found.destroys == ()
    assert found.works


def test_outputs_are_told_too(repository):
    repository.write(BASE)
    base = repository.commit()
    repository.apply()
    repository.write(HEAD)
    found = repository.rehearsing().rehearse(base)
    assert found.plan is not None
    assert found.plan.outputs == {"gone": "create", "made": "delete", "same": "update"}


def test_a_nested_module_below_the_top_is_planned_with_what_lies_beside_it(tmp_path, terraform):
    repository = Repository(tmp_path / "repository", terraform, root="live/app")
    module = (
        'variable "names" {\n  type = set(string)\n}\n'
        + data("each", for_each="var.names", input='templatefile("${path.module}/text.tpl", {})')
        + data("inner", input="values(terraform_data.each)[*].id")
        + 'output "inner" {\n  value = terraform_data.inner.output\n}\n'
    )
    call = 'module "app" {\n  for_each = toset(["x", "y"])\n  source = "../../modules/app"\n  names = %s\n}\n'
    refers = data("refers", input='module.app["x"].inner')
    repository.write(module, "../../modules/app/main.tf")
    repository.write("one", "../../modules/app/text.tpl")
    repository.write(call % '["a"]' + refers)
    base = repository.commit()
    repository.apply()
    repository.write("two", "../../modules/app/text.tpl")
    repository.write(call.replace('"y"', '"z"') % '["a", "b"]' + refers)
    found = repository.rehearsing().rehearse("main")
    assert found.errors == ()
    told = actions(found.plan)
    assert told['module.app["z"].terraform_data.each["b"]'] == "delete"
    assert told['module.app["y"].terraform_data.inner'] == "create"
    assert told['module.app["x"].terraform_data.each["a"]'] == "update"
    assert told == repository.really(base)


def test_prevent_destroy_in_the_way_is_named_with_the_plan_behind_it(repository):
    lifecycle = "\n  lifecycle {\n    prevent_destroy = true\n  }\n"
    kept = DATA % ("kept", '  for_each = toset(["a"])\n  triggers_replace = [%s]' + lifecycle)
    repository.write(kept % '"one"' + data("other", input='"one"'))
    base = repository.commit()
    repository.apply()
    repository.write(kept.replace("= true", "= false") % '"two"' + data("other", input='"two"'))
    found = repository.rehearsing().rehearse(base)
    assert found.protected == ('terraform_data.kept["a"]',)
    assert actions(found.plan) == {'terraform_data.kept["a"]': "replace", "terraform_data.other": "update"}
    assert not found.works
    # What is replaced by the change itself is gone already.
    assert found.destroys == ()
    assert found.wants == ('--allow-replace=terraform_data.kept["a"]',)


def test_what_is_moved_and_protected_besides_is_both_told(repository):
    lifecycle = "\n  lifecycle {\n    prevent_destroy = true\n  }\n"
    kept = DATA % ("kept", "  triggers_replace = [%s]" + lifecycle)
    repository.write(kept % '"one"' + data("old"))
    base = repository.commit()
    repository.apply()
    moved = "moved {\n  from = terraform_data.old\n  to   = terraform_data.new\n}\n"
    repository.write(kept.replace("= true", "= false") % '"two"' + data("new") + moved)
    found = repository.rehearsing().rehearse(base)
    assert found.protected == ("terraform_data.kept",)
    assert actions(found.plan) == {
        "terraform_data.kept": "replace",
        "terraform_data.old": "move from terraform_data.new",
    }


def test_what_the_change_makes_and_protects_wants_leave_to_go(repository):
    repository.write(data("kept"))
    base = repository.commit()
    repository.apply()
    lifecycle = "\n  lifecycle {\n    prevent_destroy = true\n  }\n"
    repository.write(data("kept") + data("free") + DATA % ("new", lifecycle))
    found = repository.rehearsing().rehearse(base)
    assert actions(found.plan) == {"terraform_data.free": "delete", "terraform_data.new": "delete"}
    assert found.wants == ("--allow-delete=terraform_data.new",)


def test_what_the_change_adopts_or_forgets_is_told(repository):
    repository.write(data("left", input='"x"') + data("same"))
    base = repository.commit()
    repository.apply()
    adopted = 'import {\n  to = terraform_data.adopted\n  id = "there-before"\n}\n' + data(
        "adopted", input='"x"'
    )
    forgotten = "removed {\n  from = terraform_data.left\n  lifecycle {\n    destroy = false\n  }\n}\n"
    repository.write(adopted + forgotten + data("same"))
    found = repository.rehearsing().rehearse(base)
    assert [each.address for each in found.destroys] == ["terraform_data.adopted"]
    # Nobody made it: a restore asks before it goes.
    assert found.wants == ("--allow-delete=terraform_data.adopted",)
    assert any("terraform_data.left" in each for each in found.notes)
    assert actions(found.plan) == repository.really(base)


def test_a_base_with_the_inverse_move_takes_it_back(repository):
    repository.write(data("old"))
    repository.commit()
    repository.apply()
    # Released as a preparation: it says nothing as long as nothing is at the other address.
    repository.write(data("old") + "moved {\n  from = terraform_data.new\n  to   = terraform_data.old\n}\n")
    base = repository.commit()
    repository.write(data("new") + "moved {\n  from = terraform_data.old\n  to   = terraform_data.new\n}\n")
    found = repository.rehearsing().rehearse(base)
    assert actions(found.plan) == {"terraform_data.old": "move from terraform_data.new"}
    assert found.moves == found.destroys == ()


def test_variables_of_the_review_hold_for_the_base(repository):
    declared = 'variable "%s" {\n  type = %s\n}\n'
    sensitive = declared.replace("}", "  sensitive = true\n}")
    repository.write(declared % ("list", "list(string)") + declared % ("local", "string"), "variables.tf")
    repository.write(sensitive % ("secret", "string"), "secret.tf")
    repository.write('local = "from the disk"', "local.auto.tfvars")
    body = data("it", input='[var.list, var.local, "%s"]') + data("secret", input="var.secret")
    repository.write(body % "one")
    base = repository.commit()
    given = ('-var=list=["a", "b"]', "-var=secret=hunter2")
    repository.apply(*given)
    repository.write(declared % ("added", "number") + declared % ("more", "number"), "added.tf")
    repository.write(body % "two" + data("added", input="var.added"))
    repository.write("added = 5\n", "given.tfvars")
    review = repository.rehearsing(
        var_files=("given.tfvars",), variables=('list=["a", "b"]', "secret=hunter2", "more=6")
    )
    found = review.rehearse(base)
    assert found.errors == ()
    assert actions(found.plan) == {"terraform_data.it": "update", "terraform_data.added": "delete"}
    assert "hunter2" not in repr(found)


def test_a_value_that_becomes_sensitive_is_an_update_both_ways(repository):
    repository.write(data("it", input='"x"') + data("other", input='"x"'))
    base = repository.commit()
    repository.apply()
    repository.write(data("it", input='sensitive("x")') + data("other", input='"x"'))
    found = repository.rehearsing().rehearse(base)
    assert actions(found.plan) == repository.really(base)


def test_the_workspace_is_the_one_that_was_planned(repository):
    text = data("it", input='"${terraform.workspace} %s"')
    repository.write(text % "one")
    base = repository.commit()
    repository.terraform("init")
    repository.terraform("workspace", "new", "blue")
    repository.apply()
    repository.write(text % "one" + data("new"))
    found = repository.rehearsing().rehearse(base)
    assert actions(found.plan) == {"terraform_data.new": "delete"}


def test_a_first_apply_is_taken_back_whole(repository):
    repository.write("")
    base = repository.commit()
    repository.terraform("init")
    repository.write(data("it", input='"x"') + data("other", input="terraform_data.it.id"))
    found = repository.rehearsing().rehearse(base)
    assert actions(found.plan) == {"terraform_data.it": "delete", "terraform_data.other": "delete"}
    assert found.destroys == ()


def test_a_base_that_cannot_be_planned_is_told_in_terraforms_words(repository):
    repository.write(data("it", input="local.missing"))
    base = repository.commit()
    repository.write(data("it", input='"x"'))
    repository.apply()
    repository.write(data("it", input='"y"'))
    found = repository.rehearsing().rehearse(base)
    assert found.plan is None
    assert not found.works
    assert "local.missing" in found.errors[0] or "undeclared local value" in found.errors[0]


def test_a_commit_without_the_root_module_is_told(tmp_path, terraform):
    repository = Repository(tmp_path / "repository", terraform, root="live/app")
    base = repository.commit()
    repository.write(data("it"))
    repository.terraform("init")
    found = repository.rehearsing().rehearse(base)
    assert found.plan is None
    assert "no configuration in live/app" in found.refused
    assert found.errors == ()


def test_without_a_base_it_says_what_would_be_one(repository):
    repository.write(data("it"))
    repository.terraform("init")
    found = repository.rehearsing().rehearse()
    assert found.plan is None
    assert "--base" in found.refused
    assert found.errors == ()


def test_a_shallow_clone_says_what_to_fetch(repository, tmp_path, terraform):
    repository.write(data("it"))
    first = repository.commit()
    repository.write(data("it", input='"x"'))
    repository.commit()
    shallow = Repository(tmp_path / "shallow", terraform)
    shallow.git("remote", "add", "origin", f"file://{repository.top}")
    shallow.git("fetch", "--quiet", "--depth=1", "origin", "main")
    shallow.git("checkout", "--quiet", "--force", "FETCH_HEAD")
    shallow.terraform("init")
    for each in (first, "origin/release", "--upload-pack=touch x"):
        with pytest.raises(NotFoundError) as refused:
            shallow.rehearsing().rehearse(each)
        assert "shallow" in refused.value.message
        assert refused.value.hint.startswith("git fetch --depth=1 origin ")
    # A branch that only the remote has is found by its own name.
    assert shallow.git("branch", "--list", "main") == ""
    assert actions(shallow.rehearsing().rehearse("main").plan) == {}


def test_the_baseline_snapshot_is_the_base_where_no_commit_is_named(repository, guardian_exe):
    checkout = Checkout(repository.root, guardian_exe)
    repository.write('variable "text" {\n}\n' + data("it", input="var.text") + data("old"))
    applied = checkout.run("apply", "-auto-approve", "-var=text=one")
    assert applied.exit_code == 0, applied.said
    repository.write('variable "text" {\n}\n' + data("it", input="var.text") + data("new"))
    found = repository.rehearsing(variables=("text=two",)).rehearse()
    assert found.errors == ()
    assert actions(found.plan) == {
        "terraform_data.it": "update",
        "terraform_data.old": "create",
        "terraform_data.new": "delete",
    }


def files(top: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return every file below, its mode, its time and its content; guardian's own directory left out."""
    return {
        str(each.relative_to(top)): (each.lstat().st_mode, each.lstat().st_mtime_ns, each.read_bytes())
        for each in sorted(top.rglob("*"))
        if each.is_file() and ".guardian" not in each.relative_to(top).parts
    }


def test_a_rehearsal_changes_no_file_and_leaves_none(repository):
    repository.write(BASE)
    base = repository.commit()
    repository.apply()
    repository.write(HEAD)
    before = files(repository.top)
    repository.rehearsing().rehearse(base)
    assert files(repository.top) == before
    assert list((repository.root / ".guardian" / "runs").iterdir()) == []


def test_an_interrupted_rehearsal_ends_as_such_and_leaves_nothing(repository):
    repository.write(BASE)
    base = repository.commit()
    repository.apply()
    repository.write(HEAD)
    rehearsing = repository.rehearsing()
    with pytest.raises(InterruptedRunError, match="nothing was changed"):
        rehearsing.rehearse(base, once_planned=rehearsing.interruption.request)
    assert list((repository.root / ".guardian" / "runs").iterdir()) == []


def test_a_killed_rehearsal_leaves_nothing_outside_the_private_directory(repository):
    repository.write(BASE)
    base = repository.commit()
    repository.apply()
    repository.write(HEAD)
    before = files(repository.top)
    runs = repository.root / ".guardian" / "runs"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.rehearsing", base],
        cwd=repository.root,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        start_new_session=True,
    ) as process:
        try:
            wait_until(lambda: list(runs.glob("*/base/**/terraform.tfstate")), "the private state")
        finally:
            process.kill()
    kill_all(repository.top)
    assert files(repository.top) == before
    left = list(runs.iterdir())
    assert {each.stat().st_mode & 0o777 for each in left} == {0o700}
    written = [each for each in runs.rglob("*") if each.is_file() and ".terraform" not in each.parts]
    assert any(each.name == "terraform.tfstate" for each in written)
    assert [each for each in written if each.stat().st_mode & 0o077] == []


PROVIDER = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "s3" {
    bucket                      = "states"
    key                         = "app/terraform.tfstate"
    region                      = "eu-central-1"
    use_lockfile                = true
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
    skip_region_validation      = true
  }
}
provider "aws" {
  region                      = "eu-central-1"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
"""
AWS_BASE = """
resource "aws_s3_bucket" "data" {
  bucket = "rehearsed-one"
}
resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_ssm_parameter" "text" {
  name  = "/rehearsed/text"
  type  = "String"
  value = "one"
}
resource "aws_ssm_parameter" "refers" {
  name  = "/rehearsed/refers"
  type  = "String"
  value = split(":", aws_ssm_parameter.text.arn)[5]
}
resource "aws_ssm_parameter" "gone" {
  name  = "/rehearsed/gone"
  type  = "SecureString"
  value = "hidden"
}
resource "aws_sns_topic" "alarms" {
  name = "rehearsed"
}
resource "aws_security_group" "web" {
  name        = "web"
  description = "one"
}
resource "aws_security_group" "other" {
  name        = "other"
  description = "other"
  ingress {
    from_port = 80
    to_port   = 80
    protocol  = "tcp"
    self      = true
  }
}
resource "aws_iam_role" "app" {
  name = "rehearsed"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }
  ] })
}
resource "aws_iam_role_policy" "app" {
  role = aws_iam_role.app.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "s3:GetObject", Resource = aws_s3_bucket.data.arn }
  ] })
}
"""
AWS_HEAD = """
resource "aws_kms_key" "new" {
}
resource "aws_s3_bucket" "data" {
  bucket = "rehearsed-two"
}
resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_ssm_parameter" "text" {
  name  = "/rehearsed/text"
  type  = "String"
  value = "two"
  tags  = { key = aws_kms_key.new.key_id }
}
resource "aws_ssm_parameter" "refers" {
  name  = "/rehearsed/refers"
  type  = "String"
  value = split(":", aws_ssm_parameter.text.arn)[5]
}
resource "aws_ssm_parameter" "many" {
  for_each = toset(["a", "b"])
  name     = "/rehearsed/${each.key}"
  type     = "String"
  value    = each.key
}
resource "aws_sns_topic" "alarms" {
  name              = "rehearsed"
  kms_master_key_id = aws_kms_key.new.arn
}
resource "aws_security_group" "web" {
  name        = "web"
  description = "two"
}
resource "aws_security_group" "other" {
  name        = "other"
  description = "other"
  ingress {
    from_port       = 80
    to_port         = 80
    protocol        = "tcp"
    security_groups = [aws_security_group.web.id]
  }
}
resource "aws_iam_role" "app" {
  name = "rehearsed"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }
  ] })
}
resource "aws_iam_role_policy" "app" {
  role = aws_iam_role.app.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "s3:GetObject", Resource = [aws_s3_bucket.data.arn, aws_kms_key.new.arn] }
  ] })
}
"""


@pytest.fixture
def in_the_cloud(
    tmp_path: Path, proxy: FaultProxy, moto: MotoServer, terraform: str, aws_provider: Path
) -> Repository:
    bucket = {"LocationConstraint": "eu-central-1"}
    moto.client("s3").create_bucket(Bucket="states", CreateBucketConfiguration=bucket)
    environment = {**aws_environment(proxy.url), "TF_CLI_CONFIG_FILE": str(aws_provider)}
    return Repository(tmp_path / "repository", terraform, environment=environment)


def test_resources_of_aws_go_back_as_told_and_the_cloud_sees_no_request(in_the_cloud, proxy, moto):
    in_the_cloud.write(PROVIDER + AWS_BASE)
    base = in_the_cloud.commit()
    in_the_cloud.apply()
    in_the_cloud.write(PROVIDER + AWS_HEAD)
    record = {"Bucket": "states", "Key": "app/terraform.tfstate"}
    state = moto.client("s3").get_object(**record)["Body"].read()
    asked: list[dict[tuple[str, str], int]] = []
    found = in_the_cloud.rehearsing().rehearse(base, once_planned=lambda: asked.append(proxy.faults.counts()))
    assert proxy.faults.counts() == asked[0]
    assert moto.client("s3").get_object(**record)["Body"].read() == state
    assert found.errors == ()
    told = actions(found.plan)
    assert told["aws_sns_topic.alarms"] == "update"
    assert told["aws_s3_bucket.data"] == "replace"
    # The bucket holds data. Nothing else that goes is what was there before: it has other names or ids.
    assert found.wants == ("--allow-replace=aws_s3_bucket.data",)
    assert told == in_the_cloud.really(base)


def test_a_provider_that_only_the_change_configures_is_missed_by_name(in_the_cloud):
    text = 'resource "aws_ssm_parameter" "%s" {\n  name  = "/%s"\n  type  = "String"\n  value = "one"\n%s}\n'
    arn = 'output "name" {\n  value = split(":", aws_ssm_parameter.text.arn)[5]\n}\n'
    in_the_cloud.write(PROVIDER + text % ("text", "text", "") + arn)
    base = in_the_cloud.commit()
    in_the_cloud.terraform("init")
    west = PROVIDER[PROVIDER.index('provider "aws"') :].replace("{\n", '{\n  alias = "west"\n', 1)
    by_west = "  provider = aws.west\n"
    in_the_cloud.write(PROVIDER + west + text % ("text", "text", by_west))
    found = in_the_cloud.rehearsing().rehearse(base)
    assert found.errors == ()
    # What both have goes on under the base's own provider.
    assert found.missing_providers == ()
    in_the_cloud.write(PROVIDER + west + text % ("text", "text", "") + text % ("new", "new", by_west))
    found = in_the_cloud.rehearsing().rehearse(base)
    assert found.errors == ()
    assert found.missing_providers == ("aws.west",)
    assert actions(found.plan)["aws_ssm_parameter.new"] == "delete"
    assert not found.works
    # The base has this one too, and was never applied: its values are not known, and that is said.
    assert "aws_ssm_parameter.text" in found.notes[-1]


def test_providers_that_the_checkout_lacks_are_installed_as_usual(in_the_cloud):
    gone = AWS_BASE[AWS_BASE.index('resource "aws_ssm_parameter" "gone"') :].split("}", maxsplit=1)[0] + "}\n"
    in_the_cloud.write(PROVIDER + gone)
    base = in_the_cloud.commit()
    in_the_cloud.write(data("it"))
    in_the_cloud.terraform("init")
    (in_the_cloud.root / ".terraform" / "providers").mkdir(parents=True)
    found = in_the_cloud.rehearsing().rehearse(base)
    assert found.errors == ()
    assert actions(found.plan) == {"aws_ssm_parameter.gone": "create", "terraform_data.it": "delete"}
    assert list((in_the_cloud.root / ".terraform" / "providers").iterdir()) == []
