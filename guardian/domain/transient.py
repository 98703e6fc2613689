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


# What lasts until somebody mends it, whatever else the same error says.
_LASTING = (
    r"Access ?Denied",
    r"AuthFailure",
    r"ExpiredToken",
    r"Forbidden",
    r"InvalidClientTokenId",
    r"SignatureDoesNotMatch",
    r"Unauthorized",
    r"UnrecognizedClient",
    r"not authorized",
    r"StatusCode: 40[13]\b",
    r"Validation(?:Error|Exception)",
    r"InvalidParameter",
    r"Already ?Exists",
    r"already exists",
    r"AlreadyOwnedByYou",
    r"QuotaExceeded",
)

_PASSING = (
    # Too many requests. LimitExceeded is left out although SDKs repeat it: to most services it is a quota.
    # Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    r"\b(?:EC2Throttled|Request(?:Throttled|LimitExceeded)|Throttl(?:ed|ing)|TooManyRequests)(?:Exception)?\b",
    r"\b(?:BandwidthLimitExceeded|PriorRequestNotComplete|SlowDown)\b",
    r"\b(?:ProvisionedThroughputExceeded|TransactionInProgress)Exception\b",
    r"\bRate exceeded\b",
    # The connection, not the service.
    r"connection reset by peer|broken pipe|unexpected EOF|use of closed network connection",
    r"TLS handshake timeout|i/o timeout|Client\.Timeout (?:exceeded|or context cancell?ation)",
    r"Temporary failure in name resolution|server misbehaving",
    r"http2: (?:server sent GOAWAY|client connection lost)|stream error: stream ID \d+; INTERNAL_ERROR",
    # The service, not the request. 501 is left out: what is not implemented stays so.
    # Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    r"\bStatusCode: 50[0234]\b",
    r"\b(?:502 Bad Gateway|503 Service Unavailable|504 Gateway Time-?out)\b",
    r"\bInternal(?:Failure|Error|Server(?:Error|Exception)|ServiceError)(?:Exception)?\b",
    r"\b(?:Service)?Unavailable(?:Exception)?\b",
    r"\bRequestTimeout(?:Exception)?\b",
    # Two changes of one object that met.
    # Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    r"\b(?:OperationAborted|ConcurrentModification(?:Exception)?|OptimisticLockException)\b",
    r"Conflict(?:Exception)?\b.*(?:try again|in progress)",
    # What one call made and the next has not heard of yet. Images are left out: their ids are typed by hand.
    # Source: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
    r"\bInvalid(?:Allocation|Instance|InternetGateway|NetworkInterface|RouteTable|Subnet|Vpc)ID\.NotFound\b",
    r"\bInvalidGroup(?:Id)?\.NotFound\b",
)

BUILT_IN = RetryBlock(
    name="built-in",
    retryable_errors=tuple(rf"\A(?!.*(?:{'|'.join(_LASTING)})).*(?:{each})" for each in _PASSING),
)
"""Asked after all others. What is denied, wrong or taken is in it under no circumstances."""


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
