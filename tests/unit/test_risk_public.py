"""What becomes public by a setting of its own, and only where it was not before."""

import pytest

from guardian.domain.plan import Action
from guardian.domain.review.risks.facts import RiskFacts
from tests.support.planned import NOW, change, found

RED = [("red", "opened-to-the-world")]
AMBER = [("amber", "opened-to-the-world")]
BLOCKED = {
    "block_public_acls": True,
    "block_public_policy": True,
    "ignore_public_acls": True,
    "restrict_public_buckets": True,
}
HALVES = ["0.0.0.0/1", "128.0.0.0/1"]
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
GRANT = [{"grant": [{"grantee": [{"uri": ALL_USERS}], "permission": "READ"}]}]


@pytest.mark.parametrize(
    ("resource_type", "before", "after", "expected"),
    [
        ("aws_s3_bucket_acl", {"acl": "private"}, {"acl": "public-read"}, RED),
        ("aws_s3_bucket_acl", {"acl": "public-read"}, {"acl": "public-read-write"}, []),
        ("aws_s3_bucket_acl", {"acl": "public-read"}, {"acl": "private"}, []),
        ("aws_s3_bucket_acl", {"acl": None}, {"access_control_policy": GRANT}, RED),
        ("aws_s3_object", None, {"acl": "public-read"}, RED),
        ("aws_s3_bucket", {"website": []}, {"website": [{"index_document": "i"}]}, AMBER),
        ("aws_s3_bucket_website_configuration", None, {"bucket": "b"}, AMBER),
        ("aws_s3_bucket_public_access_block", BLOCKED, {**BLOCKED, "block_public_acls": False}, RED),
        ("aws_s3_bucket_public_access_block", None, BLOCKED, []),
        (
            "aws_s3_bucket_public_access_block",
            {**BLOCKED, "block_public_acls": False},
            {**BLOCKED, "block_public_acls": False, "block_public_policy": False},
            RED,
        ),
        (
            "aws_s3_bucket_public_access_block",
            {**BLOCKED, "block_public_acls": False},
            {**BLOCKED, "block_public_acls": False, "bucket": "x"},
            [],
        ),
        ("aws_db_instance", {"publicly_accessible": False}, {"publicly_accessible": True}, RED),
        ("aws_db_instance", {"publicly_accessible": True}, {"publicly_accessible": True, "a": 1}, []),
        ("aws_lambda_permission", None, {"principal": "*"}, RED),
        ("aws_lambda_permission", None, {"principal": "*", "source_account": "1"}, []),
        ("aws_lambda_permission", None, {"principal": "s3.amazonaws.com"}, []),
        ("aws_lambda_permission", None, {"principal": "*", "source_arn": "*"}, RED),
        ("aws_lambda_permission", None, {"principal": "*", "source_arn": "arn:aws:sns:*:*:*"}, RED),
        ("aws_lambda_permission", None, {"principal": "*", "source_arn": "arn:aws:sns:x:1:*"}, []),
        ("aws_lambda_layer_version_permission", None, {"principal": "*"}, RED),
        ("aws_lambda_layer_version_permission", None, {"principal": "*", "organization_id": "o-1"}, []),
        ("aws_lambda_layer_version_permission", None, {"principal": "111111111111"}, []),
        ("aws_cloudwatch_event_permission", None, {"principal": "*"}, RED),
        ("aws_cloudwatch_event_permission", None, {"principal": "*", "condition": [{"value": "o-*"}]}, RED),
        ("aws_cloudwatch_event_permission", None, {"principal": "*", "condition": [{"value": "o-1"}]}, []),
        ("aws_cloudwatch_event_permission", None, {"principal": "111111111111"}, []),
        ("aws_vpc_endpoint_service_allowed_principal", None, {"principal_arn": "*"}, RED),
        ("aws_vpc_endpoint_service_allowed_principal", None, {"principal_arn": "arn:aws:iam::1:root"}, []),
        ("aws_vpc_endpoint_service", {"allowed_principals": []}, {"allowed_principals": ["*"]}, RED),
        ("aws_vpc_endpoint_service", None, {"allowed_principals": ["arn:aws:iam::1:root"]}, []),
        ("aws_api_gateway_method", {"authorization": "AWS_IAM"}, {"authorization": "NONE"}, RED),
        ("aws_api_gateway_method", {"authorization": "NONE"}, {"authorization": "AWS_IAM"}, []),
        ("aws_api_gateway_method", None, {"authorization": "NONE", "http_method": "GET"}, AMBER),
        ("aws_api_gateway_method", None, {"authorization": "NONE", "http_method": "OPTIONS"}, []),
        ("aws_apigatewayv2_route", {"authorization_type": "JWT"}, {"authorization_type": "NONE"}, RED),
        ("aws_apigatewayv2_route", None, {"authorization_type": "NONE", "route_key": "OPTIONS /"}, []),
        ("aws_apigatewayv2_route", None, {"authorization_type": "JWT", "route_key": "GET /"}, []),
        ("aws_lambda_function_url", {"authorization_type": "AWS_IAM"}, {"authorization_type": "NONE"}, RED),
        ("aws_lb", None, {"internal": False}, AMBER),
        ("aws_lb", None, {"internal": True}, []),
        (
            "aws_eks_cluster",
            {"vpc_config": [{"endpoint_public_access": False, "public_access_cidrs": []}]},
            {"vpc_config": [{"endpoint_public_access": True, "public_access_cidrs": ["0.0.0.0/0"]}]},
            RED,
        ),
        (
            "aws_eks_cluster",
            {"vpc_config": []},
            {"vpc_config": [{"endpoint_public_access": True, "public_access_cidrs": ["10.0.0.0/8"]}]},
            [],
        ),
        (
            "aws_eks_cluster",
            {"vpc_config": [{"endpoint_public_access": True, "public_access_cidrs": ["10.0.0.0/8"]}]},
            {"vpc_config": [{"endpoint_public_access": True, "public_access_cidrs": HALVES}]},
            RED,
        ),
        (
            "aws_eks_cluster",
            {"vpc_config": [{"endpoint_public_access": True, "public_access_cidrs": HALVES}]},
            {"vpc_config": [{"endpoint_public_access": True, "public_access_cidrs": ["0.0.0.0/0"]}]},
            [],
        ),
        ("aws_db_cluster_snapshot", None, {"shared_accounts": ["all"]}, RED),
        ("aws_db_cluster_snapshot", None, {"shared_accounts": ["111111111111"]}, []),
        ("aws_ami_launch_permission", None, {"group": "all"}, RED),
        ("aws_db_snapshot", {"shared_accounts": []}, {"shared_accounts": ["all"]}, RED),
        ("aws_ssm_document", {"permissions": {}}, {"permissions": {"account_ids": "All"}}, RED),
        ("aws_ssm_parameter", {"value": "a"}, {"value": "b"}, []),
    ],
)
def test_it_is_a_risk_where_it_becomes_public(resource_type, before, after, expected):
    assert found(change(resource_type, before, after)) == expected


def test_a_replacement_is_held_against_what_there_is():
    values = {"publicly_accessible": True}
    assert found(change("aws_db_instance", values, values, action=Action.REPLACE)) == []


def test_what_is_not_known_yet_is_not_safe():
    one = change("aws_s3_bucket_acl", None, {}, unknown={"acl": True})
    assert found(one) == [("amber", "known-after-apply")]


def test_what_is_only_computed_is_nothing_to_say():
    facts = RiskFacts(now=NOW, arguments={"aws_s3_bucket.it": frozenset({"bucket"})})
    one = change("aws_s3_bucket", None, {"bucket": "b"}, unknown={"acl": True, "website": True})
    assert found(one, facts) == []


def test_a_source_that_is_not_known_yet_may_narrow_the_principal():
    one = change("aws_lambda_permission", None, {"principal": "*"}, unknown={"source_arn": True})
    assert found(one) == [("amber", "known-after-apply")]
