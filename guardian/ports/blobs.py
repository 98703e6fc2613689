"""The blob store under the repository: keys, immutable bodies, nothing else."""

from collections.abc import Iterator
from typing import Protocol


class BlobStore(Protocol):
    """A flat, ordered map from keys to immutable bodies.

    Keys are relative POSIX paths of `[a-z0-9._-]` segments. A body, once written, never changes; it goes only
    when `guardian prune` or `guardian store repair` takes it away.
    Every method raises `StoreUnreachableError` when the store does not answer or denies access, after
    the adapter's own retries (at most 90 s in all).
    """

    @property
    def address(self) -> str:
        """The store as a person writes it, without credentials: a directory or `s3://bucket/prefix`."""
        ...

    def put_if_absent(self, key: str, body: bytes) -> bool:
        """Write `body` under `key` unless the key exists; durable on return.

        Readers see the whole body or none, whatever dies. A lost answer is resolved by reading back.

        Returns:
            True when the key now holds exactly `body` (also when it did before: a caller who must tell
            its own write from another's puts a nonce into the body). False when it holds other bytes.
        """
        ...

    def get(self, key: str) -> bytes:
        """Return the body; raise `BlobMissingError` when there is none."""
        ...

    def exists(self, key: str) -> bool:
        """Tell whether `key` holds a body."""
        ...

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[str]:
        """Yield the keys that begin with `prefix` and sort after `start_after`, in byte order."""
        ...

    def delete(self, key: str) -> None:
        """Take `key` away; durable on return, and an absent one is fine. For prune and repair alone."""
        ...
