"""The repository's own document: read and proven before anything else, and the envelope that it calls for."""

from base64 import b64decode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from guardian.errors import BlobMissingError, EncryptionError, StoreCorruptError, StoreFormatError
from guardian.ports.blobs import BlobStore
from guardian.ports.sealer import Sealer
from guardian.repository import documents
from guardian.repository.envelope import Envelope, Place
from guardian.repository.keys import CONFIG

ID_KEY = Place(kind="id_key")


class NoRepositoryError(StoreFormatError):
    """There is no repository at all, rather than one that cannot be read."""


def read_config(store: BlobStore) -> Mapping[str, Any]:
    """Return the document; raise `NoRepositoryError` for none, `StoreCorruptError` for a torn one."""
    try:
        body = store.get(CONFIG)
    except BlobMissingError as error:
        raise NoRepositoryError(
            f"{store.address} is not a guardian repository: it has no {CONFIG}",
            hint="check `store` in guardian.yaml; the first `guardian apply` makes a repository",
        ) from error
    document = documents.parse(body, where=CONFIG)
    unsigned = {name: value for name, value in document.items() if name != "digest"}
    if document.get("digest") != digest_of(unsigned) or not isinstance(document.get("id"), str):
        raise StoreCorruptError(f"{CONFIG} in {store.address} was changed or is torn")
    return document


def envelope_of(document: Mapping[str, Any], sealer: Sealer | None, store: BlobStore) -> Envelope:
    """Return what wraps and names bodies here; raise `EncryptionError` when the keys do not fit."""
    id_key = _id_key(document, sealer, store.address)
    return Envelope(repository_id=document["id"], sealer=sealer, id_key=id_key)


def _id_key(document: Mapping[str, Any], sealer: Sealer | None, address: str) -> bytes | None:
    sealed = document.get("sealed_id_key")
    if sealed is None:
        if sealer is not None:
            raise EncryptionError(
                f"{address} is not encrypted, but `encryption` is set",
                hint="use another `store` for an encrypted repository, or remove `encryption`",
            )
        return None
    if sealer is None:
        raise EncryptionError(
            f"{address} is encrypted, and `encryption` is not set",
            hint="set `encryption` in guardian.yaml to the keys of this repository",
        )
    try:
        return sealer.open(b64decode(sealed, validate=True), ID_KEY.context(document["id"]))
    except EncryptionError as error:
        raise EncryptionError(
            f"{address} cannot be opened with these keys: {error.message}", hint=error.hint
        ) from error


def digest_of(document: Mapping[str, Any]) -> str:
    """Return the digest of the document without its `digest`."""
    return sha256(documents.canonical(document)).hexdigest()
