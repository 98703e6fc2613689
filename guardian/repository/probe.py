"""Trying whether a store keeps its one promise that the whole format stands on: never overwrite."""

from secrets import token_hex

from guardian.errors import StoreError
from guardian.ports.blobs import BlobStore
from guardian.repository.keys import PROBE


def refuse_overwriting(store: BlobStore) -> None:
    """Write the probe twice with different bodies; the second must be refused and the first still be there.

    Raises:
        StoreError: The store overwrites, as services do that ignore `If-None-Match`: two guardians could both
            believe that a record of the log is theirs.
    """
    store.put_if_absent(PROBE, token_hex(16).encode())
    kept = store.get(PROBE)
    if store.put_if_absent(PROBE, token_hex(16).encode()) or store.get(PROBE) != kept:
        raise StoreError(
            f"{store.address} overwrites what is there: it has no conditional writes",
            hint="use a service that honours If-None-Match on PutObject (AWS S3, MinIO), or a directory",
        )
