"""Open a guarded run: the lease taken, a dead guardian's run settled, the journal begun; and close it."""

from collections.abc import Iterator
from contextlib import contextmanager

from guardian.domain.journal import Kind, Standing
from guardian.domain.run import Outcome
from guardian.errors import ExitCode, GuardianError, UnrecordedError
from guardian.operations.break_glass import begin_on_spool, refuse_unflushed
from guardian.operations.context import Context
from guardian.operations.interrupted import interruptions_recorded
from guardian.operations.session import Place, Session, close_run
from guardian.operations.settle import settle_cut_short
from guardian.repository.journal import RunJournal
from guardian.repository.lease import Lease, acquire
from guardian.repository.project import Project
from guardian.repository.proof import refuse_broken


@contextmanager
def open_session(
    context: Context, place: Place, project: Project, *, operation: str, root: str, wait: bool
) -> Iterator[Session]:
    """Take the lease, settle what a dead guardian left, and open the journal; close both whatever happens.

    Args:
        context: The ports.
        place: From `private_place`.
        project: On which project.
        operation: The command, for the journal.
        root: The root module as a person knows it, for the journal.
        wait: Whether to wait for a lease whose holder shows no life.

    Raises:
        LeaseHeldError: Another guardian works on the project.
        SpooledError: Runs of the project wait to be flushed into the store.
        StoreCorruptError: The project's log is gone, or was tampered with.
    """
    project.refuse_lost_log()
    refuse_broken(project.log)
    refuse_unflushed(context, project)
    held = take_lease(context, project, wait=wait)
    with released_at_the_end(context, held), RunJournal(project.log, place.run_id) as journal:
        broken = begin_on_spool(context, project)
        settle_cut_short(context, place, project)
        head = project.log.head()
        session = Session(
            context=context,
            project=project,
            journal=journal,
            run_id=place.run_id,
            run_dir=place.path,
            entered=head.standing if head else Standing(),
        )
        try:
            version = context.engine.version()
            session.record(
                Kind.RUN_OPENED,
                {
                    "operation": operation,
                    "engine": {"product": version.product, "version": version.version},
                    "root": root,
                    "run_dir": str(place.path),
                },
            )
            if broken is not None:
                session.record(Kind.BREAK_GLASS, broken.to_json())
            with interruptions_recorded(session):
                yield session
        except GuardianError as error:
            error.project, error.run_id = project.descriptor.name, place.run_id
            if not isinstance(error, UnrecordedError):  # that one stays open: the next guardian settles it
                _close_failed(session, error)
            raise
        except Exception as error:
            error.add_note(f"run {place.run_id} stays open in the journal; go on with: guardian status")
            raise


def take_lease(context: Context, project: Project, *, wait: bool) -> Lease:
    """Take the lease as the settings have it; hold it by `released_at_the_end`.

    Raises:
        LeaseHeldError: Another guardian works on the project.
        InterruptedRunError: A signal arrived while waiting.
    """
    return acquire(
        project.log,
        context.identity,
        context.clock,
        ttl_s=context.lease_ttl_s,
        renew_s=context.renew_s,
        wait=wait,
        on_wait=context.audience.note,
        interruption=context.interruption,
    )


@contextmanager
def released_at_the_end(context: Context, lease: Lease) -> Iterator[None]:
    """Hold the lease for a block; one that cannot be released changes nothing about how the run ended."""
    lease.__enter__()
    try:
        yield
    finally:
        try:
            lease.release()
        except GuardianError as failure:
            context.audience.note(
                f"the lease was not released: {failure.message}; the next guardian takes it over by itself"
            )


def _close_failed(session: Session, error: GuardianError) -> None:
    """Record the end of a run that an error ended; the error stays the one that is told."""
    try:
        close_run(session, _outcome_of(error), error.exit_code)
    except GuardianError as failure:
        error.add_note(f"and the run's end was not recorded: {failure.message}")


def _outcome_of(error: GuardianError) -> Outcome:
    match error.exit_code:
        case ExitCode.REFUSED:
            return Outcome.REFUSED
        case ExitCode.INTERRUPTED:
            return Outcome.INTERRUPTED
        case ExitCode.RESTORE_INCOMPLETE:
            return Outcome.RESTORE_INCOMPLETE
        case _:
            return Outcome.ERROR
