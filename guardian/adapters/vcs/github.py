"""GitHub, by PyGithub: the comments of an issue, which every pull request is too."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from github import Auth, Github, GithubException, RateLimitExceededException

from guardian.adapters.vcs.answers import requests_trouble
from guardian.adapters.vcs.detect import Target
from guardian.adapters.vcs.publish import Comment
from guardian.adapters.vcs.trouble import TroubleError, seconds

_PAGE = 100


class GitHubThread:
    """Implements `Thread`."""

    def __init__(self, target: Target, *, request_s: int) -> None:
        # Its own retries repeat a creation without looking, and wait as long as the host likes.
        self._github = Github(
            base_url=target.api,
            auth=Auth.Token(target.token),
            timeout=request_s,
            user_agent="guardian",
            per_page=_PAGE,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            lazy=True,
        )
        self._issue = self._github.get_repo(target.project).get_issue(target.number)

    def comments(self) -> Iterator[Comment]:
        """Yield the comments of the issue."""
        with _troubles():
            me = self._me()
            for each in self._issue.get_comments():
                # A user who was deleted is none, whatever the annotation says.
                own = str(getattr(each.user, "login", "")).lower() == me
                yield Comment(own=own, body=each.body or "", url=each.html_url or "", handle=each)

    def create(self, body: str) -> str:
        """Write a new comment."""
        with _troubles():
            return self._issue.create_comment(body).html_url or ""

    def edit(self, comment: Comment, body: str) -> None:
        """Write another body."""
        with _troubles():
            comment.handle.edit(body)

    def _me(self) -> str:
        # REST tells the name to a person's token alone: to that of a workflow it answers 403.
        _, answer = self._github.requester.graphql_query("query { viewer { login } }", {})
        return str(answer["data"]["viewer"]["login"]).lower()


@contextmanager
def _troubles() -> Iterator[None]:
    try:
        yield
    except TroubleError:
        raise
    except GithubException as error:
        raise _answered(error) from None
    except Exception as error:  # noqa: BLE001 - PyGithub asserts, and trips over what is no JSON object
        raise requests_trouble(error) from None


def _answered(error: GithubException) -> TroubleError:
    headers: Mapping[str, Any] = error.headers or {}
    words = error.data.get("message") if isinstance(error.data, dict) else ""
    wait = seconds(headers.get("retry-after"))
    limited = (
        isinstance(error, RateLimitExceededException)
        or wait is not None
        or headers.get("x-ratelimit-remaining") == "0"
    )
    reset = seconds(headers.get("x-ratelimit-reset"))
    if limited and wait is None and reset is not None:
        wait = max(reset - time.time(), 1.0)
    return TroubleError(
        words if isinstance(words, str) else "",
        status=error.status,
        wait_s=wait,
        limited=limited and error.status in {403, 429},
    )
