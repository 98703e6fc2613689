"""Client-side encryption with the AWS Encryption SDK: any one of the keys opens what all of them seal."""

import importlib.util
import re
import struct
from collections.abc import Mapping, Sequence
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from guardian.adapters.encryption.keyfile import KeyFile, read_key_file
from guardian.errors import EncryptionError

if TYPE_CHECKING:
    from guardian.adapters.encryption.keyring import Keyring

_KMS_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
# The SDK adds pairs of its own under this prefix and reserves it.
_RESERVED = "aws-crypto-"
# The SDK reads its frames in lines of their size: 20 MB take 25 ms in these, three times as long in its
# own of 4 KiB, and two seconds in one piece.
_FRAME_BYTES = 1 << 16
_OTHER_KEY = (
    "give guardian one of the keys that the repository names in its config.json (`encryption:` settings)"
)


class AwsEncryptionSealer:
    """Implements `Sealer`; the bodies are messages of the AWS Encryption SDK, which other languages read too.

    The algorithm suite commits to its key and does not sign: whoever can open can also seal, so that a
    signature would prove nothing more. Data keys are re-used for five minutes for one context, so that a run
    costs a few calls of KMS and not one for each record.

    Args:
        kms_keys: ARNs of KMS keys (of the key, not of an alias: an alias may point elsewhere tomorrow).
        key_files: Files with 32 random bytes, or their base64, that nobody else can read.

    Raises:
        EncryptionError: No key, not an ARN, an unusable key file, or the SDK is not installed.
    """

    def __init__(self, *, kms_keys: Sequence[str] = (), key_files: Sequence[Path] = ()) -> None:
        if not kms_keys and not key_files:
            raise EncryptionError("encryption is on, but no key is given", hint="set kms_keys or key_files")
        for each in kms_keys:
            if not _KMS_KEY.fullmatch(each):
                raise EncryptionError(
                    f"{each!r} is not the ARN of a KMS key",
                    hint=f"`aws kms describe-key --key-id {each} --query KeyMetadata.Arn` tells it",
                )
        self._kms_keys = tuple(dict.fromkeys(kms_keys))
        self._key_files: tuple[KeyFile, ...] = tuple(read_key_file(each) for each in key_files)
        if importlib.util.find_spec("aws_encryption_sdk") is None:
            raise EncryptionError(
                "encryption is on, but the AWS Encryption SDK is not installed",
                hint="pip install 'guardian[encryption]'",
            )

    @property
    def description(self) -> Mapping[str, str]:
        """The method and the names of the keys: ARNs, and fingerprints of key files."""
        return {
            "method": "aws-encryption-sdk",
            "keys": " ".join([*self._kms_keys, *(f"file:{each.name}" for each in self._key_files)]),
        }

    def seal(self, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        """Return the sealed body, which every one of the keys opens."""
        from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError

        ring = self._keyring
        ring.take_failures()
        try:
            sealed, _ = ring.client.encrypt(
                source=plaintext,
                source_length=len(plaintext),
                materials_manager=ring.materials,
                algorithm=ring.algorithm,
                encryption_context=dict(context),
                frame_length=_FRAME_BYTES,
            )
        except AWSEncryptionSDKClientError as error:
            raise self._refused("sealed", error) from error
        return bytes(sealed)

    def open(self, sealed: bytes, context: Mapping[str, str]) -> bytes:
        """Return the plaintext, when the context is exactly the one it was sealed with."""
        from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError
        from cryptography.exceptions import InvalidSignature, InvalidTag

        # The SDK parses the header before it can authenticate it, and not every damage is foreseen there.
        damage = (
            AWSEncryptionSDKClientError,
            InvalidSignature,
            InvalidTag,
            struct.error,
            ArithmeticError,
            LookupError,
            TypeError,
            ValueError,
        )
        ring, source = self._keyring, BytesIO(sealed)
        ring.take_failures()
        try:
            plaintext, header = ring.client.decrypt(source=source, materials_manager=ring.materials)
        except damage as error:
            raise self._refused("opened", error) from error
        bound = {
            key: value for key, value in header.encryption_context.items() if not key.startswith(_RESERVED)
        }
        if bound != dict(context):
            raise EncryptionError(
                "a body of the store was sealed for another place: "
                f"it belongs to {_words(bound)}, and stands at {_words(context)}",
                hint="somebody moved or replaced it: bring the store back from a copy",
            )
        if source.read(1):
            raise EncryptionError("a body of the store goes on after its end", hint=_OTHER_KEY)
        return bytes(plaintext)

    @cached_property
    def _keyring(self) -> "Keyring":
        from guardian.adapters.encryption.keyring import Keyring

        return Keyring(kms_keys=self._kms_keys, key_files=self._key_files)

    def _refused(self, done: str, error: Exception) -> EncryptionError:
        reasons = self._keyring.take_failures()
        why = "; ".join(reasons) or f"{type(error).__name__}: {error}".rstrip(": ")
        hint = (
            "check network and AWS credentials: they need kms:GenerateDataKey, kms:Encrypt and kms:Decrypt"
            if reasons
            else _OTHER_KEY
        )
        return EncryptionError(f"a body of the store could not be {done}: {why}", hint=hint)


def _words(context: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(context.items())) or "nothing"
