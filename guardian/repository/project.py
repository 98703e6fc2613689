"""One project in the repository: its log, its snapshots, and what they refer to."""

from collections.abc import Iterator, Mapping
from typing import Any

from guardian.domain.configuration import CapturedConfiguration, ConfigurationFile
from guardian.domain.project import ProjectDescriptor
from guardian.domain.snapshot import ConfigurationRef, Snapshot, StateRef
from guardian.domain.standing import SnapshotLink
from guardian.domain.state import StateFacts
from guardian.errors import NotFoundError, StoreCorruptError
from guardian.repository import documents
from guardian.repository.configurations import Configurations, TreeEntry
from guardian.repository.keys import log_prefix, object_key
from guardian.repository.log import Log
from guardian.repository.objects import ObjectKind, Objects, Referent
from guardian.repository.snapshots import Snapshots
from guardian.repository.states import States
from guardian.repository.verification import DAMAGE, Depth, Finding, Verification


class Project:
    """A project of an open repository.

    Attributes:
        descriptor: Its name and where its state lives.
        state_id: Its directory.
        log: Its log.
    """

    def __init__(
        self,
        *,
        descriptor: ProjectDescriptor,
        state_id: str,
        log: Log,
        objects: Objects,
        snapshots: Snapshots,
    ) -> None:
        self.descriptor = descriptor
        self.state_id = state_id
        self.log = log
        self._objects = objects
        self._snapshots = snapshots
        self._states = States(objects)
        self._configurations = Configurations(objects)
        self._verification = Verification(
            objects=objects, states=self._states, configurations=self._configurations
        )

    def refuse_lost_log(self) -> None:
        """Refuse to take a project for a new one whose snapshots are there and whose log is not.

        Raises:
            StoreCorruptError: Its log is gone; with it went the baseline, the holds and the known state.
        """
        if self.log.head() is None and self._snapshots.any_written():
            raise StoreCorruptError(
                f"the log of {self.descriptor.name} is gone ({log_prefix(self.state_id)}), but its snapshots "
                "are there: this is no new project",
                hint="bring that directory or prefix back from a backup or from the bucket's older versions; "
                "or begin anew: give an empty place as `store`",
            )

    def put(self, kind: ObjectKind, content: bytes) -> str:
        """Store a content unless it is there, and return its id.

        Raises:
            LeaseLostError: Another guardian took over; as each `put_...` does.
        """
        self.log.confirm_if_silent()
        return self._objects.put(kind, content)

    def get(self, kind: ObjectKind, object_id: str) -> bytes:
        """Return a content, proven by its id; raise `BlobMissingError` or `StoreCorruptError`."""
        return self._objects.get(kind, object_id)

    def put_document(self, kind: ObjectKind, document: Mapping[str, Any]) -> str:
        """Store a JSON object of a kind that has a schema (`backend`, `variables`), and return its id."""
        return self.put(kind, documents.written({"format": documents.FORMAT, **document}, kind))

    def get_document(self, kind: ObjectKind, object_id: str) -> Mapping[str, Any]:
        """Return what `put_document` stored, with its `format`."""
        where = object_key(object_id)
        document = documents.parse(self._objects.get(kind, object_id), where=where)
        return documents.checked(document, kind, where=where)

    def put_state(
        self, body: bytes, *, facts: StateFacts, source: str, like: StateRef | None = None
    ) -> StateRef:
        """Store the raw bytes of a state.

        Args:
            body: The bytes, of any layout.
            facts: What `facts_of` says about them.
            source: `backend` or `pull`.
            like: A stored state that shares most of its instances: the last one, or the recorded one for a
                refreshed one. A damaged one is not built upon.
        """
        self.log.confirm_if_silent()
        return self._states.put(body, facts=facts, source=source, like=like)

    def get_state(self, ref: StateRef) -> bytes:
        """Return the raw bytes of a state, proven by their digest."""
        return self._states.get(ref)

    def put_configuration(self, captured: CapturedConfiguration) -> ConfigurationRef:
        """Store a configuration; files that are there already are not sent again."""
        self.log.confirm_if_silent()
        return self._configurations.put(captured)

    def configuration_files(self, ref: ConfigurationRef) -> tuple[ConfigurationFile, ...]:
        """List a stored configuration; each file is fetched and proven when it is read."""
        return self._configurations.files(ref)

    def configuration_entries(self, ref: ConfigurationRef) -> tuple[TreeEntry, ...]:
        """List a stored configuration with what each file's content is known by; no file is read."""
        return self._configurations.entries(ref)

    def commit(self, snapshot: Snapshot) -> Snapshot:
        """Write the manifest, read back what is new, and make the snapshot count by a record of the log.

        Returns:
            The snapshot with its id.

        Raises:
            StoreCorruptError: Something could not be read back; the snapshot does not count.
        """
        self.log.confirm_if_silent()
        return self._snapshots.commit(snapshot, self.log, self._verification)

    def snapshot(self, snapshot_id: str) -> Snapshot:
        """Return a snapshot by its whole id; raise `NotFoundError` when there is none."""
        return self._snapshots.load(snapshot_id)

    def snapshot_links(self) -> Iterator[SnapshotLink]:
        """Yield the committed snapshots, newest first by the log, at one read each and no manifest."""
        return self._snapshots.links(self.log)

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Return the committed snapshots, newest first by the log."""
        return self._snapshots.all(self.log)

    def resolve(self, text: str) -> Snapshot:
        """Find one committed snapshot.

        Args:
            text: `baseline`, `latest`, or the first 4 or more hex digits of an id.

        Raises:
            NotFoundError: None fits; lists the latest ones.
            AmbiguousError: Several fit; lists them.
        """
        return self._snapshots.resolve(text, self.log)

    def referents(self, snapshot: Snapshot) -> tuple[set[Referent], list[Finding]]:
        """Return every object that a snapshot is made of, and which lists among them cannot be read."""
        return self._verification.referents(snapshot)

    def refuse_damaged(self, snapshot_id: str, *, what: str) -> None:
        """Refuse to go on with a snapshot that a way back will need, and that cannot be read whole.

        Args:
            snapshot_id: Which.
            what: What it is to the project, for the message.

        Raises:
            StoreCorruptError: Something that it is made of is damaged or missing.
        """
        try:
            findings = self._verification.way_back(self.snapshot(snapshot_id))
            problem = findings[0].problem if findings else ""
        except (NotFoundError, *DAMAGE) as error:
            problem = error.message
        if problem:
            raise StoreCorruptError(
                f"{what} {snapshot_id[:12]} cannot be restored: {problem}",
                hint="guardian store check    # then guardian store repair",
            )

    def verify(self, snapshot: Snapshot, *, read_data: bool) -> tuple[Finding, ...]:
        """Return what is wrong with a snapshot.

        Args:
            snapshot: Which.
            read_data: Also fetch, open and compare every byte that this process has not proven yet; otherwise
                only ask whether everything exists.
        """
        return self._verification.verify(snapshot, Depth.EVERYTHING if read_data else Depth.PRESENCE)
