"""What the operations rely on, of the real engines and of the fake one alike."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.terraform.backend import TerraformStateBackend
from guardian.adapters.terraform.discover import discover
from guardian.adapters.terraform.environment import police
from guardian.domain.engine import (
    ApplyOptions,
    ChildProcess,
    EngineOutcome,
    InitOptions,
    PlanOptions,
    WorkingDirectory,
)
from guardian.domain.state import State, parse_state
from guardian.errors import EngineError
from guardian.ports.engine import Engine, StateBackend
from tests.fakes.engine import FakeEngine, FakeStateBackend
from tests.fakes.system import FakeInterruption

TWO = """\
resource "terraform_data" "a" {
  input = "one"
}

resource "terraform_data" "b" {
  input      = "two"
  depends_on = [terraform_data.a]
}
"""
FAILING = """\
resource "terraform_data" "broken" {
  input = "one"
  provisioner "local-exec" {
    command = "exit 1"
  }
}

resource "terraform_data" "dependent" {
  input      = "two"
  depends_on = [terraform_data.broken]
}

resource "terraform_data" "sibling" {
  input = "three"
}
"""


@dataclass
class Bench:
    """One engine with one root module."""

    engine: Engine
    backend: StateBackend
    interruption: FakeInterruption
    where: WorkingDirectory

    def configure(self, text: str) -> None:
        (self.where.root / "main.tf").write_text(text)

    def plan(self, options: PlanOptions | None = None) -> tuple[EngineOutcome, list[Any], Path]:
        events: list[Any] = []
        out = self.where.run_dir / f"{len(list(self.where.run_dir.glob('*.tfplan')))}.tfplan"
        outcome = self.engine.plan(
            self.where, out=out, options=options or PlanOptions(), on_event=events.append
        )
        return outcome, events, out

    def apply(self, plan: Path) -> tuple[EngineOutcome, list[Any], list[ChildProcess]]:
        events: list[Any] = []
        started: list[ChildProcess] = []
        outcome = self.engine.apply(
            self.where, plan=plan, options=ApplyOptions(), on_start=started.append, on_event=events.append
        )
        return outcome, events, started

    def state(self) -> State | None:
        backend = self.backend.locate(self.where)
        assert backend is not None
        body = self.backend.read(self.where, backend).body
        return None if body is None else parse_state(body)


@pytest.fixture(
    params=[
        "fake",
        pytest.param("terraform", marks=pytest.mark.terraform),
        pytest.param("embedded", marks=pytest.mark.embedded),
    ]
)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    root, run_dir = tmp_path / "root", tmp_path / "run"
    root.mkdir()
    run_dir.mkdir(mode=0o700)
    interruption = FakeInterruption()
    where = WorkingDirectory(root=root, run_dir=run_dir)
    if request.param == "fake":
        fake = FakeStateBackend()
        return Bench(FakeEngine(fake, interruption), fake, interruption, where)
    choice: str = request.getfixturevalue(request.param)
    policed = police({"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})
    engine = discover(choice, environment=policed.variables, interruption=interruption, root=root)
    return Bench(engine, TerraformStateBackend(engine, policed.variables), interruption, where)


def addresses(events: list[Any], kind: str) -> list[str]:
    return [each["hook"]["resource"]["addr"] for each in events if each["type"] == kind]


def test_the_version_names_product_and_numbers(bench: Bench) -> None:
    version = bench.engine.version()
    assert version.product in {"terraform", "embedded"}
    assert [part.isdigit() for part in version.version.split(".")][:2] == [True, True]
    assert version.executable


def test_a_plan_with_something_to_do_exits_2_and_names_each_change(bench: Bench) -> None:
    bench.configure(TWO)
    outcome, events, out = bench.plan()
    assert (outcome.exit_code, outcome.errors, outcome.interrupted) == (2, (), False)
    assert events[0]["type"] == "version"
    changes = [each["change"] for each in events if each["type"] == "planned_change"]
    assert {each["resource"]["addr"]: each["action"] for each in changes} == {
        "terraform_data.a": "create",
        "terraform_data.b": "create",
    }
    assert {each["resource"]["resource_type"] for each in changes} == {"terraform_data"}
    assert events[-1]["changes"]["add"] == 2
    assert out.stat().st_mode & 0o777 == 0o600


def test_a_saved_plan_holds_the_states_and_the_configuration(bench: Bench) -> None:
    bench.configure(TWO)
    bench.apply(bench.plan()[2])
    bench.configure(TWO.replace("one", "other"))
    file = bench.engine.read_plan(bench.plan()[2])
    assert file.configuration == {"m-/main.tf": TWO.replace("one", "other").encode()}
    state = bench.state()
    assert state is not None
    assert parse_state(file.prior_state).managed.keys() == state.managed.keys()
    assert parse_state(file.refreshed_state).lineage == state.lineage
    assert len(file.sha256) == 64


def test_a_plan_without_changes_exits_0(bench: Bench) -> None:
    bench.configure(TWO)
    bench.apply(bench.plan()[2])
    outcome, events, out = bench.plan()
    assert outcome.exit_code == 0
    assert [each for each in events if each["type"] == "planned_change"] == []
    assert bench.engine.read_plan(out).sha256


def test_a_plan_that_fails_says_why_and_where(bench: Bench) -> None:
    bench.configure('resource "terraform_data" "a" {\n')
    outcome, events, out = bench.plan()
    assert outcome.exit_code == 1
    assert (outcome.errors[0].filename, outcome.errors[0].line) == ("main.tf", 1)
    assert outcome.errors[0].summary == "Unclosed configuration block"
    assert not outcome.needs_init
    assert [each["type"] for each in events if each["type"] == "diagnostic"]
    assert not out.exists()


def test_an_apply_tells_each_start_and_end_with_ids(bench: Bench) -> None:
    bench.configure(TWO)
    outcome, events, started = bench.apply(bench.plan()[2])
    assert (outcome.exit_code, outcome.diagnostics, outcome.stranded_state) == (0, (), None)
    assert len(started) == 1
    assert started[0].pid > 1
    assert addresses(events, "apply_start") == ["terraform_data.a", "terraform_data.b"]
    assert addresses(events, "apply_complete") == ["terraform_data.a", "terraform_data.b"]
    state = bench.state()
    assert state is not None
    ids = {
        each["hook"]["resource"]["addr"]: each["hook"]["id_value"]
        for each in events
        if each["type"] == "apply_complete"
    }
    assert {address: each.object_id for address, each in state.managed.items()} == ids
    summary = [each["changes"] for each in events if each["type"] == "change_summary"]
    assert summary[-1]["operation"] == "apply"


def test_an_apply_that_fails_keeps_what_was_done_and_skips_dependents(bench: Bench) -> None:
    bench.configure(FAILING)
    outcome, events, _ = bench.apply(bench.plan()[2])
    assert outcome.exit_code == 1
    assert [each.address for each in outcome.errors] == ["terraform_data.broken"]
    assert addresses(events, "apply_errored") == ["terraform_data.broken"]
    assert addresses(events, "apply_complete") == ["terraform_data.sibling"]
    assert "terraform_data.dependent" not in addresses(events, "apply_start")
    state = bench.state()
    assert state is not None
    assert {address: each.tainted for address, each in state.managed.items()} == {
        "terraform_data.broken": True,
        "terraform_data.sibling": False,
    }


def test_a_saved_plan_applies_once(bench: Bench) -> None:
    bench.configure(TWO)
    plan = bench.plan()[2]
    bench.apply(plan)
    outcome, _, _ = bench.apply(plan)
    assert outcome.exit_code == 1
    assert outcome.errors[0].summary == "Saved plan is stale"


def test_targets_limit_a_plan(bench: Bench) -> None:
    bench.configure(FAILING)
    _, events, _ = bench.plan(PlanOptions(targets=("terraform_data.sibling",)))
    planned = [each["change"]["resource"]["addr"] for each in events if each["type"] == "planned_change"]
    assert planned == ["terraform_data.sibling"]


def test_a_destroy_plan_deletes_everything(bench: Bench) -> None:
    bench.configure(TWO)
    bench.apply(bench.plan()[2])
    outcome, _, out = bench.plan(PlanOptions(destroy=True))
    assert outcome.exit_code == 2
    assert bench.apply(out)[0].exit_code == 0
    state = bench.state()
    assert state is not None
    assert state.managed == {}


def test_a_plan_is_shown_as_json_and_as_text(bench: Bench) -> None:
    bench.configure(TWO)
    out = bench.plan()[2]
    document = json.loads(bench.engine.show_plan_json(bench.where, out))
    assert document["format_version"].startswith("1.")
    assert [each["address"] for each in document["resource_changes"]] == [
        "terraform_data.a",
        "terraform_data.b",
    ]
    text = bench.engine.show_plan_text(bench.where, out, color=False)
    assert "terraform_data.a will be created" in text
    assert "\x1b" not in text


def test_what_is_no_plan_is_refused(bench: Bench) -> None:
    bench.configure(TWO)
    garbage = bench.where.run_dir / "garbage"
    garbage.write_bytes(b"PK\x03\x04 not really")
    refusals: list[Callable[[], object]] = [
        lambda: bench.engine.read_plan(garbage),
        lambda: bench.engine.read_plan(garbage.with_name("absent")),
        lambda: bench.engine.show_plan_json(bench.where, garbage),
    ]
    for refuse in refusals:
        with pytest.raises(EngineError):
            refuse()


def test_nothing_starts_after_an_interrupt(bench: Bench) -> None:
    bench.configure(TWO)
    out = bench.plan()[2]
    bench.interruption.request()
    outcome, events, started = bench.apply(out)
    assert outcome.interrupted
    assert outcome.exit_code not in {0, 2}
    assert (events, started) == ([], [])
    assert bench.state() is None
    assert bench.plan()[0].interrupted


def test_what_an_observer_raises_waits_for_the_end(bench: Bench) -> None:
    bench.configure(TWO)
    out = bench.plan()[2]
    seen: list[str] = []

    def refuse(event: Any) -> None:
        seen.append(event["type"])
        if event["type"] == "apply_start":
            raise EngineError("the journal is gone")

    with pytest.raises(EngineError, match="the journal is gone"):
        bench.engine.apply(
            bench.where, plan=out, options=ApplyOptions(), on_start=lambda _: None, on_event=refuse
        )
    state = bench.state()
    assert state is not None
    assert set(state.managed) == {"terraform_data.a", "terraform_data.b"}
    assert seen.count("apply_start") == 1


def test_init_succeeds_and_the_backend_is_known(bench: Bench) -> None:
    bench.configure(TWO)
    assert bench.engine.init(bench.where, options=InitOptions()).exit_code == 0
    backend = bench.backend.locate(bench.where)
    assert backend is not None
    assert backend.workspace == "default"
    assert backend.address.startswith(f"{backend.kind}:")
    assert bench.backend.lock_holder(bench.where, backend) == ""


def test_a_state_that_was_never_written_is_none(bench: Bench) -> None:
    bench.configure(TWO)
    assert bench.state() is None


def test_a_root_module_that_went_away_is_an_engine_error_or_empty(bench: Bench) -> None:
    shutil.rmtree(bench.where.root)
    if isinstance(bench.engine, FakeEngine):
        assert bench.plan()[0].exit_code == 0
        return
    with pytest.raises(EngineError, match="is not a directory"):
        bench.plan()
