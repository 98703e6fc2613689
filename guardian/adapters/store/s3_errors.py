"""What S3's refusals mean: which are worth another try, and what a person must do about the others."""

from typing import Any

from guardian.errors import StoreUnreachableError

# Source: "Error responses", Amazon S3 API Reference; a conflict of conditional writes is to be tried again.
_TRANSIENT_CODES = frozenset(
    {
        "BadDigest",
        "ConditionalRequestConflict",
        "IncompleteBody",
        "InternalError",
        "OperationAborted",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "XAmzContentChecksumMismatch",
    }
)
_HTTP_SERVER_ERROR, _HTTP_NOT_IMPLEMENTED, _HTTP_TOO_MANY = 500, 501, 429
_LOG_IN = "renew the credentials (`aws sso login`, or a new session), then run the command again"
_NO_CREDENTIALS = (
    "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; "
    "`aws sts get-caller-identity` shows whether they are found"
)
_REGION = "set AWS_REGION to the bucket's region: `aws s3api get-bucket-location --bucket {bucket}` tells it"
_ENDPOINT = (
    "check the network, AWS_REGION, AWS_ENDPOINT_URL and the proxy variables, then run the command again"
)
_CODE_HINTS = {
    "AccessDenied": (
        "allow s3:GetObject and s3:PutObject on arn:aws:s3:::{bucket}/{prefix}* and s3:ListBucket on "
        "arn:aws:s3:::{bucket} (without it S3 denies a missing key too); a bucket with a KMS key wants "
        "kms:GenerateDataKey and kms:Decrypt as well; prune and store repair also want s3:DeleteObject"
    ),
    "NoSuchBucket": "create the bucket {bucket}, or correct `store:` in guardian.yaml (GUARDIAN_STORE)",
    "InvalidAccessKeyId": _NO_CREDENTIALS,
    "SignatureDoesNotMatch": _NO_CREDENTIALS,
    "ExpiredToken": _LOG_IN,
    "InvalidToken": _LOG_IN,
    "TokenRefreshRequired": _LOG_IN,
    "RequestTimeTooSkewed": "correct this machine's clock, then run the command again",
    "PermanentRedirect": _REGION,
    "AuthorizationHeaderMalformed": _REGION,
    "IllegalLocationConstraintException": _REGION,
    "NotImplemented": (
        "this S3 service has no conditional writes, without which two guardians could overwrite each other: "
        "use one that has (AWS, MinIO), or a directory"
    ),
}
_CODE_HINTS |= {"403": _CODE_HINTS["AccessDenied"], "Forbidden": _CODE_HINTS["AccessDenied"], "301": _REGION}
_BOTO_HINTS = {
    "NoCredentialsError": _NO_CREDENTIALS,
    "PartialCredentialsError": _NO_CREDENTIALS,
    "CredentialRetrievalError": _NO_CREDENTIALS,
    "ProfileNotFound": "set AWS_PROFILE to one of `aws configure list-profiles`",
    "NoRegionError": _REGION,
    "TokenRetrievalError": _LOG_IN,
    "UnauthorizedSSOTokenError": _LOG_IN,
    "SSOTokenLoadError": _LOG_IN,
    "SSLError": "set AWS_CA_BUNDLE to the certificate authority that signed the endpoint's certificate",
}


class DoubtfulAnswerError(Exception):
    """An answer that S3 does not give: something between here and there gave it, or the store is amiss."""


def error_code(error: Exception) -> str:
    """Return the service's code (`NoSuchKey`), the HTTP status where it gave none, or empty."""
    return str(_answer(error).get("Error", {}).get("Code", ""))


def is_transient(error: Exception) -> bool:
    """Tell whether the same request may succeed a moment later."""
    import botocore.exceptions as boto
    from botocore.parsers import ResponseParserError

    if isinstance(error, boto.ClientError):
        status = int(_answer(error).get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if status == _HTTP_NOT_IMPLEMENTED or error_code(error) == "NotImplemented":
            return False
        return (
            error_code(error) in _TRANSIENT_CODES or status >= _HTTP_SERVER_ERROR or status == _HTTP_TOO_MANY
        )
    if isinstance(error, boto.SSLError):
        return False
    return isinstance(
        error,
        (
            boto.HTTPClientError,
            boto.ConnectionError,
            boto.IncompleteReadError,
            ResponseParserError,
            DoubtfulAnswerError,
        ),
    )


def unreachable(error: Exception, *, bucket: str, prefix: str, tries: int) -> StoreUnreachableError:
    """Say what the store answered, or that it did not, and what to do."""
    code, kind = error_code(error), type(error).__name__
    hint = _CODE_HINTS.get(code) or _BOTO_HINTS.get(kind) or _ENDPOINT
    words = _answer(error).get("Error", {}).get("Message", "") or str(error)
    after = f" after {tries} tries" if tries > 1 else ""
    return StoreUnreachableError(
        f"the store s3://{bucket}/{prefix} cannot be used{after}: {code or kind}: {words}",
        hint=hint.format(bucket=bucket, prefix=prefix),
    )


def _answer(error: Exception) -> dict[str, Any]:
    found = getattr(error, "response", None)
    return found if isinstance(found, dict) else {}
