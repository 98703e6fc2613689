"""Which service and which operation an AWS request asks for, and how that protocol spells an error.

Knows the wire forms that the AWS SDKs use: S3's paths and subresources, the query and EC2 forms, JSON with
X-Amz-Target, CBOR with its path, REST for the rest.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, parse_qsl, urlsplit
from xml.sax.saxutils import escape

_CREDENTIAL = re.compile(r"Credential=[^/,\s]+/\d{8}/[^/,\s]+/([^/,\s]+)/aws4_request")
_CBOR_PATH = re.compile(r"^/service/[^/]+/operation/([^/?]+)$")
# Source: the AWS SDKs sign events, monitoring and others under names that differ from the product's.
_SIGNED_AS = {"monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}

# Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
_BUCKET_SUBRESOURCES = {
    "accelerate": "BucketAccelerateConfiguration",
    "acl": "BucketAcl",
    "cors": "BucketCors",
    "encryption": "BucketEncryption",
    "lifecycle": "BucketLifecycleConfiguration",
    "location": "BucketLocation",
    "logging": "BucketLogging",
    "notification": "BucketNotificationConfiguration",
    "object-lock": "ObjectLockConfiguration",
    "ownershipControls": "BucketOwnershipControls",
    "policy": "BucketPolicy",
    "policyStatus": "BucketPolicyStatus",
    "publicAccessBlock": "PublicAccessBlock",
    "replication": "BucketReplication",
    "requestPayment": "BucketRequestPayment",
    "tagging": "BucketTagging",
    "versioning": "BucketVersioning",
    "website": "BucketWebsite",
}
_OBJECT_SUBRESOURCES = {
    "acl": "ObjectAcl",
    "attributes": "ObjectAttributes",
    "legal-hold": "ObjectLegalHold",
    "retention": "ObjectRetention",
    "tagging": "ObjectTagging",
}
_VERBS = {"GET": "Get", "PUT": "Put", "DELETE": "Delete", "HEAD": "Head", "POST": "Post"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsRequest:
    """One request, as far as faults care.

    Attributes:
        service: The signing name (`s3`, `ssm`, `ec2`, `logs`); empty for an unsigned request.
        operation: The API's own name (`PutParameter`); `METHOD /path` where the protocol has none.
        protocol: `s3`, `ec2`, `query`, `json`, `cbor` or `rest`.
        method: HTTP's.
        path: With its query.
        headers: Names in lower case.
        body: As sent, without transfer encoding.
    """

    service: str
    operation: str
    protocol: str
    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def identify(method: str, path: str, headers: Mapping[str, str], body: bytes) -> AwsRequest:
    """Recognise a request.

    Args:
        method: HTTP's.
        path: With its query, as on the request line.
        headers: Names in lower case.
        body: Without transfer encoding.
    """
    url = urlsplit(path)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    signed = _CREDENTIAL.search(headers.get("authorization", "")) or _CREDENTIAL.search(
        f"Credential={query.get('X-Amz-Credential', '')}"
    )
    service = _SIGNED_AS.get(signed[1], signed[1]) if signed else ""
    operation, protocol = _operation(method, url.path, query, headers, body, service)
    return AwsRequest(
        service=service,
        operation=operation,
        protocol=protocol,
        method=method,
        path=path,
        headers=headers,
        body=body,
    )


def _operation(
    method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, service: str
) -> tuple[str, str]:
    if service == "s3":
        return _s3_operation(method, path, query, headers), "s3"
    if target := headers.get("x-amz-target"):
        return target.rpartition(".")[2], "json"
    if cbor := _CBOR_PATH.match(path):
        return cbor[1], "cbor"
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        action = parse_qs(body.decode(errors="replace")).get("Action", [""])[0]
        return action, "ec2" if service == "ec2" else "query"
    if "Action" in query:
        return query["Action"], "ec2" if service == "ec2" else "query"
    return f"{method} {path}", "rest"


def _s3_operation(method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    bucket, _, key = path.lstrip("/").partition("/")
    if not bucket:
        return "ListBuckets"
    named = _OBJECT_SUBRESOURCES if key else _BUCKET_SUBRESOURCES
    for name, noun in named.items():
        if name in query:
            return f"{_VERBS[method]}{noun}"
    return _s3_object(method, query, headers) if key else _s3_bucket(method, query)


def _s3_bucket(method: str, query: Mapping[str, str]) -> str:
    match method:
        case "GET":
            for name, operation in (("uploads", "ListMultipartUploads"), ("versions", "ListObjectVersions")):
                if name in query:
                    return operation
            return "ListObjectsV2" if "list-type" in query else "ListObjects"
        case "POST":
            return "DeleteObjects" if "delete" in query else "PostObject"
        case "PUT":
            return "CreateBucket"
        case _:
            return f"{_VERBS[method]}Bucket"


def _s3_object(method: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    upload = "uploadId" in query
    copied = "x-amz-copy-source" in headers
    match method:
        case "GET":
            return "ListParts" if upload else "GetObject"
        case "PUT" if upload:
            return "UploadPartCopy" if copied else "UploadPart"
        case "PUT":
            return "CopyObject" if copied else "PutObject"
        case "POST":
            return "CompleteMultipartUpload" if upload else "CreateMultipartUpload"
        case "DELETE":
            return "AbortMultipartUpload" if upload else "DeleteObject"
        case _:
            return f"{_VERBS[method]}Object"


def error_answer(request: AwsRequest, status: int, code: str, message: str) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of an error, in the protocol of the request."""
    match request.protocol:
        case "s3":
            body = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
        case "ec2":
            body = (
                f"<Response><Errors><Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
                "</Errors><RequestID>fault</RequestID></Response>"
            )
        case "query":
            blame = "Sender" if status < 500 else "Receiver"
            body = (
                f"<ErrorResponse><Error><Type>{blame}</Type><Code>{escape(code)}</Code>"
                f"<Message>{escape(message)}</Message></Error><RequestId>fault</RequestId></ErrorResponse>"
            )
        case "cbor":
            text = b"\xa2" + b"".join(map(_cbor_text, ("__type", code, "message", message)))
            return {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, text
        case _:
            kind = request.headers.get("content-type", "application/json")
            return (
                {"Content-Type": kind, "x-amzn-ErrorType": code},
                json.dumps({"__type": code, "message": message}).encode(),
            )
    return {"Content-Type": "text/xml"}, f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode()


def _cbor_text(text: str) -> bytes:
    # Major type 3 with a two-byte length; source: RFC 8949, section 3.
    encoded = text.encode()
    return b"\x79" + len(encoded).to_bytes(2, "big") + encoded
