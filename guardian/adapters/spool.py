"""Spools in the user's state home, one a store; not beside the root module, which a CI job throws away."""

import os
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from guardian.errors import StoreUnreachableError

OPEN = "open"
_CONFIG = "config.json"


class DiskSpoolPlace:
    """Implements `SpoolPlace` in `<base>/spool/<digest of the store>/`: `open`, and what was set aside.

    Args:
        base: guardian's directory in the user's state home.
        store: The address of the store that it stands in for.
        scope: Tells stores of one address apart: the endpoint of an S3 service that is not AWS's.
    """

    def __init__(self, base: Path, store: str, *, scope: str = "") -> None:
        named = f"{scope}\0{store}" if "://" in store else store
        self._path = base / "spool" / sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:32] / OPEN

    @property
    def address(self) -> str:
        """See the port."""
        return str(self._path)

    def is_there(self) -> bool:
        """See the port; a spool begins to be one with its `config.json`."""
        return (self._path / _CONFIG).is_file()

    def set_aside(self, at: datetime) -> str:
        """See the port."""
        for number in range(100):
            kept = self._path.with_name(f"flushed-{at:%Y%m%dT%H%M%SZ}" + (f"-{number}" if number else ""))
            if kept.exists():
                continue
            try:
                self._path.rename(kept)
                descriptor = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
            except OSError as error:
                raise StoreUnreachableError(
                    f"the spool {self._path} was flushed, but cannot be set aside: {error.strerror}",
                    hint="make its directory writable, then guardian flush again: it flushes nothing twice",
                ) from error
            return str(kept)
        raise StoreUnreachableError(f"the spool {self._path} cannot be set aside: every name is taken")
