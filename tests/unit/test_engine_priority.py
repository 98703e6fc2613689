"""What gives way to other processes, and what does not."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from guardian.adapters.terraform.engine import TerraformEngine
from guardian.adapters.terraform.priority import NICE, behind_others, group_behind_others
from guardian.domain.engine import PlanOptions, WorkingDirectory
from tests.fakes.system import FakeInterruption

LOWEST = 19


@pytest.fixture
def where(tmp_path: Path) -> WorkingDirectory:
    return WorkingDirectory(root=tmp_path, run_dir=tmp_path / "run", environment={})


def engine(tmp_path: Path, **environment: str) -> TerraformEngine:
    """Return an engine whose every command tells its priority and how its garbage is collected."""
    program = tmp_path / "terraform"
    program.write_text('#!/bin/sh\necho "$(nice) ${GOGC:-default}"\n')
    program.chmod(0o700)
    return TerraformEngine(
        product="terraform",
        launcher=(str(program),),
        environment={"PATH": os.environ["PATH"], **environment},
        interruption=FakeInterruption(),
        root=tmp_path,
    )


def test_the_plans_json_gives_way(tmp_path: Path, where: WorkingDirectory) -> None:
    expected = min(os.nice(0) + NICE, LOWEST)
    assert engine(tmp_path).show_plan_json(where, tmp_path / "plan") == f"{expected} 400\n".encode()


def test_what_a_person_waits_for_does_not(tmp_path: Path, where: WorkingDirectory) -> None:
    shown = engine(tmp_path).show_plan_text(where, tmp_path / "plan", color=False)
    assert shown == f"{os.nice(0)} default\n"


@pytest.mark.parametrize(("state_bytes", "collected"), [(0, "200"), (1 << 30, "default"), (None, "default")])
def test_the_plan_of_a_small_state_alone_takes_memory_for_speed(tmp_path, where, state_bytes, collected):
    sized = replace(where, state_bytes=state_bytes)
    outcome = engine(tmp_path).plan(
        sized, out=tmp_path / "plan", options=PlanOptions(), on_event=lambda _: None
    )
    assert outcome.exit_code == 0
    streams = list((tmp_path / "run").glob("*.stdout"))
    assert [each.read_text().split()[1] for each in streams] == [collected]


def test_the_callers_own_collection_is_kept(tmp_path: Path, where: WorkingDirectory) -> None:
    shown = engine(tmp_path, GOGC="50").show_plan_json(where, tmp_path / "plan")
    assert shown.split()[1] == b"50"


def test_without_nice_the_command_stays_as_it_is(tmp_path: Path) -> None:
    assert behind_others(["terraform", "show"], {"PATH": str(tmp_path)}) == ["terraform", "show"]


def test_a_process_that_has_ended_is_no_error() -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    group_behind_others(ended.pid)
    assert not Path(f"/proc/{ended.pid}").exists()
