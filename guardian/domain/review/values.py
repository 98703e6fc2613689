"""What a change does to values, fit to be shown: what is secret is masked, on both sides.

Three sieves, each for what the others let through: Terraform's marks, names that tell, in texts too, and
the look of the value itself. A secret under an innocent name in an unmarked attribute is still a long random
string. And what is marked in one attribute is masked in all: a provider copies it to where no mark is, as
`terraform_data` its input to `output`.
"""

import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from guardian.domain.difference import PathChange
from guardian.domain.freetext import without_secrets
from guardian.domain.redaction import MASK, Path, is_secret, told_by_pair
from guardian.domain.review.change import Change, is_marked, value_at
from guardian.domain.scrubbing import scrubbed

UNKNOWN = "(known after apply)"
MOST_SHOWN = 4096
"""Characters of one text. No view shows more of it but JSON."""
_BEYOND = 512
_SHORT = 256

# Shapes that issuers gave their keys so that they can be found.
# Source: https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
_ISSUED = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[opsur]_\w{30,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}"
    r"|\bxox[abeoprs]-[\w-]{10,}|\bsk_(?:live|test)_\w{16,}|\bAIza[\w-]{35}|\bSG\.[\w-]{16,}\.[\w-]{16,}"
    r"|(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{8,}+\.|-----BEGIN [A-Z0-9 ]+-----"
)
# One of these begins each of them; looking for them is quicker than the expression.
_ISSUERS = ("AKIA", "ASIA", "gh", "glpat-", "xox", "sk_", "AIza", "SG.", "eyJ", "-----BEGIN")
# Long and random, and no secret: ARNs, UUIDs, AWS ids, Cognito pools, images by digest.
_NAMED = re.compile(
    r"\barn:[\w-]+:\S+|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
    r"|\b[a-z]+(?:-[a-z]+){0,3}-(?:[0-9a-f]{8}|[0-9a-f]{17})\b|\b[a-z]{2}(?:-[a-z]+){1,2}-[0-9]_[A-Za-z0-9]{9}\b"
    r"|\bsha256:[0-9a-f]{64}\b",
    re.IGNORECASE,
)
# Attributes that hold digests and versions: as random as a key, and public.
_DIGESTS = re.compile(
    r"(?:^|_)(?:hash|etag|md5|sha\d+|digest|checksum|fingerprint|thumbprint|version_id)(?:$|_)"
)
_RUNS = re.compile(r"[A-Za-z0-9+/=_-]{20,}")
_SEGMENTS = re.compile(r"[A-Za-z0-9]+")
_PIECES = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SHORTEST = 20
# A shorter marked text stands elsewhere by chance: `true`, `admin`.
_SHORTEST_COPY = 6
_RANDOM_BITS = 3.0
_RANDOM_CASE_BITS = 3.0
_RANDOM_LETTERS_BITS = 3.8
# The pieces of a name are words; those of random text are one to three characters, on average.
_WORD = 3.75


def shown_values(change: Change, paths: Iterable[Path]) -> tuple[PathChange, ...]:
    """Return both values at each path, masked.

    Args:
        change: The change, with its values.
        paths: Those that `differing` found, or others of its attributes.

    Returns:
        In the order of `paths`. What does not exist is None; what is not known yet is `UNKNOWN`.
    """
    marked = frozenset(
        text
        for tree, marks in (
            (change.before, change.sensitive_before),
            (change.after, change.sensitive_after),
        )
        for each in _marked(tree, marks)
        for text in (each, json.dumps(each)[1:-1], json.dumps(each, ensure_ascii=False)[1:-1])
    )
    return tuple(_shown(change, path, marked) for path in paths)


def is_random(text: str) -> bool:
    """Tell whether a text holds what looks like a key: an issuer's form, or a long run of high entropy.

    Words, paths, ARNs, UUIDs and the ids of AWS are none.
    """
    if len(text) < _SHORTEST:
        return False
    if any(each in text for each in _ISSUERS) and _ISSUED.search(text):
        return True
    if not _RUNS.search(text):
        return False
    # Each of these names has a colon or a hyphen.
    rest = _NAMED.sub(" ", text) if ":" in text or "-" in text else text
    return any(map(_is_random_run, _RUNS.findall(rest)))


def without_keys(text: str, name: str = "") -> str:
    """Return a text without what names in it tell of; all of it is masked where it looks like a key.

    Args:
        text: No JSON.
        name: What it stands under: digests are as random as keys, and public.
    """
    public = _DIGESTS.search(name) is not None
    # Most texts of a plan are short, and stand in it again and again, on both sides of a change at least.
    return (_looked_into if len(text) <= _SHORT else _looked_into.__wrapped__)(text, public=public)


@lru_cache(maxsize=16_384)
def _looked_into(text: str, *, public: bool) -> str:
    text = without_secrets(text)
    return MASK if not public and is_random(text) else text


def _shown(change: Change, path: Path, marked: Collection[str]) -> PathChange:
    before, after = value_at(change.before, path), value_at(change.after, path)
    after = _with_unknown(after, change.unknown if change.unknown is True else _deep(change.unknown, path))
    if (
        is_marked(change.sensitive_before, path)
        or is_marked(change.sensitive_after, path)
        or is_secret(path, (), before, after)
        or _is_of_a_telling_pair(change, path)
    ):
        return PathChange(path=path, before=MASK, after=MASK)
    name = next((each for each in path if isinstance(each, str) and _DIGESTS.search(each)), str(path[-1]))
    before, after = (
        scrubbed(_without_copies(each, marked), text=_searched, name=name) for each in (before, after)
    )
    if MASK in (before, after):
        # The other side is a secret of the same kind, or was meant to be one.
        before, after = (each if each in (None, UNKNOWN) else MASK for each in (before, after))
    return PathChange(path=path, before=_cut(before), after=_cut(after))


def _searched(text: str, name: str) -> str:
    """Search as much of a text as is shown, and what follows, so that no secret is cut in two and missed."""
    if len(text) <= MOST_SHOWN + _BEYOND:
        return without_keys(text, name)
    found = without_keys(text[: MOST_SHOWN + _BEYOND], name)
    # Masks may have made it shorter: the end of what was searched is not shown all the same.
    shown = found[: min(MOST_SHOWN, len(found) - _BEYOND)]
    return MASK if found == MASK else f"{shown}{_left_out(len(text) - MOST_SHOWN)}"


def _cut(value: Any) -> Any:
    """Cut the long texts of a value that was searched."""
    if isinstance(value, str):
        most = MOST_SHOWN + len(_left_out(10**9))
        return value if len(value) <= most else f"{value[:MOST_SHOWN]}{_left_out(len(value) - MOST_SHOWN)}"
    if isinstance(value, dict):
        return {name: _cut(each) for name, each in value.items()}
    return [_cut(each) for each in value] if isinstance(value, list) else value


def _left_out(number: int) -> str:
    return f"... ({number} more characters)"


def _marked(value: Any, marks: Any) -> Iterator[str]:
    """Yield the texts that are marked, and not so short that they stand elsewhere by chance."""
    if isinstance(value, str):
        if marks is True and len(value) >= _SHORTEST_COPY:
            yield value
    elif marks and isinstance(value, Mapping):
        for name, each in value.items():
            yield from _marked(each, marks is True or (isinstance(marks, Mapping) and marks.get(name)))
    elif marks and isinstance(value, list):
        for index, each in enumerate(value):
            yield from _marked(each, marks is True or value_at(marks, (index,)))


def _without_copies(value: Any, marked: Collection[str]) -> Any:
    """Mask each text that a marked one is a part of."""
    if not marked:
        return value
    if isinstance(value, Mapping):
        return {name: _without_copies(each, marked) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_copies(each, marked) for each in value]
    if isinstance(value, str):
        return MASK if any(each in value for each in marked) else value
    return value


def _is_of_a_telling_pair(change: Change, path: Path) -> bool:
    """Tell whether it is the value of a pair such as `{name, value}` whose name tells."""
    if len(path) < 2:  # noqa: PLR2004 - a pair stands in something
        return False
    pairs = (value_at(tree, path[:-1]) for tree in (change.before, change.after))
    return any(isinstance(pair, dict) and path[-1] in told_by_pair(pair) for pair in pairs)


def _deep(tree: Any, path: Path) -> Any:
    for step in path:
        if tree is True:
            return True
        tree = value_at(tree, (step,))
    return tree


def _with_unknown(value: Any, unknown: Any) -> Any:
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, Mapping) and any(unknown.values()):
        known = value if isinstance(value, Mapping) else {}
        names = {**known, **{name: None for name, each in unknown.items() if each}}
        return {name: _with_unknown(known.get(name), unknown.get(name)) for name in names}
    if isinstance(unknown, list) and isinstance(value, list) and len(unknown) == len(value):
        return [_with_unknown(*each) for each in zip(value, unknown, strict=True)]
    return value


def _is_random_run(run: str) -> bool:
    segments = [each for each in _SEGMENTS.findall(run) if not _is_word(each)]
    rest = "".join(segments)
    if len(rest) < _SHORTEST:
        return False
    if any(_is_of_one_case(each) and _entropy_bits(each) >= _RANDOM_CASE_BITS for each in segments):
        return True
    return len(rest) < _WORD * len(_PIECES.findall(rest)) and _entropy_bits(rest) >= _RANDOM_BITS


def _is_of_one_case(segment: str) -> bool:
    """Tell whether it is long and written as hexadecimal, base 32 or base 36 are."""
    return len(segment) >= _SHORTEST and (segment.islower() or segment.isupper())


def _is_word(segment: str) -> bool:
    """Tell whether it is a number, or letters of one case that repeat as those of a language do."""
    if segment.isdigit():
        return True
    if not (segment.isalpha() and (segment[1:].islower() or segment.isupper() or len(segment) == 1)):
        return False
    return len(segment) < _SHORTEST or _entropy_bits(segment.lower()) < _RANDOM_LETTERS_BITS


def _entropy_bits(text: str) -> float:
    """Return Shannon's entropy, in bits a character."""
    # Counting each character apart is quicker than one by one in Python.
    shares = [text.count(each) / len(text) for each in set(text)]
    return -sum(each * math.log2(each) for each in shares)
