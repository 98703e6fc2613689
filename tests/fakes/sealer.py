"""A sealer without cryptography worth the name, but with every property that the port promises."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping

from guardian.errors import EncryptionError

_NONCE_BYTES = _TAG_BYTES = 32


class FakeSealer:
    """Implements `Sealer`: a hash as the stream cipher, an HMAC over context and plaintext."""

    def __init__(self, key: bytes = b"a key") -> None:
        self._key = key

    @property
    def description(self) -> Mapping[str, str]:
        return {"method": "fake", "keys": hashlib.sha256(self._key).hexdigest()[:16]}

    def seal(self, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._tag(nonce, plaintext, context) + self._mask(nonce, plaintext)

    def open(self, sealed: bytes, context: Mapping[str, str]) -> bytes:
        nonce, tag = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES : _NONCE_BYTES + _TAG_BYTES]
        plaintext = self._mask(nonce, sealed[_NONCE_BYTES + _TAG_BYTES :])
        if not hmac.compare_digest(tag, self._tag(nonce, plaintext, context)):
            raise EncryptionError("the body does not open with this key and context")
        return plaintext

    def _tag(self, nonce: bytes, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        bound = json.dumps(dict(context), sort_keys=True).encode()
        return hmac.digest(self._key, nonce + hashlib.sha256(bound).digest() + plaintext, "sha256")

    def _mask(self, nonce: bytes, body: bytes) -> bytes:
        stream = hashlib.shake_256(self._key + nonce).digest(len(body))
        return (int.from_bytes(body) ^ int.from_bytes(stream)).to_bytes(len(body))
