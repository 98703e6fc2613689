"""Projects in a store of one's choice, and snapshots that refer to something of every kind."""

import json
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import Any

from guardian.domain.actor import Actor
from guardian.domain.configuration import CapturedConfiguration, ConfigurationFile, GitPosition, LeftOut
from guardian.domain.project import ProjectDescriptor
from guardian.domain.snapshot import EngineUsed, PlanRef, Purpose, Snapshot, StateRef
from guardian.domain.state import StateFacts
from guardian.ports.blobs import BlobStore
from guardian.ports.sealer import Sealer
from guardian.ports.system import Clock, Identity
from guardian.repository.objects import ObjectKind
from guardian.repository.repository import Project, Repository
from tests.fakes.system import FakeClock, FakeIdentity

BACKEND: Mapping[str, Any] = {"kind": "local", "config": {}, "workspace": "default", "address": "net.tfstate"}
NET = ProjectDescriptor(name="net", backend_kind="local", backend_address="net.tfstate", workspace="default")
ALICE = Actor(user="alice", host="laptop", pid=100)


def open_repository(
    store: BlobStore,
    *,
    sealer: Sealer | None = None,
    clock: Clock | None = None,
    identity: Identity | None = None,
) -> Repository:
    """Open or make a repository with a clock and an identity of their own, as another process would."""
    return Repository.open_or_create(
        store, clock=clock or FakeClock(tick_s=0.001), identity=identity or FakeIdentity(), sealer=sealer
    )


def open_project(
    store: BlobStore,
    *,
    sealer: Sealer | None = None,
    clock: Clock | None = None,
    identity: Identity | None = None,
) -> Project:
    """Open or make the project `net`."""
    repository = open_repository(store, sealer=sealer, clock=clock, identity=identity)
    return repository.ensure_project(NET)


def facts(body: bytes, serial: int = 1, instances: int = 0) -> StateFacts:
    """Say about any bytes what `facts_of` says about a state."""
    return StateFacts(
        lineage="a-lineage",
        serial=serial,
        terraform_version="1.11.4",
        sha256=sha256(body).hexdigest(),
        size_bytes=len(body),
        instances=instances,
    )


def state_body(serial: int, instances: int, *, changed: Mapping[int, str] | None = None) -> bytes:
    """Write a state as Terraform does, about 300 bytes an instance."""
    listed = [
        {
            "index_key": number,
            "schema_version": 0,
            "attributes": {
                "id": f"id-{sha256(str(number).encode()).hexdigest()}",
                "input": (changed or {}).get(number, f"value {number}"),
            },
            "sensitive_attributes": [],
        }
        for number in range(instances)
    ]
    resource = {"mode": "managed", "type": "terraform_data", "name": "each", "instances": listed}
    document = {"version": 4, "serial": serial, "lineage": "a-lineage", "resources": [resource]}
    return json.dumps(document, indent=2).encode() + b"\n"


def captured(files: Mapping[str, bytes]) -> CapturedConfiguration:
    """Capture files that lie in memory."""
    return CapturedConfiguration(
        root=".",
        files=tuple(
            ConfigurationFile(path=path, executable=False, size_bytes=len(body), read=partial(bytes, body))
            for path, body in sorted(files.items())
        ),
        left_out=(LeftOut(path="a-socket", reason="special"),),
        var_files=("prod.tfvars",),
        lock_file=False,
    )


def snapshot_of(
    project: Project,
    body: bytes,
    *,
    serial: int = 1,
    like: StateRef | None = None,
    purpose: Purpose = Purpose.AFTER,
    run_id: str = "run-1",
) -> Snapshot:
    """Store something of every kind, and return the snapshot that refers to it, not yet committed."""
    state = project.put_state(body, facts=facts(body, serial), source="backend", like=like)
    refreshed = body + b"\n"
    plan = b"a plan of serial %d" % serial
    return Snapshot(
        project=project.descriptor.name,
        state_id=project.state_id,
        purpose=purpose,
        run_id=run_id,
        taken_at=FakeClock().now(),
        state=state,
        refreshed=project.put_state(refreshed, facts=facts(refreshed, serial), source="plan", like=state),
        plan=PlanRef(
            object=project.put(ObjectKind.PLAN, plan),
            bytes=len(plan),
            sha256=sha256(plan).hexdigest(),
            json_object=project.put(ObjectKind.PLAN_JSON, b'{"serial": %d}' % serial),
        ),
        configuration=project.put_configuration(captured({"main.tf": b"# a", "prod.tfvars": b"x = 1"})),
        backend_object=project.put_document(ObjectKind.BACKEND, BACKEND),
        variables_object=project.put_document(
            ObjectKind.VARIABLES, {"values": {"x": 1}, "sources": [], "inputs_digest": ""}
        ),
        engine=EngineUsed(
            product="terraform", version="1.11.4", providers={"terraform.io/builtin/terraform": ""}
        ),
        git=GitPosition(commit="c0ffee", branch="main", dirty=True),
        actor=ALICE,
    )
