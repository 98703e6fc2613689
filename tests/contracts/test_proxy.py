"""The fault proxy, seen by the clients that it stands before."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ConnectionError, HTTPClientError  # noqa: A004 - botocore's name

from tests.support.moto import REGION, MotoServer, moto_server
from tests.support.proxy import FaultProxy, fault_proxy

Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoServer]:
    with moto_server() as server:
        yield server


@pytest.fixture
def proxy(moto: MotoServer) -> Iterator[FaultProxy]:
    moto.reset()
    with fault_proxy(moto.url) as running:
        yield running


@pytest.fixture
def client(proxy: FaultProxy) -> Iterator[Client]:
    made: list[Any] = []

    def make(service: str) -> Any:
        config = Config(
            s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, proxies={}, read_timeout=20
        )
        session: Any = boto3.session.Session(
            aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION
        )
        made.append(session.client(service, endpoint_url=proxy.url, config=config))
        return made[-1]

    yield make
    for each in made:
        each.close()


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_objects_pass_both_ways_and_are_counted(proxy, client):
    s3 = client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    body = bytes(range(256)) * 5000
    s3.put_object(Bucket="bucket", Key="a b/é+%.txt", Body=body)
    assert s3.get_object(Bucket="bucket", Key="a b/é+%.txt")["Body"].read() == body
    assert [each["Key"] for each in s3.list_objects_v2(Bucket="bucket")["Contents"]] == ["a b/é+%.txt"]
    assert s3.head_object(Bucket="bucket", Key="a b/é+%.txt")["ContentLength"] == len(body)
    s3.put_bucket_tagging(Bucket="bucket", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    s3.delete_object(Bucket="bucket", Key="a b/é+%.txt")
    assert proxy.faults.counts() == {
        ("s3", "CreateBucket"): 1,
        ("s3", "PutObject"): 1,
        ("s3", "GetObject"): 1,
        ("s3", "ListObjectsV2"): 1,
        ("s3", "HeadObject"): 1,
        ("s3", "PutBucketTagging"): 1,
        ("s3", "DeleteObject"): 1,
    }


def test_every_protocol_is_recognised(proxy, client):
    client("ssm").put_parameter(Name="/a", Value="1", Type="String")
    client("ec2").describe_vpcs()
    client("dynamodb").list_tables()
    client("iam").list_roles()
    client("sns").list_topics()
    client("logs").describe_log_groups()
    client("cloudwatch").describe_alarms()
    assert set(proxy.faults.counts()) == {
        ("ssm", "PutParameter"),
        ("ec2", "DescribeVpcs"),
        ("dynamodb", "ListTables"),
        ("iam", "ListRoles"),
        ("sns", "ListTopics"),
        ("logs", "DescribeLogGroups"),
        ("cloudwatch", "DescribeAlarms"),
    }


@pytest.mark.parametrize(
    ("service", "operation", "call"),
    [
        ("s3", "ListBuckets", lambda s3: s3.list_buckets()),
        ("ssm", "GetParameter", lambda ssm: ssm.get_parameter(Name="/a")),
        ("ec2", "DescribeVpcs", lambda ec2: ec2.describe_vpcs()),
        ("dynamodb", "ListTables", lambda dynamodb: dynamodb.list_tables()),
        ("iam", "ListRoles", lambda iam: iam.list_roles()),
        ("lambda", "", lambda functions: functions.list_functions()),
        ("cloudwatch", "DescribeAlarms", lambda alarms: alarms.describe_alarms()),
    ],
)
def test_an_error_speaks_the_protocol_of_its_service(proxy, client, service, operation, call):
    proxy.add(
        "error_before", service=service, operation=operation, status=403, code="AccessDenied", message="<no>"
    )
    with pytest.raises(ClientError) as raised:
        call(client(service))
    assert code_of(raised) == "AccessDenied"
    assert raised.value.response["Error"]["Message"] == "<no>"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_an_error_before_leaves_no_trace_and_one_after_does(proxy, client, moto):
    proxy.add("error_before", operation="PutParameter", body="/before")
    proxy.add("error_after", operation="PutParameter", body="/after", status=500, code="InternalServerError")
    ssm = client("ssm")
    for name in ("/before", "/after"):
        with pytest.raises(ClientError):
            ssm.put_parameter(Name=name, Value="1", Type="String")
    there = moto.client("ssm").describe_parameters()["Parameters"]
    assert [each["Name"] for each in there] == ["/after"]


def test_a_reset_before_leaves_no_trace_and_one_after_does(proxy, client, moto):
    proxy.add("reset_before", operation="PutParameter", body="/before")
    proxy.add("reset_after", operation="PutParameter", body="/after")
    ssm = client("ssm")
    for name in ("/before", "/after"):
        with pytest.raises((ConnectionClosedError, ConnectionError, HTTPClientError)):
            ssm.put_parameter(Name=name, Value="1", Type="String")
    there = moto.client("ssm").describe_parameters()["Parameters"]
    assert [each["Name"] for each in there] == ["/after"]
    ssm.put_parameter(Name="/well", Value="1", Type="String")


@pytest.mark.parametrize(
    ("when", "failed"), [({}, [1, 2, 3, 4]), ({"nth": 2}, [2]), ({"from_nth": 3}, [3, 4])]
)
def test_a_rule_strikes_when_it_says(proxy, client, when, failed):
    number = proxy.add("error_before", service="ssm", operation="GetParametersByPath", **when)
    ssm = client("ssm")
    struck = []
    for time_of_asking in range(1, 5):
        try:
            ssm.get_parameters_by_path(Path="/")
        except ClientError:
            struck.append(time_of_asking)
    assert struck == failed
    assert proxy.faults.hits(number) == len(failed)


def test_a_rule_counts_only_what_fits_it(proxy, client):
    proxy.add("error_before", operation="PutParameter", body="/mine", nth=2)
    ssm = client("ssm")
    for name in ("/yours", "/mine", "/yours"):
        ssm.put_parameter(Name=name, Value="1", Type="String", Overwrite=True)
    with pytest.raises(ClientError):
        ssm.put_parameter(Name="/mine", Value="1", Type="String", Overwrite=True)


def test_the_first_of_several_rules_strikes_and_removal_ends_it(proxy, client):
    first = proxy.add("error_before", service="ssm", code="First")
    proxy.add("error_before", service="ssm", code="Second")
    ssm = client("ssm")
    for expected in ("First", "Second"):
        with pytest.raises(ClientError) as raised:
            ssm.describe_parameters()
        assert code_of(raised) == expected
        if expected == "First":
            proxy.faults.remove(first)
    proxy.faults.clear()
    assert ssm.describe_parameters()["Parameters"] == []


def test_what_is_held_goes_on_when_it_is_released(proxy, client, moto):
    number = proxy.add("hold", operation="PutParameter")
    ssm = client("ssm")
    put = threading.Thread(target=lambda: ssm.put_parameter(Name="/a", Value="1", Type="String"))
    put.start()
    assert proxy.faults.wait_for_hold(number, 20)
    assert moto.client("ssm").describe_parameters()["Parameters"] == []
    proxy.faults.release(number)
    put.join(20)
    assert not put.is_alive()
    assert len(moto.client("ssm").describe_parameters()["Parameters"]) == 1


def test_what_is_held_after_is_done_already(proxy, client, moto):
    number = proxy.add("hold_after", operation="PutParameter")
    ssm = client("ssm")
    put = threading.Thread(target=lambda: ssm.put_parameter(Name="/a", Value="1", Type="String"))
    put.start()
    assert proxy.faults.wait_for_hold(number, 20)
    assert len(moto.client("ssm").describe_parameters()["Parameters"]) == 1
    assert put.is_alive()
    proxy.faults.release(number)
    put.join(20)
    assert not put.is_alive()


def test_a_truncated_answer_is_shorter_than_it_says(proxy, client, moto):
    moto.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    moto.client("s3").put_object(Bucket="bucket", Key="k", Body=b"x" * 1000)
    proxy.add("truncate", operation="GetObject", keep_bytes=10)
    answer = client("s3").get_object(Bucket="bucket", Key="k")
    assert answer["ContentLength"] == 1000
    with pytest.raises(HTTPClientError):
        answer["Body"].read()


def test_delay_and_latency_take_their_time(proxy, client):
    ssm = client("ssm")
    ssm.describe_parameters()
    proxy.add("delay", service="ssm", nth=1, delay_s=0.3)
    started = time.monotonic()
    ssm.describe_parameters()
    assert time.monotonic() - started >= 0.3
    proxy.latency_s = 0.2
    started = time.monotonic()
    ssm.describe_parameters()
    assert time.monotonic() - started >= 0.2


def test_connections_are_kept_and_chunks_and_expectations_understood(proxy, moto):
    moto.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    address = urlsplit(proxy.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
    signed = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential=testing/20250101/{REGION}/s3/aws4_request, Signature=x"
    }
    connection.request(
        "PUT", "/bucket/chunked", body=iter([b"one ", b"two"]), headers=signed, encode_chunked=True
    )
    assert connection.getresponse().read() is not None
    local = connection.sock.getsockname()
    # A client that waits for "100 Continue" sends its body only then.
    connection.putrequest("PUT", "/bucket/expected")
    for name, value in (*signed.items(), ("Content-Length", "5"), ("Expect", "100-continue")):
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.sock.recv(64).startswith(b"HTTP/1.1 100")
    connection.send(b"three")
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200
    assert connection.sock.getsockname() == local
    connection.close()
    s3 = moto.client("s3")
    assert s3.get_object(Bucket="bucket", Key="chunked")["Body"].read() == b"one two"
    assert s3.get_object(Bucket="bucket", Key="expected")["Body"].read() == b"three"
    assert proxy.count("s3", "PutObject") == 2


def test_other_processes_control_it_over_http(proxy, client):
    address = urlsplit(proxy.url)

    def control(method: str, path: str, given: object = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
        connection.request(method, f"/__control__/{path}", body=json.dumps(given))
        answer = connection.getresponse()
        told = answer.status, json.loads(answer.read())
        connection.close()
        return told

    ssm = client("ssm")
    rule = {"action": "error_before", "service": "ssm", "code": "Told", "nth": 1}
    status, made = control("POST", "faults", rule)
    assert status == 200
    with pytest.raises(ClientError) as raised:
        ssm.describe_parameters()
    assert code_of(raised) == "Told"
    ssm.describe_parameters()
    assert control("GET", "counts") == (200, {"ssm DescribeParameters": 2})
    (rule_in_force,) = control("GET", "faults")[1]
    assert (rule_in_force["id"], rule_in_force["seen"], rule_in_force["hits"]) == (made["id"], 2, 1)
    assert control("DELETE", f"faults/{made['id']}") == (200, {})
    assert control("GET", "faults") == (200, [])
    assert control("PUT", "latency", {"seconds": 0.25}) == (200, {})
    assert proxy.latency_s == 0.25
    assert control("POST", "faults", {"action": "error_before", "services": "ssm"})[0] == 400
    assert control("POST", "faults", {"action": "explode"})[0] == 400
    assert control("GET", "nothing")[0] == 400
    assert control("DELETE", "counts") == (200, {})
    assert control("GET", "counts") == (200, {})


def test_many_threads_are_counted_exactly(proxy, client):
    number = proxy.add("error_before", service="ssm", nth=10)
    failures: list[str] = []
    ssm = client("ssm")

    def ask() -> None:
        for _ in range(10):
            try:
                ssm.describe_parameters()
            except ClientError as error:
                failures.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert proxy.count("ssm", "DescribeParameters") == 40
    assert len(failures) == 1
    assert proxy.faults.hits(number) == 1


def test_an_unreachable_upstream_is_a_502_not_a_crash():
    with fault_proxy("http://127.0.0.1:9") as proxy:
        address = urlsplit(proxy.url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.status == 502
        assert b"upstream" in answer.read()
        connection.close()
