"""Guardians that race for one project, and one that is stopped in the middle: stores that see to it."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from guardian.domain.journal import Kind, Record
from guardian.ports.blobs import BlobStore

LONGEST_S = 60.0


class CrowdedStore:
    """Passes calls on; lets the first writes of all to one key meet, and every write and listing dawdle.

    Args:
        inner: The store they race for.
        gate: Where the racers wait for each other.
        where: What the key of the write contains at which they meet.
        dawdle_s: Longest pause before a write, after it, and after a listing.
    """

    def __init__(
        self, inner: BlobStore, gate: "Gate", *, where: str = "/log/", dawdle_s: float = 0.002
    ) -> None:
        self.address = inner.address
        self.get, self.exists, self.delete = inner.get, inner.exists, inner.delete
        self._inner = inner
        self._gate = gate
        self._where = where
        self._dawdle_s = dawdle_s
        self._met = False

    def put_if_absent(self, key: str, body: bytes) -> bool:
        if self._where in key and not self._met:
            self._met = True
            self._gate.meet()
        self._dawdle()
        written = self._inner.put_if_absent(key, body)
        self._dawdle()
        return written

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[str]:
        found = tuple(self._inner.list(prefix, start_after=start_after))
        self._dawdle()
        return iter(found)

    def _dawdle(self) -> None:
        time.sleep(random.uniform(0, self._dawdle_s))  # noqa: S311 - a pause, no secret


class Gate:
    """Opens when all are there, or when nobody came for a while: some never get so far.

    One without patience is no gate: then the first is far ahead when the last begins.
    """

    def __init__(self, number: int, *, patience_s: float = 0.2) -> None:
        self._barrier = threading.Barrier(number)
        self._patience_s = patience_s

    def meet(self) -> None:
        """Wait for the others."""
        if not self._patience_s:
            return
        try:
            self._barrier.wait(self._patience_s)
        except threading.BrokenBarrierError:
            return


class PausedStore:
    """Passes calls on until one write, and then nothing at all, as the store of a stopped process.

    Args:
        inner: The store.
        at: Number of the write, from 1; 0 none, which counts them.
        how: `before`: the write does not reach the store until `resume`. `after`: its answer does not come.

    Attributes:
        puts: The keys of the writes, in order.
        paused: Set once it has stopped.
    """

    def __init__(self, inner: BlobStore, *, at: int = 0, how: Literal["before", "after"] = "before") -> None:
        self.address = inner.address
        self.puts: list[str] = []
        self.paused = threading.Event()
        self._inner = inner
        self._at = at
        self._how = how
        self._going = threading.Event()
        self._going.set()
        self._counting = threading.Lock()

    def put_if_absent(self, key: str, body: bytes) -> bool:
        self._wait()
        with self._counting:
            self.puts.append(key)
            is_it = len(self.puts) == self._at
        if is_it and self._how == "before":
            self.stop()
        written = self._inner.put_if_absent(key, body)
        if is_it and self._how == "after":
            self.stop()
        return written

    def get(self, key: str) -> bytes:
        self._wait()
        return self._inner.get(key)

    def exists(self, key: str) -> bool:
        self._wait()
        return self._inner.exists(key)

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[str]:
        self._wait()
        return self._inner.list(prefix, start_after=start_after)

    def delete(self, key: str) -> None:
        self._wait()
        self._inner.delete(key)

    def stop(self) -> None:
        """Stop here, until `resume`."""
        self._going.clear()
        self.paused.set()
        self._wait()

    def resume(self) -> None:
        """Go on."""
        self._going.set()

    def _wait(self) -> None:
        assert self._going.wait(LONGEST_S), "nobody resumed it"


@dataclass
class Gauge:
    """How many are in one place at once, and how many were."""

    most: int = 0
    entries: int = 0
    _inside: int = 0
    _changing: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> None:
        with self._changing:
            self.entries += 1
            self._inside += 1
            self.most = max(self.most, self._inside)

    def __exit__(self, *_: object) -> None:
        with self._changing:
            self._inside -= 1


def all_at_once(work: Sequence[Callable[[], object]]) -> list[object]:
    """Do everything in threads of its own, begun together; return results and errors, in order."""
    start = threading.Barrier(len(work))
    ended: list[object] = [None] * len(work)

    def run(number: int) -> None:
        start.wait(LONGEST_S)
        try:
            ended[number] = work[number]()
        except Exception as error:  # noqa: BLE001 - the judge looks at it
            ended[number] = error

    threads = [threading.Thread(target=run, args=(each,)) for each in range(len(work))]
    for each in threads:
        each.start()
    for each in threads:
        each.join(LONGEST_S)
        assert not each.is_alive(), "a racer hangs"
    return ended


def check_turns(records: Sequence[Record]) -> None:
    """Hold every record to the lease: whoever writes holds it, or takes a free one, or one that lapsed."""
    holder = None
    for record in records:
        lease = record.standing.lease
        if record.kind is Kind.LEASE_TAKEN:
            assert lease is not None
            assert lease.holder == record.actor, f"record {record.number}: taken for somebody else"
        else:
            assert record.actor == holder, f"record {record.number}: {record.actor} writes, {holder} holds"
        holder = lease.holder if lease is not None else None
