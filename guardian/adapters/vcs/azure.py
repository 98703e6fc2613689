"""Azure DevOps, by urllib3: the comment threads of a pull request in Azure Repos.

Source: https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-request-threads
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import HTTPError, SSLError

from guardian.adapters.vcs.detect import Target
from guardian.adapters.vcs.publish import Comment
from guardian.adapters.vcs.trouble import TroubleError, seconds

_VERSION = "7.1"
# The resource that names the user never left its preview.
_VERSION_OF_CONNECTION = "7.1-preview.1"
_OK = 200
_CREATED = 201
# To a token that it does not know it answers with its page for signing in.
_SIGN_IN = frozenset({203, 301, 302})


class AzureThread:
    """Implements `Thread`."""

    def __init__(self, target: Target, *, request_s: int) -> None:
        self._target = target
        self._pool = _pool(target.api)
        self._request_s = request_s
        # An empty user and the token: what both a job's token and a personal one are accepted as.
        self._headers = {
            **urllib3.make_headers(basic_auth=f":{target.token}", user_agent="guardian"),
            "Accept": "application/json",
        }
        project, _, repository = target.project.rpartition("/")
        self._project = f"{target.api}/{quote(project, safe='')}"
        self._repository = quote(repository, safe="")

    def comments(self) -> Iterator[Comment]:
        """Yield the first comment of each thread; there are no pages."""
        me = self._ask("GET", f"{self._target.api}/_apis/connectionData", version=_VERSION_OF_CONNECTION)
        threads = self._ask("GET", self._threads())
        try:
            mine = me["authenticatedUser"]["id"]
            for thread in threads["value"]:
                first = next(iter(thread["comments"]), None)
                if first is None or first.get("isDeleted") or thread.get("isDeleted"):
                    continue
                yield Comment(
                    own=first["author"]["id"] == mine,
                    body=first.get("content") or "",
                    url=self._page(thread["id"]),
                    handle=(thread["id"], first["id"]),
                )
        except (KeyError, TypeError, AttributeError) as error:
            raise TroubleError(f"its answer cannot be read ({type(error).__name__})") from None

    def create(self, body: str) -> str:
        """Begin a thread; closed, so that a policy of resolved threads does not wait for it."""
        first = {"parentCommentId": 0, "content": body, "commentType": "text"}
        made = self._ask("POST", self._threads(), {"comments": [first], "status": "closed"})
        return self._page(made.get("id"))

    def edit(self, comment: Comment, body: str) -> None:
        """Write another body."""
        thread, number = comment.handle
        self._ask("PATCH", f"{self._threads()}/{thread}/comments/{number}", {"content": body})

    def _threads(self) -> str:
        pulls = f"{self._project}/_apis/git/repositories/{self._repository}/pullRequests"
        return f"{pulls}/{self._target.number}/threads"

    def _page(self, thread: object) -> str:
        pull = f"{self._project}/_git/{self._repository}/pullrequest/{self._target.number}"
        return f"{pull}?discussionId={thread}" if thread is not None else pull

    def _ask(
        self, method: str, url: str, body: Mapping[str, Any] | None = None, *, version: str = _VERSION
    ) -> dict[str, Any]:
        try:
            answer = self._pool.request(
                method,
                f"{url}?api-version={version}",
                json=body,
                headers=self._headers,
                timeout=urllib3.Timeout(self._request_s),
                retries=False,
                redirect=False,
            )
        except SSLError as error:
            raise TroubleError(str(error), tls=True) from None
        except HTTPError as error:
            raise TroubleError(_words(error), passes=True) from None
        if answer.status in _SIGN_IN:
            raise TroubleError("it answers with its page for signing in", status=401)
        document = _json(answer.data)
        if answer.status not in {_OK, _CREATED}:
            message = document.get("message") if document else ""
            raise TroubleError(
                message if isinstance(message, str) else "",
                status=answer.status,
                wait_s=seconds(answer.headers.get("Retry-After")),
            )
        if document is None:
            raise TroubleError("its answer is no JSON object")
        return document


def _pool(api: str) -> urllib3.PoolManager | urllib3.ProxyManager:
    address = urlsplit(api)
    proxy = getproxies().get(address.scheme, "")
    if proxy and not proxy_bypass(address.hostname or ""):
        return urllib3.ProxyManager(proxy)
    return urllib3.PoolManager()


def _json(data: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _words(error: HTTPError) -> str:
    return "no answer in time" if isinstance(error, urllib3.exceptions.TimeoutError) else str(error)
