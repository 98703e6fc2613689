"""Two binary contents: a pack of pieces, and the recipe that rebuilds a state from packs.

All integers are unsigned and little-endian. A column is one byte with its width (1, 2, 4 or 8), then that
many bytes for each number: long rows of small numbers, which compress to almost nothing.
"""

import struct
import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from guardian.errors import StoreCorruptError

PACK_MAGIC = b"GPK1"
RECIPE_MAGIC = b"GRC1"
ID_BYTES = 32
MAX_RUN = 255
_PACK_HEAD = struct.Struct("<4sI")
_RECIPE_HEAD = struct.Struct("<4sQ32sII")
_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PackUse:
    """A pack that a recipe refers to, with the length of its content."""

    id: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Consecutive pieces of one pack: which of the recipe's packs, the first piece, how many (1 to 255)."""

    pack: int
    first: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to rebuild a state of `size_bytes` with the digest `sha256` from `packs`, run after run."""

    size_bytes: int
    sha256: str
    packs: tuple[PackUse, ...]
    runs: tuple[Run, ...]


def encode_pack(pieces: Sequence[bytes]) -> bytes:
    """Return the content of a pack: magic, number of pieces, column of their lengths, the pieces."""
    lengths = _column([len(each) for each in pieces])
    return b"".join((_PACK_HEAD.pack(PACK_MAGIC, len(pieces)), lengths, *pieces))


def decode_pack(content: bytes, *, where: str) -> Pack:
    """Read a pack; raise `StoreCorruptError` when its table does not fit its content."""
    try:
        magic, count = _PACK_HEAD.unpack_from(content)
        lengths, start = _read_column(content, _PACK_HEAD.size, count)
    except (struct.error, ValueError, KeyError) as error:
        raise StoreCorruptError(f"{where} is not a pack: {error}") from error
    offsets = array("Q", accumulate(lengths, initial=start))
    if magic != PACK_MAGIC or offsets[-1] != len(content):
        raise StoreCorruptError(f"{where} is not a pack, or its table does not fit")
    return Pack(content=content, offsets=offsets)


def encode_recipe(recipe: Recipe) -> bytes:
    """Return the content of a recipe.

    Magic, length and SHA-256 of the state, number of packs, number of runs; the ids of the packs; a column
    with the lengths of their contents; then three columns over the runs: pack, number of pieces, and first
    piece as the distance from where the last run of the same pack ended (0 at first), zigzag-coded.
    """
    steps = []
    ends = [0] * len(recipe.packs)
    for run in recipe.runs:
        steps.append(_zigzag(run.first - ends[run.pack]))
        ends[run.pack] = run.first + run.count
    return b"".join(
        (
            _RECIPE_HEAD.pack(
                RECIPE_MAGIC,
                recipe.size_bytes,
                bytes.fromhex(recipe.sha256),
                len(recipe.packs),
                len(recipe.runs),
            ),
            *(bytes.fromhex(each.id) for each in recipe.packs),
            _column([each.bytes for each in recipe.packs]),
            _column([each.pack for each in recipe.runs]),
            _column([each.count for each in recipe.runs]),
            _column(steps),
        )
    )


def decode_recipe(content: bytes, *, where: str) -> Recipe:
    """Read a recipe; raise `StoreCorruptError` when it does not fit together."""
    try:
        magic, size_bytes, digest, pack_count, run_count = _RECIPE_HEAD.unpack_from(content)
        at = _RECIPE_HEAD.size
        ids = content[at : at + ID_BYTES * pack_count]
        sizes, at = _read_column(content, at + ID_BYTES * pack_count, pack_count)
        packs, at = _read_column(content, at, run_count)
        counts, at = _read_column(content, at, run_count)
        steps, at = _read_column(content, at, run_count)
    except (struct.error, ValueError, KeyError) as error:
        raise StoreCorruptError(f"{where} is not a recipe: {error}") from error
    if magic != RECIPE_MAGIC or at != len(content) or any(each >= pack_count for each in packs):
        raise StoreCorruptError(f"{where} is not a recipe, or its tables do not fit")
    runs = []
    ends = [0] * pack_count
    for pack, count, step in zip(packs, counts, steps, strict=True):
        first = ends[pack] + (step >> 1 if step & 1 == 0 else -(step >> 1) - 1)
        if first < 0:
            raise StoreCorruptError(f"{where} refers to a piece before the first")
        runs.append(Run(pack=pack, first=first, count=count))
        ends[pack] = first + count
    return Recipe(
        size_bytes=size_bytes,
        sha256=digest.hex(),
        packs=tuple(
            PackUse(id=ids[ID_BYTES * number : ID_BYTES * (number + 1)].hex(), bytes=size)
            for number, size in enumerate(sizes)
        ),
        runs=tuple(runs),
    )


def runs_of(places: Iterable[tuple[int, int]]) -> tuple[Run, ...]:
    """Join (pack, piece) pairs that follow one another into runs."""
    runs: list[Run] = []
    pack, first, count = -1, 0, 0
    for next_pack, piece in places:
        if next_pack == pack and piece == first + count and count < MAX_RUN:
            count += 1
            continue
        if count:
            runs.append(Run(pack=pack, first=first, count=count))
        pack, first, count = next_pack, piece, 1
    if count:
        runs.append(Run(pack=pack, first=first, count=count))
    return tuple(runs)


def _zigzag(step: int) -> int:
    return step * 2 if step >= 0 else -step * 2 - 1


def _column(numbers: Sequence[int]) -> bytes:
    largest = max(numbers, default=0)
    width = next(width for width in _CODES if largest < 1 << (8 * width))
    column = array(_CODES[width], numbers)
    if sys.byteorder == "big":
        column.byteswap()
    return bytes((width,)) + column.tobytes()


def _read_column(content: bytes, at: int, count: int) -> tuple[Sequence[int], int]:
    """Return the numbers of the column at `at`, and where it ends."""
    width = content[at] if at < len(content) else 0
    end = at + 1 + count * width
    column = array(_CODES[width])
    if end > len(content):
        raise ValueError("a column is cut off")
    column.frombytes(content[at + 1 : end])
    if sys.byteorder == "big":
        column.byteswap()
    return column, end
