"""One look's questions: each asked once whoever asks, only what is declared, so many at a time."""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

from guardian.adapters.aws.calls import Calls, Clients
from guardian.adapters.aws.read import GoneError, tags_of

TAGGING, GET_RESOURCES = "resourcegroupstaggingapi", "get_resources"
T = TypeVar("T")
R = TypeVar("R")


class Look:
    """Everything that was asked in one look, shared by all types.

    Args:
        clients: Where clients come from.
        deadline: Monotonic time after which nothing more is asked.
        pool: Runs what is asked side by side.
    """

    def __init__(self, clients: Clients, *, deadline: float, pool: ThreadPoolExecutor) -> None:
        self._clients = clients
        self._deadline = deadline
        self._lock = Lock()
        self._answers: dict[Any, Future[Any]] = {}
        self._pool = pool

    def side_by_side(self, ask: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Return the answer for each item, in order, asked as many at a time as the pool has threads."""
        return list(self._pool.map(ask, items))

    def once(self, key: Any, ask: Callable[[], T]) -> T:
        """Return the answer to a question, asked by the first who wants it while the others wait."""
        with self._lock:
            known: Future[T] | None = self._answers.get(key)
            mine: Future[T] = Future()
            if known is None:
                self._answers[key] = mine
        if known is not None:
            return known.result()
        try:
            mine.set_result(ask())
        except BaseException as error:
            mine.set_exception(error)
            raise
        return mine.result()

    def calls(self, service: str, region: str, allowed: Collection[str]) -> Calls:
        """Return the calls of a service in a region: these operations alone."""
        return Calls(self._clients, service, region, deadline=self._deadline, allowed=allowed)


class AskedOfService:
    """Implements `Asked` for one type.

    Args:
        look: The look.
        service: boto3's name of the type's service.
        region: Where.
        allowed: The operations that the type declares.
        everything: Whether objects that no state knows are wanted too.
    """

    def __init__(
        self,
        look: Look,
        service: str,
        region: str,
        *,
        allowed: Collection[str],
        everything: bool = False,
    ) -> None:
        self.everything = everything
        self._look = look
        self.service = service
        self._calls = look.calls(service, region, allowed)
        self.region = region

    def every(self, operation: str, member: str, **request: Any) -> list[Any]:
        """Implements `Asked.every`."""
        found: list[Any] = self._once(
            ("every", operation, member), request, lambda: self._calls.every(operation, member, **request)
        )
        return found

    def one(self, operation: str, *, absent: Collection[str] = (), **request: Any) -> dict[str, Any] | None:
        """Implements `Asked.one`."""
        answer: dict[str, Any] | None = self._once(
            ("one", operation, *sorted(absent)),
            request,
            lambda: self._calls.ask(operation, absent=absent, **request),
        )
        return answer

    def need(self, operation: str, *, gone: Collection[str], **request: Any) -> dict[str, Any]:
        """Implements `Asked.need`."""
        answer = self.one(operation, absent=gone, **request)
        if answer is None:
            raise GoneError
        return answer

    def tagged(self, kind: str) -> Mapping[str, Mapping[str, str]]:
        """Implements `Asked.tagged`."""

        def ask() -> Mapping[str, Mapping[str, str]]:
            found = self._look.calls(TAGGING, self.region, {GET_RESOURCES}).every(
                GET_RESOURCES, "ResourceTagMappingList", ResourceTypeFilters=[kind], ResourcesPerPage=100
            )
            return {each["ResourceARN"]: tags_of(each.get("Tags", ())) for each in found}

        return self._look.once((TAGGING, self.region, kind), ask)

    def many(self, ask: Callable[[T], Any], items: Iterable[T]) -> list[Any]:
        """Implements `Asked.many`."""
        return self._look.side_by_side(ask, items)

    def _once(self, question: Any, request: dict[str, Any], ask: Callable[[], Any]) -> Any:
        key = (self.service, self.region, question, _hashable(request))
        return self._look.once(key, ask)


def _hashable(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(sorted((key, _hashable(each)) for key, each in value.items()))
    if isinstance(value, list | tuple):
        return tuple(_hashable(each) for each in value)
    return value
