"""GitLab, by python-gitlab: the notes of a merge request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from gitlab import Gitlab
from gitlab.exceptions import GitlabError

from guardian.adapters.vcs.answers import requests_trouble
from guardian.adapters.vcs.detect import Target
from guardian.adapters.vcs.publish import Comment
from guardian.adapters.vcs.trouble import TroubleError, seconds

_PAGE = 100
# Its own retries repeat a creation without looking, and wait as long as the host likes.
_ONCE: dict[str, Any] = {"obey_rate_limit": False, "retry_transient_errors": False}


class GitLabThread:
    """Implements `Thread`."""

    def __init__(self, target: Target, *, request_s: int) -> None:
        self._target = target
        self._wait_s: float | None = None
        session = requests.Session()
        # Its exceptions do not hold the headers of the answer.
        session.hooks["response"].append(self._remember)
        self._gitlab = Gitlab(
            target.api.removesuffix("/api/v4"),
            # Every kind of access token goes as a bearer too, and that header follows no redirect elsewhere.
            oauth_token=target.token,
            timeout=request_s,
            user_agent="guardian",
            per_page=_PAGE,
            keep_base_url=True,
            session=session,
        )
        project = self._gitlab.projects.get(target.project, lazy=True)
        self._notes = project.mergerequests.get(target.number, lazy=True).notes

    def comments(self) -> Iterator[Comment]:
        """Yield the notes of the merge request."""
        with self._troubles():
            me = self._gitlab.http_get("/user", **_ONCE)
            if not isinstance(me, dict):
                raise TypeError("no object")
            for each in self._notes.list(iterator=True, order_by="created_at", sort="asc", **_ONCE):
                own = each.author["id"] == me["id"] and not each.attributes.get("system")
                yield Comment(own=own, body=each.body, url=self._url(each.id), handle=each)

    def create(self, body: str) -> str:
        """Write a new note."""
        with self._troubles():
            return self._url(self._notes.create({"body": body}, **_ONCE).id)

    def edit(self, comment: Comment, body: str) -> None:
        """Write another body."""
        with self._troubles():
            comment.handle.body = body
            comment.handle.save(**_ONCE)

    def _url(self, note: object) -> str:
        return f"{self._target.page}#note_{note}" if self._target.page else ""

    def _remember(self, answer: requests.Response, *_: object, **__: object) -> None:
        self._wait_s = seconds(answer.headers.get("Retry-After"))

    @contextmanager
    def _troubles(self) -> Iterator[None]:
        try:
            yield
        except TroubleError:
            raise
        except GitlabError as error:
            status = error.response_code or 0
            # The page of a proxy in the host's place says nothing to a person.
            words = "" if "<" in error.error_message else str(error.error_message)
            raise TroubleError(words, status=status, wait_s=self._wait_s) from None
        except Exception as error:  # noqa: BLE001 - what the client makes of an answer that is none
            raise requests_trouble(error) from None
