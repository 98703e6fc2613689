"""The fault proxy's parts that need no socket: rules, and the recognition of requests."""

import pytest

from tests.support.aws_requests import error_answer, identify
from tests.support.faults import Fault, FaultKind


@pytest.mark.parametrize(
    "wrong", [{"nth": 1, "from_nth": 1}, {"nth": 0}, {"from_nth": -1}, {"to_nth": 0}, {"nth": 1, "to_nth": 2}]
)
def test_a_rule_that_cannot_be_meant_is_refused(wrong):
    with pytest.raises(ValueError, match="nth"):
        Fault(action=FaultKind.DELAY, **wrong)


@pytest.mark.parametrize(
    ("when", "struck"),
    [
        ({}, [1, 2, 3, 4]),
        ({"nth": 2}, [2]),
        ({"from_nth": 3}, [3, 4]),
        ({"to_nth": 2}, [1, 2]),
        ({"from_nth": 2, "to_nth": 3}, [2, 3]),
    ],
)
def test_a_rule_strikes_when_it_says(when, struck):
    fault = Fault(action=FaultKind.DELAY, **when)
    assert [each for each in range(1, 5) if fault.strikes(each)] == struck


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/", "ListBuckets"),
        ("GET", "/b?location=", "GetBucketLocation"),
        ("GET", "/b?versioning", "GetBucketVersioning"),
        ("GET", "/b?versions&prefix=x", "ListObjectVersions"),
        ("GET", "/b", "ListObjects"),
        ("DELETE", "/b", "DeleteBucket"),
        ("HEAD", "/b", "HeadBucket"),
        ("POST", "/b?delete", "DeleteObjects"),
        ("PUT", "/b?publicAccessBlock", "PutPublicAccessBlock"),
        ("PUT", "/b/k?tagging", "PutObjectTagging"),
        ("POST", "/b/k?uploads", "CreateMultipartUpload"),
        ("PUT", "/b/k?partNumber=1&uploadId=u", "UploadPart"),
        ("POST", "/b/k?uploadId=u", "CompleteMultipartUpload"),
        ("DELETE", "/b/k?uploadId=u", "AbortMultipartUpload"),
        ("GET", "/b/k/tagging?uploadId=u", "ListParts"),
    ],
)
def test_s3_operations_are_read_from_the_path(method, path, operation):
    headers = {"authorization": "AWS4-HMAC-SHA256 Credential=a/20250101/r/s3/aws4_request, S"}
    assert identify(method, path, headers, b"").operation == operation


def test_an_unsigned_request_has_no_service_and_still_gets_an_answer():
    request = identify("GET", "/x?Action=Foo", {}, b"")
    assert (request.service, request.operation) == ("", "Foo")
    assert b"<Code>A&amp;B</Code>" in error_answer(request, 400, "A&B", "")[1]
