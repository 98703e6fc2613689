"""Conditions of policies: which narrow anybody down to some, and which let more through than before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.review.risks.iam_document import statements_of
from guardian.domain.review.risks.loosened import Looser, loosened
from guardian.domain.review.risks.narrowing import is_public
from tests.support.planned import allow, change, found, policy

RED, AMBER = [("red", "iam-widened")], [("amber", "iam-widened")]
GITHUB = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
SUBJECT = "token.actions.githubusercontent.com:sub"
STRANGER = {"AWS": "arn:aws:iam::999999999999:root"}


def public(operator, key, value):
    (statement,) = statements_of(
        policy(allow("s3:GetObject", Principal="*", Condition={operator: {key: value}}))
    )
    return is_public(statement)


@pytest.mark.parametrize(
    ("operator", "key", "fixed", "loose"),
    [
        ("StringLike", "aws:PrincipalArn", "arn:aws:iam::1:role/*", "arn:aws:iam::*:role/*"),
        ("ArnLike", "aws:SourceArn", "arn:aws:sns:*:1:*", "arn:aws:sns:*:*:*"),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:orders", "arn:aws:s3:*:*:*"),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::orders/*", "arn:aws:s3:::ord*"),
        ("ArnLike", "aws:SourceArn", "arn:aws:sns:x:1:news", "arn:aws:sns"),
        ("ArnLike", "aws:SourceArn", "arn:aws:sns:x:1:news", "*"),
        ("StringLike", "aws:PrincipalOrgID", "o-1", "o-*"),
        ("StringLike", "aws:SourceAccount", "111111111111", "11111111111?"),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/r-1/*", "o-*/r-1/*"),
        ("StringLike", "aws:userId", "AROAEXAMPLE:*", "A*"),
        ("StringLike", "aws:SourceVpce", "vpce-1", "vpce-*"),
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24", "0.0.0.0/0"),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", ["0.0.0.0/1", "128.0.0.0/1"]),
        ("IpAddress", "aws:SourceIp", "2001:db8::/32", "::/0"),
        ("IpAddress", "aws:SourceIp", "203.0.113.7", [f"{first}.0.0.0/8" for first in range(1, 100)]),
        ("StringLike", SUBJECT, "repo:company/*", "repo:*/*:ref:refs/heads/main"),
        ("StringLike", SUBJECT, "repo:company/shop:*", "*:ref:refs/heads/main"),
        ("StringLike", SUBJECT, "repo:company/shop:*", "repo:c*"),
        ("StringLike", SUBJECT, "repo:company/shop:*", "repo:company*/*"),
        ("StringLike", SUBJECT, "repo:company/shop:*", ["repo:company/shop:*", "repo:*"]),
        ("StringLike", "app.terraform.io:sub", "organization:company:project:*", "organization:c*"),
        ("StringLike", "gitlab.com:sub", "project_path:company/*", "project_path:*"),
        ("StringLike", "accounts.google.com:sub", "1234567890", "1*"),
    ],
)
def test_only_a_value_whose_deciding_part_is_fixed_narrows(operator, key, fixed, loose):
    assert not public(operator, key, fixed)
    assert public(operator, key, loose)


def trust(principal, condition):
    return policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **condition})


def under(operator, key, value):
    return {"Condition": {operator: {key: value}}}


def repository(name):
    return under("StringLike", SUBJECT, name)


MAIN = repository("repo:company/shop:ref:refs/heads/main")
SECRET = under("StringEquals", "sts:ExternalId", "abc")


@pytest.mark.parametrize(
    ("principal", "before", "after", "expected"),
    [
        ({"Federated": GITHUB}, MAIN, repository("repo:company/*"), RED),
        ({"Federated": GITHUB}, MAIN, repository("repo:company/shop:*"), RED),
        (
            {"Federated": GITHUB},
            MAIN,
            repository(["repo:company/shop:ref:refs/heads/main", "repo:c/x"]),
            AMBER,
        ),
        ({"Federated": GITHUB}, repository("repo:company/*"), MAIN, []),
        ({"Federated": GITHUB}, MAIN, MAIN, []),
        (STRANGER, SECRET, under("StringLike", "sts:ExternalId", "*"), RED),
        (STRANGER, SECRET, under("StringLike", "sts:ExternalId", "abc"), []),
        (STRANGER, SECRET, {}, RED),
        (STRANGER, {}, SECRET, []),
        (
            STRANGER,
            {"Condition": {"StringEquals": {"sts:ExternalId": "abc", "aws:PrincipalOrgID": "o-1"}}},
            SECRET,
            RED,
        ),
        (
            STRANGER,
            SECRET,
            {"Condition": {"StringEquals": {"sts:ExternalId": "abc", "aws:PrincipalOrgID": "o-1"}}},
            [],
        ),
        (
            STRANGER,
            under("Bool", "aws:MultiFactorAuthPresent", "true"),
            under("Bool", "aws:MultiFactorAuthPresent", "false"),
            AMBER,
        ),
        (
            STRANGER,
            under("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
            under("IpAddress", "aws:SourceIp", "203.0.0.0/16"),
            AMBER,
        ),
        (
            STRANGER,
            under("IpAddress", "aws:SourceIp", "203.0.0.0/16"),
            under("IpAddress", "aws:SourceIp", ["203.0.113.7", "203.0.1.0/24"]),
            [],
        ),
        (
            STRANGER,
            under("IpAddress", "aws:SourceIp", "203.0.0.0/16"),
            under("IpAddress", "aws:SourceIp", "2001:db8::/32"),
            AMBER,
        ),
        (
            STRANGER,
            under("IpAddress", "aws:SourceIp", "2001:db8::/32"),
            under("IpAddress", "aws:SourceIp", "2001:db8:1::/48"),
            [],
        ),
    ],
)
def test_a_condition_that_lets_more_through(principal, before, after, expected):
    one = change(
        "aws_iam_role",
        {"assume_role_policy": trust(principal, before), "arn": "arn:aws:iam::111111111111:role/app"},
        {"assume_role_policy": trust(principal, after)},
    )
    assert found(one) == expected


def test_the_condition_of_an_identity_policy_counts_as_well():
    before, after = (
        {
            "policy": policy(
                allow("s3:GetObject", "arn:aws:s3:::orders/a", **under("StringLike", "aws:x", each))
            )
        }
        for each in ("a", "*")
    )
    assert found(change("aws_iam_policy", before, after)) == RED
    assert found(change("aws_iam_policy", after, before)) == []


VALUES = st.lists(st.sampled_from(["a", "ab", "a*", "*", "b"]), min_size=1, max_size=3)
CONDITIONS = st.dictionaries(
    st.sampled_from(["StringEquals", "StringLike", "ArnLike", "IpAddress", "Bool", "NumericLessThan"]),
    st.dictionaries(st.sampled_from(["aws:x", "aws:y"]), VALUES, min_size=1),
    min_size=1,
    max_size=2,
)


@given(CONDITIONS)
def test_no_condition_is_looser_than_itself(condition):
    old = statements_of(policy(allow("s3:GetObject", Sid="old", Condition=condition)))
    new = statements_of(policy(allow(["s3:GetObject"], Sid="new", Condition=condition)))
    assert loosened(old, new) is Looser.NO


@given(CONDITIONS, CONDITIONS)
def test_nothing_is_looser_than_no_condition(before, after):
    old = statements_of(policy(allow("s3:GetObject"), allow("s3:GetObject", Condition=before)))
    assert loosened(old, statements_of(policy(allow("s3:GetObject", Condition=after)))) is Looser.NO
