"""Write a signal down the moment it comes, and in time put on hold what may not live to tell more."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from guardian.domain.journal import Kind
from guardian.domain.standing import Hold
from guardian.errors import GuardianError
from guardian.operations.session import Session


@contextmanager
def interruptions_recorded(session: Session) -> Iterator[None]:
    """Record `interrupted` as the first thing after a signal, for the length of a block.

    Whoever sent it may kill guardian a few seconds later. So once the grace period is over and Terraform
    still works, the project is put on hold too: from any machine it is seen then that the run needs a look.
    """
    ended = threading.Event()
    writers: list[threading.Thread] = []

    def write(signal: str) -> None:
        # What cannot be written now meets the same trouble at the run's next record, which reports it.
        with suppress(GuardianError):
            session.project.log.append(Kind.INTERRUPTED, {"signal": signal}, run_id=session.run_id)
            if not ended.wait(session.context.grace_s) and session.journal.is_applying:
                _hold(session, signal)

    def arrived(signal: str) -> None:
        writer = threading.Thread(target=write, args=(signal,), name="guardian-interrupted", daemon=True)
        writers.append(writer)
        writer.start()

    with session.context.interruption.told_to(arrived):
        try:
            yield
        finally:
            ended.set()
            for each in writers:
                each.join()


def _hold(session: Session, signal: str) -> None:
    if session.project.log.standing().hold is not None:
        return
    hold = Hold(
        reason=f"interrupted by {signal}, and Terraform still worked {session.context.grace_s:g} s later",
        by=str(session.context.identity.actor()),
        since=session.context.clock.now(),
        run_id=session.run_id,
    )
    session.project.log.append(Kind.HELD, {"hold": hold.to_json()}, run_id=session.run_id)
