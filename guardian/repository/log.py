"""The log of one project: journal, audit trail, and the fence between two guardians."""

import math
import threading
from collections.abc import Iterator, Mapping
from hashlib import sha256
from secrets import token_hex
from typing import Any

from guardian.domain.actor import Actor
from guardian.domain.journal import Kind, Record, Standing, advance
from guardian.errors import BlobMissingError, LeaseLostError, StoreCorruptError, StoreError, StoreFormatError
from guardian.ports.blobs import BlobStore
from guardian.ports.system import Clock, Identity
from guardian.repository import documents
from guardian.repository.envelope import Envelope, Place
from guardian.repository.keys import log_prefix, record_name
from guardian.repository.numbers import last_number, numbers_after
from guardian.repository.objects import at_once
from guardian.repository.remembrance import Remembrance

KIND = "record"
MAX_TRIES = 64
WINDOW = 64


class Log:
    """An append-only chain of records under consecutive numbers; safe to use from several threads.

    A number belongs to who writes it first. A writer that holds the lease and meets another's record checks
    that the lease is still its own; once it is not, this log writes nothing more.

    Attributes:
        written: How many records this object has written.
    """

    def __init__(
        self,
        store: BlobStore,
        envelope: Envelope,
        state_id: str,
        *,
        clock: Clock,
        identity: Identity,
        remembrance: Remembrance | None = None,
    ) -> None:
        self._store = store
        self._envelope = envelope
        self._state_id = state_id
        self._clock = clock
        self._identity = identity
        self._writing = threading.RLock()
        self._head: Record | None = None
        self._actor: Actor | None = None
        self._lease_id: str | None = None
        self._ttl_s = math.inf
        self._wrote_s = 0.0
        self._wrote = 0
        self._lapses_s = math.inf
        self._lost_to = ""
        self._remembrance = remembrance
        self._checked = remembrance is None
        self._unsure: list[Record] = []
        self.written = 0

    @property
    def actor(self) -> Actor:
        """Who writes here."""
        if self._actor is None:
            self._actor = self._identity.actor()
        return self._actor

    def head(self) -> Record | None:
        """Return the newest record, None in an empty log.

        Costs one listing from the highest number seen, and one read. To keep `status` quick, this checks the
        format, the number and every field's type, and leaves the schema and the chain to `read`.

        Raises:
            LogRolledBackError: The log is not the one that this client saw before.
        """
        with self._writing:
            last = last_number(self._store, self._state_id, self._head.number if self._head else 0)
            newest = self._head
            if last and (newest is None or last > newest.number):
                newest = self.record(last)
            if self._remembrance is not None and not self._checked:
                # Before it counts as the head, or the next write would build on it.
                self._remembrance.check(newest, self._digest)
                self._checked = True
            if newest is not self._head:
                self._head = newest
                self._remember()
            return self._head

    def standing(self) -> Standing:
        """Return where the project stands after the newest record."""
        head = self.head()
        return head.standing if head else Standing()

    @property
    def seen(self) -> Standing:
        """Where the project stood at the newest record that this object read or wrote; asks no store."""
        with self._writing:
            return self._head.standing if self._head else Standing()

    def record(self, number: int) -> Record:
        """Read one record by number, without its chain; raise `StoreCorruptError` when it is not there."""
        return self._parse(number, self._body(number))[0]

    def read(self, first: int = 1, last: int | None = None) -> Iterator[Record]:
        """Yield records in order, each validated by its schema and chained to the one before.

        Args:
            first: Number to begin with.
            last: Number to end with; None for the newest at the time of the call.

        Raises:
            StoreCorruptError: A gap, a broken chain, or a record that is not what its key says.
        """
        if last is None:
            head = self.head()
            last = head.number if head else 0
        previous = "" if first <= 1 else self._digest(first - 1)
        for number, body in self._bodies(max(first, 1), last):
            record, document = self._parse(number, body)
            documents.checked(document, KIND, where=self.key(number))
            if record.previous != previous:
                raise StoreCorruptError(
                    f"the log is broken between records {number - 1} and {number} ({self.key(number)})"
                )
            previous = record.digest
            yield record

    def numbers(self) -> list[int]:
        """Return the numbers of all records, in order, by listing alone."""
        return list(numbers_after(self._store, self._state_id, 0))

    def append(self, kind: Kind, body: Mapping[str, Any], *, run_id: str | None = None) -> Record:
        """Write the next record, durable on return; once more after a `StoreError`, it writes nothing twice.

        Raises:
            LeaseLostError: Another guardian took over; nothing was written, now or later.
            StoreError: It could not be written; whether it was may be unknown when the store died meanwhile.
        """
        with self._writing:
            for _ in range(MAX_TRIES):
                if record := self._landed(kind, body, run_id):
                    return record
                head = self._head or self.head()
                self._check_lease()
                if record := self._write_after(head, kind, body, run_id):
                    return record
                self.head()
        raise StoreError(
            f"{MAX_TRIES} other records came first while this one was being written", hint="try again"
        )

    def append_after(
        self, number: int, kind: Kind, body: Mapping[str, Any], *, run_id: str | None = None
    ) -> Record | None:
        """Write the record `number` + 1; return None, and write nothing, when the log has moved on."""
        with self._writing:
            head = self.head()
            self._check_lease()
            if (head.number if head else 0) != number:
                return None
            return self._write_after(head, kind, body, run_id)

    def confirm(self) -> None:
        """Ask the store whether the lease is still this log's own: before what no log can fence.

        Raises:
            LeaseLostError: Another guardian took over.
        """
        with self._writing:
            self.head()
            self._check_lease()

    def confirm_if_silent(self) -> None:
        """Confirm the lease when this log was silent for its ttl: before, nobody takes it over.

        Raises:
            LeaseLostError: Another guardian took over.
        """
        if self._clock.monotonic_s() >= self._lapses_s:
            self.confirm()

    def bind(self, lease_id: str, *, ttl_s: float = math.inf) -> None:
        """Fence every later write by this lease, which others may take after such a silence."""
        with self._writing:
            self._lease_id = lease_id
            self._ttl_s = ttl_s
            self._lapses_s = self._wrote_s + ttl_s

    def unbind(self) -> None:
        """Write without a lease again."""
        with self._writing:
            self._lease_id = None
            self._lapses_s = math.inf

    def _write_after(
        self, head: Record | None, kind: Kind, body: Mapping[str, Any], run_id: str | None
    ) -> Record | None:
        # Upon the head that the caller judged, also where that is none: a newer one was judged by nobody.
        number = head.number + 1 if head else 1
        at = self._clock.now()
        record = Record(
            number=number,
            previous=head.digest if head else "",
            digest="",
            nonce=token_hex(16),
            at=at,
            kind=kind,
            run_id=run_id,
            actor=self.actor,
            body=body,
            standing=_after(head, kind, body, number=number, at=at, run_id=run_id),
        )
        plaintext = documents.written({"format": documents.FORMAT, **record.to_json()}, KIND)
        wrapped = self._envelope.wrap(plaintext, self._place())
        began_s = self._clock.monotonic_s()
        try:
            is_ours = self._store.put_if_absent(self.key(number), wrapped)
        except StoreError:
            if kind is not Kind.LEASE_RENEWED:  # said again, that is another sign of life
                self._unsure.append(record)
            raise
        if not is_ours:
            return None
        self._head = self._parse(number, wrapped)[0]
        self.written += 1
        self._wrote = number
        self._wrote_s, self._lapses_s = began_s, began_s + self._ttl_s
        self._remember()
        return self._head

    def _landed(self, kind: Kind, body: Mapping[str, Any], run_id: str | None) -> Record | None:
        """Return this very record if an earlier call wrote it, and never learnt so from the store."""
        if not self._unsure:
            return None
        head = self.head()
        newest = head.number if head else 0
        # One whose number is still free may yet arrive: a write that hangs is not one that failed.
        self._unsure = [
            each
            for each in self._unsure
            if each.number > newest or self.record(each.number).nonce == each.nonce
        ]
        for each in self._unsure:
            if each.number <= newest and (each.kind, each.body, each.run_id) == (kind, body, run_id):
                self._unsure.remove(each)
                return self.record(each.number)
        return None

    def _remember(self) -> None:
        if self._remembrance is not None and self._head is not None:
            self._remembrance.keep(self._head)

    def _digest(self, number: int) -> str:
        return sha256(self._body(number)).hexdigest()

    def _check_lease(self) -> None:
        """Raise unless the newest record known leaves the lease here.

        A newer record that is not known yet takes the number of the next write, which then fails; it is read,
        and is checked in its turn: so nothing is ever written after another's `lease_taken`.
        """
        lease = self._head.standing.lease if self._head else None
        if self._lease_id is not None and (lease is None or lease.id != self._lease_id):
            self._lost_to = self._successor()
        if self._lost_to:
            raise LeaseLostError(
                f"the lease on this project was taken over by {self._lost_to}; this run writes nothing more",
                hint="guardian status",
            )

    def _successor(self) -> str:
        """Name who took the lease over from this log, and whether it was given back since."""
        newest = self._head.number if self._head else 0
        lease = None
        try:
            for number in range(self._wrote + 1, newest + 1):
                lease = self.record(number).standing.lease
                if lease is not None and lease.id != self._lease_id:
                    break
        except StoreError:
            lease = None
        holder = str(lease.holder) if lease is not None else "somebody"
        is_over = self._head is None or lease is None or self._head.standing.lease != lease
        return f"{holder}, who has finished since" if is_over else holder

    def _parse(self, number: int, body: bytes) -> tuple[Record, dict[str, Any]]:
        key = self.key(number)
        plaintext = self._envelope.unwrap(body, self._place(), key=key, limit_bytes=documents.MAX_BYTES)
        document = documents.parse(plaintext, where=key)
        try:
            record = Record.from_json(document, digest=sha256(body).hexdigest())
        except (ValueError, KeyError, TypeError) as error:
            raise StoreCorruptError(f"{key} is not a record of a log: {error}") from error
        if record.number != number:
            raise StoreCorruptError(f"{key} holds record {record.number}")
        return record, document

    def _bodies(self, first: int, last: int) -> Iterator[tuple[int, bytes]]:
        for start in range(first, last + 1, WINDOW):
            numbers = range(start, min(start + WINDOW, last + 1))
            for number, body in zip(numbers, at_once(self._body_or_error, numbers), strict=True):
                if isinstance(body, StoreCorruptError):
                    raise body  # in its turn: what stands before it has been read
                yield number, body

    def _body_or_error(self, number: int) -> bytes | StoreCorruptError:
        try:
            return self._body(number)
        except StoreCorruptError as error:
            return error

    def _body(self, number: int) -> bytes:
        try:
            return self._store.get(self.key(number))
        except BlobMissingError as error:
            raise StoreCorruptError(
                f"record {number} is missing from the log ({self.key(number)})"
            ) from error

    def key(self, number: int) -> str:
        """Return the key of a record."""
        return log_prefix(self._state_id) + record_name(number)

    def _place(self) -> Place:
        return Place(kind=KIND, state_id=self._state_id)


def _after(head: Record | None, kind: Kind, body: Mapping[str, Any], **facts: Any) -> Standing:
    try:
        return advance(head.standing if head else Standing(), kind, body, **facts)
    except (KeyError, ValueError, TypeError) as error:
        raise StoreFormatError(f"a record `{kind}` with this body was not written: {error!r}") from error
