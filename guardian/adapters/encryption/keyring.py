"""The keys as the AWS Encryption SDK wants them. Importing this module loads the SDK: half a second.

The SDK has two sets of parts, and both write the same messages. The newer keyrings need a second library
compiled from Dafny, and have no cache of data keys in Python; these are the older ones.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from aws_encryption_sdk import (
    CachingCryptoMaterialsManager,
    CommitmentPolicy,
    EncryptionSDKClient,
    LocalCryptoMaterialsCache,
)
from aws_encryption_sdk.exceptions import (
    AWSEncryptionSDKClientError,
    DecryptKeyError,
    EncryptKeyError,
    InvalidKeyIdError,
)
from aws_encryption_sdk.identifiers import Algorithm, EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.base import MasterKeyProvider, MasterKeyProviderConfig
from aws_encryption_sdk.key_providers.kms import MRKAwareKMSMasterKey
from aws_encryption_sdk.key_providers.raw import RawMasterKey
from botocore.exceptions import BotoCoreError, ClientError

from guardian.adapters.encryption.keyfile import KeyFile

_RAW_PROVIDER = "guardian"
_CACHED_DATA_KEYS = 100
_DATA_KEY_AGE_S = 300.0
_DATA_KEY_MESSAGES = 10_000
_DATA_KEY_BYTES = 1 << 32
_CONNECT_S, _READ_S, _TRIES = 5, 20, 4

# The SDK logs each refused key with its traceback; where nobody configured logging that goes to the terminal.
logging.getLogger("aws_encryption_sdk").addHandler(logging.NullHandler())


class Keyring:
    """What the SDK's client needs, and what KMS said when it refused."""

    algorithm = Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY

    def __init__(self, *, kms_keys: tuple[str, ...], key_files: tuple[KeyFile, ...]) -> None:
        self._failures: list[str] = []
        members = _Members()
        for each in key_files:
            members.add_master_key_provider(_raw_key(each))
        clients: dict[str, Any] = {}
        for arn in kms_keys:
            region = arn.split(":")[3]
            if region not in clients:
                clients[region] = _kms_client(region)
            key = _KmsKey(key_id=arn, client=clients[region])
            key.failures = self._failures
            members.add_master_key_provider(key)
        self.client = EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
        self.materials = CachingCryptoMaterialsManager(
            master_key_provider=members,
            cache=LocalCryptoMaterialsCache(capacity=_CACHED_DATA_KEYS),
            max_age=_DATA_KEY_AGE_S,
            max_messages_encrypted=_DATA_KEY_MESSAGES,
            max_bytes_encrypted=_DATA_KEY_BYTES,
        )

    def take_failures(self) -> tuple[str, ...]:
        """Return what KMS refused since the last call, each once, in order."""
        taken = tuple(dict.fromkeys(self._failures))
        self._failures.clear()
        return taken


class _Members(MasterKeyProvider):  # type: ignore[misc] # the SDK has no types
    """Holds the keys, and makes none of its own; key files open first, for they need no network."""

    provider_id = "guardian-members"
    vend_masterkey_on_decrypt = False
    _config_class = MasterKeyProviderConfig

    def _new_master_key(self, key_id: bytes) -> RawMasterKey:
        raise InvalidKeyIdError(f"{key_id!r} is not one of the configured keys")

    def decrypt_data_key_from_list(
        self, encrypted_data_keys: Iterable[Any], algorithm: Any, encryption_context: Mapping[str, str]
    ) -> Any:
        # A message lists its data keys in the order of a set: any.
        by_cost = sorted(encrypted_data_keys, key=lambda each: each.key_provider.provider_id != _RAW_PROVIDER)
        return super().decrypt_data_key_from_list(by_cost, algorithm, encryption_context)


class _KmsKey(MRKAwareKMSMasterKey):  # type: ignore[misc] # the SDK has no types
    """A KMS key whose failures are kept, and whose silence lets the next key try.

    The SDK drops what KMS answered, and lets a failed connection end the whole attempt.
    """

    failures: list[str]

    def _generate_data_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._keep(super()._generate_data_key, EncryptKeyError, args, kwargs)

    def _encrypt_data_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._keep(super()._encrypt_data_key, EncryptKeyError, args, kwargs)

    def _decrypt_data_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._keep(super()._decrypt_data_key, DecryptKeyError, args, kwargs)

    def _keep(self, call: Any, failure: type[Exception], args: Any, kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except BotoCoreError as error:
            self.failures.append(f"{self._key_id}: {error}")
            raise failure(str(error)) from error
        except AWSEncryptionSDKClientError as error:
            cause = error.__cause__
            answer = cause.response.get("Error", {}) if isinstance(cause, ClientError) else {}
            words = f"{answer.get('Code')}: {answer.get('Message')}" if answer else str(error)
            self.failures.append(f"{self._key_id}: {words}")
            raise


def _raw_key(file: KeyFile) -> RawMasterKey:
    return RawMasterKey(
        key_id=file.name,
        provider_id=_RAW_PROVIDER,
        wrapping_key=WrappingKey(
            wrapping_algorithm=WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING,
            wrapping_key=file.key,
            wrapping_key_type=EncryptionKeyType.SYMMETRIC,
        ),
    )


def _kms_client(region: str) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.session.Session().client(
        "kms",
        region_name=region,
        config=Config(
            connect_timeout=_CONNECT_S,
            read_timeout=_READ_S,
            retries={"mode": "standard", "total_max_attempts": _TRIES},
            user_agent_extra="guardian",
        ),
    )
