"""Cutting a state where Terraform begins an instance, so that unchanged instances are found again.

Concatenated, the pieces are the state, always. A layout that Terraform does not write costs sharing, never
correctness. Source: Terraform writes states with two spaces of indentation, so an instance begins at eight.
"""

import re
from itertools import pairwise

INSTANCE = re.compile(rb"\n {8}\{\n")
ATTRIBUTE = re.compile(rb"\n {12}\"")
MAX_PIECE_BYTES = 64 * 1024


def cut(body: bytes) -> list[bytes]:
    """Return the pieces of `body`, none empty; nothing for nothing."""
    pieces = []
    for piece in _at(INSTANCE, body):
        if len(piece) <= MAX_PIECE_BYTES:
            pieces.append(piece)
        else:
            pieces += [part for each in _at(ATTRIBUTE, piece) for part in _by_length(each)]
    return pieces


def _at(border: re.Pattern[bytes], body: bytes) -> list[bytes]:
    starts = [match.start() for match in border.finditer(body)]
    ends = sorted({0, *starts, len(body)})
    return [body[start:end] for start, end in pairwise(ends)]


def _by_length(piece: bytes) -> list[bytes]:
    return [piece[start : start + MAX_PIECE_BYTES] for start in range(0, len(piece), MAX_PIECE_BYTES)]
