"""A raw AES-256 key in a file of its own."""

import base64
import binascii
import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from guardian.errors import EncryptionError

_KEY_BYTES = 32
_FILE_BYTES_MAX = 128
_MAKE = "make one with `(umask 077 && openssl rand -base64 32 > guardian.key)`, and keep a copy elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """A key, and the name under which messages refer to it.

    Attributes:
        name: Fingerprint of the key: the same wherever the file lies.
        key: 32 bytes.
    """

    name: str
    key: bytes = field(repr=False)


def read_key_file(path: Path) -> KeyFile:
    """Read 32 random bytes or their base64.

    Raises:
        EncryptionError: Not there, readable by others, or not a key. The file's contents are never shown.
    """
    try:
        # O_NONBLOCK: a FIFO in its place must not hold guardian for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise EncryptionError(f"the key file {path} cannot be read: {error.strerror}", hint=_MAKE) from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise EncryptionError(f"the key file {path} is not a regular file", hint=_MAKE)
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise EncryptionError(
                f"the key file {path} can be read or changed by others "
                f"(mode {stat.S_IMODE(status.st_mode):04o})",
                hint=f"chmod 600 {path}",
            )
        content = file.read(_FILE_BYTES_MAX)
    key = _key(content)
    if key is None:
        raise EncryptionError(f"{path} holds neither 32 random bytes nor their base64", hint=_MAKE)
    return KeyFile(name=hashlib.sha256(b"guardian key name\0" + key).hexdigest()[:32], key=key)


def _key(content: bytes) -> bytes | None:
    # Thirty-two printable characters are a password or half a key in hexadecimal, never chance.
    if len(content) == _KEY_BYTES and not (content.isascii() and content.decode().isprintable()):
        return content
    try:
        key = base64.b64decode(content.strip(), validate=True)
    except binascii.Error:
        return None
    return key if len(key) == _KEY_BYTES else None
