"""The rehearsed way back is the one that Terraform would really plan after the merge, and touches nothing."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from guardian.domain.engine import PlanOptions
from guardian.domain.plan import PlanReading
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
        import os

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
    assert actions(found.plan) == repository.really(base)
    assert found.moves == ("terraform_data.old -> terraform_data.moved",)
    assert {each.address for each in found.destroys} == {"terraform_data.moved"}
    assert found.works


def test_outputs_are_told_too(repository):
    repository.write(BASE)
    base = repository.commit()
    repository.apply()
    repository.write(HEAD)
    found = repository.rehearsing().rehearse(base)
    assert found.plan is not None
    assert found.plan.outputs == {"gone": "create", "made": "delete", "same": "update"}
