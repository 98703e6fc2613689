"""What a rule sees of a change: every documented field, and no secret."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.domain.plan import Action
from guardian.domain.redaction import MASK
from guardian.domain.review.change import Change, differing
from guardian.domain.review.policy_input import FIELDS, policy_input
from guardian.domain.review.undo.verdict import Reason, Reversibility, Undo
from tests.support.policies import change, seen

SECRET = "correct horse battery staple"


def test_every_field_is_there():
    one = change(
        "aws_db_instance.b",
        Action.REPLACE,
        before={"size": 1, "tags": {"a": "1"}, "identifier": "x"},
        after={"size": 2, "tags": {"a": "2"}},
        unknown={"identifier": True},
        replace_paths=(("size",),),
    )
    verdict = Reversibility(undo=Undo.IMPOSSIBLE, reasons=(Reason(words="its data is gone"),))
    assert policy_input(one, reversibility=verdict, changed=differing(one)) == {
        "address": "aws_db_instance.b",
        "previous_address": "",
        "type": "aws_db_instance",
        "name": "b",
        "module": "",
        "provider": "registry.terraform.io/hashicorp/aws",
        "action": "replace",
        "actions": ["delete", "create"],
        "reason": "",
        "before": {"size": 1, "tags": {"a": "1"}, "identifier": "x"},
        "after": {"size": 2, "tags": {"a": "2"}},
        "unknown": {"identifier": True},
        "changed": ["identifier", "size", "tags.a"],
        "replace_paths": ["size"],
        "reversibility": "impossible",
        "reversibility_reasons": ["its data is gone"],
    }


@pytest.mark.parametrize("action", [each for each in Action if each not in {Action.NOOP, Action.READ}])
def test_each_action_has_terraforms_list(action):
    expected = {"replace": ["create", "delete"], "remove": ["forget"], "move": ["no-op"], "import": ["no-op"]}
    assert seen(change(action=action, create_before_destroy=True))["actions"] == expected.get(
        action, [action]
    )


@pytest.mark.parametrize(
    "one",
    [
        change(before={"a": SECRET}, sensitive_before={"a": True}),
        change(before={"a": SECRET}, sensitive_before=True),
        change(after={"a": [{"b": SECRET}]}, sensitive_after={"a": [{"b": True}]}),
        change(after={"a": {"b": [SECRET]}}, sensitive_after={"a": {"b": True}}),
        change(after={"a": [SECRET, "b"]}, sensitive_after={"a": [True]}),
        change(after={"password": SECRET}),
        change(after={"auth_token": {"any": [SECRET]}}),
        change(after={"url": f"postgres://u:{SECRET.replace(' ', '')}@host/db"}),
        change(after={"environment": [{"variables": {"HARMLESS": SECRET}}]}),
        change(after={"setting": [{"name": "DB_PASSWORD", "value": SECRET}]}),
        change(after={"setting": [{"ParameterKey": "DbPassword", "ParameterValue": SECRET}]}),
        change(after={"note": f"password: {SECRET}"}),
        change(after={"note": [f"Server=x;Password='{SECRET}';"]}),
        change(after={"command": ["run", "--password", SECRET]}),
        change(after={"document": f"\n {json.dumps({'db_pw': SECRET})}"}),
        change(after={"document": f"x\n{json.dumps({'db_pw': SECRET})}"}),
        change(after={"encryption_key": SECRET}),
        change(after={"startup_script": SECRET}),
        change(after={"containers": json.dumps([{"environment": [{"name": "A", "value": SECRET}]}])}),
    ],
    ids=range(19),
)
def test_no_secret_is_in_it(one):
    text = json.dumps(seen(one))
    assert SECRET not in text
    assert SECRET.replace(" ", "") not in text
    assert MASK in text


def test_what_rules_are_about_is_not_masked():
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*"}]}, indent=2)
    after = {
        "manage_master_user_password": True,
        "minimum_password_length": 8,
        "password": None,
        "policy": policy,
        "broken": "{not json",
        "name": "",
        "encryption_key": "arn:aws:kms:eu-west-1:123456789012:key/6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "metadata_options": [{"http_tokens": "required"}],
        "auth": [{"iam_auth": "REQUIRED", "secret_arn": "arn:aws:secretsmanager:eu-west-1:1:secret:db"}],
        "authorization": "AWS_IAM",
        "tags": {"environment": "production"},
        "actions": ["secretsmanager:GetSecretValue"],
        "etag": "9f86d081884c7d659a2feaa0c55ad015",
        "long": "word " * 20_000,
    }
    assert seen(change(after=after))["after"] == after


leaves = st.none() | st.booleans() | st.integers() | st.just(SECRET) | st.just("")
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner)
)


@given(values=st.dictionaries(st.sampled_from("abc"), trees))
def test_what_is_marked_whole_shows_nothing_and_what_is_not_is_unchanged(values):
    marked: Change = change(before=values, after=values, sensitive_before=True, sensitive_after=True)
    assert SECRET not in json.dumps(seen(marked))
    assert seen(change(before=values))["before"] == values


def test_the_documentation_lists_every_field():
    page = Path(__file__).parents[2].joinpath("docs/policy.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(FIELDS)
