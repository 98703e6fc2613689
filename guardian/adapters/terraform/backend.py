"""The state backend port: which backend an initialised directory uses, and the raw state in it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from guardian.adapters.terraform import s3_state
from guardian.adapters.terraform.address import DEFAULT, absolute_local, address_of, local_path
from guardian.adapters.terraform.backend_block import declares_backend
from guardian.adapters.terraform.lock import read_lock
from guardian.adapters.terraform.lock_table import stale_digest
from guardian.adapters.terraform.locking import locked
from guardian.adapters.terraform.unlocking import unlock
from guardian.adapters.terraform.writing import write_local, write_s3
from guardian.domain.engine import Backend, RawState, WorkingDirectory
from guardian.domain.lock import TerraformLock
from guardian.errors import BackendError, EngineError

MADE_UP_BYTES = 1024
REMOTE = {"cloud": "HCP Terraform", "remote": "a remote Terraform"}


def locate(where: WorkingDirectory) -> Backend | None:
    """Tell the backend of a directory; see the port.

    A directory whose providers or modules are missing is not told from others here: planning it says so at
    once, and `EngineOutcome.needs_init` with it. A local backend's paths come back absolute, so that the
    same state is found from another directory.
    """
    data_dir = where.root / where.environment.get("TF_DATA_DIR", ".terraform")
    recorded = _recorded_backend(data_dir / "terraform.tfstate")
    if recorded is None:
        if declares_backend(where.root):
            return None
        recorded = ("local", {})
    kind, config = recorded
    if kind == "local":
        config = absolute_local(config, where.root)
    if kind in REMOTE:
        raise BackendError(
            f"{where.root} uses the `{kind}` backend: its plans run in {REMOTE[kind]}, not here",
            hint="guardian works with backends that only keep state: s3, local, gcs, azurerm, http, ...",
        )
    workspace = where.environment.get("TF_WORKSPACE") or _selected_workspace(data_dir / "environment")
    return Backend(
        kind=kind,
        config=config,
        workspace=workspace,
        address=address_of(kind, config, workspace, where.root),
    )


class ReadingEngine(Protocol):
    """What `state pull` needs of an engine; no import of it where only `locate` is wanted."""

    def output_of(
        self, where: WorkingDirectory, verb: str, *positional: str, options: Mapping[str, Any]
    ) -> bytes:
        """Run a command that only reads; raise `EngineError` when it fails."""
        ...


class TerraformStateBackend:
    """Implements `ports.engine.StateBackend`.

    Args:
        engine: Reads, by `state pull`, the backends that are not known here.
        environment: The policed environment of the engine's processes.
    """

    def __init__(self, engine: ReadingEngine, environment: Mapping[str, str]) -> None:
        self._engine = engine
        self._environment = environment
        self._made_to_be_locked = ""

    def locate(self, where: WorkingDirectory) -> Backend | None:
        """See the port."""
        return locate(where)

    def read(self, where: WorkingDirectory, backend: Backend) -> RawState:
        """See the port."""
        environment = {**self._environment, **where.environment}
        if backend.kind == "local":
            body = _read_file(local_path(backend.config, backend.workspace, where.root))
            if body == b"" and backend.address == self._made_to_be_locked:
                body = None  # the file stands there for its lock alone
            return RawState(body=body, source="backend")
        if backend.kind == "s3" and s3_state.is_readable(backend.config, environment):
            body = s3_state.read_object(backend.config, backend.workspace, environment)
            stale = stale_digest(backend.config, backend.workspace, environment, body)
            return RawState(body=body, source="backend", stale_digest=stale)
        return RawState(body=self._pull(where, backend), source="pull")

    def needs_init(self, where: WorkingDirectory, backend: Backend) -> bool:
        """See the port."""
        environment = {**self._environment, **where.environment}
        return backend.kind != "local" and not (
            backend.kind == "s3" and s3_state.is_readable(backend.config, environment)
        )

    @contextmanager
    def locked(
        self, where: WorkingDirectory, backend: Backend, *, operation: str, run_id: str = ""
    ) -> Iterator[None]:
        """See the port."""
        environment = {**self._environment, **where.environment}
        with locked(where.root, backend, environment, operation=operation, run_id=run_id) as made:
            self._made_to_be_locked = backend.address if made else ""
            try:
                yield
            finally:
                self._made_to_be_locked = ""

    def write(self, where: WorkingDirectory, backend: Backend, body: bytes) -> None:
        """See the port."""
        environment = {**self._environment, **where.environment}
        if backend.kind == "local":
            write_local(local_path(backend.config, backend.workspace, where.root), body)
        elif not self.needs_init(where, backend):
            write_s3(backend.config, backend.workspace, environment, body)
        else:
            self._push(where, backend, body)

    def has_workspace(self, where: WorkingDirectory, backend: Backend) -> bool:
        """See the port."""
        environment = {**self._environment, **where.environment}
        if backend.workspace == DEFAULT:
            return True
        if backend.kind == "local":
            return local_path(backend.config, backend.workspace, where.root).parent.is_dir()
        if backend.kind == "s3" and s3_state.is_readable(backend.config, environment):
            return s3_state.has_object(backend.config, backend.workspace, environment)
        return backend.workspace in self._workspaces(where, backend)

    def lock(self, where: WorkingDirectory, backend: Backend) -> TerraformLock | None:
        """See the port."""
        return read_lock(where.root, backend, {**self._environment, **where.environment})

    def unlock(self, where: WorkingDirectory, backend: Backend, lock_id: str) -> None:
        """See the port."""
        unlock(where.root, backend, {**self._environment, **where.environment}, lock_id)

    def lock_holder(self, where: WorkingDirectory, backend: Backend) -> str:
        """See the port."""
        lock = self.lock(where, backend)
        return lock.describe() if lock else ""

    def _workspaces(self, where: WorkingDirectory, backend: Backend) -> set[str]:
        unnamed = WorkingDirectory(
            root=where.root,
            run_dir=where.run_dir,
            environment={name: value for name, value in where.environment.items() if name != "TF_WORKSPACE"},
        )
        try:
            listed = self._engine.output_of(unnamed, "workspace list", options={})
        except EngineError as error:
            raise BackendError(
                f"cannot list the workspaces of {backend.address}: {error.message}",
                hint="terraform workspace list",
            ) from error
        return {line.removeprefix("*").strip() for line in listed.decode(errors="replace").splitlines()}

    def _push(self, where: WorkingDirectory, backend: Backend, body: bytes) -> None:
        """Push by Terraform, which locks, and refuses another lineage or an older serial by itself."""
        named = WorkingDirectory(
            root=where.root,
            run_dir=where.run_dir,
            environment={**where.environment, "TF_WORKSPACE": backend.workspace},
        )
        path = where.run_dir / "record.tfstate"
        try:
            path.touch(mode=0o600)
            path.write_bytes(body)
            self._engine.output_of(named, "state push", str(path), options={})
        except OSError as error:
            raise BackendError(
                f"cannot write {path}: {error.strerror or error}", hint="free the disk of the temporary files"
            ) from error
        except EngineError as error:
            raise BackendError(
                f"cannot write the state {backend.address}: {error.message}", hint="terraform state push"
            ) from error
        finally:
            path.unlink(missing_ok=True)

    def _pull(self, where: WorkingDirectory, backend: Backend) -> bytes | None:
        named = WorkingDirectory(
            root=where.root,
            run_dir=where.run_dir,
            environment={**where.environment, "TF_WORKSPACE": backend.workspace},
        )
        try:
            pulled = self._engine.output_of(named, "state pull", options={})
        except EngineError as error:
            raise BackendError(
                f"cannot read the state {backend.address}: {error.message}", hint="terraform state pull"
            ) from error
        return pulled if _was_ever_written(pulled) else None


def _recorded_backend(path: Path) -> tuple[str, dict[str, Any]] | None:
    body = _read_file(path)
    if body is None:
        return None
    try:
        document = json.loads(body)
        if document.get("state_store"):
            raise BackendError(
                f"{path.parent.parent} keeps its state in a provider, which guardian cannot read"
            )
        backend = document.get("backend")
        return None if backend is None else (str(backend["type"]), dict(backend["config"] or {}))
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise BackendError(
            f"{path} does not hold the backend's configuration as Terraform writes it",
            hint="terraform init -reconfigure",
        ) from error


def _was_ever_written(pulled: bytes) -> bool:
    """Tell a state from what `state pull` makes up where there is none: nothing, or one without lineage."""
    if len(pulled) > MADE_UP_BYTES:
        return True
    try:
        return bool(json.loads(pulled)["lineage"])
    except (ValueError, KeyError, TypeError):
        return bool(pulled.strip())


def _selected_workspace(path: Path) -> str:
    return (_read_file(path) or b"").decode(errors="replace").strip() or DEFAULT


def _read_file(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BackendError(
            f"cannot read {path}: {error.strerror}", hint="make it readable for this user"
        ) from error
