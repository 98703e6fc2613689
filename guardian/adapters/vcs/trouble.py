"""What goes wrong between guardian and a code host, in words that say what to do about it."""

from guardian.adapters.vcs.detect import Target
from guardian.domain.review.host import Host
from guardian.errors import CommentError

_SHOWN = 200
_DIGITS = 12
_TOKENS = {
    Host.GITHUB: "env: {GITHUB_TOKEN: '${{ github.token }}'} on the step",
    Host.GITLAB: "GITLAB_TOKEN: a project access token that has not expired, scope api",
    Host.AZURE: "env: {SYSTEM_ACCESSTOKEN: $(System.AccessToken)} on the step",
}
_RIGHTS = {
    Host.GITHUB: "permissions: {pull-requests: write} on the job; a pull request from a fork gets a token "
    "that may only read",
    Host.GITLAB: "give the owner of GITLAB_TOKEN the role Reporter or above, and the token the scope api",
    Host.AZURE: "Project settings > Repositories > Security: allow the build service `Contribute to pull "
    "requests`",
}
_AGAIN = "run the job again later"
TOO_MANY = 429
_MAY_PASS = frozenset({408, 500, 502, 503, 504})


class TroubleError(Exception):
    """One try failed.

    Args:
        words: The host's or the client's own words; shown cut, on one line and without the token.
        status: The HTTP status, 0 where no answer came.
        wait_s: How long the host asks to wait, None where it does not.
        limited: Whether the host wants fewer requests.
        tls: Whether the connection could not be made safe.
        passes: Whether the same may work in a moment.
    """

    def __init__(
        self,
        words: str,
        *,
        status: int = 0,
        wait_s: float | None = None,
        limited: bool = False,
        tls: bool = False,
        passes: bool = False,
    ) -> None:
        super().__init__(words)
        self.words = words
        self.status = status
        self.wait_s = wait_s
        self.limited = limited or status == TOO_MANY
        self.tls = tls
        self.passes = passes or self.limited or status in _MAY_PASS


def explained(trouble: TroubleError, target: Target, *, tries: int) -> CommentError:
    """Return the error for the person: host, status, and what to do."""
    where = f"{target.host} ({target.api}, {target.repository}, pull request {target.number})"
    said = _said(trouble.words, target.token)
    if trouble.tls:
        return CommentError(
            f"the comment is not posted: the certificate of {where} cannot be verified{said}",
            hint="REQUESTS_CA_BUNDLE=FILE and SSL_CERT_FILE=FILE    # the authority that signed it",
        )
    if trouble.limited:
        asked = f" and asks to wait {trouble.wait_s:.0f} s" if trouble.wait_s else ""
        return CommentError(
            f"the comment is not posted: {where} limits the rate of requests ({trouble.status}){asked}{said}",
            hint=_AGAIN,
        )
    if trouble.passes:
        happened = f"answered {trouble.status}" if trouble.status else "did not answer"
        times = f", {tries} times" if tries > 1 else ""
        return CommentError(f"the comment is not posted: {where} {happened}{times}{said}", hint=_AGAIN)
    words, hint = {
        401: ("does not accept the token", _TOKENS[target.host]),
        403: ("does not let this token comment", _RIGHTS[target.host]),
        404: (
            "is not found, or hidden from this token",
            f"look whether the address is right; {_RIGHTS[target.host]}",
        ),
        422: ("takes the comment for invalid", "guardian review --format markdown    # what it was"),
    }.get(
        trouble.status, ("cannot be used", "guardian review --format markdown    # post its output by hand")
    )
    status = f" ({trouble.status})" if trouble.status else ""
    return CommentError(f"the comment is not posted: {where} {words}{status}{said}", hint=hint)


def _said(words: str, token: str) -> str:
    # The token first: a cut through it would leave a part that is not recognised.
    line = " ".join(words.replace(token, "***").split())
    if not line:
        return ""
    return f": {line[:_SHOWN]}..." if len(line) > _SHOWN else f": {line}"


def seconds(text: object) -> float | None:
    """Read a header of whole seconds; None where it is absent, a date or nonsense."""
    word = str(text).strip() if text is not None else ""
    return float(word) if word.isascii() and word.isdigit() and len(word) <= _DIGITS else None
