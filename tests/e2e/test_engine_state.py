"""States where real engines keep them: S3 with locks and workspaces, HTTP, and those that get stranded."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.terraform.backend import TerraformStateBackend
from guardian.adapters.terraform.discover import discover
from guardian.adapters.terraform.engine import TerraformEngine
from guardian.adapters.terraform.environment import police
from guardian.domain.engine import (
    ApplyOptions,
    EngineOutcome,
    InitOptions,
    PlanOptions,
    WorkingDirectory,
)
from guardian.domain.state import parse_state
from guardian.errors import BackendError
from tests.fakes.system import FakeInterruption
from tests.support.moto import MotoServer, moto_server

ONE = """
resource "terraform_data" "a" {
  input = "s3cret"
}
"""


class Module:
    """A root module under one engine."""

    def __init__(self, base: Path, choice: str, aws: dict[str, str]) -> None:
        root = base / "root"
        root.mkdir()
        policed = police({"PATH": os.environ["PATH"], "HOME": str(base), **aws})
        self.where = WorkingDirectory(root=root, run_dir=base / "run")
        self.engine: TerraformEngine = discover(
            choice, environment=policed.variables, interruption=FakeInterruption(), root=root
        )
        self.backend = TerraformStateBackend(self.engine, policed.variables)
        self.events: list[Any] = []

    def configure(self, text: str) -> None:
        (self.where.root / "main.tf").write_text(text)

    def init(self, *backend_config: str) -> EngineOutcome:
        return self.engine.init(
            self.where, options=InitOptions(backend_config=backend_config, reconfigure=True)
        )

    def plan(self) -> EngineOutcome:
        out = self.where.run_dir / "saved.tfplan"
        return self.engine.plan(self.where, out=out, options=PlanOptions(), on_event=self.events.append)

    def apply(self) -> EngineOutcome:
        assert self.plan().exit_code == 2
        return self.engine.apply(
            self.where,
            plan=self.where.run_dir / "saved.tfplan",
            options=ApplyOptions(),
            on_start=lambda _: None,
            on_event=self.events.append,
        )

    def read(self) -> tuple[bytes | None, str]:
        backend = self.backend.locate(self.where)
        assert backend is not None
        state = self.backend.read(self.where, backend)
        return state.body, state.source

    def lock_holder(self) -> str:
        backend = self.backend.locate(self.where)
        assert backend is not None
        return self.backend.lock_holder(self.where, backend)

    def address(self) -> str:
        backend = self.backend.locate(self.where)
        assert backend is not None
        return backend.address


def s3_block(**changed: str) -> str:
    settings = {
        "bucket": '"states"',
        "key": '"team/app.tfstate"',
        "region": '"eu-central-1"',
        "use_path_style": "true",
        "skip_requesting_account_id": "true",
        "skip_credentials_validation": "true",
    } | changed
    lines = "\n".join(f"    {name} = {value}" for name, value in settings.items() if value)
    return f'terraform {{\n  backend "s3" {{\n{lines}\n  }}\n}}\n'


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoServer]:
    with moto_server() as server:
        yield server


@pytest.fixture
def module(tmp_path: Path, terraform: str, moto: MotoServer) -> Module:
    moto.reset()
    moto.client("s3").create_bucket(
        Bucket="states", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    return Module(tmp_path, terraform, moto.env())


@pytest.mark.terraform
def test_an_s3_state_is_read_as_the_object_that_it_is(module: Module, moto: MotoServer) -> None:
    module.configure(s3_block(key="") + ONE)
    assert module.backend.locate(module.where) is None
    assert module.plan().needs_init
    assert module.init("key=team/app.tfstate").exit_code == 0
    assert module.address() == "s3://states/team/app.tfstate"
    assert module.read() == (None, "backend")
    assert module.apply().exit_code == 0
    written = moto.client("s3").get_object(Bucket="states", Key="team/app.tfstate")["Body"].read()
    assert module.read() == (written, "backend")
    assert parse_state(written).managed.keys() == {"terraform_data.a"}


@pytest.mark.terraform
def test_an_s3_workspace_has_its_own_object(module: Module, moto: MotoServer, tmp_path: Path) -> None:
    blue = WorkingDirectory(
        root=module.where.root, run_dir=module.where.run_dir, environment={"TF_WORKSPACE": "blue"}
    )
    module.configure(s3_block(workspace_key_prefix='"spaces"') + ONE)
    module.where = blue
    assert module.init().exit_code == 0
    assert module.apply().exit_code == 0
    assert module.address() == "s3://states/spaces/blue/team/app.tfstate"
    body, _ = module.read()
    assert (
        body
        == moto.client("s3").get_object(Bucket="states", Key="spaces/blue/team/app.tfstate")["Body"].read()
    )


@pytest.mark.terraform
@pytest.mark.parametrize("kind", ["lockfile", "table"])
def test_an_s3_lock_names_its_holder_while_it_is_held(module: Module, moto: MotoServer, kind: str) -> None:
    moto.client("dynamodb").create_table(
        TableName="locks",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    block = s3_block(use_lockfile="true") if kind == "lockfile" else s3_block(dynamodb_table='"locks"')
    module.configure(block + ONE)
    assert module.init().exit_code == 0
    assert module.lock_holder() == ""
    holders: list[str] = []
    asking = module.events.append

    def ask(event: Any) -> None:
        asking(event)
        if event["type"] == "provision_start":
            holders.append(module.lock_holder())

    provisioner = '  provisioner "local-exec" {\n    command = "sleep 0.5"\n  }\n'
    module.configure(block + ONE.replace("}", provisioner + "}"))
    assert module.plan().exit_code == 2
    outcome = module.engine.apply(
        module.where,
        plan=module.where.run_dir / "saved.tfplan",
        options=ApplyOptions(),
        on_start=lambda _: None,
        on_event=ask,
    )
    assert outcome.exit_code == 0
    assert len(holders) == 1
    assert "(OperationTypeApply) by " in holders[0]
    assert module.lock_holder() == ""


@pytest.mark.terraform
def test_an_s3_backend_with_a_customer_key_is_pulled(module: Module) -> None:
    key = '"' + "A" * 43 + '="'
    module.configure(s3_block(encrypt="true", sse_customer_key=key) + ONE)
    assert module.init().exit_code == 0
    assert module.apply().exit_code == 0
    body, source = module.read()
    assert source == "pull"
    assert body is not None
    assert parse_state(body).managed.keys() == {"terraform_data.a"}


@pytest.mark.terraform
def test_a_bucket_that_went_away_is_a_backend_error(module: Module, moto: MotoServer) -> None:
    module.configure(s3_block() + ONE)
    assert module.init().exit_code == 0
    moto.client("s3").delete_bucket(Bucket="states")
    with pytest.raises(BackendError, match=r"s3://states/team/app\.tfstate: NoSuchBucket"):
        module.read()


@pytest.mark.terraform
def test_an_s3_that_does_not_answer_is_a_backend_error(module: Module) -> None:
    module.configure(s3_block() + ONE)
    assert module.init().exit_code == 0
    record = module.where.root / ".terraform" / "terraform.tfstate"
    document = json.loads(record.read_text())
    document["backend"]["config"]["endpoints"] = {"s3": "http://127.0.0.1:9"}
    record.write_text(json.dumps(document))
    with pytest.raises(BackendError, match="Could not connect to the endpoint URL"):
        module.read()


class StateServer(ThreadingHTTPServer):
    """Terraform's `http` backend; writes fail once `broken` is set."""

    body: bytes | None = None
    broken = False


class _Handler(BaseHTTPRequestHandler):
    server: StateServer

    def do_GET(self) -> None:
        self._answer(404 if self.server.body is None else 200, self.server.body or b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.server.broken:
            self.server.body = body
        self._answer(500 if self.server.broken else 200, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def state_server() -> Iterator[StateServer]:
    with StateServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(
    params=[
        pytest.param("terraform", marks=pytest.mark.terraform),
        pytest.param("embedded", marks=pytest.mark.embedded),
    ]
)
def over_http(request: pytest.FixtureRequest, tmp_path: Path, state_server: StateServer) -> Module:
    module = Module(tmp_path, request.getfixturevalue(request.param), {})
    address = f"http://user:pass@127.0.0.1:{state_server.server_port}/state?token=hidden"
    block = f'terraform {{\n  backend "http" {{\n    address = "{address}"\n    retry_max = 0\n  }}\n}}\n'
    module.configure(block + ONE)
    assert module.init().exit_code == 0
    return module


def test_a_state_behind_http_is_pulled(over_http: Module, state_server: StateServer) -> None:
    assert over_http.address() == f"http://127.0.0.1:{state_server.server_port}/state"
    assert over_http.read() == (None, "pull")
    assert over_http.apply().exit_code == 0
    body, source = over_http.read()
    assert source == "pull"
    assert body is not None
    assert parse_state(body).managed.keys() == {"terraform_data.a"}
    assert not list(over_http.where.run_dir.glob("*state-pull*"))


def test_a_state_that_cannot_be_saved_is_found(over_http: Module, state_server: StateServer) -> None:
    state_server.broken = True
    outcome = over_http.apply()
    assert outcome.exit_code == 1
    errored = over_http.where.root / "errored.tfstate"
    assert outcome.stranded_state == errored
    assert errored.stat().st_mode & 0o777 == 0o600
    assert parse_state(errored.read_bytes()).managed.keys() == {"terraform_data.a"}
    state_server.broken = False
    assert over_http.apply().stranded_state is None


def test_a_state_that_is_dumped_stays_out_of_the_events(over_http: Module, state_server: StateServer) -> None:
    state_server.broken = True
    (over_http.where.root / "errored.tfstate").mkdir()
    outcome = over_http.apply()
    assert outcome.exit_code == 1
    assert outcome.stranded_state == over_http.where.run_dir / "03-apply.tfstate"
    assert parse_state(outcome.stranded_state.read_bytes()).managed.keys() == {"terraform_data.a"}
    assert outcome.stranded_state.stat().st_mode & 0o777 == 0o600
    assert [each for each in over_http.events if each["@message"] == "Emergency state dump"]
    assert "s3cret" not in json.dumps(over_http.events)
