"""The retry policy of a remote store: patient once it has answered, brief before that."""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from guardian.adapters.store.s3_errors import DoubtfulAnswerError, error_code, is_transient

if TYPE_CHECKING:
    from stamina.instrumentation import RetryDetails

T = TypeVar("T")

_log = logging.getLogger("guardian.store")
_WAIT_MAX_S = 5.0
# Before the first answer a wrong address is likelier than an outage: a person should not wait for long.
_FIRST_ANSWER_S = 15.0


class GaveUpError(Exception):
    """A request failed for good, or its time is over; what it failed with is the cause."""

    def __init__(self, error: Exception, tries: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.tries = tries


class RetryPolicy:
    """Repeats a request while its failure may pass.

    Args:
        try_s: Longest time of one request.
        total_s: Longest time of one `ask`, with its repetitions.
        wait_s: First pause between two tries; doubles up to 5 s.
    """

    def __init__(self, *, try_s: float, total_s: float, wait_s: float) -> None:
        self._try_s = try_s
        self._total_s = total_s
        self._wait_s = wait_s
        self._answered = False

    def ask(self, request: Callable[[], T], *, requests: int = 1) -> T:
        """Send a request until it is answered, refused for good, or the time is over.

        Args:
            request: One try.
            requests: How many requests one try sends at most, one after the other.

        Raises:
            GaveUpError: The last failure, when it is one of botocore's or a doubtful answer.
        """
        import stamina
        import stamina.instrumentation
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        # stamina's own hooks write to stdout or stderr as it finds other packages installed.
        stamina.instrumentation.set_on_retry_hooks([_record])
        started = time.monotonic()
        tries = 0

        def again(error: Exception) -> bool:
            nonlocal tries
            tries += 1
            self._answered = self._answered or isinstance(error, ClientError)
            patient = self._answered or time.monotonic() - started < _FIRST_ANSWER_S
            return patient and is_transient(error)

        # The last try may take its full time after the last pause, and still end within the total.
        until_s = max(self._total_s - requests * self._try_s - _WAIT_MAX_S, self._wait_s)
        caller = stamina.RetryingCaller(
            attempts=None,
            timeout=until_s,
            wait_initial=self._wait_s,
            wait_max=_WAIT_MAX_S,
            wait_jitter=self._wait_s,
        )
        try:
            answer = caller.on(again)(request)
        except (BotoCoreError, ClientError, ResponseParserError, DoubtfulAnswerError) as error:
            raise GaveUpError(error, tries) from error
        self._answered = True
        return answer


def _record(details: "RetryDetails") -> None:
    cause = details.caused_by
    code = error_code(cause) or type(cause).__name__
    _log.info("the store answered %s; try %d in %.1f s", code, details.retry_num + 1, details.wait_for)
