"""What is shown of a value and what is masked, with both sides of the line."""

import json
import random
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.difference import PathChange
from guardian.domain.plan import Action, PlannedChange
from guardian.domain.redaction import MASK
from guardian.domain.review.change import Change, differing
from guardian.domain.review.values import MOST_SHOWN, UNKNOWN, is_random, shown_values

ALPHABETS = {
    "base64": string.ascii_letters + string.digits + "+/",
    "base64url": string.ascii_letters + string.digits + "-_",
    "base62": string.ascii_letters + string.digits,
    "base36": string.ascii_lowercase + string.digits,
    "base32": string.ascii_uppercase + "234567",
    "hex": "0123456789abcdef",
}


def change(before: dict[str, Any], after: dict[str, Any], **more: Any) -> Change:
    return Change(
        intent=PlannedChange(address="aws_x.y", resource_type="aws_x", action=Action.UPDATE),
        name="y",
        module="",
        provider="registry.terraform.io/hashicorp/aws",
        before=before,
        after=after,
        **more,
    )


def shown(before: dict[str, Any], after: dict[str, Any], **more: Any) -> dict[str, tuple[Any, Any]]:
    found = change(before, after, **more)
    return {
        ".".join(map(str, each.path)): (each.before, each.after)
        for each in shown_values(found, differing(found))
    }


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "the key is AKIAIOSFODNN7EXAMPLE, do not tell",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "glpat-abcdefGHIJKL123456mn",
        "xoxb-1234567890-abcdefghij",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "export X=9f86d081884c7d659a2feaa0c55ad015",
        "dGhpcyBpcyBub3QgYSBzZWNyZXQgYXQgYWxs",
    ],
)
def test_a_key_looks_like_one(text):
    assert is_random(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "aws:kms",
        "t3.medium",
        "arn:aws:iam::123456789012:role/service-role/AmazonECSTaskExecutionRole",
        "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/73e2d6bc24d8a067",
        "subnet-0bb1c79de3a1b2c3d",
        "eu-central-1_AbCdEfGhI",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "terraform-20260301030405000000000001",
        "company-app-logs-eu-west-1-123456789012",
        "company-app-logs-x7k2p9q1",
        "/var/lib/postgresql/16/main/pg_wal/archive_status",
        "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs.fifo",
        "mydb.c9akciq32rgz.eu-west-1.rds.amazonaws.com",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app/web:v1.2.3-20260301-ab12cd3",
        "app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "2026-03-01T03:04:05.123456Z",
        "cron(0 12 * * ? *)",
        "The quick brown fox jumps over the lazy dog at 12:30, again and again.",
        "internationalizationconfiguration",
    ],
)
def test_what_people_name_and_clouds_number_stays_readable(text):
    assert not is_random(text)


@pytest.mark.parametrize("alphabet", ALPHABETS)
@pytest.mark.parametrize("length", [32, 40, 64])
def test_random_keys_of_every_alphabet_are_found(alphabet, length):
    dice = random.Random(f"{alphabet}{length}")  # noqa: S311 - keys of nothing
    keys = ["".join(dice.choices(ALPHABETS[alphabet], k=length)) for _ in range(300)]
    assert sum(map(is_random, keys)) >= 297


def test_an_ordinary_change_is_shown_as_it_is():
    assert shown(
        {"instance_class": "db.t3.small", "tags": {"team": "a"}, "multi_az": False},
        {"instance_class": "db.t3.large", "tags": {"team": "b"}, "multi_az": True},
    ) == {
        "instance_class": ("db.t3.small", "db.t3.large"),
        "multi_az": (False, True),
        "tags.team": ("a", "b"),
    }


@pytest.mark.parametrize("side", ["sensitive_before", "sensitive_after"])
@pytest.mark.parametrize("mark", [True, {"value": True}, {"value": {"inner": [True]}}])
def test_a_mark_on_one_side_hides_both(side, mark):
    assert shown({"value": "old"}, {"value": "new"}, **{side: mark}) == {"value": (MASK, MASK)}


def test_a_copy_of_what_is_marked_is_masked_wherever_it_stands():
    before = {
        "input": {"password": "hunter2-old"},
        "output": {"password": "hunter2-old"},
        "plain": "hunter2-old",
    }
    after = {
        "input": {"password": "hunter2-new"},
        "plain": "hunter2-new",
        "list": [{"url": "db://hunter2-new/x"}],
        "other": "of no interest",
    }
    marks = {"input": {"password": True}}
    found = shown(
        before,
        after,
        unknown={"output": True},
        sensitive_before=marks,
        sensitive_after=marks,
    )
    assert "hunter2" not in repr(found)
    assert found["other"] == (None, "of no interest")
    assert found["output"] == ({"password": MASK}, UNKNOWN)


def test_a_mark_elsewhere_hides_nothing_else():
    assert shown({"a": "1", "b": "1"}, {"a": "2", "b": "2"}, sensitive_after={"a": True}) == {
        "a": (MASK, MASK),
        "b": ("1", "2"),
    }


@pytest.mark.parametrize("name", ["password", "db_password", "api_key", "user_data", "auth_token"])
def test_a_name_that_tells_hides_both(name):
    assert shown({name: "old"}, {name: "new"}) == {name: (MASK, MASK)}
    assert shown({"m": {name: "old"}}, {"m": {name: "new"}}) == {f"m.{name}": (MASK, MASK)}


def test_names_within_a_value_tell_too():
    assert shown({"m": None}, {"m": {"DB_PASSWORD": "x", "DB_HOST": "h"}}) == {
        "m": (None, {"DB_PASSWORD": MASK, "DB_HOST": "h"})
    }


def test_a_pair_whose_name_tells_hides_its_value():
    old, new = {"name": "master_password", "value": "a"}, {"name": "master_password", "value": "b"}
    assert shown({"parameter": [old]}, {"parameter": [new]}) == {"parameter.0.value": (MASK, MASK)}
    assert shown({"parameter": []}, {"parameter": [new]}) == {
        "parameter": ([], [{"name": "master_password", "value": MASK}])
    }
    plain = {"name": "max_connections", "value": "100"}
    assert shown({"parameter": []}, {"parameter": [plain]}) == {"parameter": ([], [plain])}


def test_a_document_in_a_string_is_masked_within():
    tasks = [{"name": "web", "env": [{"name": "API_TOKEN", "value": "x"}, {"name": "MODE", "value": "a"}]}]
    [(before, after)] = shown(
        {"container_definitions": "[]"}, {"container_definitions": json.dumps(tasks)}
    ).values()
    assert before == "[]"
    assert json.loads(after)[0]["env"] == [
        {"name": "API_TOKEN", "value": MASK},
        {"name": "MODE", "value": "a"},
    ]


def test_a_policy_stays_as_it_was_written():
    policy = '{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::logs/*"}]}'
    assert shown({"policy": ""}, {"policy": policy}) == {"policy": ("", policy)}


def test_a_key_under_an_innocent_name_hides_what_was_there_before():
    key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    assert shown({"comment": "changeme"}, {"comment": key}) == {"comment": (MASK, MASK)}
    assert shown({"comment": None}, {"comment": key}) == {"comment": (None, MASK)}
    assert shown({"m": {"a": "1"}}, {"m": {"a": "1", "b": key}}) == {"m.b": (None, MASK)}
    assert shown({"urls": []}, {"urls": ["https://me:hunter2@host/"]}) == {"urls": ([], [MASK])}


def test_a_digest_is_no_key():
    old, new = "5f4dcc3b5aa765d61d8327deb882cf99", "9f86d081884c7d659a2feaa0c55ad015"
    assert shown({"etag": old}, {"etag": new}) == {"etag": (old, new)}
    assert shown({"source_code_hash": old}, {"source_code_hash": new}) == {"source_code_hash": (old, new)}


def test_what_is_not_known_yet_is_said_to_be_so():
    assert shown({"arn": "a"}, {}, unknown={"arn": True}) == {"arn": ("a", UNKNOWN)}
    assert shown({"rule": []}, {"rule": [{"port": 22}]}, unknown={"rule": [{"id": True}]}) == {
        "rule": ([], [{"port": 22, "id": UNKNOWN}])
    }


@given(st.dictionaries(st.text(), st.recursive(st.text(), st.lists), max_size=4), st.text(min_size=1))
def test_what_is_marked_never_comes_out(values, secret):
    held = {**values, "x": f"<{secret}>"}
    found = change(values, held, sensitive_after={"x": True})
    assert PathChange(path=("x",), before=MASK, after=MASK) in shown_values(found, differing(found))


@pytest.mark.parametrize("length", [MOST_SHOWN, MOST_SHOWN + 300, 3 * MOST_SHOWN])
def test_a_long_text_is_cut_and_no_secret_is_half_shown(length):
    for begin in range(MOST_SHOWN - 60, MOST_SHOWN + 10, 7):
        key = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
        for secret in (key, "DB_PASSWORD=correct-horse-battery"):
            text = f"{'word ' * 2000}"[:begin] + f" {secret} " + "word " * 2000
            [(_, after)] = shown({"note": None}, {"note": text[:length]}).values()
            assert len(after) <= MOST_SHOWN + 40
            assert "horse" not in after
            assert key[:20] not in after
    assert shown({"n": "x"}, {"n": "a b " * 5000}) == {
        "n": ("x", f"{'a b ' * (MOST_SHOWN // 4)}... ({20_000 - MOST_SHOWN} more characters)")
    }


def test_what_masks_made_shorter_shows_nothing_that_was_cut_in_two():
    secret = "password=" + "p" * 400 + " "
    text = (secret * 40)[: MOST_SHOWN + 512 - 20] + " wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY" * 200
    [(_, after)] = shown({"note": None}, {"note": text}).values()
    assert "wJalr" not in after


def test_a_long_document_is_searched_to_its_end():
    document = {"a": "word " * 3000, "b": [{"name": "DB_PW", "value": "hunter2"}]}
    [(_, after)] = shown({"d": None}, {"d": json.dumps(document)}).values()
    assert len(after) <= MOST_SHOWN + 40
    document = {"b": [{"name": "DB_PW", "value": "hunter2"}], "a": "word " * 3000}
    [(_, after)] = shown({"d": None}, {"d": f"\n{json.dumps(document)}"}).values()
    assert "hunter2" not in after


def test_a_marked_text_is_masked_as_json_writes_it():
    marked = 'hun"ter\n2é'
    after = {"secret": marked, "copy": json.dumps({"a": marked}), "other": json.dumps([marked])[2:]}
    assert "hun" not in repr(shown({}, after, sensitive_after={"secret": True}))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"ParameterKey": "DbPassword", "ParameterValue": "a"},
            {"ParameterKey": "DbPassword", "ParameterValue": "b"},
        ),
        ({"name": "DB_PW", "default": "a"}, {"name": "DB_PW", "default": "b"}),
    ],
)
def test_every_kind_of_pair_tells(before, after):
    assert list(shown({"p": [before]}, {"p": [after]}).values()) == [(MASK, MASK)]


def test_true_and_false_are_no_secrets():
    assert shown({"manage_master_user_password": None}, {"manage_master_user_password": True}) == {
        "manage_master_user_password": (None, True)
    }
