"""Where a review is read: the code hosts, and how long a comment each takes."""

from enum import StrEnum


class Host(StrEnum):
    """A code host, by what it calls itself on the command line."""

    GITHUB = "github"
    GITLAB = "gitlab"
    AZURE = "azure"
    BITBUCKET = "bitbucket"

    @property
    def limit(self) -> int:
        """The longest comment that it takes, in characters.

        Source: https://docs.gitlab.com/administration/instance_limits/#size-of-comments-and-descriptions-of-issues-merge-requests-and-epics
        """
        return _LIMITS[self]


_LIMITS = {Host.GITHUB: 65_536, Host.GITLAB: 1_000_000, Host.AZURE: 150_000, Host.BITBUCKET: 32_768}
