"""The role's policy allows what the readers ask, and nothing else. UPDATE_GOLDENS=1 writes it anew."""

import json
import os
from pathlib import Path

import pytest

from guardian.adapters.aws.actions import action_of, policy_of
from guardian.adapters.aws.asked import GET_RESOURCES, TAGGING
from guardian.adapters.aws.backups import BACKUPS
from guardian.adapters.aws.declared import TYPES

FILE = Path(__file__).parents[2] / "modules" / "guardian-role" / "policy.json"
# All inline policies of a role. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
INLINE_MAX = 10_240


def declared() -> set[tuple[str, str]]:
    asked = {(each.service, call) for each in TYPES.values() for call in each.calls}
    asked |= {(each.service, call) for each in BACKUPS.values() for call in each.calls}
    indexed = any(each.read and each.read.tagged for each in TYPES.values())
    return asked | ({(TAGGING, GET_RESOURCES)} if indexed else set())


def test_the_policy_allows_each_declared_call_and_nothing_else():
    policy = policy_of(declared())
    if os.environ.get("UPDATE_GOLDENS"):
        FILE.write_text(json.dumps(policy, indent=2) + "\n")
    written = json.loads(FILE.read_text())
    assert written == policy
    allowed = {action for each in written["Statement"] for action in each["Action"]}
    assert allowed == {action_of(*each) for each in declared()}


def test_it_fits_into_an_inline_policy():
    assert len(json.dumps(json.loads(FILE.read_text()), separators=(",", ":"))) <= INLINE_MAX


@pytest.mark.parametrize("each", sorted(declared()), ids=":".join)
def test_every_call_only_reads(each):
    assert action_of(*each).partition(":")[2].startswith(("Get", "List", "Describe", "GET"))


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("ec2", "describe_vpcs", "ec2:DescribeVpcs"),
        ("elbv2", "describe_load_balancers", "elasticloadbalancing:DescribeLoadBalancers"),
        ("s3", "list_buckets", "s3:ListAllMyBuckets"),
        ("s3", "get_bucket_encryption", "s3:GetEncryptionConfiguration"),
        ("apigatewayv2", "get_apis", "apigateway:GET"),
        ("iam", "get_open_id_connect_provider", "iam:GetOpenIDConnectProvider"),
        ("rds", "describe_db_instances", "rds:DescribeDBInstances"),
    ],
)
def test_an_operation_has_the_name_that_iam_gives_it(service, operation, action):
    assert action_of(service, operation) == action
