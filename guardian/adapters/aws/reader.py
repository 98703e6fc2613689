"""Looks live for what no state knows, on AWS."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from guardian.adapters.aws.calls import Calls, Clients, utc_now
from guardian.adapters.aws.declare import cannot_find
from guardian.adapters.aws.declared import TYPES
from guardian.adapters.aws.judge import CLOCKS, judge, one_for_each, undated
from guardian.adapters.aws.refusals import NoAnswerError
from guardian.domain.observation import Observation, Sought, Unreadable

WORKERS = 8


class AwsLiveReader:
    """Implements `LiveReader` with read calls of boto3; credentials and endpoints are AWS's own.

    Args:
        environment: The process's environment.
        total_s: After that nothing more is asked; what was asked ends within its own tries.
        now: This machine's clock.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        total_s: float = 60.0,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._clients = Clients(environment, workers=WORKERS, now=now)
        self._total_s = total_s

    def covers(self, resource_type: str) -> bool:
        """Tell whether the type is declared."""
        return resource_type in TYPES and TYPES[resource_type].find is not cannot_find

    def look(self, sought: Sequence[Sought]) -> Mapping[str, Observation]:
        """Look for each, several at a time."""
        if not sought:
            return {}
        deadline = time.monotonic() + self._total_s
        with ThreadPoolExecutor(max_workers=min(WORKERS, len(sought))) as pool:
            seen = pool.map(lambda each: self._look(each, deadline), sought)
            observed = {each.address: found for each, found in zip(sought, seen, strict=True)}
        return one_for_each({each.address: each for each in sought}, observed)

    def _look(self, sought: Sought, deadline: float) -> Observation:
        declared = TYPES.get(sought.resource_type)
        if declared is None:
            return Unreadable(reason=f"no reader for {sought.resource_type}")
        calls = Calls(
            self._clients, declared.service, sought.region, deadline=deadline, allowed=declared.calls
        )
        try:
            findings = declared.find(calls, sought.arguments)
        except NoAnswerError as error:
            return Unreadable(reason=error.reason)
        except (LookupError, TypeError, ValueError) as error:
            # An answer of another shape (a service that only resembles AWS) must not end the way back.
            what = type(error).__name__
            return Unreadable(reason=f"{declared.service}: the answer is not as AWS describes it ({what})")
        if self._clients.apart <= CLOCKS:
            return judge(sought, findings)
        # When the run began is known by this clock alone: nothing can be held against it.
        return undated(judge(replace(sought, since=None), findings), apart=self._clients.apart)
