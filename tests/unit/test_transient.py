"""What may be tried again, and what never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.engine import Diagnostic
from guardian.domain.transient import BUILT_IN, RetryBlock, transient

SDK = "operation error {}: {}, https response error StatusCode: {}, RequestID: 3ab1, api error {}"

PASSES = [
    SDK.format("SSM", "PutParameter", 400, "ThrottlingException: Rate exceeded"),
    SDK.format("EC2", "CreateVpc", 503, "RequestLimitExceeded: Request limit exceeded."),
    SDK.format("IAM", "CreateRole", 400, "Throttling: Rate exceeded"),
    SDK.format("Lambda", "CreateFunction", 429, "TooManyRequestsException: Rate exceeded"),
    SDK.format("S3", "PutBucketPolicy", 503, "SlowDown: Please reduce your request rate."),
    SDK.format("S3", "PutBucketVersioning", 409, "OperationAborted: A conflicting conditional operation"),
    SDK.format("Route 53", "ChangeResourceRecordSets", 400, "PriorRequestNotComplete: still processing"),
    SDK.format("DynamoDB", "CreateTable", 500, "InternalServerError: Internal server error"),
    SDK.format("SQS", "CreateQueue", 500, "InternalFailure"),
    SDK.format("SNS", "CreateTopic", 503, "ServiceUnavailable: Service is unable to handle request."),
    SDK.format("EC2", "RunInstances", 503, "Unavailable: The service is unavailable."),
    SDK.format(
        "API Gateway", "PutMethod", 409, "ConflictException: Unable to complete. Please try again later."
    ),
    SDK.format("Lambda", "UpdateFunctionCode", 409, "ResourceConflictException: An update is in progress"),
    SDK.format("EC2", "CreateRoute", 400, "InvalidRouteTableID.NotFound: rtb-1 does not exist"),
    SDK.format("EC2", "CreateTags", 400, "InvalidGroup.NotFound: sg-1 does not exist"),
    'Put "https://s3.amazonaws.com/": read tcp 10.0.0.1:1->10.0.0.2:443: read: connection reset by peer',
    'Post "https://iam.amazonaws.com/": net/http: TLS handshake timeout',
    'Post "https://sts.amazonaws.com/": dial tcp 10.0.0.2:443: i/o timeout',
    "Get: net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
    "could not query provider registry: 502 Bad Gateway",
    "dial tcp: lookup ssm.eu-central-1.amazonaws.com: Temporary failure in name resolution",
    "first line\n\nThrottlingException: on the third line",
]

LASTS = [
    SDK.format("SSM", "PutParameter", 400, "AccessDeniedException: not yours"),
    SDK.format("EC2", "CreateVpc", 403, "UnauthorizedOperation: You are not authorized"),
    SDK.format("S3", "CreateBucket", 409, "BucketAlreadyExists: taken"),
    SDK.format("IAM", "CreateRole", 409, "EntityAlreadyExists: Role with name a already exists."),
    SDK.format(
        "DynamoDB", "CreateTable", 400, "ValidationException: One or more parameter values were invalid"
    ),
    SDK.format("RDS", "CreateDBInstance", 400, "InvalidParameterCombination: Cannot find version 99"),
    SDK.format("SSM", "PutParameter", 400, "ParameterLimitExceeded: too many"),
    SDK.format("EC2", "CreateVpc", 400, "VpcLimitExceeded: The maximum number of VPCs has been reached."),
    SDK.format("IAM", "CreateRole", 409, "LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000"),
    SDK.format("Lambda", "PutFunctionConcurrency", 400, "LimitExceededException: too many"),
    SDK.format("EC2", "RunInstances", 400, "InvalidAMIID.NotFound: The image id does not exist"),
    SDK.format("EC2", "DeleteSecurityGroup", 400, "DependencyViolation: sg-1 has a dependent object"),
    SDK.format("STS", "GetCallerIdentity", 403, "ExpiredToken: The security token included is expired"),
    SDK.format("Glue", "CreateJob", 501, "NotImplemented"),
    SDK.format("Backup", "CreateBackupPlan", 409, "ConflictException: it is there"),
    # A denial stays one, however it came about.
    SDK.format("S3", "PutBucketPolicy", 403, "AccessDenied: ThrottlingException: Rate exceeded"),
    "waiting for RDS DB Instance (a) create: timeout while waiting for state to become 'available'",
    'Unsupported argument: An argument named "x" is not expected here.',
    "local-exec provisioner error: exit status 1",
    "",
]


def error(text: str, summary: str = "creating something") -> Diagnostic:
    return Diagnostic(severity="error", summary=summary, detail=text)


@pytest.mark.parametrize("text", PASSES)
@pytest.mark.parametrize("place", ["summary", "detail"])
def test_what_passes_by_itself(text, place):
    cause = error(text) if place == "detail" else error("", summary=text)
    assert transient([cause], []) is BUILT_IN


@pytest.mark.parametrize("text", LASTS)
@pytest.mark.parametrize("place", ["summary", "detail"])
def test_what_lasts(text, place):
    cause = error(text) if place == "detail" else error("", summary=text)
    assert transient([cause], []) is None


@pytest.mark.parametrize("expression", BUILT_IN.retryable_errors)
def test_each_built_in_expression_is_needed(expression):
    others = tuple(each for each in BUILT_IN.retryable_errors if each != expression)
    without = RetryBlock(name="without", retryable_errors=others)
    alone = RetryBlock(name="alone", retryable_errors=(expression,))
    assert any(alone.fits(error(text)) for text in SAMPLES)
    assert any(alone.fits(error(text)) and not without.fits(error(text)) for text in SAMPLES)


SAMPLES = [
    *PASSES,
    "Throttled",
    "SlowDown",
    "ProvisionedThroughputExceededException",
    "Rate exceeded",
    "http2: server sent GOAWAY and closed the connection",
    "https response error StatusCode: 504",
    "InternalFailure",
    "Unavailable",
    "RequestTimeout: your socket was idle",
    "OptimisticLockException",
]


def test_without_a_cause_there_is_nothing_to_retry():
    assert transient([], [RetryBlock(name="any", retryable_errors=("",))]) is None


def test_every_error_must_fit_some_block():
    mine = RetryBlock(name="mine", retryable_errors=("flaky",))
    passing, own, lasting = error("ThrottlingException"), error("flaky"), error("AccessDenied")
    assert transient([own, passing], [mine]) is mine
    assert transient([passing, own], [mine]) is BUILT_IN
    assert transient([passing, own], []) is None
    assert transient([passing, own, lasting], [mine]) is None


def test_blocks_of_the_settings_are_asked_first_and_in_order():
    first = RetryBlock(name="first", retryable_errors=("Throttling",), max_attempts=9)
    second = RetryBlock(name="second", retryable_errors=("Throttling",))
    assert transient([error("ThrottlingException")], [first, second]) is first


def test_somebody_may_take_upon_himself_what_is_never_built_in():
    mine = RetryBlock(name="mine", retryable_errors=("AccessDenied",))
    assert transient([error("AccessDenied: the role is new")], [mine]) is mine


def test_an_expression_sees_summary_and_detail_and_a_dot_matches_a_line_break():
    mine = RetryBlock(name="mine", retryable_errors=("^creating something: one.two$",))
    assert transient([error("one\ntwo")], [mine]) is mine
    assert transient([error("one\ntwo", summary="else")], [mine]) is None


@given(
    lasting=st.sampled_from(["AccessDenied", "ValidationException", "already exists", "AuthFailure"]),
    passing=st.sampled_from(PASSES),
    before=st.booleans(),
)
def test_what_lasts_is_never_hidden_by_what_passes(lasting, passing, before):
    text = f"{lasting}: {passing}" if before else f"{passing}\n{lasting}"
    assert transient([error(text)], []) is None
