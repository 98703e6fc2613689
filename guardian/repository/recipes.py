"""A recipe: how to rebuild one state from packs, complete in itself, with no chain to earlier ones."""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

from guardian.errors import StoreCorruptError
from guardian.repository.columns import column, read_column
from guardian.repository.objects import at_once
from guardian.repository.packs import Pack

MAGIC = b"GRC1"
ID_BYTES = 32
MAX_RUN = 255
_HEAD = struct.Struct("<4sQ32sII")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackUse:
    """A pack that a recipe refers to, with the length of its content."""

    id: str
    bytes: int


class Run(NamedTuple):
    """Consecutive pieces of one pack: a tuple, because a recipe has thousands.

    Attributes:
        pack: Which of the recipe's packs, from 0.
        first: The first piece.
        pieces: How many, 1 to 255.
        bytes: Their length together.
    """

    pack: int
    first: int
    pieces: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to rebuild a state of `size_bytes` with the digest `sha256` from `packs`, run after run."""

    size_bytes: int
    sha256: str
    packs: tuple[PackUse, ...]
    runs: tuple[Run, ...]


def encode_recipe(recipe: Recipe) -> bytes:
    """Return the content of a recipe.

    Magic, length and SHA-256 of the state, number of packs, number of runs; the ids of the packs; a column
    with the lengths of their contents; then four columns over the runs: pack, number of pieces, first piece
    as the distance from where the last run of the same pack ended (0 at first), zigzag-coded, and length.
    """
    steps = []
    ends = [0] * len(recipe.packs)
    for run in recipe.runs:
        steps.append(_zigzag(run.first - ends[run.pack]))
        ends[run.pack] = run.first + run.pieces
    return b"".join(
        (
            _HEAD.pack(
                MAGIC,
                recipe.size_bytes,
                bytes.fromhex(recipe.sha256),
                len(recipe.packs),
                len(recipe.runs),
            ),
            *(bytes.fromhex(each.id) for each in recipe.packs),
            column([each.bytes for each in recipe.packs]),
            column([each.pack for each in recipe.runs]),
            column([each.pieces for each in recipe.runs]),
            column(steps),
            column([each.bytes for each in recipe.runs]),
        )
    )


def decode_recipe(content: bytes, *, where: str) -> Recipe:
    """Read a recipe; raise `StoreCorruptError` when it does not fit together."""
    try:
        magic, size_bytes, digest, pack_count, run_count = _HEAD.unpack_from(content)
        at = _HEAD.size
        ids = content[at : at + ID_BYTES * pack_count]
        sizes, at = read_column(content, at + ID_BYTES * pack_count, pack_count)
        packs, at = read_column(content, at, run_count)
        counts, at = read_column(content, at, run_count)
        steps, at = read_column(content, at, run_count)
        lengths, at = read_column(content, at, run_count)
    except (struct.error, ValueError, KeyError) as error:
        raise StoreCorruptError(f"{where} is not a recipe: {error}") from error
    if (
        magic != MAGIC
        or at != len(content)
        or max(packs, default=-1) >= pack_count
        or sum(lengths) != size_bytes
    ):
        raise StoreCorruptError(f"{where} is not a recipe, or its tables do not fit")
    runs = []
    ends = [0] * pack_count
    for pack, count, step, length in zip(packs, counts, steps, lengths, strict=True):
        first = ends[pack] + ((step >> 1) ^ -(step & 1))
        if first < 0:
            raise StoreCorruptError(f"{where} refers to a piece before the first")
        runs.append(Run(pack, first, count, length))
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


def runs_of(places: Iterable[tuple[int, int, int]]) -> tuple[Run, ...]:
    """Join (pack, piece, length) triples that follow one another into runs."""
    runs: list[Run] = []
    run = Run(-1, 0, 0, 0)
    for pack, piece, length in places:
        if pack == run.pack and piece == run.first + run.pieces and run.pieces < MAX_RUN:
            run = Run(pack, run.first, run.pieces + 1, run.bytes + length)
            continue
        if run.pieces:
            runs.append(run)
        run = Run(pack, piece, 1, length)
    if run.pieces:
        runs.append(run)
    return tuple(runs)


def assemble(recipe: Recipe, get: Callable[[PackUse], Pack], *, where: str) -> bytes:
    """Rebuild a state.

    Each pack is unpacked once, copied from, and let go: memory that is touched for the first time costs more
    than the unpacking, so that holding all packs until the end would double the time.

    Args:
        recipe: What to build.
        get: Returns a pack; called from several threads.
        where: Names the recipe in messages.

    Raises:
        StoreCorruptError: A run does not fit its pack.
    """
    shares: list[list[tuple[int, Run]]] = [[] for _ in recipe.packs]
    at = 0
    for run in recipe.runs:
        shares[run.pack].append((at, run))
        at += run.bytes
    target = BytesIO()
    if at:
        target.seek(at - 1)
        target.write(b"\0")
    with target.getbuffer() as view:

        def fill(number: int) -> None:
            pack = get(recipe.packs[number])
            source, offsets = memoryview(pack.content), pack.offsets
            for start, run in shares[number]:
                end = run.first + run.pieces
                if end >= len(offsets) or offsets[end] - offsets[run.first] != run.bytes:
                    raise StoreCorruptError(f"{where} refers to pieces that its pack does not have")
                view[start : start + run.bytes] = source[offsets[run.first] : offsets[end]]

        at_once(fill, range(len(shares)))
    return target.getvalue()  # hands out the buffer itself: nothing else refers to it


def _zigzag(step: int) -> int:
    return step * 2 if step >= 0 else -step * 2 - 1
