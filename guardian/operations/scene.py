"""Lay a snapshot's configuration out in a private directory, bound to the same backend and workspace."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardian.domain.engine import Backend, InitOptions, WorkingDirectory
from guardian.domain.snapshot import Snapshot
from guardian.errors import InitFailedError, NotFoundError
from guardian.operations import capture
from guardian.operations.plan import words
from guardian.operations.session import Session
from guardian.operations.way import Move
from guardian.repository.objects import ObjectKind

# Terraform merges `*_override.tf.json` last: a backend block there replaces the configuration's own, so that
# neither partial configuration nor relative paths nor credentials in an argv are needed.
# Source: https://developer.hashicorp.com/terraform/language/files/override
OVERRIDE = "zz_guardian_override.tf.json"
MOVES = "zz_guardian_moved.tf.json"
VARIABLES = "guardian.tfvars.json"
PLAN_FILE = "snapshot.tfplan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A snapshot's configuration, initialised.

    Attributes:
        var_files: Variable files to plan with: the recorded values, or none when they are not recorded.
    """

    where: WorkingDirectory
    backend: Backend
    var_files: tuple[str, ...]


def lay_out(session: Session, snapshot: Snapshot) -> Scene:
    """Write the files, the backend and the variables, and initialise.

    Raises:
        NotFoundError: The snapshot holds no configuration.
        InitFailedError: With Terraform's words; nothing was changed.
    """
    context, project = session.context, session.project
    if snapshot.configuration is None:
        raise NotFoundError(f"snapshot {snapshot.id[:12]} holds no configuration to plan")
    base = session.run_dir / "configuration"
    context.configuration.lay_out(project.configuration_files(snapshot.configuration), base)
    root = base / snapshot.configuration.root
    backend = capture.load_backend(project, snapshot)
    override = {"terraform": {"backend": {backend.kind: _configured(backend)}}}
    context.workplace.write(root / OVERRIDE, json.dumps(override).encode())
    where = WorkingDirectory(
        root=root, run_dir=session.run_dir, environment=_environment(session, root, backend)
    )
    outcome = context.engine.init(where, options=InitOptions())
    if outcome.exit_code:
        raise InitFailedError(
            words(outcome, "init failed in the snapshot's configuration"),
            hint="the providers and the backend must be reachable from this machine",
        )
    return Scene(where=where, backend=backend, var_files=_variables(session, snapshot, where))


def add_moves(session: Session, scene: Scene, moves: Sequence[Move]) -> None:
    """Write `moved` blocks that take home what the failed run moved, so that nothing is made anew."""
    if moves:
        document = {"moved": [{"from": each.source, "to": each.home} for each in moves]}
        session.context.workplace.write(scene.where.root / MOVES, json.dumps(document).encode())


def _variables(session: Session, snapshot: Snapshot, where: WorkingDirectory) -> tuple[str, ...]:
    """Write the values that the snapshot was planned with; a run that was cut short has them in its plan."""
    context, project = session.context, session.project
    values = capture.load_variables(project, snapshot)["values"]
    if values is None and snapshot.plan is not None:
        plan = session.run_dir / PLAN_FILE
        context.workplace.write(plan, project.get(ObjectKind.PLAN, snapshot.plan.object))
        values = capture.variables_of(context.engine.show_plan_json(where, plan))
    if values is None:
        return ()
    path = session.run_dir / VARIABLES
    context.workplace.write(path, json.dumps(values).encode())
    return (str(path),)


def _configured(backend: Backend) -> dict[str, Any]:
    """Return the backend's configuration without what is unset; Terraform records unset keys as null."""
    return {key: value for key, value in backend.config.items() if value is not None}


def _environment(session: Session, root: Path, backend: Backend) -> dict[str, str]:
    environment = {
        "TF_DATA_DIR": str(root / ".terraform"),
        "TF_APPEND_USER_AGENT": f"guardian/{session.run_id}",
    }
    if backend.workspace != "default":
        environment["TF_WORKSPACE"] = backend.workspace
    return environment
