"""One state behind one backend, and a second user of it: what tests of writing a record share."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardian.adapters.terraform.backend import TerraformStateBackend
from guardian.domain.engine import Backend, WorkingDirectory
from guardian.ports.engine import StateBackend
from tests.support.moto import REGION, MotoServer

RECORD = b'{\n  "version": 4,\n  "serial": 1,\n  "lineage": "l"\n}\n'
NEXT = RECORD.replace(b'"serial": 1', b'"serial": 1000')
TABLE = "locks"


@dataclass
class Bench:
    """One backend, and a second user of the same state."""

    backend: StateBackend
    where: WorkingDirectory
    put: Callable[[bytes], object]
    other: Callable[[], StateBackend]

    @property
    def located(self) -> Backend:
        found = self.backend.locate(self.where)
        assert found is not None
        return found

    def read(self) -> bytes | None:
        return self.backend.read(self.where, self.located).body

    def write(self, body: bytes) -> None:
        with self.backend.locked(self.where, self.located, operation="a test"):
            self.backend.write(self.where, self.located, body)


class NoEngine:
    """Fails a test that needs Terraform: these backends are known."""

    def output_of(
        self, where: WorkingDirectory, verb: str, *positional: str, options: Mapping[str, Any]
    ) -> bytes:
        raise AssertionError(verb)


def directory(base: Path, kind: str, config: Mapping[str, Any], workspace: str) -> WorkingDirectory:
    recorded = base / "root" / ".terraform"
    recorded.mkdir(parents=True)
    document = {"version": 3, "backend": {"type": kind, "config": config, "hash": 1}}
    (recorded / "terraform.tfstate").write_text(json.dumps(document))
    (recorded / "environment").write_text(workspace)
    return WorkingDirectory(root=base / "root", run_dir=base / "run")


def make_cloud(server: MotoServer) -> None:
    server.reset()
    server.client("s3").create_bucket(
        Bucket="states", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    server.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


S3 = {"bucket": "states", "key": "team/app.tfstate", "region": REGION, "use_path_style": True}
LOCKS: dict[str, dict[str, Any]] = {
    "lockfile": {"use_lockfile": True},
    "table": {"dynamodb_table": TABLE},
    "both": {"use_lockfile": True, "dynamodb_table": TABLE, "encrypt": True, "acl": "private"},
}


def local(base: Path, workspace: str = "default") -> Bench:
    where = directory(base, "local", {"path": None, "workspace_dir": None}, workspace)
    path = where.root / "terraform.tfstate"
    if workspace != "default":
        path = where.root / "terraform.tfstate.d" / workspace / "terraform.tfstate"
        path.parent.mkdir(parents=True)
    return Bench(*real(where, {}), path.write_bytes, lambda: TerraformStateBackend(NoEngine(), {}))


def in_s3(server: MotoServer, base: Path, locks: Mapping[str, Any], workspace: str = "default") -> Bench:
    where = directory(base, "s3", {**S3, **locks}, workspace)
    key = "team/app.tfstate" if workspace == "default" else f"env:/{workspace}/team/app.tfstate"

    def put(body: bytes) -> None:
        server.client("s3").put_object(Bucket="states", Key=key, Body=body)

    return Bench(*real(where, server.env()), put, lambda: TerraformStateBackend(NoEngine(), server.env()))


def real(where: WorkingDirectory, environment: Mapping[str, str]) -> tuple[StateBackend, WorkingDirectory]:
    return TerraformStateBackend(NoEngine(), environment), where
