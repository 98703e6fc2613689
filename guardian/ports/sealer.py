"""Client-side encryption of what goes into the store."""

from collections.abc import Mapping
from typing import Protocol


class Sealer(Protocol):
    """Seals bodies with a context that binds them to their place.

    A body opens only under the very context it was sealed with; anything else, a wrong key or a changed
    byte raises `EncryptionError`. Implementations never write plaintext to disk.
    """

    @property
    def description(self) -> Mapping[str, str]:
        """Which method and keys seal, without secrets; stored in the repository's `config.json`."""
        ...

    def seal(self, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        """Return the sealed body."""
        ...

    def open(self, sealed: bytes, context: Mapping[str, str]) -> bytes:
        """Return the plaintext."""
        ...
