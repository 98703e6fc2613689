"""Failures of `requests`, which two of the clients speak through."""

import requests

from guardian.adapters.vcs.trouble import TroubleError


def requests_trouble(error: Exception) -> TroubleError:
    """Return what a failure without an answer means; what the client made of a strange answer, too."""
    if isinstance(error, requests.exceptions.SSLError):
        return TroubleError(str(error), tls=True)
    if isinstance(error, requests.exceptions.Timeout):
        return TroubleError("no answer in time", passes=True)
    if isinstance(error, requests.exceptions.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return TroubleError(str(error), passes=True)
    return TroubleError(f"its answer cannot be read ({type(error).__name__}: {error})")
