"""Comments on pull requests: one module a code host; each loads its client only when it is used."""

from guardian.adapters.vcs.detect import Target, detect
from guardian.adapters.vcs.publish import Patience, Publisher, Thread
from guardian.domain.review.host import Host
from guardian.errors import CommentError
from guardian.ports.comments import CommentHost

__all__ = ["Patience", "Target", "comment_host", "detect"]

_PATIENCE = Patience()


def comment_host(target: Target, *, patience: Patience = _PATIENCE) -> CommentHost:
    """Return what posts to this pull request; nothing is asked yet.

    Raises:
        CommentError: The client of this host is not installed.
    """
    return Publisher(target, _thread(target, patience.request_s), patience=patience)


def _thread(target: Target, request_s: int) -> Thread:
    try:
        match target.host:
            case Host.GITHUB:
                from guardian.adapters.vcs.github import GitHubThread

                return GitHubThread(target, request_s=request_s)
            case Host.GITLAB:
                from guardian.adapters.vcs.gitlab import GitLabThread

                return GitLabThread(target, request_s=request_s)
            case Host.AZURE:
                from guardian.adapters.vcs.azure import AzureThread

                return AzureThread(target, request_s=request_s)
            case Host.BITBUCKET:
                pass
    except ModuleNotFoundError as error:
        raise CommentError(
            f"no comment can be posted at {target.host}: the module {error.name} is not installed",
            hint=f"pip install 'guardian[{target.host}]'",
        ) from None
    raise CommentError(
        f"guardian posts nothing at {target.host}",
        hint="guardian review --format markdown    # post its output",
    )
