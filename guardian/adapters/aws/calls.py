"""The only place that calls AWS: clients made once, bounded tries, and vendor errors translated once."""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, TypeVar

from guardian.adapters.aws.refusals import NoAnswerError, code_of, no_answer

T = TypeVar("T")

CONNECT_S = 5.0
READ_S = 15.0


# How often a question is asked that AWS throttled or did not answer, in botocore's words.
FEW: Any = {"mode": "standard", "total_max_attempts": 3}
# In this mode botocore asks slower for as long as a service throttles.
PATIENT: Any = {"mode": "adaptive", "total_max_attempts": 8}


def utc_now() -> datetime:
    """Return this machine's wall time."""
    return datetime.now(UTC)


class Clients:
    """boto3 clients by service and region, made at the first need; usable from several threads.

    Credentials, profile and endpoints come from where boto3 finds them.

    Args:
        environment: The process's environment, for the region: boto3 does not look at AWS_REGION, Terraform
            does, and first.
        workers: How many threads ask at once.
        tries: `FEW`, or `PATIENT` where many questions may be throttled.
        now: This machine's clock, which AWS's answers are held against.

    Attributes:
        apart: How far this machine's clock is from AWS's by the newest answer; nothing until there is one.
        deadline: Monotonic time after which nothing is sent, not even again.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        workers: int,
        tries: Any = FEW,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.apart = timedelta()
        self.deadline = math.inf
        self._now = now
        self._region = environment.get("AWS_REGION", "")
        self._workers = workers
        self._tries = tries
        self._making = threading.Lock()
        self._session: Any = None
        self._made: dict[tuple[str, str], Any] = {}
        self._requests: Counter[str] = Counter()

    def get(self, service: str, region: str) -> Any:
        """Return the client of a service; an empty region is the environment's."""
        from botocore.config import Config

        where = region or self._region
        with self._making:  # making one is not thread-safe, unlike using it
            session = self._opened()
            if (service, where) not in self._made:
                config = Config(
                    connect_timeout=CONNECT_S,
                    read_timeout=READ_S,
                    retries=self._tries,
                    max_pool_connections=self._workers,
                    user_agent_extra="guardian",
                )
                try:
                    made = session.client(service, region_name=where or None, config=config)
                except ValueError as error:  # an endpoint or a region that is none
                    raise NoAnswerError(f"{service}: {error}") from error
                # Around botocore's own handler, which makes all wait for minutes where a service throttles.
                turn = threading.Lock()
                made.meta.events.register_first("before-send", partial(self._wait, turn))
                made.meta.events.register_last("before-send", partial(self._send, turn))
                self._made[service, where] = made
            return self._made[service, where]

    def region(self) -> str:
        """Return the environment's region; empty where it has none."""
        from botocore.exceptions import BotoCoreError

        with self._making:
            try:
                return self._region or str(self._opened().region_name or "")
            except BotoCoreError:
                return ""

    def _opened(self) -> Any:
        if self._session is None:
            import boto3

            self._session = boto3.session.Session()
            self._session.events.register("after-call", self._hold_clock_against)
            self._session.events.register("needs-retry", self._refuse_late)
        return self._session

    def take_requests(self) -> dict[str, int]:
        """Return how often each operation (`ec2:DescribeVpcs`) was sent since it was last asked."""
        with self._making:
            taken, self._requests = self._requests, Counter()
        return dict(taken)

    def _wait(self, turn: threading.Lock, event_name: str, **_: Any) -> None:
        """Let one at a time into botocore's own waiting, which nothing ends."""
        left_s = min(self.deadline - time.monotonic(), threading.TIMEOUT_MAX)
        if left_s <= 0 or not turn.acquire(timeout=left_s):
            raise _too_late(event_name)

    def _send(self, turn: threading.Lock, event_name: str, **_: Any) -> None:
        turn.release()
        self._refuse_late(event_name)
        sent = event_name.removeprefix("before-send.").replace(".", ":")
        with self._making:
            self._requests[sent] += 1

    def _refuse_late(self, event_name: str, **_: Any) -> None:
        """End what botocore would send, or send again, when the time is over."""
        if time.monotonic() > self.deadline:
            raise _too_late(event_name)

    def _hold_clock_against(self, http_response: Any, **_: Any) -> None:
        """Take the date of an answer; one without a date, or with none that can be read, tells nothing."""
        try:
            told = parsedate_to_datetime(http_response.headers["date"])
        except (AttributeError, LookupError, TypeError, ValueError):
            return
        self.apart = abs(self._now() - told.astimezone(UTC))


class Calls:
    """Read calls of one service in one region; every failure to answer is a `NoAnswerError`.

    Args:
        clients: Where the client comes from.
        service: boto3's name of the service.
        region: Where; empty for the environment's.
        deadline: Monotonic time after which nothing more is asked.
        allowed: boto3's names of the only operations that may be asked: those that a role is allowed.
    """

    def __init__(
        self, clients: Clients, service: str, region: str, *, deadline: float, allowed: Collection[str]
    ) -> None:
        self._allowed = frozenset(allowed)
        self._clients = clients
        self._service = service
        self._deadline = deadline
        self.region = region

    def at(self, region: str) -> "Calls":
        """Return the calls of the same service in another region."""
        return Calls(self._clients, self._service, region, deadline=self._deadline, allowed=self._allowed)

    def ask(self, operation: str, *, absent: Collection[str] = (), **request: Any) -> dict[str, Any] | None:
        """Ask once, by the name of boto3's method.

        Args:
            operation: For instance `get_role`.
            absent: The error codes that say that there is no such object, and nothing else.
            request: The operation's parameters.

        Returns:
            The answer, or None when there is no such object.

        Raises:
            NoAnswerError: Anything else went wrong.
        """

        def call() -> dict[str, Any] | None:
            from botocore.exceptions import ClientError

            try:
                answer: dict[str, Any] = getattr(self._client(), operation)(**request)
            except ClientError as error:
                if code_of(error) not in absent:
                    raise
                return None
            return answer

        return self._translated(operation, call)

    def every(
        self, operation: str, member: str, *, left_out_when_empty: bool = False, **request: Any
    ) -> list[Any]:
        """Return the items of all pages, or of the one answer of an operation without pages.

        Raises:
            NoAnswerError: As for `pages`.
        """
        if self._translated(operation, lambda: self._client().can_paginate(operation)):
            return list(self.pages(operation, member, left_out_when_empty=left_out_when_empty, **request))
        answer = self.ask(operation, **request) or {}
        return list(self._items(operation, member, answer, may_lack=left_out_when_empty))

    def pages(
        self, operation: str, member: str, *, left_out_when_empty: bool = False, **request: Any
    ) -> Iterator[Any]:
        """Yield the items of every page of a list.

        Args:
            operation: For instance `list_roles`.
            member: The list's name in the answer.
            left_out_when_empty: Whether the service answers `{}` when the list is empty.
            request: The operation's parameters.

        Raises:
            NoAnswerError: A page was refused, or came without the list: an answer that was cut off before its
                first byte would else look like a list of nothing.
        """
        start = self._translated(
            operation, lambda: iter(self._client().get_paginator(operation).paginate(**request))
        )
        following = partial(next, start, None)
        while (page := self._translated(operation, following)) is not None:
            yield from self._items(operation, member, page, may_lack=left_out_when_empty)

    def _items(self, operation: str, member: str, answer: Mapping[str, Any], *, may_lack: bool) -> list[Any]:
        if member not in answer and not (may_lack and _is_empty_object(answer)):
            raise NoAnswerError(f"{self._service} {operation}: the answer has no {member}")
        return list(answer.get(member, ()))

    def _client(self) -> Any:
        return self._clients.get(self._service, self.region)

    def _translated(self, operation: str, call: Callable[[], T]) -> T:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        if operation not in self._allowed:
            raise AssertionError(f"{self._service} {operation} is asked, but not declared")
        self._check_time(operation)
        try:
            return call()
        except (ClientError, BotoCoreError, ResponseParserError) as error:
            raise no_answer(self._service, operation, error) from error

    def _check_time(self, operation: str) -> None:
        if time.monotonic() > self._deadline:
            raise NoAnswerError(f"{self._service} {operation}: not asked, for the time was over")


def _too_late(event_name: str) -> NoAnswerError:
    _, service, operation = event_name.split(".")
    return NoAnswerError(f"{service} {operation}: the time was over before it was answered")


def _is_empty_object(answer: Mapping[str, Any]) -> bool:
    """Tell whether an answer was `{}` as sent, and not cut off."""
    length: str = answer["ResponseMetadata"]["HTTPHeaders"].get("content-length", "")
    return length == str(len("{}"))
