"""Command lines."""

from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.terraform.argv import FLAG, apply_options, command_line, init_options, plan_options
from guardian.domain.engine import ApplyOptions, InitOptions, PlanOptions


def line(verb: str, *positional: str, options: dict[str, Any]) -> list[str]:
    return command_line(("/opt/python", "-m", "engine"), verb, *positional, options=options)


def test_a_plan_asks_for_events_a_file_and_a_telling_exit_code() -> None:
    assert line("plan", options=plan_options(PlanOptions(), out="/run/p")) == [
        "/opt/python", "-m", "engine", "plan",
        "-json", "-input=false", "-no-color", "-detailed-exitcode", "-out=/run/p",
    ]  # fmt: skip


def test_every_option_of_a_plan_is_spelled_as_terraform_does() -> None:
    asked = PlanOptions(
        variables=("a=1", "b= two words"),
        var_files=("x.tfvars", "y.tfvars"),
        targets=('t.x["a b"]', "-odd"),
        replace=("t.y",),
        destroy=True,
        refresh=False,
        refresh_only=True,
        parallelism=3,
        lock=False,
        lock_timeout="5s",
    )
    built = line("plan", options=plan_options(asked, out="p"))
    assert built[9:] == [
        "-destroy", "-refresh=false", "-refresh-only", "-parallelism=3", "-lock=false", "-lock-timeout=5s",
        "-replace=t.y", '-target=t.x["a b"]', "-target=-odd", "-var-file=x.tfvars", "-var-file=y.tfvars",
        "-var=a=1", "-var=b= two words",
    ]  # fmt: skip


def test_an_apply_names_its_plan_last() -> None:
    asked = ApplyOptions(parallelism=1, lock=False, lock_timeout="1m")
    assert line("apply", "/run/p", options=apply_options(asked))[3:] == [
        "apply", "-json", "-input=false", "-no-color", "-parallelism=1", "-lock=false", "-lock-timeout=1m",
        "/run/p",
    ]  # fmt: skip


def test_an_init_repeats_its_backend_configuration() -> None:
    asked = InitOptions(backend_config=("key=a", "file.hcl"), reconfigure=True, upgrade=True)
    assert line("init", options=init_options(asked, json=False))[3:] == [
        "init", "-input=false", "-no-color", "-reconfigure", "-upgrade",
        "-backend-config=key=a", "-backend-config=file.hcl",
    ]  # fmt: skip


def test_a_verb_of_two_words_is_two_arguments() -> None:
    assert line("state pull", options={"no_color": FLAG})[3:] == ["state", "pull", "-no-color"]


def test_mappings_are_refused_for_they_would_become_a_temporary_file() -> None:
    with pytest.raises(TypeError, match="option var is a mapping"):
        line("plan", options={"var": {"password": "x"}})


def test_no_state_of_the_current_directory_is_read() -> None:
    Path("terraform.tfstate").write_text("not JSON: python-terraform would fail on it")
    assert line("version", options={})[3:] == ["version"]
