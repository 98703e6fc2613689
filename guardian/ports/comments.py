"""The pull request, as one comment on it sees it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from guardian.domain.review.host import Host

NOTHING_CHANGES = "Nothing changes any more: applying what this pull request holds now would do nothing."


class Deed(StrEnum):
    """What became of the comment."""

    CREATED = "created"
    EDITED = "edited"
    UNCHANGED = "unchanged"
    NOT_NEEDED = "not needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What `publish` did; `url` leads to the comment, and is empty where there is none."""

    deed: Deed
    url: str = ""


class CommentHost(Protocol):
    """The comments on one pull request.

    Nothing is written but the one comment that begins with the marker and is the token's own user's: somebody
    else may have pasted the marker. Takes bounded time, whatever the host does; a failure that may pass is
    tried again, and no comment is made twice by that. No error and no line of a log holds the token.

    Attributes:
        kind: Which host it is: it decides on the form and the longest comment.
        repository: The repository, as the host names it; for the marker.
        commit: The commit under review, or empty where the environment does not say.
    """

    kind: Host
    repository: str
    commit: str

    def publish(self, marker: str, body: str) -> Posted:
        """Make the comment of this marker say this.

        Args:
            marker: Hidden text, one line, the beginning of every body.
            body: Markdown that begins with the marker. Empty when nothing changes: a comment that is there is
                edited to say so, none is made.

        Raises:
            CommentError: It could not be posted; the message says why, and the hint what to do.
        """
        ...
