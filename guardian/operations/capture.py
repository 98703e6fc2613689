"""Take snapshots: store what a restore will need, commit by the manifest, read back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from guardian.domain.configuration import GitPosition
from guardian.domain.engine import Backend, WorkingDirectory
from guardian.domain.snapshot import ConfigurationRef, EngineUsed, PlanRef, Purpose, Snapshot, StateRef
from guardian.domain.state import facts_of, parse_state
from guardian.errors import StoreCorruptError
from guardian.operations.context import Checkout, Context
from guardian.operations.plan import Planned
from guardian.operations.session import Reading, Session
from guardian.repository.objects import ObjectKind
from guardian.repository.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The configuration side of a snapshot: stored once, shared by the snapshots of a run.

    Attributes:
        configuration: Reference to the stored files.
        backend: Object with the backend's full configuration.
        git: Position of the checkout, None outside git.
        providers: Locked provider versions by source address.
    """

    configuration: ConfigurationRef
    backend: str
    git: GitPosition | None
    providers: Mapping[str, str]


def store_source(
    context: Context,
    project: Project,
    where: WorkingDirectory,
    checkout: Checkout,
    backend: Backend,
    *,
    var_files: tuple[str, ...],
    own: tuple[Path, ...] = (),
) -> Source:
    """Capture the configuration and store it, file by file.

    Args:
        var_files: Values of `-var-file`, as given.
        own: Paths that are no part of the configuration, for instance the plan file.
    """
    captured = context.configuration.capture(
        where.root,
        data_dir=checkout.data_dir,
        var_files=var_files,
        limits=context.limits,
        exclude=(*context.own_paths, *own),
    )
    return Source(
        configuration=project.put_configuration(captured),
        backend=store_backend(project, backend),
        git=context.configuration.git_position(where.root),
        providers=captured.providers,
    )


def store_backend(project: Project, backend: Backend) -> str:
    """Store the backend's configuration, which may hold credentials, as an object of its own."""
    document = {
        "kind": backend.kind,
        "config": dict(backend.config),
        "workspace": backend.workspace,
        "address": backend.address,
    }
    return project.put_document(ObjectKind.BACKEND, document)


def load_backend(project: Project, snapshot: Snapshot) -> Backend:
    """Read what `store_backend` wrote."""
    document = project.get_document(ObjectKind.BACKEND, snapshot.backend_object)
    return Backend(
        kind=document["kind"],
        config=document["config"],
        workspace=document["workspace"],
        address=document["address"],
    )


def variables_of(shown: bytes) -> dict[str, Any]:
    """Return the final values of the root module's variables from a plan's `show -json`."""
    variables = json.loads(shown).get("variables") or {}
    return {name: each.get("value") for name, each in variables.items()}


def store_variables(project: Project, checkout: Checkout, values: Mapping[str, Any] | None) -> str:
    """Store variable values with where each input came from; `values` None when they are not known yet."""
    document = {
        "values": values,
        "sources": [{"name": name, "source": source} for name, source in checkout.inputs],
        "inputs_digest": checkout.inputs_digest,
    }
    return project.put_document(ObjectKind.VARIABLES, document)


def load_variables(project: Project, snapshot: Snapshot) -> Mapping[str, Any]:
    """Read what `store_variables` wrote, whole."""
    if snapshot.variables_object is None:
        return {"values": None, "sources": [], "inputs_digest": ""}
    return project.get_document(ObjectKind.VARIABLES, snapshot.variables_object)


def store_state(project: Project, reading: Reading, like: StateRef | None) -> StateRef | None:
    """Store one reading's raw bytes; None when there is no state."""
    if reading.body is None or reading.facts is None:
        return None
    return project.put_state(reading.body, like=like, facts=reading.facts, source=reading.source)


def store_refreshed(project: Project, planned: Planned, like: StateRef | None) -> StateRef | None:
    """Store what was live when the plan refreshed; costs next to nothing beside the recorded state."""
    body = planned.file.refreshed_state
    if not body.strip():
        return None
    return project.put_state(body, like=like, facts=facts_of(body, parse_state(body)), source="plan")


def store_plan(project: Project, planned: Planned) -> PlanRef:
    """Store the saved plan file, and its JSON where it is known."""
    return PlanRef(
        object=project.put(ObjectKind.PLAN, planned.file.body),
        bytes=len(planned.file.body),
        sha256=planned.file.sha256,
        json_object=project.put(ObjectKind.PLAN_JSON, planned.json) if planned.json is not None else None,
    )


def commit(
    session: Session,
    *,
    purpose: Purpose,
    source: Source,
    state: StateRef | None,
    refreshed: StateRef | None,
    plan: PlanRef | None,
    variables: str | None,
) -> Snapshot:
    """Commit a snapshot by its manifest; what was written is read back before it counts.

    Raises:
        StoreCorruptError: What was written does not read back as it was.
    """
    context, project = session.context, session.project
    version = context.engine.version()
    return project.commit(
        Snapshot(
            project=project.descriptor.name,
            state_id=project.state_id,
            purpose=purpose,
            run_id=session.run_id,
            taken_at=context.clock.now(),
            state=state,
            refreshed=refreshed,
            plan=plan,
            configuration=source.configuration,
            backend_object=source.backend,
            variables_object=variables,
            engine=EngineUsed(
                product=version.product, version=version.version, providers=dict(source.providers)
            ),
            git=source.git,
            actor=context.identity.actor(),
        )
    )


def source_of(snapshot: Snapshot) -> Source:
    """Return the configuration side of a stored snapshot, to be shared by the snapshots of its restore."""
    if snapshot.configuration is None:
        raise StoreCorruptError(f"snapshot {snapshot.id[:12]} holds no configuration")
    return Source(
        configuration=snapshot.configuration,
        backend=snapshot.backend_object,
        git=snapshot.git,
        providers=snapshot.engine.providers,
    )


def with_json(planned: Planned, shown: bytes) -> Planned:
    """Attach a plan's `show -json`."""
    return replace(planned, json=shown)
