"""What AWS's refusals and silences say, in one sentence for a person."""

from typing import Any

_WORDS_MAX = 300
# What reading a foreign answer ends with, in boto3 and here. Anything else is a mistake of guardian's own.
NOT_AS_DESCRIBED = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    OSError,
)


class NoAnswerError(Exception):
    """AWS refused a question, did not answer it, or answered what cannot be read.

    Attributes:
        reason: What stood in the way, one sentence without secrets.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def code_of(error: Exception) -> str:
    """Return the service's code (`AccessDenied`), the HTTP status where it gave none, or empty."""
    return str(_answer(error).get("Code", ""))


def no_answer(service: str, operation: str, error: Exception) -> NoAnswerError:
    """Say which question was not answered, and why."""
    from botocore.parsers import ResponseParserError

    what = code_of(error) or type(error).__name__
    if isinstance(error, ResponseParserError):
        # Its words repeat the answer, which may be a parameter's value.
        return NoAnswerError(f"{service} {operation}: the answer cannot be read ({what})")
    # EC2 appends an encoded message of a thousand characters to a denial.
    words = " ".join(str(_answer(error).get("Message") or error).split())[:_WORDS_MAX]
    return NoAnswerError(f"{service} {operation}: {what}: {words}")


def reason_of(error: Exception, service: str) -> str:
    """Say why something could not be read; raise what is a mistake of guardian's own."""
    if isinstance(error, NoAnswerError):
        return error.reason
    if isinstance(error, NOT_AS_DESCRIBED):
        # A service that only resembles AWS, or an answer that was cut off.
        return f"{service}: the answer is not as AWS describes it ({type(error).__name__})"
    raise error


def _answer(error: Exception) -> dict[str, Any]:
    found = getattr(error, "response", None)
    return dict(found.get("Error", {})) if isinstance(found, dict) else {}
