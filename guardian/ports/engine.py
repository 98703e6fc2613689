"""Terraform, as the operations see it: events in JSON, plans in files, no prose."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from guardian.domain.engine import (
    ApplyOptions,
    Backend,
    ChildProcess,
    EngineOutcome,
    EngineVersion,
    Evidence,
    InitOptions,
    PlanFile,
    PlanOptions,
    RawState,
    WorkingDirectory,
)
from guardian.domain.lock import TerraformLock

OnEvent = Callable[[Mapping[str, Any]], None]
OnStart = Callable[[ChildProcess], None]


class Engine(Protocol):
    """Runs one Terraform command at a time in a session of its own.

    The process survives guardian: its streams are files in the run's directory. At most one SIGINT is
    forwarded, to its pid alone; after a request to stop no further `init`, `plan` or `apply` is started, and
    its outcome is `interrupted` without events. What an observer raises is raised when the process has ended.
    A non-zero exit is a value, not an exception; `EngineError` means that the process could not be started or
    its output could not be read.
    """

    def version(self) -> EngineVersion:
        """Detect the version once; raise `EngineUnsupportedError` by name when it is too old."""
        ...

    def init(self, where: WorkingDirectory, *, options: InitOptions) -> EngineOutcome:
        """Run `init -input=false`."""
        ...

    def plan(
        self, where: WorkingDirectory, *, out: Path, options: PlanOptions, on_event: OnEvent
    ) -> EngineOutcome:
        """Run `plan -json -detailed-exitcode -out`; exit code 2 means that there is something to apply."""
        ...

    def apply(
        self,
        where: WorkingDirectory,
        *,
        plan: Path,
        options: ApplyOptions,
        on_start: OnStart,
        on_event: OnEvent,
    ) -> EngineOutcome:
        """Run `apply -json` of a saved plan file; `on_start` is called once, as soon as the pid is known."""
        ...

    def evidence(self, run_dir: Path, *, root: Path) -> Evidence | None:
        """Read what the first apply of a run left on this machine when its guardian died.

        Args:
            run_dir: The run's private directory, as the journal names it.
            root: Where it was applied.

        Returns:
            None when this machine does not have the directory. Without events or outcome, and not running,
            no apply was ever started.
        """
        ...

    def read_plan(self, plan: Path) -> PlanFile:
        """Read a saved plan file without a process; raise `EngineError` when it is none."""
        ...

    def show_plan_json(self, where: WorkingDirectory, plan: Path) -> bytes:
        """Return `show -json` of a saved plan; costs a load of every provider's schema."""
        ...

    def show_plan_text(self, where: WorkingDirectory, plan: Path, *, color: bool) -> str:
        """Return the plan as Terraform renders it for people."""
        ...


class StateBackend(Protocol):
    """Reads a state from where Terraform keeps it."""

    def locate(self, where: WorkingDirectory) -> Backend | None:
        """Tell the backend and workspace of an initialised directory.

        Returns:
            None when the directory needs `terraform init` first.

        Raises:
            BackendError: A backend guardian cannot work with (remote execution), by name.
        """
        ...

    def read(self, where: WorkingDirectory, backend: Backend) -> RawState:
        """Return the raw state: straight from the backend where its kind is known, else by `state pull`."""
        ...

    def needs_init(self, where: WorkingDirectory, backend: Backend) -> bool:
        """Tell whether reading and writing take an initialised directory: this kind is not known here."""
        ...

    def locked(
        self, where: WorkingDirectory, backend: Backend, *, operation: str, run_id: str = ""
    ) -> AbstractContextManager[None]:
        """Hold Terraform's own lock on the state for a block.

        Within it a record that does not exist still reads as None, and the block may end without writing
        one. A kind of backend that is not known here is locked by Terraform itself, as it writes.

        Args:
            operation: What it is held for, for whoever meets it.
            run_id: Named in the lock, so that one left by a killed guardian is known as its own.

        Raises:
            StateLockedError: Somebody else holds it; names who.
            BackendError: It cannot be taken; or, at the end, not be released: what was written stands.
        """
        ...

    def write(self, where: WorkingDirectory, backend: Backend, body: bytes) -> None:
        """Write the raw record, whole or not at all; only called within `locked`. Never by force.

        Raises:
            BackendError: It cannot be written.
        """
        ...

    def has_workspace(self, where: WorkingDirectory, backend: Backend) -> bool:
        """Tell whether the backend has its workspace, without making it as Terraform's own commands do.

        Raises:
            BackendError: It cannot be told.
        """
        ...

    def lock(self, where: WorkingDirectory, backend: Backend) -> TerraformLock | None:
        """Read Terraform's own lock on the state, without taking it.

        What a killed holder left counts as a lock only where it still keeps others out: a local state's lock
        ended with its process.

        Returns:
            None when it is free or when this kind of backend does not tell.

        Raises:
            BackendError: It cannot be read.
        """
        ...

    def unlock(self, where: WorkingDirectory, backend: Backend, lock_id: str) -> None:
        """Remove exactly the lock with this whole ID; one that is gone already was removed.

        Raises:
            StateLockedError: Another lock is there now; it stays.
            RefusedError: A living process holds it, or Terraform alone can remove it from this kind.
            BackendError: It cannot be removed.
        """
        ...

    def lock_holder(self, where: WorkingDirectory, backend: Backend) -> str:
        """Say who holds the lock (id, operation, who, since), for a person; empty where `lock` has none."""
        ...
