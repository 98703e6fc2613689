"""Note whose lock Terraform took on the state: should everything die, it can be told from anybody else's."""

from collections.abc import Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from typing import Any

from guardian.domain.engine import Backend, ChildProcess, WorkingDirectory
from guardian.domain.journal import Kind
from guardian.errors import GuardianError
from guardian.operations.session import Session


class LockWatch:
    """Reads the lock once, beside an apply, and records it.

    The lock's ID is in no event. An apply that began to change something holds it to its end: what is read
    between that event and a later sign of the engine's life is its own lock.

    Attributes:
        child: The engine's process, once it is known.
    """

    def __init__(self, session: Session, where: WorkingDirectory, backend: Backend, beside: Executor) -> None:
        self.child: ChildProcess | None = None
        self._session = session
        self._where = where
        self._backend = backend
        self._beside = beside
        self._asked = False

    def event(self, event: Mapping[str, Any]) -> None:
        """Take one event of the apply."""
        if event.get("type") == "apply_start" and not self._asked:
            self._asked = True
            self._beside.submit(self._read)

    def _read(self) -> None:
        # Without this record the lock is removed by its full ID alone: no reason to fail an apply.
        with suppress(GuardianError):
            lock = self._session.context.backend.lock(self._where, self._backend)
            if lock is not None and self._engine_lives():
                self._session.project.log.append(
                    Kind.ENGINE_LOCKED, {"lock": lock.to_json()}, run_id=self._session.run_id
                )

    def _engine_lives(self) -> bool:
        if self.child is None or not self._session.journal.is_applying:
            return False
        identity = self._session.context.identity
        engine = replace(identity.actor(), pid=self.child.pid, started=self.child.started, job="")
        return not identity.is_dead(engine)
