"""The encoder of Markdown: what others named or wrote is shown as it is, and does nothing.

A code span is the one form in which no renderer finds a link, an image, a mention, a reference to an issue or
HTML. Backslashes would not do: GitHub and others look for mentions after they took them away.

Source: https://spec.commonmark.org/0.31.2/#code-spans
"""

import re

from guardian.cli.views.terminal import visible

_BACKTICKS = re.compile("`+")


def code(text: str) -> str:
    """Return `text` as a code span on one line, what cannot be seen written as an escape."""
    shown = visible(text)
    if not shown.strip(" "):
        return "(empty)"
    fence = "`" * (max((len(each) for each in _BACKTICKS.findall(shown)), default=0) + 1)
    # One space on each side is taken away again, and keeps a backtick apart from the fence.
    apart = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{apart}{shown}{apart}{fence}"
