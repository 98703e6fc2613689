"""Blob stores: a local directory, and a prefix of an S3 bucket."""

import re
from collections.abc import Sequence
from pathlib import Path

from guardian.errors import SettingsError
from guardian.ports.blobs import BlobStore

_S3 = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[^?#]*))?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HINT = "give a directory, or s3://bucket/prefix (region, endpoint and profile come from AWS's own variables)"


def open_store(address: str, *, base: Path, seen: Sequence[str] = ()) -> BlobStore:
    """Return the store at an address, without touching it.

    Args:
        address: A directory, or `s3://bucket/prefix`.
        base: What a relative directory is relative to.
        seen: What was seen in it before: a directory that is not there is then one that does not answer. A
            bucket that is not there never answers.

    Raises:
        SettingsError: The address is neither.
    """
    # The modules are imported by need: boto3 alone costs as much as the rest of guardian's start.
    if found := _S3.fullmatch(address):
        from guardian.adapters.store.s3 import S3Store

        return S3Store(found["bucket"], found["prefix"] or "")
    if "@" in address and "://" in address:
        # The address itself is left out: what stands before the @ may be a password.
        raise SettingsError("the store's address holds credentials, or an @ that looks like them", hint=_HINT)
    if address.startswith("s3:"):
        raise SettingsError(f"{address!r} is not an address in S3", hint=_HINT)
    if _SCHEME.match(address):
        raise SettingsError(f"no store can be kept at {address!r}", hint=_HINT)
    if not address or "\0" in address:
        raise SettingsError("the store's address is empty", hint=_HINT)
    from guardian.adapters.store.local import LocalStore

    try:
        return LocalStore(base / Path(address).expanduser(), seen=seen)
    except RuntimeError as error:
        raise SettingsError(f"the store {address!r} names a user who has no home", hint=_HINT) from error
