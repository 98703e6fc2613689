"""Which backend a directory uses, where its state lies and who holds its lock."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.terraform import s3_state
from guardian.adapters.terraform.address import address_of
from guardian.adapters.terraform.backend import TerraformStateBackend
from guardian.domain.engine import Backend, WorkingDirectory
from guardian.errors import BackendError, EngineError

S3: dict[str, Any] = {
    "bucket": "states",
    "key": "a/b.tfstate",
    "region": "eu-central-1",
    "profile": None,
    "endpoints": None,
}
LOCK = {"ID": "1-2-3", "Operation": "OperationTypeApply", "Who": "me@here", "Created": "2026-01-02T03:04:05Z"}
HOLDS_A_FILE_LOCK = """
import fcntl, sys
with open(sys.argv[1], "r+") as state:
    fcntl.lockf(state, fcntl.LOCK_EX)
    print("held", flush=True)
    input()
"""


class Puller:
    """Answers `state pull`."""

    def __init__(self, answer: bytes | EngineError = b"") -> None:
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    def output_of(
        self, where: WorkingDirectory, verb: str, *positional: str, options: Mapping[str, Any]
    ) -> bytes:
        self.asked.append((verb, where.environment["TF_WORKSPACE"]))
        if isinstance(self.answer, EngineError):
            raise self.answer
        return self.answer


class Directory:
    """A root module with what Terraform records beside it."""

    def __init__(self, base: Path) -> None:
        self.root = base / "root"
        self.root.mkdir()
        self.puller = Puller()
        self.environment: dict[str, str] = {}

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def initialised(self, kind: str, config: Mapping[str, Any], *, data_dir: str = ".terraform") -> None:
        document = {"version": 3, "backend": {"type": kind, "config": config, "hash": 1}}
        self.write(f"{data_dir}/terraform.tfstate", json.dumps(document))

    @property
    def where(self) -> WorkingDirectory:
        return WorkingDirectory(root=self.root, run_dir=self.root / "run", environment=self.environment)

    @property
    def backend(self) -> TerraformStateBackend:
        return TerraformStateBackend(self.puller, {})

    def located(self) -> Backend:
        backend = self.backend.locate(self.where)
        assert backend is not None
        return backend

    def read(self) -> tuple[bytes | None, str]:
        state = self.backend.read(self.where, self.located())
        return state.body, state.source

    def lock_holder(self) -> str:
        return self.backend.lock_holder(self.where, self.located())


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    return Directory(tmp_path)


def test_a_module_without_a_backend_is_local(directory: Directory) -> None:
    directory.write("main.tf", 'resource "terraform_data" "x" {}')
    backend = directory.located()
    assert (backend.kind, backend.workspace) == ("local", "default")
    assert backend.address == f"local:{directory.root}/terraform.tfstate"
    assert directory.read() == (None, "backend")
    directory.write("terraform.tfstate", b"")
    assert directory.read() == (b"", "backend")


def test_a_local_backend_is_found_from_another_directory(directory: Directory, tmp_path: Path) -> None:
    directory.initialised("local", {"path": "../shared/x.tfstate", "workspace_dir": None})
    directory.write("../shared/x.tfstate", b"{}")
    elsewhere = WorkingDirectory(root=tmp_path, run_dir=tmp_path / "run")
    assert directory.backend.read(elsewhere, directory.located()).body == b"{}"


@pytest.mark.parametrize(
    "declaration",
    [
        'terraform {\n  backend "s3" {\n    bucket = "x"\n  }\n}\n',
        'terraform {\n  cloud {\n    organization = "x"\n  }\n}\n',
        'terraform {\n  required_version = ">= 1"\n}\nterraform {\n  backend "local" {\n  }\n}\n',
        'terraform { backend "s3" {',
    ],
)
def test_a_declared_backend_that_was_never_initialised_needs_init(
    directory: Directory, declaration: str
) -> None:
    directory.write("main.tf", declaration)
    assert directory.backend.locate(directory.where) is None


def test_a_backend_in_json_needs_init_too(directory: Directory) -> None:
    directory.write("main.tf.json", json.dumps({"terraform": {"backend": {"s3": {}}}}))
    assert directory.backend.locate(directory.where) is None


@pytest.mark.parametrize(
    "text",
    [
        '# terraform {\n#   backend "s3" {\n#   }\n# }\n',
        '/*\nterraform {\n  backend "s3" {}\n}\n*/\n',
        'locals {\n  text = <<-EOT\n    backend "s3" {\n    }\n  EOT\n}\n',
        'resource "terraform_data" "backend" {\n  input = "cloud {"\n}\n',
    ],
)
def test_a_backend_in_comments_and_strings_is_none(directory: Directory, text: str) -> None:
    directory.write("main.tf", text)
    assert directory.located().kind == "local"


@pytest.mark.parametrize("kind", ["remote", "cloud"])
def test_remote_execution_is_refused_by_name(directory: Directory, kind: str) -> None:
    directory.initialised(kind, {"organization": "x"})
    with pytest.raises(BackendError, match=f"`{kind}` backend"):
        directory.backend.locate(directory.where)


@pytest.mark.parametrize("body", ["", "[]", "{", '{"backend":{}}', '{"backend":"s3"}'])
def test_a_broken_record_of_the_backend_is_an_error(directory: Directory, body: str) -> None:
    directory.write(".terraform/terraform.tfstate", body)
    with pytest.raises(BackendError, match="does not hold the backend's configuration"):
        directory.backend.locate(directory.where)


def test_state_in_a_provider_is_refused(directory: Directory) -> None:
    directory.write(".terraform/terraform.tfstate", '{"version":3,"state_store":{"type":"x"}}')
    with pytest.raises(BackendError, match="keeps its state in a provider"):
        directory.backend.locate(directory.where)


def test_the_selected_workspace_counts_and_the_environments_wins(directory: Directory) -> None:
    directory.write(".terraform/environment", "blue\n")
    assert directory.located().address == f"local:{directory.root}/terraform.tfstate.d/blue/terraform.tfstate"
    directory.environment["TF_WORKSPACE"] = "green"
    assert directory.located().workspace == "green"


def test_another_data_directory_counts(directory: Directory) -> None:
    directory.initialised("s3", S3, data_dir="data")
    directory.environment["TF_DATA_DIR"] = "data"
    assert directory.located().address == "s3://states/a/b.tfstate"


@pytest.mark.parametrize(
    ("kind", "config", "workspace", "address"),
    [
        ("s3", S3, "default", "s3://states/a/b.tfstate"),
        ("s3", S3, "blue", "s3://states/env:/blue/a/b.tfstate"),
        ("s3", S3 | {"workspace_key_prefix": "ws"}, "blue", "s3://states/ws/blue/a/b.tfstate"),
        ("gcs", {"bucket": "b", "prefix": "p/"}, "default", "gcs://b/p"),
        ("gcs", {"bucket": "b", "prefix": "p/"}, "blue", "gcs://b/p#blue"),
        (
            "azurerm",
            {"storage_account_name": "acc", "container_name": "c", "key": "k", "access_key": "s3cret"},
            "default",
            "azurerm://acc/c/k",
        ),
        ("http", {"address": "https://u:s3cret@host:8443/x?token=s3cret"}, "default", "http://host:8443/x"),
        ("pg", {"conn_str": "postgres://u:s3cret@db/tf", "schema_name": "s"}, "default", "pg://db/tf"),
        ("http", {"address": "https://[broken"}, "default", "http://"),
    ],
)
def test_addresses_identify_without_credentials(
    kind: str, config: Mapping[str, Any], workspace: str, address: str
) -> None:
    assert address_of(kind, config, workspace, Path("/root")) == address


@pytest.mark.parametrize(
    "changed",
    [
        {"assume_role": [{"role_arn": "arn:x"}]},
        {"assume_role_with_web_identity": [{"role_arn": "arn:x"}]},
        {"sse_customer_key": "k"},
        {"something_new": "x"},
    ],
)
def test_an_s3_backend_that_is_not_understood_in_full_is_pulled(
    directory: Directory, changed: dict[str, Any]
) -> None:
    directory.initialised("s3", S3 | changed)
    directory.puller.answer = b'{"lineage":"x"}'
    assert directory.read() == (b'{"lineage":"x"}', "pull")
    assert directory.puller.asked == [("state pull", "default")]


def test_unset_and_harmless_keys_are_understood() -> None:
    harmless = {"skip_region_validation": True, "encrypt": True, "assume_role": [], "something_new": None}
    assert s3_state.is_readable(S3 | harmless, {})
    assert not s3_state.is_readable(S3, {"AWS_SSE_CUSTOMER_KEY": "k"})


def test_other_backends_are_pulled_in_their_workspace(directory: Directory) -> None:
    directory.initialised("gcs", {"bucket": "b"})
    directory.write(".terraform/environment", "blue")
    assert directory.read() == (None, "pull")
    assert directory.puller.asked == [("state pull", "blue")]
    assert directory.lock_holder() == ""


@pytest.mark.parametrize(
    ("pulled", "body"),
    [
        (b"", None),
        (b"\n", None),
        (b'{"version":4,"serial":0,"lineage":""}', None),
        (b'{"version":4,"serial":0}', b'{"version":4,"serial":0}'),
        (b"torn", b"torn"),
    ],
)
def test_what_a_pull_makes_up_is_no_state(directory: Directory, pulled: bytes, body: bytes | None) -> None:
    directory.initialised("gcs", {"bucket": "b"})
    directory.puller.answer = pulled
    assert directory.read() == (body, "pull")


def test_a_pull_that_fails_is_a_backend_error(directory: Directory) -> None:
    directory.initialised("gcs", {"bucket": "b"})
    directory.puller.answer = EngineError("`state pull` failed: no credentials")
    with pytest.raises(BackendError, match=r"cannot read the state gcs://b: .* no credentials"):
        directory.read()


def test_an_unreadable_state_is_a_backend_error(directory: Directory) -> None:
    (directory.root / "terraform.tfstate").mkdir()
    with pytest.raises(BackendError, match="Is a directory"):
        directory.read()


def test_a_lock_that_a_killed_terraform_left_is_no_lock(directory: Directory) -> None:
    state = directory.write("terraform.tfstate", b"{}")
    directory.write(".terraform.tfstate.lock.info", json.dumps(LOCK))
    assert directory.lock_holder() == ""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS_A_FILE_LOCK, str(state)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert directory.lock_holder() == ("1-2-3 (OperationTypeApply) by me@here since 2026-01-02T03:04:05Z")
        directory.write(".terraform.tfstate.lock.info", "torn")
        assert directory.lock_holder() == "held by a lock that is not in Terraform's format"
        holder.communicate(b"\n")
