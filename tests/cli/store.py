"""A local store with a history, made without an engine."""

import json
from pathlib import Path

from guardian.adapters.store.local import LocalStore
from guardian.adapters.system import ProcessIdentity, SystemClock
from guardian.domain.journal import Kind
from guardian.domain.project import ProjectDescriptor
from guardian.domain.receipt import Receipt
from guardian.domain.run import Progress
from guardian.domain.snapshot import EngineUsed, Purpose, Snapshot
from guardian.domain.standing import Hold
from guardian.domain.state import facts_of, parse_state
from guardian.repository.objects import ObjectKind
from guardian.repository.project import Project
from guardian.repository.repository import Repository
from tests.cli import values

GOOD = "20260301T020000Z-000001"
FAILED = "20260301T030405Z-fa11ed"
SECRET = "hunter2"


def state(serial: int, **tags: str) -> bytes:
    instances = [
        {"index_key": key, "attributes": {"id": key, "tag": tag, "password": SECRET + tag}}
        for key, tag in tags.items()
    ]
    resource = {"mode": "managed", "type": "aws_vpc", "name": "v", "provider": "p", "instances": instances}
    return json.dumps(
        {
            "version": 4,
            "terraform_version": "1.11.4",
            "serial": serial,
            "lineage": "L",
            "outputs": {},
            "resources": [resource],
        }
    ).encode()


def project(place: Path, name: str = "network") -> Project:
    identity = ProcessIdentity(environment={})
    repository = Repository.open_or_create(LocalStore(place), clock=SystemClock(), identity=identity)
    return repository.ensure_project(
        ProjectDescriptor(name=name, backend_kind="s3", backend_address=f"s3://b/{name}", workspace="default")
    )


def take_snapshot(of: Project, body: bytes, *, run_id: str) -> str:
    ref = of.put_state(body, facts=facts_of(body, parse_state(body)), source="backend")
    return of.commit(
        Snapshot(
            project=of.descriptor.name,
            state_id=of.state_id,
            purpose=Purpose.AFTER,
            run_id=run_id,
            taken_at=values.AT,
            state=ref,
            refreshed=None,
            plan=None,
            configuration=None,
            backend_object=of.put_document(
                ObjectKind.BACKEND, {"kind": "s3", "config": {}, "workspace": "default", "address": "s3://b"}
            ),
            variables_object=None,
            engine=EngineUsed(product="terraform", version="1.11.4"),
            git=None,
            actor=values.ACTOR,
        )
    ).id


def open_run(of: Project, run_id: str, *, operation: str = "apply") -> None:
    engine = {"product": "terraform", "version": "1.11.4"}
    of.log.append(
        Kind.RUN_OPENED,
        {"operation": operation, "engine": engine, "root": "/srv/network", "run_dir": "/srv/runs/1"},
        run_id=run_id,
    )


def with_history(place: Path) -> tuple[str, str]:
    """Make a store with one good and one failed run, on hold; return the two snapshots' ids."""
    of = project(place)
    open_run(of, GOOD)
    baseline = take_snapshot(of, state(1, a="x", b="y"), run_id=GOOD)
    of.log.append(Kind.PROMOTED, {"snapshot_id": baseline, "evidence": ["it went well"]}, run_id=GOOD)
    of.log.append(Kind.RUN_CLOSED, {"outcome": "applied", "exit_code": 0}, run_id=GOOD)
    open_run(of, FAILED)
    latest = take_snapshot(of, state(2, a="z", c="y"), run_id=FAILED)
    incident = values.INCIDENT.to_json() | {"run_id": FAILED}
    of.log.append(Kind.INCIDENT_OPENED, {"incident": incident}, run_id=FAILED)
    hold = Hold(reason="apply failed: \x1b[2Jboom", by=str(values.ACTOR), since=values.AT, run_id=FAILED)
    of.log.append(Kind.HELD, {"hold": hold.to_json()}, run_id=FAILED)
    of.log.append(Kind.RUN_CLOSED, {"outcome": "failed_held", "exit_code": 3}, run_id=FAILED)
    return baseline, latest


def with_receipts(place: Path, *receipts: Receipt) -> tuple[str, ...]:
    """Add a restore for each receipt, oldest first, and a run without one; return the ids of the restores."""
    of = project(place)
    made = tuple(f"20260302T00000{number}Z-{number:06}" for number, _ in enumerate(receipts))
    for run_id, receipt in zip(made, receipts, strict=True):
        open_run(of, run_id, operation="restore")
        of.log.append(Kind.RECEIPT, {"receipt": receipt.to_json(), "proven": receipt.proven}, run_id=run_id)
        of.log.append(Kind.RUN_CLOSED, {"outcome": "restored", "exit_code": 0}, run_id=run_id)
    open_run(of, "20260303T000000Z-ffffff")
    return made


NOTHING = Progress().to_json()
