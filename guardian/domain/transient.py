"""Which causes of a failure may pass by themselves, so that the same may be tried again.

Knows error texts alone. A cause that no block names is taken to last.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from guardian.domain.engine import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryBlock:
    """Errors that may be tried again, and how often.

    Attributes:
        name: For a person.
        retryable_errors: Regular expressions, each searched in `summary: detail` of an error.
        max_attempts: The first attempt counts; at least 1.
        sleep_interval_s: Pause before the second attempt, in seconds.
    """

    name: str
    retryable_errors: tuple[str, ...]
    max_attempts: int = 3
    sleep_interval_s: float = 5.0

    def fits(self, cause: Diagnostic) -> bool:
        """Tell whether one of the expressions is found in the cause; a dot matches a line break too."""
        text = f"{cause.summary}: {cause.detail}"
        return any(re.search(each, text, re.DOTALL) for each in self.retryable_errors)


BUILT_IN = RetryBlock(name="built-in", retryable_errors=("ThrottlingException",))


def transient(causes: Iterable[Diagnostic], blocks: Iterable[RetryBlock]) -> RetryBlock | None:
    """Return the block by which all causes may pass, or None.

    Args:
        causes: The errors of one failure; without any there is nothing to judge, which is None.
        blocks: From the settings, in order; they are asked before the built-in one.

    Returns:
        The block that fits the first cause, and None as soon as one error fits none: an apply that failed
        for two reasons fails again for the one that lasts.
    """
    known = (*blocks, BUILT_IN)
    fitting = [next((block for block in known if block.fits(cause)), None) for cause in causes]
    if not fitting or None in fitting:
        return None
    return fitting[0]
