"""Whether a workspace exists, asked without making it."""

from pathlib import Path

import pytest

from guardian.adapters.terraform.backend import TerraformStateBackend
from guardian.domain.engine import Backend, WorkingDirectory
from guardian.errors import BackendError, EngineError


class Listing:
    """Answers `workspace list`, and remembers in which environment."""

    def __init__(self, output: bytes | None) -> None:
        self._output = output
        self.environments: list[dict[str, str]] = []

    def output_of(self, where, verb, *positional, options):
        assert verb == "workspace list"
        self.environments.append(dict(where.environment))
        if self._output is None:
            raise EngineError("no credentials")
        return self._output


def ask(engine: Listing, workspace: str, *, kind: str = "gcs", root: Path = Path("/nowhere")) -> bool:
    where = WorkingDirectory(root=root, run_dir=root, environment={"TF_WORKSPACE": workspace, "APP": "1"})
    backend = Backend(kind=kind, config={}, workspace=workspace, address=f"{kind}:state")
    return TerraformStateBackend(engine, {}).has_workspace(where, backend)


def test_the_default_workspace_is_always_there():
    engine = Listing(None)
    assert ask(engine, "default")
    assert engine.environments == []


@pytest.mark.parametrize(
    ("workspace", "there"), [("prod", True), ("dev", True), ("prdo", False), ("pro", False)]
)
def test_other_backends_are_asked_by_terraform_without_naming_it(workspace, there):
    engine = Listing(b"  default\n* dev\n  prod\n\n")
    assert ask(engine, workspace) is there
    assert engine.environments == [{"APP": "1"}]  # naming it would make it


def test_a_list_that_cannot_be_had_is_an_error():
    with pytest.raises(BackendError, match="no credentials"):
        ask(Listing(None), "prod")


def test_a_local_workspace_is_a_directory(tmp_path):
    engine = Listing(None)
    assert not ask(engine, "prod", kind="local", root=tmp_path)
    (tmp_path / "terraform.tfstate.d" / "prod").mkdir(parents=True)
    assert ask(engine, "prod", kind="local", root=tmp_path)
    assert engine.environments == []
