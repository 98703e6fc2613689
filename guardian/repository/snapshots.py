"""Manifests: writing one last, finding one again, and never one that does not count."""

import re
from collections.abc import Iterator
from itertools import islice

from guardian.domain.journal import Kind
from guardian.domain.snapshot import Snapshot
from guardian.domain.standing import KnownState, SnapshotLink
from guardian.errors import AmbiguousError, BlobMissingError, NotFoundError, StoreCorruptError
from guardian.ports.blobs import BlobStore
from guardian.repository import documents
from guardian.repository.envelope import Envelope, Place
from guardian.repository.keys import snapshot_prefix
from guardian.repository.log import Log
from guardian.repository.objects import at_once
from guardian.repository.verification import Depth, Verification

KIND = "snapshot"
WHOLE_ID = re.compile(r"[0-9a-f]{64}")
ID_PREFIX = re.compile(r"[0-9a-f]{4,64}")
SHOWN_DIGITS = 12
CANDIDATES = 5
BASELINE = "baseline"
LATEST = "latest"


class Snapshots:
    """The manifests of one project."""

    def __init__(self, store: BlobStore, envelope: Envelope, state_id: str) -> None:
        self._store = store
        self._envelope = envelope
        self._state_id = state_id

    def commit(self, snapshot: Snapshot, log: Log, verification: Verification) -> Snapshot:
        """Write the manifest, read back what this process wrote, then append `snapshot_committed`."""
        plaintext = documents.written({"format": documents.FORMAT, **snapshot.to_json()}, KIND)
        committed = snapshot.with_id(self._envelope.content_id(KIND, plaintext))
        key, place = self._key(committed.id), self._place()
        self._store.put_if_absent(key, self._envelope.wrap(plaintext, place))
        if self.load(committed.id) != committed:
            raise StoreCorruptError(f"{key} was not read back as it was written")
        findings = verification.verify(committed, Depth.WRITTEN)
        if findings:
            raise StoreCorruptError(
                f"the snapshot cannot be read back: {findings[0].problem}"
                + (f" (and {len(findings) - 1} more)" if findings[1:] else ""),
                hint="guardian snapshot verify",
            )
        state = (
            KnownState(
                lineage=snapshot.state.lineage,
                serial=snapshot.state.serial,
                sha256=snapshot.state.sha256,
                instances=snapshot.state.instances,
            ).to_json()
            if snapshot.state
            else None
        )
        body = {"snapshot_id": committed.id, "purpose": str(snapshot.purpose), "state": state}
        log.append(Kind.SNAPSHOT_COMMITTED, body, run_id=snapshot.run_id)
        return committed

    def load(self, snapshot_id: str) -> Snapshot:
        """Read one manifest and prove it by its id."""
        if not WHOLE_ID.fullmatch(snapshot_id):
            raise NotFoundError(f"{snapshot_id!r} is not the id of a snapshot", hint="guardian snapshot list")
        key = self._key(snapshot_id)
        try:
            stored = self._store.get(key)
        except BlobMissingError as error:
            raise NotFoundError(
                f"there is no snapshot {snapshot_id[:SHOWN_DIGITS]}", hint="guardian snapshot list"
            ) from error
        plaintext = self._envelope.unwrap(stored, self._place(), key=key, limit_bytes=documents.MAX_BYTES)
        if self._envelope.content_id(KIND, plaintext) != snapshot_id:
            raise StoreCorruptError(f"{key} does not hold the manifest that its name stands for")
        document = documents.parse(plaintext, where=key)
        documents.checked(document, KIND, where=key)
        try:
            return Snapshot.from_json(document, snapshot_id=snapshot_id)
        except (ValueError, KeyError, TypeError) as error:
            raise StoreCorruptError(f"{key} is not the manifest of a snapshot: {error}") from error

    def any_written(self) -> bool:
        """Tell whether there is any manifest, counting or not."""
        return next(iter(self._store.list(snapshot_prefix(self._state_id))), None) is not None

    def links(self, log: Log) -> Iterator[SnapshotLink]:
        """Yield the committed snapshots, newest first; see `Standing` for how the links lead backwards.

        What a later record took off the list (a prune, a repair) is left out.
        """
        head = log.head()
        link = head.standing.last_snapshot if head else None
        gone = _taken_off(log, head.standing.last_prune if head else None)
        while link is not None:
            if gone.get(link.id, 0) < link.record:
                yield link
            if link.record <= 1:
                return
            link = log.record(link.record - 1).standing.last_snapshot

    def all(self, log: Log) -> tuple[Snapshot, ...]:
        """Return the committed snapshots, newest first, each once."""
        ids = dict.fromkeys(link.id for link in self.links(log))
        return tuple(at_once(self.load, ids))

    def resolve(self, text: str, log: Log) -> Snapshot:
        """Find one committed snapshot by `baseline`, `latest` or the beginning of its id."""
        standing = log.standing()
        if text in {BASELINE, LATEST}:
            newest = next(self.links(log), None) if text == LATEST else None
            found = standing.baseline if text == BASELINE else (newest.id if newest else None)
            if found is None:
                raise NotFoundError(f"this project has no {text} yet", hint=self._latest(log))
            return self.load(found)
        prefix = text.lower()
        if not ID_PREFIX.fullmatch(prefix):
            raise NotFoundError(
                f"{text!r} names no snapshot: give `baseline`, `latest` or 4 or more hex digits of an id",
                hint=self._latest(log),
            )
        written = {key.rpartition("/")[2] for key in self._store.list(self._key(prefix))}
        counting = self._counting(written, log)
        if not counting:
            raise NotFoundError(f"no snapshot's id begins with {text}", hint=self._latest(log))
        if len(counting) > 1:
            listed = ", ".join(each[: SHOWN_DIGITS + len(prefix)] for each in counting)
            raise AmbiguousError(
                f"{len(counting)} snapshots begin with {text}: {listed}", hint="give more digits of the id"
            )
        return self.load(counting[0])

    def _counting(self, written: set[str], log: Log) -> list[str]:
        """Return those of `written` that a record names, newest first; a killed writer leaves others."""
        counting: list[str] = []
        for link in self.links(log) if written else ():
            if link.id in written and link.id not in counting:
                counting.append(link.id)
                if len(counting) == len(written):
                    break
        return counting

    def _latest(self, log: Log) -> str:
        latest = dict.fromkeys(link.id[:SHOWN_DIGITS] for link in islice(self.links(log), CANDIDATES))
        return "the latest are " + ", ".join(latest) if latest else "guardian snapshot create"

    def _key(self, snapshot_id: str) -> str:
        return snapshot_prefix(self._state_id) + snapshot_id

    def _place(self) -> Place:
        return Place(kind=KIND, state_id=self._state_id)


def _taken_off(log: Log, number: int | None) -> dict[str, int]:
    """Return what was taken off the list, with the newest record that did so; two reads for each."""
    gone: dict[str, int] = {}
    while number is not None:
        for each in log.record(number).body["snapshots"]:
            gone.setdefault(each, number)
        number = log.record(number - 1).standing.last_prune if number > 1 else None
    return gone
