"""A pack: pieces of a state, one after the other, behind a table of their lengths."""

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from guardian.errors import StoreCorruptError
from guardian.repository.columns import column, read_column

MAGIC = b"GPK1"
_HEAD = struct.Struct("<4sI")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Pieces, one after the other.

    Attributes:
        content: The whole content of the object.
        offsets: Where each piece begins in `content`, and at the end where the last one ends.
    """

    content: bytes
    offsets: Sequence[int]

    def piece(self, number: int) -> bytes:
        """Return one piece."""
        return self.content[self.offsets[number] : self.offsets[number + 1]]

    def pieces(self) -> list[bytes]:
        """Return all pieces in order."""
        return [self.piece(number) for number in range(len(self.offsets) - 1)]


def encode_pack(pieces: Sequence[bytes]) -> bytes:
    """Return the content of a pack: magic, number of pieces, column of their lengths, the pieces."""
    lengths = column([len(each) for each in pieces])
    return b"".join((_HEAD.pack(MAGIC, len(pieces)), lengths, *pieces))


def decode_pack(content: bytes, *, where: str) -> Pack:
    """Read a pack; raise `StoreCorruptError` when its table does not fit its content."""
    try:
        magic, count = _HEAD.unpack_from(content)
        lengths, start = read_column(content, _HEAD.size, count)
    except (struct.error, ValueError, KeyError) as error:
        raise StoreCorruptError(f"{where} is not a pack: {error}") from error
    offsets = array("Q", accumulate(lengths, initial=start))
    if magic != MAGIC or offsets[-1] != len(content):
        raise StoreCorruptError(f"{where} is not a pack, or its table does not fit")
    return Pack(content=content, offsets=offsets)
