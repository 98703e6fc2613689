"""One guarded run on one project: the lease held, the journal open, the private directory made."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from guardian.domain.engine import Backend, WorkingDirectory
from guardian.domain.journal import Kind, Standing
from guardian.domain.run import Outcome
from guardian.domain.state import EMPTY, State, StateFacts, facts_of, parse_state
from guardian.errors import (
    EngineError,
    GuardianError,
    InterruptedRunError,
    LeaseLostError,
    RestoreIncompleteError,
    UnrecordedError,
    WrongStateError,
)
from guardian.operations.context import Checkout, Context
from guardian.repository.journal import RunJournal
from guardian.repository.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of the state, raw and parsed.

    Attributes:
        body: Raw bytes; None when the backend has none.
        source: `backend` or `pull`.
        state: Parsed; the empty state when there is none.
        facts: None when there is no state.
    """

    body: bytes | None
    source: str
    state: State
    facts: StateFacts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What every step of a run shares.

    Attributes:
        entered: What the log said when the lease was taken, before this run wrote anything.
    """

    context: Context
    project: Project
    journal: RunJournal
    run_id: str
    run_dir: Path
    entered: Standing

    @property
    def place(self) -> "Place":
        """The run's name and its private directory."""
        return Place(run_id=self.run_id, path=self.run_dir)

    @property
    def standing(self) -> Standing:
        """What the newest record says; while the lease is held that is this run's own: no store is asked."""
        return self.project.log.seen

    def record(self, kind: Kind, body: dict[str, Any]) -> None:
        """Write one record, durably."""
        self.journal.record(kind, body)

    def stop_if_interrupted(self) -> None:
        """Raise `InterruptedRunError` when somebody asked for the end and nothing was started yet."""
        if signal := self.context.interruption.requested():
            raise InterruptedRunError(f"interrupted by {signal}; this run changed nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A run's name and its private directory."""

    run_id: str
    path: Path


@contextmanager
def private_place(context: Context) -> Iterator[Place]:
    """Name a run and make its private directory; remove it once the run reached a recorded end.

    A run that was cut short by anything unforeseen keeps its directory: the streams of an engine that may
    still run are in it.
    """
    run_id = f"{context.clock.now():%Y%m%dT%H%M%SZ}-{token_hex(3)}"
    place = Place(run_id=run_id, path=context.workplace.open_run(run_id))
    try:
        yield place
    except UnrecordedError:
        raise
    except GuardianError:
        context.workplace.close_run(run_id)
        raise
    context.workplace.close_run(run_id)


@contextmanager
def passing_place(context: Context) -> Iterator[Place]:
    """Name what records nothing, and make its private directory; remove it however it ends."""
    name = f"{context.clock.now():%Y%m%dT%H%M%SZ}-{token_hex(3)}"
    try:
        yield Place(run_id=name, path=context.workplace.open_passing(name))
    finally:
        context.workplace.close_passing(name)


def working_directory(place: Place, checkout: Checkout) -> WorkingDirectory:
    """Bind a checkout to a run: its directory for streams and plans, its name for the cloud's audit log."""
    agent = f"{checkout.environment.get('TF_APPEND_USER_AGENT', '')} guardian/{place.run_id}".strip()
    return WorkingDirectory(
        root=checkout.root,
        run_dir=place.path,
        environment={**checkout.environment, "TF_APPEND_USER_AGENT": agent},
    )


@contextmanager
def recorded_or_in_doubt(session: Session) -> Iterator[None]:
    """Guard what follows the start of an engine: from there on no failure may claim that nothing was changed.

    Raises:
        UnrecordedError: For whatever kept the end from being recorded. The run stays open in the log, so that
            the next guardian finds it cut short.
    """
    try:
        yield
    except (UnrecordedError, RestoreIncompleteError, EngineError):
        raise  # an engine that could not be started, or did nothing, leaves nothing in doubt
    except GuardianError as error:
        raise UnrecordedError(
            f"Terraform was started, but what it did could not be recorded: {error.message}",
            hint="guardian status    # says what the other one made of this run"
            if isinstance(error, LeaseLostError)
            else "guardian run resume    # once that is mended; Terraform's plan and events are kept in "
            f"{session.run_dir}",
        ) from error
    except Exception as error:
        # A defect of guardian's own: its exit code would say that nothing was changed.
        raise UnrecordedError(
            f"Terraform was started, and then guardian itself failed: {type(error).__name__}: "
            f"{traceback.extract_tb(error.__traceback__)[-1].name}",
            hint=f"guardian run resume    # Terraform's plan and events are kept in {session.run_dir}",
        ) from error


def close_run(session: Session, outcome: Outcome, exit_code: int) -> None:
    """Record the run's end."""
    session.record(Kind.RUN_CLOSED, {"outcome": str(outcome), "exit_code": int(exit_code)})


def read_state(context: Context, where: WorkingDirectory, backend: Backend) -> Reading:
    """Read and parse the state.

    Raises:
        WrongStateError: Its record is empty or torn, or its digest is another one's.
    """
    raw = context.backend.read(where, backend)
    if raw.stale_digest:
        raise WrongStateError(
            f"the digest of the state in the table {raw.stale_digest} is another one's: "
            "Terraform refuses the state",
            hint="guardian restore    # writes the record and its digest again",
        )
    if raw.body is None:
        return Reading(body=None, source=raw.source, state=EMPTY, facts=None)
    state = parse_state(raw.body)
    return Reading(body=raw.body, source=raw.source, state=state, facts=facts_of(raw.body, state))
