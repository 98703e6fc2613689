"""Everything that lies in a store, whoever put it there; and the two ways in which something leaves it."""

from collections.abc import Iterable, Iterator

from guardian.errors import StoreCorruptError
from guardian.ports.blobs import BlobStore
from guardian.repository.keys import OBJECTS, Part, object_key, part_of, quarantine_key, snapshot_prefix
from guardian.repository.objects import Objects, at_once
from guardian.repository.verification import DAMAGE


class Inventory:
    """Lists a store, key by key, and takes away what nothing needs; for check, repair and prune alone."""

    def __init__(self, store: BlobStore, objects: Objects) -> None:
        self._store = store
        self._objects = objects

    def everything(self) -> Iterator[tuple[Part, str]]:
        """Yield every key with what it stands for, in byte order."""
        for key in self._store.list(""):
            yield part_of(key), key

    def objects(self) -> list[str]:
        """Return the ids of all objects."""
        keys = (key for key in self._store.list(OBJECTS) if part_of(key) is Part.OBJECT)
        return [key.rpartition("/")[2] for key in keys]

    def manifests(self, state_id: str) -> list[str]:
        """Return the ids of all manifests of a project, counting or not."""
        prefix = snapshot_prefix(state_id)
        keys = (key for key in self._store.list(prefix) if part_of(key) is Part.MANIFEST)
        return [key.removeprefix(prefix) for key in keys]

    def exists(self, key: str) -> bool:
        """Tell whether a key holds anything."""
        return self._store.exists(key)

    def stored_bytes(self, object_id: str) -> int:
        """Return how many bytes an object takes in the store; 0 for one that is not there."""
        try:
            return len(self._store.get(object_key(object_id)))
        except DAMAGE:
            return 0

    def is_sound(self, object_id: str) -> bool:
        """Tell whether an object that nothing refers to holds what its id says, of whatever kind it is."""
        return self._objects.is_any(object_id)

    def set_aside(self, key: str, *, moment: str) -> str:
        """Copy a body byte for byte into the quarantine, read it back, and take the original away.

        Returns:
            The key of the copy.

        Raises:
            StoreCorruptError: The copy does not read back; the original stays.
        """
        to = quarantine_key(moment, key)
        body = self._store.get(key)
        if not self._store.put_if_absent(to, body) or self._store.get(to) != body:
            raise StoreCorruptError(f"{to} does not read back; {key} stays where it is")
        self._store.delete(key)
        return to

    def delete_manifests(self, state_id: str, snapshot_ids: Iterable[str]) -> None:
        """Take manifests away; one that is not there is fine."""
        at_once(self._store.delete, [snapshot_prefix(state_id) + each for each in snapshot_ids])

    def delete_objects(self, object_ids: Iterable[str]) -> None:
        """Take objects away; one that is not there is fine."""
        at_once(self._store.delete, [object_key(each) for each in object_ids])
