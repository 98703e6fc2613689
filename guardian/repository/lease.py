"""The lease on a project: one guardian at a time, and a way past one that died.

The lease is two records of the log, so taking it is a race for one number that exactly one writer wins. Age
only tells whether a holder still lives; what keeps a late holder from writing is the log itself.
"""

import threading
from collections.abc import Callable
from secrets import token_hex
from types import TracebackType
from typing import Self

from guardian.domain.journal import Kind, Record, Standing
from guardian.domain.standing import LeaseRecord
from guardian.errors import GuardianError, InterruptedRunError, LeaseHeldError, LeaseLostError
from guardian.ports.system import Clock, Identity, Interruption
from guardian.repository.log import Log

STALE_FACTOR = 2
RENEWALS = 3
WATCH_INTERVAL_S = 1.0
TRIES = 16

OnWait = Callable[[str], None]


class Lease:
    """A lease that is held: renewed in the background, released at the end of the `with` block."""

    def __init__(self, log: Log, lease_id: str, *, ttl_s: float, renew_s: float | None = None) -> None:
        self.id = lease_id
        self._log = log
        self._renew_s = renew_s or ttl_s / RENEWALS
        self._ended = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="guardian-lease", daemon=True)

    def __enter__(self) -> Self:
        """Begin to renew."""
        self._heart.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release; a failure to release is a note on the error that ended the block, where there is one."""
        try:
            self.release()
        except GuardianError as failure:
            if error is None:
                raise
            error.add_note(f"and the lease was not released: {failure.message}")

    def release(self) -> None:
        """Stop renewing and give the lease back; a lease that was taken over has nothing to give back."""
        self._ended.set()
        if self._heart.is_alive():
            self._heart.join()
        try:
            self._log.append(Kind.LEASE_RELEASED, {"lease_id": self.id})
        except LeaseLostError:
            return
        self._log.unbind()

    def _beat(self) -> None:
        seen = self._log.written
        while not self._ended.wait(self._renew_s):
            if self._log.written == seen:
                try:
                    self._log.append(Kind.LEASE_RENEWED, {"lease_id": self.id})
                except LeaseLostError:
                    return  # the log refuses every later write by itself, with this very error
                except GuardianError:
                    continue  # the next write meets the same trouble, and can report it
            seen = self._log.written


def acquire(
    log: Log,
    identity: Identity,
    clock: Clock,
    *,
    ttl_s: float = 60.0,
    renew_s: float | None = None,
    wait: bool = False,
    on_wait: OnWait = lambda _: None,
    interruption: Interruption | None = None,
) -> Lease:
    """Take the lease; enter the result as a context manager at once.

    A holder that is proven dead is succeeded at once. One whose newest record is further than twice its ttl
    from now, in the past or in the future, or any with `wait`, is watched for the length of its ttl: if it
    writes nothing in that time, it is succeeded.

    Args:
        log: The project's log.
        identity: Tells whether the holder's process is gone.
        clock: Measures the watch; its wall time only hints at who is worth watching.
        ttl_s: How long the new lease may go unrenewed before others may watch it.
        renew_s: How often it is renewed; None is three times in that time.
        wait: Watch the holder in any case.
        on_wait: Told once, in words, what is being waited for.
        interruption: Ends the watch.

    Raises:
        LeaseHeldError: Somebody else holds it and lives.
        InterruptedRunError: A signal arrived while watching.
    """
    for _ in range(TRIES):
        head = log.head()
        if head is not None and (held := head.standing.lease) and not identity.is_dead(held.holder):
            age_s = (clock.now() - head.at).total_seconds()
            if not wait and wrote_lately(age_s, held.ttl_s):
                raise _held_error(head.standing)
            on_wait(f"waiting {held.ttl_s:.0f} s for a sign of life of {held.holder}, who holds the lease")
            head = _outwait(log, head, held, clock=clock, interruption=interruption)
            if head is None:
                continue
        lease_id = token_hex(16)
        body = {"lease": {"id": lease_id, "ttl_s": ttl_s, "holder": log.actor.to_json()}}
        if log.append_after(head.number if head else 0, Kind.LEASE_TAKEN, body) is not None:
            log.bind(lease_id, ttl_s=ttl_s)
            return Lease(log, lease_id, ttl_s=ttl_s, renew_s=renew_s)
    raise _held_error(log.standing())


def wrote_lately(age_s: float, ttl_s: float) -> bool:
    """Tell whether a holder need not be watched, because its newest record is fresh by the wall clocks.

    A record from the future proves only that two clocks differ, not that its writer lives: it would be fresh
    until the slower clock arrives there, perhaps in ten years. So it is watched as an old one is.

    Args:
        age_s: How old the record seems; negative when it seems to come from the future.
        ttl_s: How long the holder may write nothing.
    """
    return abs(age_s) <= STALE_FACTOR * ttl_s


def _outwait(
    log: Log, head: Record, held: LeaseRecord, *, clock: Clock, interruption: Interruption | None
) -> Record | None:
    """Watch a holder for the length of its ttl.

    Returns:
        The newest record when the holder wrote nothing; None when the lease changed hands or was released.

    Raises:
        LeaseHeldError: It wrote something.
    """
    end_s = clock.monotonic_s() + held.ttl_s
    pause = threading.Event()
    while (left_s := end_s - clock.monotonic_s()) > 0:
        if interruption is not None and (signal := interruption.requested()):
            raise InterruptedRunError(
                f"interrupted by {signal} while waiting for the lease; nothing was changed"
            )
        pause.wait(min(WATCH_INTERVAL_S, left_s))
        newest = log.head() or head
        if newest.standing.lease is None or newest.standing.lease.id != held.id:
            return None
        # Others may write without the lease (a hold, a note): only the holder's own records are its life.
        if any(log.record(each).actor == held.holder for each in range(head.number + 1, newest.number + 1)):
            raise _held_error(newest.standing)
        head = newest
    return head


def _held_error(standing: Standing) -> LeaseHeldError:
    held, run = standing.lease, standing.last_run
    if held is None:
        return LeaseHeldError("several others are taking turns on this project", hint="try again")
    doing = f", run {run.id} ({run.operation})" if run and run.is_open else ""
    return LeaseHeldError(
        f"{held.holder} works on this project since {held.since:%Y-%m-%d %H:%M:%S} UTC{doing}",
        hint="guardian status    # once that process is proven dead, the next command takes over by itself",
    )
