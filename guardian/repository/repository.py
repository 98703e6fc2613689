"""Opening, making and refusing a repository; the projects in it."""

from base64 import b64encode
from collections.abc import Iterator
from secrets import token_bytes, token_hex
from typing import Any

from guardian.domain import fields
from guardian.domain.project import ProjectDescriptor
from guardian.errors import (
    BlobMissingError,
    EncryptionError,
    NotFoundError,
    StoreCorruptError,
    StoreError,
    StoreFormatError,
    WrongStateError,
)
from guardian.ports.blobs import BlobStore
from guardian.ports.memory import HeadMemory
from guardian.ports.sealer import Sealer
from guardian.ports.system import Clock, Identity
from guardian.repository import documents
from guardian.repository.config import ID_KEY, NoRepositoryError, digest_of, envelope_of, read_config
from guardian.repository.envelope import Envelope, Place
from guardian.repository.inventory import Inventory
from guardian.repository.keys import CONFIG, PROBE, STATE_ID_DIGITS, STATES, project_key
from guardian.repository.log import Log
from guardian.repository.objects import Objects
from guardian.repository.probe import refuse_overwriting
from guardian.repository.project import Project
from guardian.repository.remembrance import Remembrance, refuse_emptied, refuse_vanished
from guardian.repository.snapshots import Snapshots

__all__ = ["Project", "ProjectDescriptor", "Repository"]

ID_KEY_BYTES = 32


class Repository:
    """An open repository; everything in it is reached through its projects."""

    def __init__(
        self,
        store: BlobStore,
        envelope: Envelope,
        *,
        clock: Clock,
        identity: Identity,
        memory: HeadMemory | None = None,
    ) -> None:
        self._memory = memory
        self._store = store
        self._envelope = envelope
        self._clock = clock
        self._identity = identity
        self._objects = Objects(store, envelope)
        self._projects: dict[str, Project] = {}

    @classmethod
    def create(
        cls,
        store: BlobStore,
        *,
        clock: Clock,
        identity: Identity,
        sealer: Sealer | None = None,
        memory: HeadMemory | None = None,
    ) -> "Repository":
        """Make a repository in an empty store.

        Raises:
            StoreFormatError: The store holds something already; nothing was written.
            LogRolledBackError: It is empty, and this client saw projects in it; nothing was written.
        """
        if any(key != PROBE for key in store.list("")):
            raise StoreFormatError(
                f"{store.address} is not empty", hint="give an empty directory or prefix as `store`"
            )
        refuse_emptied(memory, store.address)
        repository_id = token_hex(16)
        document: dict[str, Any] = {
            "format": documents.FORMAT,
            "id": repository_id,
            "created_at": fields.format_moment(clock.now()),
            "encryption": dict(sealer.description) if sealer else None,
            "sealed_id_key": None,
        }
        if sealer is not None:
            sealed = sealer.seal(token_bytes(ID_KEY_BYTES), ID_KEY.context(repository_id))
            document["sealed_id_key"] = b64encode(sealed).decode("ascii")
        document["digest"] = digest_of(document)
        refuse_overwriting(store)
        store.put_if_absent(CONFIG, documents.written(document, "config"))
        # Somebody else may have been first: what counts is what the store holds now.
        return cls.open(store, clock=clock, identity=identity, sealer=sealer, memory=memory)

    @classmethod
    def open(
        cls,
        store: BlobStore,
        *,
        clock: Clock,
        identity: Identity,
        sealer: Sealer | None = None,
        read_only: bool = False,
        memory: HeadMemory | None = None,
    ) -> "Repository":
        """Open a repository; writes nothing.

        Args:
            store: Where it lies.
            clock: For the times in records.
            identity: For the actor in records.
            sealer: Opens and seals its bodies; None for a repository without encryption.
            read_only: Refuse every write through this object.
            memory: What this client saw of its logs; None trusts whatever is there.

        Raises:
            NotFoundError: Nothing is there at all.
            LogRolledBackError: Nothing is there at all, and this client saw projects in it.
            StoreFormatError: Something else than a repository, or one of another format.
            EncryptionError: It is encrypted and `sealer` is missing or does not fit, or the other way round.
        """
        try:
            document = read_config(store)
        except NoRepositoryError:
            if any(key != PROBE for key in store.list("")):
                raise
            refuse_emptied(memory, store.address)
            raise NotFoundError(
                f"nothing is recorded here yet: there is no store at {store.address}",
                hint="guardian apply    # or, for what is applied already: guardian snapshot create",
            ) from None
        envelope = envelope_of(document, sealer, store)
        kept = _ReadOnlyStore(store) if read_only else store
        return cls(kept, envelope, clock=clock, identity=identity, memory=memory)

    @classmethod
    def open_or_create(
        cls,
        store: BlobStore,
        *,
        clock: Clock,
        identity: Identity,
        sealer: Sealer | None = None,
        memory: HeadMemory | None = None,
    ) -> "Repository":
        """Open the repository, or make one when the store is empty; for those who are about to write.

        Raises:
            StoreFormatError: Another format, or a store that holds something else; nothing was written.
            EncryptionError: As in `open`.
        """
        try:
            document = read_config(store)
        except NoRepositoryError:
            return cls.create(store, clock=clock, identity=identity, sealer=sealer, memory=memory)
        documents.checked(document, "config", where=CONFIG)
        envelope = envelope_of(document, sealer, store)
        return cls(store, envelope, clock=clock, identity=identity, memory=memory)

    @property
    def id(self) -> str:
        """Random hex id of the repository."""
        return self._envelope.repository_id

    @property
    def address(self) -> str:
        """The store as a person writes it."""
        return self._store.address

    @property
    def inventory(self) -> Inventory:
        """Everything that lies in the store."""
        return Inventory(self._store, self._objects)

    def state_ids(self) -> Iterator[str]:
        """Yield the directory of every project, whether or not anything describes it."""
        after = ""
        while key := next(iter(self._store.list(STATES, start_after=after)), None):
            state_id = key.removeprefix(STATES).partition("/")[0]
            yield state_id
            after = f"{STATES}{state_id}0"  # "0" is what follows "/": skips all that is in this directory

    def projects(self) -> tuple[ProjectDescriptor, ...]:
        """Return every project, sorted by name."""
        found = (self._descriptor(each) for each in self.state_ids())
        return tuple(sorted((each for each in found if each is not None), key=lambda each: each.name))

    def project(self, name: str) -> Project:
        """Return a project by name; raise `NotFoundError` that lists those that are there."""
        state_id = self._state_id(name)
        descriptor = self._descriptor(state_id)
        if descriptor is None:
            refuse_vanished(self._memory, self.address, name)
            names = ", ".join(each.name for each in self.projects())
            raise NotFoundError(
                f"there is no project {name!r} in {self.address}",
                hint=f"it holds: {names}" if names else "it holds no project yet: guardian apply",
            )
        return self._bind(state_id, descriptor)

    def readable_projects(self) -> tuple[Project, ...]:
        """Return the projects whose descriptors can be read."""
        found = []
        for state_id in self.state_ids():
            try:
                found.append(self.project_of(state_id))
            except (NotFoundError, StoreCorruptError, StoreFormatError, EncryptionError):
                continue
        return tuple(found)

    def project_of(self, state_id: str) -> Project:
        """Return the project of a directory; raise `NotFoundError` where nothing describes it."""
        descriptor = self._descriptor(state_id)
        if descriptor is None:
            raise NotFoundError(f"{project_key(state_id)} is missing: nothing says whose records these are")
        return self._bind(state_id, descriptor)

    def prove_keys(self) -> None:
        """Seal and open something; raise `EncryptionError` where that fails now."""
        if self._envelope.sealer is not None:
            context = _project_place("-").context(self.id)
            self._envelope.sealer.open(self._envelope.sealer.seal(b"guardian", context), context)

    def config_problem(self) -> str:
        """Say what is wrong with the repository's own document; empty when nothing is."""
        try:
            documents.checked(read_config(self._store), "config", where=CONFIG)
        except (StoreCorruptError, StoreFormatError) as error:
            return error.message
        return ""

    def ensure_project(self, descriptor: ProjectDescriptor) -> Project:
        """Return the project of this name, made when it is new.

        Raises:
            WrongStateError: The name stands for a state that lives elsewhere; nothing was written.
            LogRolledBackError: It is not new: this client saw it in this store; nothing was written.
        """
        state_id = self._state_id(descriptor.name)
        found = self._descriptor(state_id)
        if found is None:
            refuse_vanished(self._memory, self.address, descriptor.name)
            document = {"format": documents.FORMAT, **descriptor.to_json()}
            body = self._envelope.wrap(documents.written(document, "project"), _project_place(state_id))
            if not self._store.put_if_absent(project_key(state_id), body):
                found = self._descriptor(state_id)
        else:
            stored = {"format": documents.FORMAT, **found.to_json()}
            documents.checked(stored, "project", where=project_key(state_id))
        if found is not None and found != descriptor:
            raise WrongStateError(
                f"project {descriptor.name!r} is the state {_state_of(found)}, not {_state_of(descriptor)}",
                hint="give this one another name: `project` in guardian.yaml",
            )
        return self._bind(state_id, descriptor)

    def _bind(self, state_id: str, descriptor: ProjectDescriptor) -> Project:
        if state_id not in self._projects:
            self._projects[state_id] = Project(
                descriptor=descriptor,
                state_id=state_id,
                log=Log(
                    self._store,
                    self._envelope,
                    state_id,
                    clock=self._clock,
                    identity=self._identity,
                    remembrance=self._remembrance(state_id, descriptor),
                ),
                objects=self._objects,
                snapshots=Snapshots(self._store, self._envelope, state_id),
            )
        return self._projects[state_id]

    def _remembrance(self, state_id: str, descriptor: ProjectDescriptor) -> Remembrance | None:
        if self._memory is None:
            return None
        return Remembrance(
            memory=self._memory,
            store=self.address,
            repository_id=self.id,
            state_id=state_id,
            descriptor=descriptor,
            clock=self._clock,
        )

    def _state_id(self, name: str) -> str:
        return self._envelope.content_id("project", name.encode("utf-8", "surrogatepass"))[:STATE_ID_DIGITS]

    def _descriptor(self, state_id: str) -> ProjectDescriptor | None:
        key = project_key(state_id)
        try:
            stored = self._store.get(key)
        except BlobMissingError:
            return None
        plaintext = self._envelope.unwrap(
            stored, _project_place(state_id), key=key, limit_bytes=documents.MAX_BYTES
        )
        document = documents.parse(plaintext, where=key)
        try:
            descriptor = ProjectDescriptor.from_json(document)
        except ValueError as error:
            raise StoreCorruptError(f"{key} does not describe a project: {error}") from error
        if self._state_id(descriptor.name) != state_id:
            raise StoreCorruptError(f"{key} describes the project of another directory")
        return descriptor


class _ReadOnlyStore:
    """Passes reading on and refuses writing."""

    def __init__(self, store: BlobStore) -> None:
        self.address = store.address
        self.get = store.get
        self.exists = store.exists
        self.list = store.list

    def put_if_absent(self, key: str, body: bytes) -> bool:  # noqa: ARG002 - the port's signature
        raise StoreError(f"{self.address} was opened for reading; {key} was not written")

    def delete(self, key: str) -> None:
        raise StoreError(f"{self.address} was opened for reading; {key} was not deleted")


def _project_place(state_id: str) -> Place:
    return Place(kind="project", state_id=state_id)


def _state_of(descriptor: ProjectDescriptor) -> str:
    return f"{descriptor.backend_address} (workspace {descriptor.workspace})"
