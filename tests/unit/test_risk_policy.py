"""Policies held against each other: what is allowed beyond before is a risk, what is less is none."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.review.risks.facts import RiskFacts
from guardian.domain.review.risks.iam_document import covers, statements_of
from guardian.domain.review.risks.narrowing import is_public
from guardian.domain.review.risks.policy_compared import is_wide
from tests.support.planned import NOW, allow, change, found, policy, words

RED, AMBER = [("red", "iam-widened")], [("amber", "iam-widened")]
OPEN = [("red", "opened-to-the-world")]
BUCKET = "arn:aws:s3:::orders/*"
QUEUES = "arn:aws:sqs:*:*:*"
ROLE = "arn:aws:iam::111111111111:role/app"
STRANGER = "arn:aws:iam::999999999999:root"
BOUND = {"permissions_boundary": "arn:aws:iam::1:policy/b"}
EKS = "arn:aws:eks::aws:cluster-access-policy"
ORGANISATION = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}

GITHUB = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"


def repository(named):
    return {"StringLike": {"token.actions.githubusercontent.com:sub": named}}


def deny(action, resource="*"):
    return {"Effect": "Deny", "Action": action, "Resource": resource}


def trust(principal, **more):
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}


def identity(before, after, **more):
    old = None if before is None else {"policy": before}
    return change("aws_iam_policy", old, {"policy": after}, **more)


def resource(before, after, resource_type="aws_sqs_queue_policy"):
    old = None if before is None else {"policy": before, "arn": "arn:aws:sqs:x:111111111111:jobs"}
    return change(resource_type, old, {"policy": after})


def role(before, after):
    old = None if before is None else {"assume_role_policy": before, "arn": ROLE}
    return change("aws_iam_role", old, {"assume_role_policy": after})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (policy(allow("s3:GetObject", BUCKET)), policy(allow("s3:*", BUCKET)), RED),
        (None, policy(allow("s3:*", BUCKET)), RED),
        (None, policy(allow("*")), RED),
        (None, policy(allow("s3:GetObject", BUCKET)), []),
        (None, policy(allow("s3:Get*", BUCKET)), AMBER),
        (None, policy(allow("ec2:DescribeVpcs")), AMBER),
        (policy(allow("sqs:SendMessage", "arn:aws:sqs:x:1:a")), policy(allow("sqs:SendMessage")), RED),
        (policy(allow("s3:*", BUCKET)), policy(allow("s3:Get*", BUCKET)), []),
        (policy(allow("S3:*", BUCKET)), policy(allow("s3:*", BUCKET)), []),
        (policy(allow(["s3:*", "sqs:*"])), policy(allow(["sqs:*"]), allow("s3:*")), []),
        (policy(allow("*")), policy(allow("iam:*")), []),
        (policy(allow("s3:*", BUCKET), allow("ec2:DescribeVpcs")), policy(allow("s3:*")), RED),
        (policy(allow("s3:*", Condition=ORGANISATION)), policy(allow("s3:*")), RED),
        (policy(allow("s3:*")), policy(allow("s3:*", Condition=ORGANISATION)), []),
        (
            policy(allow("s3:GetObject", BUCKET)),
            policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
            RED,
        ),
        (policy(allow("s3:GetObject", BUCKET), deny("s3:*")), policy(allow("s3:GetObject", BUCKET)), AMBER),
        (policy(allow("s3:GetObject", BUCKET)), policy(allow("s3:GetObject", BUCKET), deny("s3:*")), []),
        # A way to more rights, on one thing alone; under the whole of `iam:*` it is none that is new.
        (policy(), policy(allow("iam:PassRole", ROLE)), AMBER),
        (policy(), policy(allow(["iam:AttachRolePolicy", "iam:PassRole"], ROLE)), RED),
        (policy(), policy(allow("iam:CreatePolicyVersion")), RED),
        (policy(allow("iam:PassRole", ROLE)), policy(allow(["iam:PassRole", "iam:GetRole"], ROLE)), []),
        (policy(allow("iam:*")), policy(allow("iam:PutRolePolicy", ROLE)), []),
        (policy(), policy(allow("iam:GetRole", ROLE)), []),
        # IAM completes an ARN that lacks parts by wildcards.
        (policy(), policy(allow("sqs:PurgeQueue", "arn:aws:sqs")), RED),
        (policy(allow("sqs:PurgeQueue", "arn:aws:sqs")), policy(allow("sqs:PurgeQueue", QUEUES)), []),
        (policy(deny("s3:Get*", BUCKET)), policy(deny(["s3:*", "sqs:*"])), []),
        (policy(deny("s3:*")), policy(deny("s3:Get*")), AMBER),
        ("not json", policy(allow("s3:*")), RED),
        (policy(), "not json", AMBER),
        (policy(), "[]", AMBER),
        (policy(), "[" * 100_000, AMBER),
    ],
)
def test_an_identity_policy_is_widened_by_what_nothing_before_allowed(before, after, expected):
    assert found(identity(before, after)) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, policy(trust("*")), OPEN),
        (None, policy(trust({"AWS": "*"})), OPEN),
        (None, policy(trust({"AWS": ["*"]}, Condition=ORGANISATION)), []),
        (None, policy(trust({"AWS": "*"}, Condition={"StringLike": {"aws:PrincipalOrgID": "*"}})), OPEN),
        (None, policy(trust({"AWS": "*"}, Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o"}})), OPEN),
        (None, policy(trust({"AWS": "*"}, Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})), OPEN),
        (
            None,
            policy(trust({"AWS": "*"}, Condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}})),
            OPEN,
        ),
        (policy(trust("*")), policy(trust({"AWS": "*"})), []),
        (None, policy(trust({"Federated": GITHUB})), OPEN),
        (None, policy(trust({"Federated": GITHUB}, Condition=repository("repo:company/shop:*"))), []),
        (None, policy(trust({"Federated": GITHUB}, Condition=repository("repo:*"))), OPEN),
        (None, policy(trust({"Federated": GITHUB}, Condition=repository("*"))), OPEN),
        (None, policy(trust({"Service": "ec2.amazonaws.com"})), []),
        (policy(trust({"AWS": ROLE})), policy(trust({"AWS": [ROLE, STRANGER]})), RED),
        (
            policy(trust({"AWS": ROLE})),
            policy(trust({"AWS": ROLE}), trust({"Service": "ec2.amazonaws.com"})),
            AMBER,
        ),
        (policy(trust({"AWS": ROLE})), policy(trust({"AWS": f"{ROLE}2"})), AMBER),
        (policy(trust({"AWS": [ROLE, STRANGER]})), policy(trust({"AWS": ROLE})), []),
        (
            policy(trust({"Federated": "oidc"}, Condition=ORGANISATION)),
            policy(trust({"Federated": "oidc"})),
            RED,
        ),
    ],
)
def test_who_may_be_a_role(before, after, expected):
    assert found(role(before, after)) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, policy(allow("sqs:SendMessage", Principal="*")), OPEN),
        (
            policy(allow("sqs:SendMessage", Principal="*")),
            policy(allow("sqs:*", Principal="*")),
            [*OPEN, *RED],
        ),
        (None, policy(allow("sqs:*", Principal={"AWS": ROLE})), []),
        (
            policy(allow("sqs:SendMessage", Principal={"AWS": ROLE})),
            policy(allow("sqs:*", Principal={"AWS": ROLE})),
            RED,
        ),
        (None, policy({"Effect": "Deny", "Action": "*", "Principal": "*", "Resource": "*"}), []),
        (None, policy({"Effect": "Allow", "NotPrincipal": {"AWS": ROLE}, "Action": "sqs:*"}), OPEN),
    ],
)
def test_who_may_use_a_resource(before, after, expected):
    assert found(resource(before, after)) == expected


@pytest.mark.parametrize(
    ("principal", "actions", "expected"),
    [
        (STRANGER, ["sqs:SendMessage", "sqs:PurgeQueue"], RED),
        (STRANGER, ["sqs:SendMessage", "sqs:GetQueueUrl"], AMBER),
        (STRANGER, ["sqs:SendMessage"], []),
        (ROLE, ["sqs:SendMessage", "sqs:PurgeQueue"], []),
    ],
)
def test_a_principal_of_another_account_that_may_do_more(principal, actions, expected):
    before = policy(allow("sqs:SendMessage", QUEUES, Principal={"AWS": principal}))
    after = policy(allow(actions, QUEUES, Principal={"AWS": principal}))
    assert found(resource(before, after)) == expected


def test_whose_account_is_not_known_may_be_another_one():
    before, after = (
        {"policy": policy(allow(each, BUCKET, Principal={"AWS": STRANGER}))}
        for each in ("s3:GetObject", ["s3:GetObject", "s3:PutObject"])
    )
    one = change("aws_s3_bucket_policy", before, after)
    assert found(one) == AMBER
    assert words(one) == "policy: a principal, of another account perhaps, may do more: s3:putobject"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (policy(deny("*")), policy(allow("*")), [*RED, *RED]),
        (policy(deny("s3:*")), policy(deny("s3:Get*")), RED),
        (policy(deny("s3:Get*")), policy(deny("s3:*")), []),
        (policy(deny("s3:*")), policy(deny("s3:*"), deny("sqs:*")), []),
        (None, policy(allow("*")), []),
        ('{"tags": {}}', '{"tags": {"a": {}}}', []),
    ],
)
def test_what_an_organization_forbids(before, after, expected):
    old = None if before is None else {"content": before}
    assert found(change("aws_organizations_policy", old, {"content": after})) == expected


def test_every_resource_is_the_own_one_in_a_policy_of_a_resource():
    before = policy(allow("kms:Decrypt", "arn:aws:kms:x:1:key/a", Principal={"AWS": ROLE}))
    after = policy(allow("kms:Decrypt", Principal={"AWS": ROLE}))
    assert found(resource(before, after, "aws_kms_key")) == []


@pytest.mark.parametrize(
    ("resource_type", "before", "after", "expected"),
    [
        (
            "aws_iam_role_policy_attachment",
            None,
            {"policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            RED,
        ),
        (
            "aws_iam_role_policy_attachment",
            None,
            {"policy_arn": "arn:aws:iam::aws:policy/AmazonS3FullAccess"},
            AMBER,
        ),
        ("aws_iam_role_policy_attachment", None, {"policy_arn": "arn:aws:iam::1:policy/mine"}, []),
        (
            "aws_iam_role",
            {"managed_policy_arns": ["arn:aws:iam::aws:policy/IAMFullAccess"]},
            {"managed_policy_arns": ["arn:aws:iam::aws:policy/IAMFullAccess"]},
            [],
        ),
        ("aws_iam_role", BOUND, {"permissions_boundary": None}, RED),
        (
            "aws_iam_user",
            BOUND,
            {"permissions_boundary": "arn:aws:iam::aws:policy/AdministratorAccess"},
            RED,
        ),
        ("aws_iam_role", BOUND, {"permissions_boundary": "arn:aws:iam::1:policy/c"}, AMBER),
        ("aws_iam_role", BOUND, {**BOUND, "name": "x"}, []),
        ("aws_iam_role", {"permissions_boundary": None}, BOUND, []),
        (
            "aws_eks_access_policy_association",
            None,
            {"policy_arn": f"{EKS}/AmazonEKSClusterAdminPolicy"},
            RED,
        ),
        ("aws_eks_access_policy_association", None, {"policy_arn": f"{EKS}/AmazonEKSViewPolicy"}, []),
        (
            "aws_iam_user_policy_attachments_exclusive",
            None,
            {"policy_arns": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
            RED,
        ),
        (
            "aws_iam_role",
            {"inline_policy": []},
            {"inline_policy": [{"name": "a", "policy": policy(allow("*"))}]},
            RED,
        ),
    ],
)
def test_rights_that_are_no_document(resource_type, before, after, expected):
    assert found(change(resource_type, before, after)) == expected


def test_a_document_that_is_not_known_yet_is_not_safe():
    one = change("aws_iam_policy", None, {}, unknown={"policy": True})
    assert found(one) == [("amber", "known-after-apply")]
    computed = RiskFacts(now=NOW, arguments={"aws_sqs_queue.it": frozenset({"name"})})
    assert found(change("aws_sqs_queue", None, {}, unknown={"policy": True}), computed) == []


def test_a_boundary_that_is_not_known_yet_may_bound_nothing():
    one = change("aws_iam_role", BOUND, {}, unknown={"permissions_boundary": True})
    assert found(one) == [("amber", "known-after-apply")]


def test_names_are_told_unless_the_policy_is_marked():
    after = policy(allow(["s3:*", "sqs:*", "sns:*", "iam:*"], BUCKET))
    assert words(identity(None, after)) == "policy: new wildcards in actions: iam:*, s3:*, sns:* and 1 more"
    assert words(identity(None, after, sensitive={"policy": True})) == "policy: new wildcards in actions"


FULL = "policy: full access: every action is allowed on every resource"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (policy(allow("*", BUCKET)), policy(allow("*")), FULL),
        (policy(allow("s3:*")), policy(allow(["s3:*", "*:*"])), FULL),
        (None, policy(allow("*", ["arn:aws:*:*:*:*"])), FULL),
        (policy(allow("*", Condition=ORGANISATION)), policy(allow("*")), FULL),
        (None, policy(allow("*", Condition=ORGANISATION)), f"{FULL}, under a condition"),
        (None, policy(allow("*", BUCKET)), "policy: new wildcards in actions: *"),
        (None, policy(allow("s3:*")), "policy: new wildcards in actions: s3:* on every resource"),
        (
            policy(allow("s3:*", BUCKET)),
            policy(allow("s3:*")),
            "policy: allowed on every resource from now on: s3:*",
        ),
    ],
)
def test_wildcards_are_told_by_what_they_reach(before, after, told):
    assert words(identity(before, after)) == told
    assert found(identity(before, after)) == RED


def test_in_the_policy_of_a_resource_every_resource_is_that_one():
    before, after = (policy(allow(each, Principal={"AWS": ROLE})) for each in ("kms:Decrypt", "*"))
    assert words(resource(before, after)) == "policy: new wildcards in actions: *"


def test_deleting_a_policy_is_no_widening():
    assert found(change("aws_iam_policy", {"policy": policy(allow("*"))}, None)) == []


@pytest.mark.parametrize(
    ("pattern", "wide"),
    [
        ("*", True),
        ("arn:aws:s3:::*", True),
        ("arn:aws:s3:::orders/*", False),
        ("arn:aws:dynamodb:eu-central-1:1:table/*", True),
        ("arn:aws:dynamodb:eu-central-1:1:table/orders", False),
        ("arn:aws:logs:eu-central-1:1:log-group:*", True),
        ("arn:aws:logs:eu-central-1:1:log-group:/app:*", False),
        ("nonsense", False),
    ],
)
def test_which_resources_are_wide(pattern, wide):
    assert is_wide(pattern) is wide


ACTIONS = st.lists(
    st.sampled_from(["s3:*", "s3:Get*", "*", "sqs:Send?", "iam:PassRole"]), min_size=1, max_size=4
)
RESOURCES = st.lists(
    st.sampled_from(["*", BUCKET, "arn:aws:sqs:x:1:a", "arn:aws:s3:::*"]), min_size=1, max_size=3
)
STATEMENTS = st.lists(st.builds(allow, ACTIONS, RESOURCES), min_size=1, max_size=4)


@given(STATEMENTS)
def test_a_policy_is_no_wider_than_itself(statements):
    again = policy(*reversed(statements))
    assert found(identity(policy(*statements), again)) == []


@given(STATEMENTS, STATEMENTS)
def test_a_policy_that_loses_statements_is_no_wider(kept, lost):
    assert found(identity(policy(*kept, *lost), policy(*kept))) == []


@given(STATEMENTS)
def test_nothing_is_wider_than_everything(statements):
    assert found(identity(policy(allow("*")), policy(*statements))) == []


PATTERNS = st.text(alphabet="ab:*?", max_size=8)


@given(PATTERNS, st.text(alphabet="ab:", max_size=8))
def test_a_pattern_fits_as_a_regular_expression_does(pattern, text):
    translated = "".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern)
    assert covers(pattern, text) is (re.fullmatch(translated, text) is not None)


@pytest.mark.timeout(5)
def test_a_hostile_pattern_comes_to_an_end():
    assert not covers("a*" * 500 + "b", "a" * 5_000)


NAMES = st.sampled_from(["Statement", "Effect", "Action", "Principal", "Condition", "AWS"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(NAMES, each),
)


@given(JSON)
def test_any_json_is_read_or_refused(value):
    try:
        read = statements_of(json.dumps(value))
    except ValueError:
        assert not isinstance(value, dict)
    else:
        assert all(isinstance(is_public(each), bool) for each in read)
