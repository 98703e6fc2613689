"""Rows of small numbers in bytes, laid out so that zstd makes almost nothing of them.

A column is one byte with its width (1, 2, 4 or 8), then that many bytes for each number, unsigned and
little-endian.
"""

import sys
from array import array
from collections.abc import Sequence

_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}


def column(numbers: Sequence[int]) -> bytes:
    """Return the column of these numbers, as narrow as they allow."""
    largest = max(numbers, default=0)
    width = next(width for width in _CODES if largest < 1 << (8 * width))
    packed = array(_CODES[width], numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return bytes((width,)) + packed.tobytes()


def read_column(content: bytes, at: int, count: int) -> tuple[Sequence[int], int]:
    """Read a column.

    Args:
        content: Holds it.
        at: Where it begins.
        count: How many numbers it has.

    Returns:
        The numbers, and where the column ends.

    Raises:
        ValueError: It is cut off.
        KeyError: No such width.
    """
    width = content[at] if at < len(content) else 0
    end = at + 1 + count * width
    packed = array(_CODES[width])
    if end > len(content):
        raise ValueError("a column is cut off")
    packed.frombytes(content[at + 1 : end])
    if sys.byteorder == "big":
        packed.byteswap()
    return packed, end
