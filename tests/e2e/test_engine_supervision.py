"""Real engines under supervision: one interrupt, private files, and a life longer than guardian's."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.terraform.discover import discover
from guardian.adapters.terraform.engine import TerraformEngine
from guardian.adapters.terraform.environment import police
from guardian.adapters.terraform.plan_file import read_plan_file
from guardian.domain.engine import ApplyOptions, PlanOptions, WorkingDirectory
from guardian.domain.state import parse_state
from tests.fakes.system import FakeInterruption

SLOW = """\
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "touch begun; exec sleep 0.8"
  }
}

resource "terraform_data" "after" {
  depends_on = [terraform_data.slow]
}
"""
NASTY = [
    "plain", "with blank", " leading", 'double"quote', "single'quote", "back\\slash", "dot.dot", "[0]",
    "a[0].b", "${interpolated}", "%{directive}", "$${escaped}", "é", "日本", "emoji🙂", "-dash", "--target=x",
    "semi;colon", "amp&and", "pipe|", "dollar$HOME", "back`tick`", "new\nline", "tab\tbed", "a=b", "comma,",
    "#hash", "*?", "/../",
]  # fmt: skip
PROVISIONED = """\
resource "terraform_data" "a" {
  provisioner "local-exec" {
    command = "env > seen; umask >> seen"
  }
}
"""


@pytest.fixture(
    params=[
        pytest.param("terraform", marks=pytest.mark.terraform),
        pytest.param("embedded", marks=pytest.mark.embedded),
    ]
)
def choice(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def where(tmp_path: Path) -> WorkingDirectory:
    root = tmp_path / "root"
    root.mkdir()
    (root / "main.tf").write_text(SLOW)
    return WorkingDirectory(root=root, run_dir=tmp_path / "run")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return dict(police({"PATH": os.environ["PATH"], "HOME": str(tmp_path)}).variables)


def planned(engine: TerraformEngine, where: WorkingDirectory, options: PlanOptions | None = None) -> Path:
    out = where.run_dir / "saved.tfplan"
    outcome = engine.plan(where, out=out, options=options or PlanOptions(), on_event=lambda _: None)
    assert outcome.exit_code == 2
    return out


def test_an_interrupt_ends_an_apply_with_its_state_saved(
    choice: str, where: WorkingDirectory, environment: dict[str, str]
) -> None:
    interruption = FakeInterruption()
    engine = discover(choice, environment=environment, interruption=interruption, root=where.root)
    plan = planned(engine, where)
    events: list[Any] = []

    def interrupt(event: Any) -> None:
        events.append(event)
        if event["type"] == "provision_start":
            interruption.request()

    outcome = engine.apply(
        where, plan=plan, options=ApplyOptions(), on_start=lambda _: None, on_event=interrupt
    )
    assert outcome.interrupted
    assert outcome.exit_code == 1
    state = parse_state((where.root / "terraform.tfstate").read_bytes())
    assert state.managed["terraform_data.slow"].tainted
    assert "terraform_data.after" not in state.managed


def test_every_file_of_a_run_is_private(
    choice: str, where: WorkingDirectory, environment: dict[str, str]
) -> None:
    engine = discover(choice, environment=environment, interruption=FakeInterruption(), root=where.root)
    plan = planned(engine, where)
    engine.show_plan_json(where, plan)
    engine.apply(where, plan=plan, options=ApplyOptions(), on_start=lambda _: None, on_event=lambda _: None)
    assert where.run_dir.stat().st_mode & 0o777 == 0o700
    names = {path.name: path.stat().st_mode & 0o777 for path in where.run_dir.iterdir()}
    assert set(names.values()) == {0o600}
    assert sorted(names) == [
        "01-plan.stderr", "01-plan.stdout", "02-apply.stderr", "02-apply.stdout", "saved.tfplan",
    ]  # fmt: skip
    assert (where.root / "terraform.tfstate").stat().st_mode & 0o777 == 0o600


def test_an_apply_outlives_a_killed_guardian(
    choice: str, where: WorkingDirectory, environment: dict[str, str]
) -> None:
    engine = discover(choice, environment=environment, interruption=FakeInterruption(), root=where.root)
    plan = planned(engine, where)
    child = _killed_while_applying(choice, where, plan, environment)
    deadline = time.monotonic() + 20
    while _is_alive(child["pid"]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    events = [json.loads(line) for line in Path(child["stdout"]).read_text().splitlines()]
    completed = [each["hook"]["resource"]["addr"] for each in events if each["type"] == "apply_complete"]
    assert completed == ["terraform_data.slow", "terraform_data.after"]
    assert all(each["hook"]["id_value"] for each in events if each["type"] == "apply_complete")
    assert [each["changes"]["add"] for each in events if each["type"] == "change_summary"] == [2]
    state = parse_state((where.root / "terraform.tfstate").read_bytes())
    assert set(state.managed) == set(completed)


def test_nasty_keys_survive_a_target(
    choice: str, where: WorkingDirectory, environment: dict[str, str]
) -> None:
    stack = {
        "variable": {"keys": {"type": "string"}},
        "resource": {"terraform_data": {"each": {"for_each": "${toset(jsondecode(var.keys))}"}}},
    }
    (where.root / "main.tf").unlink()
    (where.root / "main.tf.json").write_text(json.dumps(stack))
    (where.root / "terraform.tfvars.json").write_text(json.dumps({"keys": json.dumps(NASTY)}))
    engine = discover(choice, environment=environment, interruption=FakeInterruption(), root=where.root)
    plan = planned(engine, where)
    document = json.loads(engine.show_plan_json(where, plan))
    addresses = [each["address"] for each in document["resource_changes"]]
    assert {each["index"] for each in document["resource_changes"]} == set(NASTY)
    events: list[Any] = []
    outcome = engine.plan(
        where,
        out=where.run_dir / "targeted.tfplan",
        options=PlanOptions(targets=tuple(addresses)),
        on_event=events.append,
    )
    assert outcome.errors == ()
    named = [each["change"]["resource"]["addr"] for each in events if each["type"] == "planned_change"]
    assert sorted(named) == sorted(addresses)
    assert read_plan_file(where.run_dir / "targeted.tfplan").sha256


def test_provisioners_see_neither_refused_nor_own_variables(
    choice: str, where: WorkingDirectory, environment: dict[str, str]
) -> None:
    (where.root / "main.tf").write_text(PROVISIONED)
    policed = police({**environment, "TF_LOG": "trace", "GUARDIAN_STORE": "x", "APP": "1", "TF_VAR_v": "2"})
    engine = discover(choice, environment=policed.variables, interruption=FakeInterruption(), root=where.root)
    plan = planned(engine, where)
    engine.apply(where, plan=plan, options=ApplyOptions(), on_start=lambda _: None, on_event=lambda _: None)
    seen = (where.root / "seen").read_text().splitlines()
    assert {"APP=1", "TF_VAR_v=2", "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "0077"} <= set(seen)
    assert not [line for line in seen if line.startswith(("TF_LOG", "GUARDIAN_"))]


_HELPER = """\
import json, sys
from pathlib import Path
from guardian.adapters.terraform.discover import discover
from guardian.domain.engine import ApplyOptions, WorkingDirectory

class Never:
    def requested(self):
        return None

choice, root, run_dir, plan, environment = sys.argv[1:]
engine = discover(choice, environment=json.loads(environment), interruption=Never(), root=Path(root))
def tell(child):
    print(json.dumps({"pid": child.pid, "stdout": str(child.stdout)}), flush=True)
where = WorkingDirectory(root=Path(root), run_dir=Path(run_dir))
engine.apply(where, plan=Path(plan), options=ApplyOptions(), on_start=tell, on_event=lambda _: None)
"""


def _killed_while_applying(
    choice: str, where: WorkingDirectory, plan: Path, environment: dict[str, str]
) -> dict[str, Any]:
    arguments = [choice, str(where.root), str(where.run_dir), str(plan), json.dumps(environment)]
    with subprocess.Popen([sys.executable, "-c", _HELPER, *arguments], stdout=subprocess.PIPE) as helper:
        assert helper.stdout is not None
        child: dict[str, Any] = json.loads(helper.stdout.readline())
        deadline = time.monotonic() + 20
        while not (where.root / "begun").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        helper.send_signal(signal.SIGKILL)
    assert _is_alive(child["pid"])
    return child


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
