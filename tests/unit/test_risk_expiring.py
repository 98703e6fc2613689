"""Rules that delete all objects of a bucket: only new or shorter ones, and only of a bucket that there is."""

import pytest

from tests.support.planned import change, found, words

AMBER = [("amber", "data-deleted")]


def rule(days, *, status="Enabled", **more):
    return {"status": status, "filter": [], "prefix": "", "expiration": [{"days": days}], **more}


def of_prefix(prefix):
    return {"filter": [{"prefix": prefix, "and": [], "tag": [], "object_size_less_than": None}]}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [rule(1)], AMBER),
        (None, [rule(1)], AMBER),
        ([rule(30)], [rule(7)], AMBER),
        ([rule(7)], [rule(30)], []),
        ([rule(7)], [rule(7)], []),
        ([rule(7), rule(30)], [rule(7)], []),
        ([rule(1, status="Disabled")], [rule(1)], AMBER),
        ([], [rule(1, status="Disabled")], []),
        ([], [rule(1, **of_prefix(""))], AMBER),
        ([], [rule(1, **of_prefix("tmp/"))], []),
        ([rule(1, **of_prefix("tmp/"))], [rule(1, **of_prefix(""))], AMBER),
        ([], [rule(1, prefix="tmp/")], []),
        ([], [{**rule(1), "expiration": [{"days": 0, "expired_object_delete_marker": True}]}], []),
        ([], [{**rule(1), "expiration": [{"days": None, "date": "2026-03-02T00:00:00Z"}]}], AMBER),
        ([rule(1)], [], []),
    ],
)
def test_all_objects_are_deleted_sooner(before, after, expected):
    old = None if before is None else {"bucket": "b", "rule": before}
    assert (
        found(change("aws_s3_bucket_lifecycle_configuration", old, {"bucket": "b", "rule": after}))
        == expected
    )


def test_the_days_are_said():
    one = change("aws_s3_bucket_lifecycle_configuration", {"rule": []}, {"rule": [rule(7), rule(30)]})
    assert words(one) == (
        "every object of the bucket is deleted once it is 7 days old: a rule says so for all of them (rule)"
    )


def test_a_bucket_that_is_made_by_the_same_plan_is_empty():
    made = change(
        "aws_s3_bucket_lifecycle_configuration", None, {"rule": [rule(1)]}, unknown={"bucket": True}
    )
    assert found(made) == []
    old_way = {"lifecycle_rule": [{"enabled": True, "expiration": [{"days": 1}]}]}
    assert found(change("aws_s3_bucket", None, old_way)) == []
    assert found(change("aws_s3_bucket", {"lifecycle_rule": []}, old_way)) == AMBER
