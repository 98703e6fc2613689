"""Content-addressed objects, shared by all projects of a repository."""

import threading
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from guardian.errors import BlobMissingError, EncryptionError, StoreCorruptError, StoreFormatError
from guardian.ports.blobs import BlobStore
from guardian.repository.envelope import MAX_OBJECT_BYTES, Envelope, Place
from guardian.repository.keys import object_key

THREADS = 16

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class ObjectKind(StrEnum):
    """What an object is; part of its id, so that no content passes for another kind."""

    STATE = "state"
    RECIPE = "recipe"
    PACK = "pack"
    PLAN = "plan"
    PLAN_JSON = "plan_json"
    TREE = "tree"
    FILE = "file"
    BACKEND = "backend"
    VARIABLES = "variables"


Referent = tuple[ObjectKind, str]

# Mostly the same from one snapshot to the next: reading first is cheaper than sending, and proves them.
_SELDOM_NEW = frozenset({ObjectKind.FILE, ObjectKind.TREE, ObjectKind.BACKEND, ObjectKind.VARIABLES})


class Objects:
    """Writes each content once and verifies every content that it reads; safe from several threads."""

    def __init__(self, store: BlobStore, envelope: Envelope) -> None:
        self._store = store
        self._envelope = envelope
        self._lock = threading.Lock()
        self._present: set[str] = set()
        self._written: set[str] = set()
        self._verified: set[str] = set()

    def put(self, kind: ObjectKind, content: bytes) -> str:
        """Store a content unless it is there, durably, and return its id."""
        object_id = self._envelope.content_id(kind, content)
        if object_id in self._present:
            return object_id
        key = object_key(object_id)
        if kind not in _SELDOM_NEW or not self._is_sound(kind, object_id):
            # False means that the same content is there already, wrapped differently.
            self._store.put_if_absent(key, self._envelope.wrap(content, _place(kind)))
            with self._lock:
                self._written.add(object_id)
        with self._lock:
            self._present.add(object_id)
        return object_id

    def get(self, kind: ObjectKind, object_id: str, *, limit_bytes: int = MAX_OBJECT_BYTES) -> bytes:
        """Return a content.

        Raises:
            BlobMissingError: It is not there.
            StoreCorruptError: It is there, but is not what its id says.
        """
        key = object_key(object_id)
        content = self.fetch(kind, object_id, limit_bytes=limit_bytes)
        if self._envelope.content_id(kind, content) != object_id:
            raise StoreCorruptError(f"{key} does not hold the content that its name stands for")
        with self._lock:
            self._present.add(object_id)
            self._verified.add(object_id)
        return content

    def fetch(self, kind: ObjectKind, object_id: str, *, limit_bytes: int = MAX_OBJECT_BYTES) -> bytes:
        """Return a content without proving it by its id: for one that a digest over more will prove."""
        key = object_key(object_id)
        return self._envelope.unwrap(self._store.get(key), _place(kind), key=key, limit_bytes=limit_bytes)

    def exists(self, object_id: str) -> bool:
        """Tell whether an object is there, by asking the store at most once."""
        if object_id in self._present:
            return True
        found = self._store.exists(object_key(object_id))
        if found:
            with self._lock:
                self._present.add(object_id)
        return found

    def _is_sound(self, kind: ObjectKind, object_id: str) -> bool:
        """Tell whether an object is there; raise `StoreCorruptError` when it is damaged."""
        try:
            self.get(kind, object_id)
        except BlobMissingError:
            return False
        return True

    def is_any(self, object_id: str) -> bool:
        """Tell whether an object holds what its id says, of whatever kind it is."""
        for kind in ObjectKind:
            try:
                self.get(kind, object_id)
            except (StoreCorruptError, StoreFormatError, EncryptionError):
                continue
            except BlobMissingError:
                return True  # taken away a moment ago: nothing is wrong with it
            return True
        return False

    def was_written(self, object_id: str) -> bool:
        """Tell whether this process sent the object to the store."""
        return object_id in self._written

    def is_verified(self, object_id: str) -> bool:
        """Tell whether this process has read the object back and found it whole."""
        return object_id in self._verified


def at_once(work: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
    """Do the same to each item, in up to 16 threads, and return the results in order."""
    todo = list(items)
    if len(todo) <= 1:
        return [work(each) for each in todo]
    # Not at the top: it brings `logging` along, 10 ms that `guardian status` would pay for nothing.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=min(THREADS, len(todo))) as pool:
        return list(pool.map(work, todo))


def _place(kind: ObjectKind) -> Place:
    return Place(kind=kind)
