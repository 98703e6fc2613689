"""The whole group is killed while the real AWS provider works: another machine finds all that was made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.backend_stage import BACKEND, STATE_PATH, checkout_at, lock_of, make_buckets
from tests.support.guardian import Checkout, kill_all, wait_until
from tests.support.moto import MotoServer
from tests.support.proxy import FaultProxy
from tests.support.scenario.cloud import STORE_BUCKET, contents
from tests.support.scenario.document import FIXTURES
from tests.support.sweeps import LONG

pytestmark = [pytest.mark.terraform, pytest.mark.aws]

PROJECT = "killed"
STORE = f"s3://{STORE_BUCKET}/killed"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
RELEASE = {"name": "/app/release", "type": "String"}
GOOD = {"aws_ssm_parameter": {"release": {**RELEASE, "value": "one"}}}
BROKEN: Mapping[str, Mapping[str, Any]] = {
    "aws_ssm_parameter": {
        "release": {**RELEASE, "value": "two"},
        "new": {"name": "/app/new", "type": "String", "value": "new"},
    },
    "aws_cloudwatch_log_group": {"new": {"name": "killed-new"}},
    "aws_iam_role": {"new": {"name": "killed-new", "assume_role_policy": TRUST}},
    "aws_s3_bucket": {"new": {"bucket": "killed-new", "tags": {"app": "one"}}},
    "aws_dynamodb_table": {
        "new": {
            "name": "killed-new",
            "billing_mode": "PAY_PER_REQUEST",
            "hash_key": "id",
            "attribute": [{"name": "id", "type": "S"}],
        }
    },
    "aws_sns_topic": {"new": {"name": "killed-new"}},
}
KINDS = {
    "aws_ssm_parameter": "ssm_parameters",
    "aws_cloudwatch_log_group": "log_groups",
    "aws_iam_role": "iam_roles",
    "aws_s3_bucket": "s3_buckets",
    "aws_dynamodb_table": "dynamodb_tables",
    "aws_sns_topic": "sns_topics",
}


@dataclass(frozen=True)
class Moment:
    """At which request the group dies, and whether that request was performed."""

    action: str
    service: str
    operation: str
    path: str = ""
    body: str = ""

    def __str__(self) -> str:
        return f"{self.action}-{self.operation}{self.body.replace('/', '-')}"


_CREATIONS = (
    ("ssm", "PutParameter", "/app/new"),
    ("logs", "CreateLogGroup", ""),
    ("iam", "CreateRole", ""),
    ("s3", "CreateBucket", ""),
    ("dynamodb", "CreateTable", ""),
    ("sns", "CreateTopic", ""),
)
MOMENTS = [
    # Everything is made, nothing is recorded: the state's only write never left.
    Moment("hold_lost", "s3", "PutObject", path=STATE_PATH),
    Moment("hold_after", "s3", "PutObject", path=STATE_PATH),
    Moment("hold_lost", "s3", "DeleteObject", path=r"app\.tfstate\.tflock"),
    Moment("hold_after", "s3", "DeleteObject", path=r"app\.tfstate\.tflock"),
    Moment("hold_lost", "ssm", "PutParameter", body="/app/release"),
    Moment("hold_after", "ssm", "PutParameter", body="/app/release"),
    Moment("hold_after", "s3", "PutBucketTagging"),
    Moment("hold", "dynamodb", "CreateTable"),  # it arrives when its client is dead
    *(Moment("hold_lost", service, operation, body=body) for service, operation, body in _CREATIONS),
    *(Moment("hold_after", service, operation, body=body) for service, operation, body in _CREATIONS),
]


def write(checkout: Checkout, resources: Mapping[str, Any]) -> None:
    checkout.write(json.dumps({"resource": resources}), "main.tf.json")


def lines(said: str, kind: str) -> list[dict[str, Any]]:
    return [each for each in map(json.loads, said.splitlines()) if each["type"] == kind]


def begin(directory: Path, moto: MotoServer, proxy: FaultProxy, exe: Path, cli_config: Path) -> Checkout:
    """Apply the good configuration; return the checkout with the next one in it."""
    moto.reset()
    make_buckets(moto)
    checkout = checkout_at(directory, exe, proxy.url, TF_CLI_CONFIG_FILE=str(cli_config))
    checkout.deadline_s = 300
    checkout.write(json.dumps({"project": PROJECT, "store": STORE}), "guardian.yaml")
    checkout.write(BACKEND, "backend.tf")
    checkout.write((FIXTURES / "aws" / "provider.tf").read_text(), "provider.tf")
    write(checkout, GOOD)
    applied = checkout.run("apply", "-auto-approve")
    assert applied.exit_code == 0, applied.said
    write(checkout, BROKEN)
    return checkout


def die(checkout: Checkout, proxy: FaultProxy, moment: Moment) -> None:
    rule = proxy.add(
        moment.action, service=moment.service, operation=moment.operation, path=moment.path, body=moment.body
    )
    process = checkout.start("apply", "-auto-approve")
    wait_until(lambda: proxy.faults.hits(rule) or process.poll() is not None, str(moment), 240)
    held = proxy.faults.wait_for_hold(rule, 5)
    kill_all(checkout.root)
    said, _ = process.communicate()
    assert held, said
    proxy.faults.clear()
    checkout.root.rename(checkout.root.with_name(f"{checkout.root.name}-gone"))


def check(elsewhere: Checkout, moto: MotoServer, before: Mapping[str, Any]) -> None:
    """Check what another machine tells, and that it brings back all that it does not list."""
    named = ("--project", PROJECT, "--store", STORE, "--json")
    shown = elsewhere.run("run", "show", *named)
    assert shown.exit_code == 0, shown.said
    found = lines(shown.stdout, "result")[0]["class"]
    assert found in {"not_started", "applied", "failed", "in_doubt"}
    if contents(moto) != before:
        assert found in {"failed", "in_doubt"}, shown.said
    status = elsewhere.run("status", *named)
    assert status.exit_code == 0, status.said
    free_the_lock(elsewhere, moto, named)
    ends = []
    for _ in range(2):
        restored = elsewhere.run("restore", "-auto-approve", *named)
        assert restored.exit_code in {0, 6}, restored.said
        after = contents(moto)
        left = {kind for kind in after if after[kind] != before[kind]}
        if restored.exit_code == 0:
            assert left == set(), restored.said
        else:
            (receipt,) = lines(restored.stdout, "receipt")
            assert receipt["unaccounted"], restored.said
            listed = {KINDS[each.partition(".")[0]] for each in receipt["unaccounted"]}
            assert left <= listed, restored.said
            assert set(receipt["unaccounted"]) <= {each["address"] for each in receipt["looked"]}
        ends.append((restored.exit_code, after))
    assert ends[0] == ends[1]


def free_the_lock(elsewhere: Checkout, moto: MotoServer, named: tuple[str, ...]) -> None:
    """Remove the lock that the killed Terraform left, by its whole id, as a person does."""
    lock = lock_of(moto)
    if lock is not None:
        freed = elsewhere.run("unlock", json.loads(lock)["ID"], "--reason", "its machine is gone", *named)
        assert freed.exit_code == 0, freed.said


@pytest.mark.sweep
@pytest.mark.parametrize("moment", MOMENTS if LONG else MOMENTS[len(MOMENTS) // 2 :][:1], ids=str)
def test_killed_while_the_provider_works(
    tmp_path, moto, proxy, terraform, aws_provider, guardian_exe, tally, moment
):
    tally(2, points=1)
    checkout = begin(tmp_path / "checkout", moto, proxy, guardian_exe, aws_provider)
    before = contents(moto)
    die(checkout, proxy, moment)
    elsewhere = checkout_at(
        tmp_path / "elsewhere", guardian_exe, proxy.url, TF_CLI_CONFIG_FILE=str(aws_provider)
    )
    elsewhere.deadline_s = 400
    check(elsewhere, moto, before)
