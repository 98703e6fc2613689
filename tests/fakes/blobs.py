"""Blob stores in memory: one that works, and one that dies where it is told to."""

import threading
from collections.abc import Callable, Iterator
from typing import Literal, TypeVar

from guardian.adapters.store.keys import checked_key, checked_prefix
from guardian.errors import BlobMissingError, StoreUnreachableError
from guardian.ports.blobs import BlobStore

T = TypeVar("T")


class FakeBlobStore:
    """Implements `BlobStore` in a dictionary; `bodies` is open to tests that corrupt or count."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self._writing = threading.Lock()

    @property
    def address(self) -> str:
        return "memory"

    def put_if_absent(self, key: str, body: bytes) -> bool:
        with self._writing:
            return self.bodies.setdefault(checked_key(key), bytes(body)) == body

    def get(self, key: str) -> bytes:
        try:
            return self.bodies[checked_key(key)]
        except KeyError:
            raise BlobMissingError(f"{key} is not in the store memory") from None

    def exists(self, key: str) -> bool:
        return checked_key(key) in self.bodies

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[str]:
        checked_prefix(prefix)
        return iter(sorted(key for key in self.bodies if key.startswith(prefix) and key > start_after))

    def delete(self, key: str) -> None:
        with self._writing:
            self.bodies.pop(checked_key(key), None)


class Killed(BaseException):
    """Stands for the death of the process: nothing it does afterwards reaches the store."""


def unreachable() -> StoreUnreachableError:
    return StoreUnreachableError("the store does not answer", hint="try again")


class FaultyBlobStore:
    """Passes calls on to `inner` and fails at the call of one number.

    Args:
        inner: The store that works.
        fail_at: Number of the call that fails, from 1; 0 never, which counts the calls of a scenario.
        how: `before`: the call does not reach the store. `after`: it does, and its answer is lost.
        lasting: Whether every later call fails as well, as in an outage.
        error: What is raised; with `Killed` every later call raises as well, as a dead process calls nothing.

    Attributes:
        calls: Each call so far as (method, key or prefix), in order.
    """

    def __init__(
        self,
        inner: BlobStore,
        *,
        fail_at: int = 0,
        how: Literal["before", "after"] = "before",
        error: Callable[[], BaseException] = unreachable,
        lasting: bool = False,
    ) -> None:
        self.inner = inner
        self.calls: list[tuple[str, str]] = []
        self._fail_at = fail_at
        self._how = how
        self._error = error
        self._lasting = lasting
        self._dead = False

    @property
    def address(self) -> str:
        return self.inner.address

    def put_if_absent(self, key: str, body: bytes) -> bool:
        return self._call("put_if_absent", key, lambda: self.inner.put_if_absent(key, body))

    def get(self, key: str) -> bytes:
        return self._call("get", key, lambda: self.inner.get(key))

    def exists(self, key: str) -> bool:
        return self._call("exists", key, lambda: self.inner.exists(key))

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[str]:
        keys = self._call("list", prefix, lambda: tuple(self.inner.list(prefix, start_after=start_after)))
        return iter(keys)

    def delete(self, key: str) -> None:
        self._call("delete", key, lambda: self.inner.delete(key))

    def fail_from_now(self) -> None:
        """Begin an outage with the next call."""
        self._fail_at, self._lasting = len(self.calls) + 1, True

    def kill(self) -> None:
        """Die now, at the caller's wish."""
        self._dead = True
        raise Killed

    def _call(self, method: str, what: str, call: Callable[[], T]) -> T:
        if self._dead:
            raise Killed
        self.calls.append((method, what))
        number = len(self.calls)
        failing = number == self._fail_at or (self._lasting and number > self._fail_at > 0)
        if failing and self._how == "before":
            self._fail()
        answer = call()
        if failing:
            self._fail()
        return answer

    def _fail(self) -> None:
        error = self._error()
        self._dead = isinstance(error, Killed)
        raise error
