"""The numbers of a log's records, as the store lists them."""

from collections.abc import Iterator
from itertools import islice

from guardian.ports.blobs import BlobStore
from guardian.repository.keys import RECORD_DIGITS, log_prefix, record_name

PAGE = 1000


def last_number(store: BlobStore, state_id: str, seen: int) -> int:
    """Find the highest number: one page from `seen`, then ever longer jumps, then halving.

    Args:
        store: The store.
        state_id: Whose log.
        seen: A number known to be there, 0 for none.
    """
    found = list(islice(numbers_after(store, state_id, seen), PAGE))
    if len(found) < PAGE:
        return found[-1] if found else seen
    low, step = found[-1], PAGE
    while (beyond := next(numbers_after(store, state_id, low + step), None)) is not None:
        low, step = beyond, step * 2
    high = low + step
    while high - low > PAGE:
        middle = (low + high) // 2
        beyond = next(numbers_after(store, state_id, middle), None)
        low, high = (low, middle) if beyond is None else (beyond, high)
    return max(numbers_after(store, state_id, low), default=low)


def numbers_after(store: BlobStore, state_id: str, number: int) -> Iterator[int]:
    """Yield the numbers above one, in order; what is not a record's key is passed over."""
    prefix = log_prefix(state_id)
    for key in store.list(prefix, start_after=prefix + record_name(number)):
        name = key.removeprefix(prefix)
        if len(name) == RECORD_DIGITS and name.isdecimal():
            yield int(name)
