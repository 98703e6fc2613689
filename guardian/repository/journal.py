"""One run's journal in the project's log: its records, and Terraform's events in batches."""

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice
from types import TracebackType
from typing import Any, Self

from guardian.domain.journal import Kind, Record
from guardian.domain.standing import RunRef
from guardian.errors import GuardianError, LeaseLostError, NotFoundError
from guardian.repository.documents import canonical
from guardian.repository.log import Log

FLUSH_S = 1.0
MOST_EVENTS = 500
MOST_BYTES = 256 * 1024
LARGEST_EVENT_BYTES = 1024 * 1024
SHOWN_CHARACTERS = 1000
CANDIDATES = 5


class RunJournal:
    """Writes one run's records. Records are durable on return; events follow within about a second.

    `event` only queues, so a slow store never holds up whoever reads Terraform's stream. What could not be
    written stays queued; the next `record`, `flush` or `close` tries again and raises what went wrong.

    Attributes:
        is_applying: Whether "applying" is recorded, and the engine's end is not.
    """

    def __init__(self, log: Log, run_id: str) -> None:
        self.run_id = run_id
        self.is_applying = False
        self._log = log
        self._queue: deque[tuple[Mapping[str, Any], int]] = deque()
        self._queued_bytes = 0
        self._sent = 0
        self._changed = threading.Condition()
        self._flushing = threading.Lock()
        self._closed = False
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Give the journal; it closes at the end of the block, whatever happens."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; a failure to close is a note on the error that ended the block, where there is one."""
        try:
            self.close()
        except GuardianError as failure:
            if error is None:
                raise
            error.add_note(f"and the journal was not completed: {failure.message}")

    def record(self, kind: Kind, body: Mapping[str, Any]) -> Record:
        """Write the events queued so far, then this record.

        Raises:
            LeaseLostError: Another guardian took over; nothing was written.
            StoreError: It could not be written.
        """
        self.flush()
        written = self._log.append(kind, body, run_id=self.run_id)
        if kind in {Kind.APPLYING, Kind.ENGINE_EXITED}:
            self.is_applying = kind is Kind.APPLYING
        return written

    def event(self, event: Mapping[str, Any]) -> None:
        """Queue one event of the engine, unchanged, for the next `engine_events` record."""
        size = len(canonical(event))
        if size > LARGEST_EVENT_BYTES:
            event = _shortened(event, size)
            size = len(canonical(event))
        with self._changed:
            self._queue.append((event, size))
            self._queued_bytes += size
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._work, name="guardian-journal", daemon=True)
                self._thread.start()
            self._changed.notify()

    def flush(self) -> None:
        """Write every event that is queued by now, in order."""
        with self._flushing:
            # Not until the queue is empty: events that trickle in meanwhile would get a record each.
            due = len(self._queue)
            while batch := self._batch(due):
                due -= len(batch)
                self._sent = len(batch)
                body = {"events": [event for event, _ in batch]}
                self._log.append(Kind.ENGINE_EVENTS, body, run_id=self.run_id)
                self._sent = 0
                with self._changed:
                    for _, size in batch:
                        self._queue.popleft()
                        self._queued_bytes -= size

    def close(self) -> None:
        """Write what is queued and end the background thread; may be called again."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def _batch(self, due: int) -> list[tuple[Mapping[str, Any], int]]:
        batch: list[tuple[Mapping[str, Any], int]] = []
        total = 0
        # A batch whose writing failed may be in the log: only the same one again is known for it there.
        most = self._sent or min(due, MOST_EVENTS)
        with self._changed:
            for event, size in islice(self._queue, most):
                if batch and total + size > MOST_BYTES:
                    break
                batch.append((event, size))
                total += size
        return batch

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._queue)
                self._changed.wait_for(self._is_urgent, timeout=FLUSH_S)
                if self._closed:
                    return
            try:
                self.flush()
            except LeaseLostError:
                return
            except GuardianError:
                self._pause()

    def _is_urgent(self) -> bool:
        return self._closed or len(self._queue) >= MOST_EVENTS or self._queued_bytes >= MOST_BYTES

    def _pause(self) -> None:
        # A full queue is always urgent: without this, an unreachable store would be asked without a break.
        with self._changed:
            self._changed.wait_for(lambda: self._closed, timeout=FLUSH_S)


def list_runs(log: Log) -> Iterator[RunRef]:
    """Yield the runs, newest first, each as the log last knew it, at one read each."""
    head = log.head()
    run = head.standing.last_run if head else None
    while run is not None:
        yield run
        if run.first_record <= 1:
            return
        run = log.record(run.first_record - 1).standing.last_run


def read_run(log: Log, run_id: str) -> tuple[Record, ...]:
    """Return a run's records, in order, the chain between them verified.

    Raises:
        NotFoundError: No such run; lists the latest ones.
        StoreCorruptError: The log is broken there.
    """
    end: int | None = None
    for run in list_runs(log):
        if run.id == run_id:
            return tuple(each for each in log.read(run.first_record, end) if each.run_id == run_id)
        end = run.first_record - 1
    latest = ", ".join(each.id for each in islice(list_runs(log), CANDIDATES))
    raise NotFoundError(
        f"there is no run {run_id}", hint=f"the latest are {latest}" if latest else "guardian run list"
    )


def _shortened(event: Mapping[str, Any], size_bytes: int) -> Mapping[str, Any]:
    """Keep what an oversized event is about; Terraform's emergency dump of a state is one."""
    kept = {
        name: event[name][:SHOWN_CHARACTERS]
        for name in ("@level", "@message", "@timestamp", "type")
        if isinstance(event.get(name), str)
    }
    return {**kept, "left_out_bytes": size_bytes}
