"""The body of everything in a repository but its `config.json`: a header, a zstd frame, perhaps a seal."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import zstandard

from guardian.errors import EncryptionError, StoreCorruptError, StoreFormatError
from guardian.ports.sealer import Sealer

MAGIC = b"GRDN"
VERSION = 1
PLAIN = 0
SEALED = 1
_METHODS = {PLAIN: "not encrypted", SEALED: "encrypted"}
HEADER_BYTES = len(MAGIC) + 2
LEVEL = 3
REPOSITORY_WIDE = "-"
MAX_OBJECT_BYTES = 2 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a body belongs; a sealed body opens nowhere else.

    Attributes:
        state_id: The project's directory, `-` for what all projects share.
        kind: What it is. Which one of its kind it is needs no seal: ids are digests of the content, and a
            record holds its number. So one data key serves a kind, and not every object costs a call of KMS.
    """

    kind: str
    state_id: str = REPOSITORY_WIDE

    def context(self, repository_id: str) -> Mapping[str, str]:
        """Return the encryption context."""
        return {
            "guardian:repository": repository_id,
            "guardian:state": self.state_id,
            "guardian:kind": self.kind,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Wraps and unwraps bodies, and names contents.

    Attributes:
        repository_id: Random id of the repository.
        sealer: None in a repository without encryption.
        id_key: Secret of an encrypted repository that keeps names from telling contents; else None.
    """

    repository_id: str
    sealer: Sealer | None = None
    id_key: bytes | None = None

    def content_id(self, kind: str, plaintext: bytes) -> str:
        """Return the hex SHA-256 (with an id key: HMAC-SHA-256) over the kind, a NUL and the content."""
        digest = (
            sha256(kind.encode() + b"\0")
            if self.id_key is None
            else hmac.new(self.id_key, kind.encode() + b"\0", "sha256")
        )
        digest.update(plaintext)
        return digest.hexdigest()

    def wrap(self, plaintext: bytes, place: Place) -> bytes:
        """Return the body to store."""
        frame = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(plaintext)
        if self.sealer is None:
            return MAGIC + bytes((VERSION, PLAIN)) + frame
        return MAGIC + bytes((VERSION, SEALED)) + self.sealer.seal(frame, place.context(self.repository_id))

    def unwrap(self, body: bytes, place: Place, *, key: str, limit_bytes: int = MAX_OBJECT_BYTES) -> bytes:
        """Return the plaintext of a stored body.

        Args:
            body: As stored.
            place: Where it was read.
            key: Its key in the store, for messages.
            limit_bytes: The most it may unpack to; a larger declared size is refused before unpacking.

        Raises:
            StoreFormatError: Another version of the envelope.
            StoreCorruptError: Not an envelope, torn, or over the limit.
            EncryptionError: It does not open with this key at this place.
        """
        if body[: len(MAGIC)] != MAGIC or len(body) < HEADER_BYTES:
            raise StoreCorruptError(f"{key} was not written by guardian, or is torn")
        version, method = body[len(MAGIC)], body[len(MAGIC) + 1]
        if version != VERSION:
            raise StoreFormatError(
                f"{key} has envelope version {version}; this version of guardian knows {VERSION} only",
                hint="use the version of guardian that wrote this store; nothing was changed",
            )
        if method != (PLAIN if self.sealer is None else SEALED):
            raise StoreCorruptError(
                f"{key} is damaged: by its header it is {_METHODS.get(method, 'of no known kind')}, "
                f"and this repository's bodies are {_METHODS[SEALED if self.sealer else PLAIN]}"
            )
        frame = body[HEADER_BYTES:]
        if self.sealer is not None:
            try:
                frame = self.sealer.open(frame, place.context(self.repository_id))
            except EncryptionError as error:
                raise EncryptionError(f"{key}: {error.message}", hint=error.hint) from error
        return _unpack(frame, key, limit_bytes)


def _unpack(frame: bytes, key: str, limit_bytes: int) -> bytes:
    try:
        declared = zstandard.frame_content_size(frame)
        if not 0 <= declared <= limit_bytes:
            raise StoreCorruptError(f"{key} declares {declared} bytes; at most {limit_bytes} are expected")
        plaintext = zstandard.ZstdDecompressor().decompress(frame, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise StoreCorruptError(f"{key} cannot be unpacked: {error}") from error
    if len(plaintext) != declared:
        raise StoreCorruptError(f"{key} unpacks to {len(plaintext)} bytes instead of {declared}")
    return plaintext
