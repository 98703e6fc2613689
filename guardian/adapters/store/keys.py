"""The rule for keys, one for every store, so that a key that one accepts is accepted by all."""

import re

from guardian.errors import StoreCorruptError

_SEGMENT = re.compile(r"[a-z0-9_-][a-z0-9._-]*")
_PREFIX = re.compile(r"(?:[a-z0-9_-][a-z0-9._-]*/)*(?:[a-z0-9_-][a-z0-9._-]*)?")
# A local store writes its unfinished files there; the name is reserved in every store.
RESERVED = "tmp"


def is_key(key: str) -> bool:
    """Tell whether `key` is a relative POSIX path of `[a-z0-9._-]` segments that do not begin with a dot."""
    segments = key.split("/")
    return segments[0] != RESERVED and all(_SEGMENT.fullmatch(each) for each in segments)


def checked_key(key: str) -> str:
    """Return `key`; raise `StoreCorruptError` when it is none: it can only come from a broken document."""
    if not is_key(key):
        raise StoreCorruptError(
            f"{key!r} cannot be the key of a blob",
            hint="a document in the store names it: run `guardian snapshot verify` to find out which",
        )
    return key


def checked_prefix(prefix: str) -> str:
    """Return `prefix`, the beginning of keys or empty; raise `StoreCorruptError` when no key can begin so."""
    if not _PREFIX.fullmatch(prefix):
        raise StoreCorruptError(
            f"no key of a blob can begin with {prefix!r}",
            hint="a document in the store names it: run `guardian snapshot verify` to find out which",
        )
    return prefix
