"""The encoder of Markdown: what others named or wrote is shown as it is, and does nothing.

A code span is the one form in which no renderer finds a link, an image, a mention, a reference to an issue or
HTML. Backslashes would not do: GitHub and others look for mentions after they took them away.

Source: https://spec.commonmark.org/0.31.2/#code-spans
"""

import re
from collections.abc import Iterable
from itertools import groupby

from guardian.cli.views.terminal import visible

_BACKTICKS = re.compile("`+")
# Words that no renderer and no host reads as anything else: letters of one script, no hash of a commit, or a
# number, with what ends a sentence.
_PLAIN = re.compile(
    r"\(?(?![A-Fa-f]{7})[A-Za-z]+(?:['-][A-Za-z]+)*\)?[,;:.?]?|[0-9]{1,6}(?:\.[0-9]+)?%?[,;:]?"
)
_ENDS = ",;:."


def code(text: str) -> str:
    """Return `text` as a code span on one line, what cannot be seen written as an escape."""
    shown = visible(text)
    if not shown.strip(" "):
        return "(empty)"
    fence = "`" * (max((len(each) for each in _BACKTICKS.findall(shown)), default=0) + 1)
    # One space on each side is taken away again, and keeps a backtick apart from the fence.
    apart = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{apart}{shown}{apart}{fence}"


def prose(text: str) -> str:
    """Return a sentence on one line: plain words as such, everything else of it as code spans.

    For sentences that name things that others named. `www.`, `@name`, `#1`, `GH-1` and whatever else a host
    makes a link or a mention of are no plain words.
    """
    parts = []
    for plain, words in groupby(visible(text).split(), lambda word: _PLAIN.fullmatch(word) is not None):
        joined = " ".join(words)
        kept = joined if plain else joined.rstrip(_ENDS) or joined
        parts.append(joined if plain else code(kept) + joined[len(kept) :])
    return " ".join(parts)


def cell(markdown: str) -> str:
    """Return what `code` or `prose` made as it stands in a table, where a bar ends the cell even within code.

    Source: https://github.github.com/gfm/#example-200
    """
    return markdown.replace("|", "\\|")


def fence_of(text: str) -> str:
    """Return a code fence that nothing in `text` can end."""
    return "`" * max((3, *(len(each) + 1 for each in _BACKTICKS.findall(text))))


def fenced(lines: Iterable[str], *, language: str = "") -> str:
    """Return a code block; the lines are made visible already."""
    text = "\n".join(lines)
    fence = fence_of(text)
    return f"{fence}{language}\n{text}\n{fence}"
