"""`guardian drift` beside `terraform plan -refresh-only`: time, requests, and what each finds.

Both ask, in turn, one server that takes 50 ms for every answer and has all answers of the fake cloud ready:
each side runs once unmeasured. Usage: `bench_drift.py [INSTANCES ...]`; the ratios are claimed for 1,000.
"""

import base64
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.recorded import RecordedCloud, recorded_cloud
from benchmarks.stage import Stage, staged
from tests.support.moto import MotoServer, environment

LATENCY_S = 0.05
CLAIMED_AT = 1_000
PAIRS = 3
CONNECTIONS = "100"
CLAIMED = {"faster": 3.0, "requests": 0.4, "quick faster": 6.0, "quick fewer": 25.0}
PLAN = ["terraform", "plan", "-refresh-only", "-input=false", "-lock=false", "-no-color", "-out=drift.tfplan"]
Client = Callable[[str], Any]


def plant(client: Client) -> set[str]:
    """Change fourteen instances from outside, and return their addresses."""
    ssm, s3, ec2, iam = client("ssm"), client("s3"), client("ec2"), client("iam")
    logs, tables = client("logs"), client("dynamodb")
    ssm.put_parameter(Name="/bench/0", Value="other", Overwrite=True)
    ssm.add_tags_to_resource(
        ResourceType="Parameter", ResourceId="/bench/1", Tags=[{"Key": "team", "Value": "x"}]
    )
    ssm.delete_parameter(Name="/bench/2")
    s3.put_bucket_versioning(Bucket="guardian-bench-0", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(Bucket="guardian-bench-1", Tagging={"TagSet": [{"Key": "team", "Value": "other"}]})
    s3.put_bucket_policy(Bucket="guardian-bench-2", Policy=_policy("guardian-bench-2"))
    s3.put_bucket_encryption(
        Bucket="guardian-bench-3",
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
        },
    )
    groups = {each["GroupName"]: each["GroupId"] for each in _groups(ec2)}
    ec2.authorize_security_group_ingress(
        GroupId=groups["bench-0"], IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    )
    ec2.create_tags(Resources=[groups["bench-1"]], Tags=[{"Key": "team", "Value": "other"}])
    iam.update_role(RoleName="bench-0", MaxSessionDuration=7200)
    iam.put_role_policy(RoleName="bench-1", PolicyName="more", PolicyDocument=_policy("bench"))
    logs.put_retention_policy(logGroupName="/bench/0", retentionInDays=30)
    tables.update_table(TableName="bench-0", DeletionProtectionEnabled=True)
    tables.update_time_to_live(
        TableName="bench-1", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    kinds = {
        "aws_ssm_parameter": 3,
        "aws_s3_bucket": 4,
        "aws_security_group": 2,
        "aws_iam_role": 2,
        "aws_cloudwatch_log_group": 1,
        "aws_dynamodb_table": 2,
    }
    return {f"{kind}.mixed[{index}]" for kind, count in kinds.items() for index in range(count)}


def _groups(ec2: Any) -> Iterator[dict[str, Any]]:
    for page in ec2.get_paginator("describe_security_groups").paginate():
        yield from page["SecurityGroups"]


def _policy(bucket: str) -> str:
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**allowed, "Principal": "*"}]})


# The requests of a look once more, as many at a time, and nothing else: neither signed nor parsed.
REPLAY = """\
import base64, concurrent.futures, json, sys, time, urllib3
url, number = sys.argv[1], int(sys.argv[2])
asked = [json.loads(line) for line in sys.stdin]
http = urllib3.PoolManager(maxsize=number)
def ask(each):
    method, path, headers, body = each
    http.request(method, url + path, headers=headers, body=base64.b64decode(body) or None, retries=False)
began = time.perf_counter()
with concurrent.futures.ThreadPoolExecutor(number) as threads:
    list(threads.map(ask, asked))
print(time.perf_counter() - began)
"""
KEPT = ("authorization", "x-amz-target", "content-type")


class Bench:
    """The stage with a server before its cloud that has the answers ready."""

    def __init__(self, stage: Stage, cloud: RecordedCloud) -> None:
        self.stage, self.cloud = stage, cloud

    @contextmanager
    def slow(self) -> Iterator[None]:
        """Let what runs in the block ask the server."""
        direct = dict(self.stage.environment)
        self.stage.environment |= environment(self.cloud.url)
        try:
            yield
        finally:
            self.stage.environment = direct

    def measure(self, *command: str) -> tuple[float, Counter[str], str]:
        """Return seconds, requests by operation, and stdout."""
        before = Counter(self.cloud.counts)
        with self.slow():
            began = time.perf_counter()
            done = subprocess.run(
                command,
                cwd=self.stage.checkout,
                env=self.stage.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            took = time.perf_counter() - began
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)} exited {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")
        asked = Counter(self.cloud.counts) - before
        by_name = Counter({f"{service}:{name}": number for (service, name), number in asked.items()})
        return took, by_name, done.stdout

    def guardian(self, *more: str) -> tuple[float, Counter[str], str]:
        """Measure `guardian drift`."""
        return self.measure(sys.executable, "-m", "guardian", "drift", "--json", *more)

    def terraform(self) -> tuple[float, Counter[str], str]:
        """Measure Terraform's refresh, at its own parallelism."""
        return self.measure(*PLAN)

    def replay(self) -> float:
        """Return the seconds that urllib3 alone takes for what the last look asked."""
        lines = [
            json.dumps(
                [
                    each.method,
                    each.path,
                    {name: value for name, value in each.headers.items() if name in KEPT},
                    base64.b64encode(each.body).decode(),
                ]
            )
            for each in self.cloud.asked
        ]
        done = subprocess.run(
            [sys.executable, "-c", REPLAY, self.cloud.url, CONNECTIONS],
            input="\n".join(lines),
            capture_output=True,
            text=True,
            check=True,
        )
        return float(done.stdout)

    def found_by_terraform(self) -> set[str]:
        """Return the addresses that the last plan says have drifted."""
        shown = subprocess.run(
            ["terraform", "show", "-json", "drift.tfplan"],
            cwd=self.stage.checkout,
            env=self.stage.environment,
            capture_output=True,
            check=True,
        )
        return {each["address"] for each in json.loads(shown.stdout).get("resource_drift", ())}


def found_by_guardian(told: str) -> set[str]:
    """Return the addresses that differ."""
    lines = map(json.loads, told.splitlines())
    return {each["address"] for each in lines if each["type"] == "drift"}


def listed(asked: Counter[str]) -> str:
    """Return requests by operation, the most first."""
    return ", ".join(f"{name} {number}" for name, number in asked.most_common())


def compare(bench: Bench, instances: int) -> list[str]:
    """Measure at one size; return the claims that do not hold."""
    bench.cloud.forget()
    for each in (bench.terraform, bench.guardian):
        each()
    theirs = [bench.terraform() for _ in range(PAIRS if instances == CLAIMED_AT else 1)]
    ours = [bench.guardian() for _ in theirs]
    bench.cloud.asked.clear()
    bench.guardian()
    floor = bench.replay()
    quick = [bench.guardian("--quick") for _ in theirs]
    plain, full, fast = (statistics.median(each[0] for each in side) for side in (theirs, ours, quick))
    their_requests, our_requests, quick_requests = (side[0][1] for side in (theirs, ours, quick))
    print(f"\n{instances} instances")
    print(f"  terraform plan -refresh-only {plain:6.2f} s  {their_requests.total():5} requests")
    print(f"  guardian drift               {full:6.2f} s  {our_requests.total():5} requests")
    print(f"  guardian drift --quick       {fast:6.2f} s  {quick_requests.total():5} requests")
    print(f"  the same by urllib3 alone    {floor:6.2f} s  {our_requests.total():5} requests")
    seen = {
        "faster": plain / full,
        "requests": our_requests.total() / their_requests.total(),
        "quick faster": plain / fast,
        "quick fewer": their_requests.total() / quick_requests.total(),
    }
    print(
        f"  {seen['faster']:.1f} times faster with {seen['requests']:.0%} of the requests; "
        f"--quick {seen['quick faster']:.1f} times, {seen['quick fewer']:.1f} times fewer"
    )
    print(f"  terraform: {listed(their_requests)}")
    print(f"  guardian: {listed(our_requests)}")
    print(f"  quick: {listed(quick_requests)}")
    if instances != CLAIMED_AT:
        return []
    return [
        f"{name}: {seen[name]:.2f}, claimed {wanted}"
        for name, wanted in CLAIMED.items()
        if (seen[name] > wanted if name == "requests" else seen[name] < wanted)
    ]


def hunt(bench: Bench, client: Client) -> list[str]:
    """Plant drift, and return what is missed that Terraform finds."""
    planted = plant(client)
    bench.terraform()
    theirs = bench.found_by_terraform()
    ours, quick = found_by_guardian(bench.guardian()[2]), found_by_guardian(bench.guardian("--quick")[2])
    print(
        f"\n{len(planted)} planted; Terraform finds {len(theirs & planted)}, guardian {len(ours & planted)}"
    )
    print(f"  --quick {len(quick & planted)}; it says that it did not look for: {sorted(planted - quick)}")
    wrong = [f"missed: {each}" for each in sorted((theirs | planted) - ours)]
    return wrong + [f"false alarm: {each}" for each in sorted(ours - planted)]


def main(sizes: list[int]) -> int:
    """Run at each size, the drift last."""
    failed: list[str] = []
    with staged("drift") as stage, recorded_cloud(stage.server.url, latency_s=LATENCY_S) as cloud:
        stage.environment["GUARDIAN_DRIFT__CONNECTIONS"] = CONNECTIONS
        stage.environment["GUARDIAN_STORE"] = str(stage.directory / "store")
        bench = Bench(stage, cloud)
        for size in sizes:
            stage.environment["TF_VAR_instances"] = str(size)
            stage.run("terraform", "apply", "-auto-approve", "-input=false", "-parallelism=40")
            stage.guardian(
                "snapshot", "create", "-parallelism=40", *(["--accept-state", "--reason", "grown"])
            )
            failed += compare(bench, size)
        failed += hunt(bench, MotoServer(url=cloud.url, pid=stage.server.pid, log=stage.server.log).client)
    for each in failed:
        print(f"NOT HELD: {each}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main([int(each) for each in sys.argv[1:]] or [CLAIMED_AT]))
