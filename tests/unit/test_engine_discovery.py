"""Finding an engine, and knowing its version."""

import sys
from pathlib import Path

import pytest

from guardian.adapters.terraform.discover import discover
from guardian.adapters.terraform.engine import TerraformEngine
from guardian.errors import EngineError, EngineNotFoundError, EngineUnsupportedError
from tests.fakes.system import FakeInterruption

ANSWER = 'import json; print(json.dumps({{"terraform_version": "{version}"}}))'


class Machine:
    """A PATH with only what a test puts there."""

    def __init__(self, base: Path) -> None:
        self.bin = base / "bin"
        self.bin.mkdir()
        self.root = base

    def install(self, name: str, program: str) -> Path:
        path = self.bin / name
        path.write_text(f"#!{sys.executable}\n{program}\n")
        path.chmod(0o755)
        return path

    def discover(self, choice: str) -> TerraformEngine:
        return discover(
            choice, environment={"PATH": str(self.bin)}, interruption=FakeInterruption(), root=self.root
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_terraform_comes_before_tofu(machine: Machine) -> None:
    machine.install("tofu", ANSWER.format(version="1.8.1"))
    version = machine.discover("auto").version()
    assert (version.product, version.version) == ("tofu", "1.8.1")
    terraform = machine.install("terraform", ANSWER.format(version="1.11.4"))
    version = machine.discover("auto").version()
    assert (version.product, version.version, version.executable) == ("terraform", "1.11.4", str(terraform))


def test_a_path_is_taken_from_the_root_module(machine: Machine) -> None:
    machine.install("my-tofu", ANSWER.format(version="1.9.0"))
    assert machine.discover("bin/my-tofu").version().product == "tofu"


def test_a_link_keeps_its_name(machine: Machine) -> None:
    machine.install("switcher", "import sys; " + ANSWER.format(version="1.7.0"))
    (machine.bin / "terraform").symlink_to("switcher")
    assert machine.discover("terraform").version().executable == str(machine.bin / "terraform")


@pytest.mark.parametrize(
    ("choice", "looked_for"),
    [
        ("terraform", "`terraform` is not on PATH"),
        ("tofu", "`tofu` is not on PATH"),
        ("./absent", "engine ./absent does not exist or is not executable"),
    ],
)
def test_what_is_not_there_says_what_was_looked_for(machine: Machine, choice: str, looked_for: str) -> None:
    with pytest.raises(EngineNotFoundError) as missing:
        machine.discover(choice)
    assert looked_for in missing.value.message
    assert "GUARDIAN_ENGINE" in missing.value.hint


def test_a_file_that_is_not_executable_is_not_found(machine: Machine) -> None:
    machine.install("terraform", "").chmod(0o644)
    with pytest.raises(EngineNotFoundError):
        machine.discover("terraform")


@pytest.mark.parametrize(
    ("name", "version", "says"),
    [
        ("terraform", "1.4.7", "Terraform 1.4.7"),
        ("terraform", "0.15.5", "Terraform 0.15.5"),
        ("tofu", "1.5.9", "OpenTofu 1.5.9"),
    ],
)
def test_an_old_version_is_refused_by_name_and_path(
    machine: Machine, name: str, version: str, says: str
) -> None:
    path = machine.install(name, ANSWER.format(version=version))
    engine = machine.discover(name)
    with pytest.raises(EngineUnsupportedError) as refused:
        engine.version()
    assert f"{says} ({path}) is too old" in refused.value.message


@pytest.mark.parametrize(
    "program",
    ["print('hello')", "print('{}')", "print('[]')", "import sys; sys.exit(3)", ANSWER.format(version="dev")],
)
def test_another_program_is_refused(machine: Machine, program: str) -> None:
    machine.install("terraform", program)
    with pytest.raises(EngineUnsupportedError, match="is no Terraform or OpenTofu that guardian knows"):
        machine.discover("terraform").version()


def test_a_program_that_vanished_is_an_engine_error(machine: Machine) -> None:
    path = machine.install("terraform", "")
    engine = machine.discover("terraform")
    path.unlink()
    with pytest.raises(EngineError, match="No such file"):
        engine.version()


def test_the_version_is_asked_once(machine: Machine) -> None:
    path = machine.install("terraform", ANSWER.format(version="1.11.4"))
    engine = machine.discover("terraform")
    first = engine.version()
    path.unlink()
    assert engine.version() is first
