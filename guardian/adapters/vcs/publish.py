"""One comment a marker: found and edited, else made; tried again as a whole while the failure may pass.

The whole and not the request alone: a creation whose answer is lost may have happened, and only who looks
again does not make a second one.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from guardian.adapters.vcs.detect import Target
from guardian.adapters.vcs.trouble import TroubleError, explained
from guardian.ports.comments import NOTHING_CHANGES, Deed, Posted

if TYPE_CHECKING:
    from stamina.instrumentation import RetryDetails

_log = logging.getLogger("guardian.comments")
_WAIT_MAX_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for a host.

    Attributes:
        request_s: For a connection, and for each part of an answer.
        total_s: After this time nothing is begun any more; a pause that would pass it is not waited for.
        wait_s: The first pause between two tries; doubles up to 10 s.
    """

    request_s: int = 10
    total_s: float = 50.0
    wait_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment; `handle` is whatever edits it.

    Attributes:
        own: Whether the token's own user wrote it, and may edit it.
    """

    own: bool
    body: str
    url: str
    handle: Any


class Thread(Protocol):
    """The comments on one pull request, as one host's API has them; every failure is a `TroubleError`."""

    def comments(self) -> Iterator[Comment]:
        """Yield all that stand there, the oldest first, page by page."""
        ...

    def create(self, body: str) -> str:
        """Write a new comment, and return where it is."""
        ...

    def edit(self, comment: Comment, body: str) -> None:
        """Write another body in place of a comment's."""
        ...


class Publisher:
    """Implements `CommentHost` over the thread of any host.

    Args:
        target: The pull request.
        thread: Its comments.
        patience: How long to wait; the thread keeps to the time of one request.
    """

    def __init__(self, target: Target, thread: Thread, *, patience: Patience) -> None:
        self._target = target
        self._thread = thread
        self._patience = patience
        self.kind = target.host
        self.repository = target.repository
        self.commit = target.commit

    def publish(self, marker: str, body: str) -> Posted:
        """Make the comment of this marker say this; see `CommentHost`."""
        import stamina
        import stamina.instrumentation

        # stamina's own hooks write to stdout or stderr as it finds other packages installed.
        stamina.instrumentation.set_on_retry_hooks([_record])
        until = time.monotonic() + self._patience.total_s
        tries = 0

        def again(error: Exception) -> bool | float:
            nonlocal tries
            tries += 1
            if not isinstance(error, TroubleError) or not error.passes:
                return False
            if error.limited:
                # Without its word on how long, asking again would make it worse.
                return error.wait_s is not None and time.monotonic() + error.wait_s < until and error.wait_s
            return True

        caller = stamina.RetryingCaller(
            attempts=None,
            timeout=max(self._patience.total_s - _WAIT_MAX_S, self._patience.wait_s),
            wait_initial=self._patience.wait_s,
            wait_max=_WAIT_MAX_S,
            wait_jitter=self._patience.wait_s,
        )
        try:
            return caller.on(again)(lambda: self._once(marker, body, until))
        except TroubleError as trouble:
            # Not `from`: the client's own exceptions hold requests, and with them the token.
            raise explained(trouble, self._target, tries=tries) from None

    def _once(self, marker: str, body: str, until: float) -> Posted:
        there = self._find(marker, until)
        if there is None:
            return Posted(deed=Deed.CREATED, url=self._thread.create(body)) if body else _NOT_NEEDED
        wanted = body or f"{marker}\n{NOTHING_CHANGES}\n"
        if _plain(there.body) == _plain(wanted):
            return Posted(deed=Deed.UNCHANGED, url=there.url)
        self._thread.edit(there, wanted)
        return Posted(deed=Deed.EDITED, url=there.url)

    def _find(self, marker: str, until: float) -> Comment | None:
        for each in self._thread.comments():
            if each.own and each.body.startswith(marker):
                return each
            if time.monotonic() > until:
                raise TroubleError("reading the comments there takes too long", passes=True)
        return None


_NOT_NEEDED = Posted(deed=Deed.NOT_NEEDED)


def _plain(body: str) -> str:
    # Hosts keep line ends as the browser sends them, and drop space at the end.
    return body.replace("\r\n", "\n").rstrip()


def _record(details: "RetryDetails") -> None:
    cause = details.caused_by
    status = cause.status if isinstance(cause, TroubleError) else 0
    _log.info("the host answered %s; try %d in %.1f s", status, details.retry_num + 1, details.wait_for)
