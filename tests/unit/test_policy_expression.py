"""Rules in JMESPath: they match as written, or are refused with their place."""

import pytest

from guardian.adapters.policy.rules import JmespathRules
from guardian.domain.plan import Action
from guardian.domain.review.policy import Effect, Finding
from guardian.errors import PolicyError
from tests.support.policies import NASTY, change, rule, seen

ONE = seen(
    change(
        after={"tags": {"team": "a"}, "size": 5, "ingress": [{"cidr": "0.0.0.0/0"}]},
        before={},
        action=Action.UPDATE,
    )
)


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("type == 'aws_s3_bucket' && action == 'update'", True),
        ("type == 'aws_instance'", False),
        ("!(after.tags.owner)", True),
        ("!(after.tags.team)", False),
        ("after.size > `4`", True),
        ("after.size", True),
        ("after.ingress[?cidr == '0.0.0.0/0']", True),
        ("after.ingress[?cidr == '10.0.0.0/8']", False),
        ("before", False),
        ("after.missing", False),
        ("address | starts_with(@, 'aws_')", True),
        ("contains(actions, 'update') && sort_by(after.ingress, &cidr)", True),
        ("[type, name] | [0] == 'aws_s3_bucket'", True),
        ("after.*.team", True),
        ("after.*.owner", False),
        ("`0`", True),
        ("`false`", False),
        ("''", False),
    ],
)
def test_a_rule_matches_where_its_result_is_neither_false_nor_empty(match, expected):
    found = JmespathRules((rule(match),)).judge(iter([ONE]))
    assert found == (
        (Finding(rule="mine", effect=Effect.DENY, address="aws_s3_bucket.b", message="no"),) * expected
    )


@pytest.mark.parametrize(
    ("match", "words", "hint"),
    [
        ("type ==", "is not JMESPath: Invalid jmespath expression: Incomplete expression", "single quotes"),
        ("size > 5", "is not JMESPath: invalid token: Parse error at column 7", "backquotes"),
        ("   ", "is not JMESPath: ", "single quotes"),
        ("!after.name", "`!a.b` is the `b` of `!a`", "write `!(a.b)`"),
        ("type == 'a' && !after.tags.owner", "`!a.b` is", "write `!(a.b)`"),
        ("after.list[?!a.b]", "`!a.b` is", "write `!(a.b)`"),
        ("!after[?x]", "`!a.b` is", "write `!(a.b)`"),
        ('type == "aws_s3_bucket"', "a change has no `aws_s3_bucket`", "text stands in single quotes"),
        ("actoin == 'delete'", "a change has no `actoin`", "did you mean `action`?"),
        ("after.a | tags", None, ""),
        ("starts_wiht(type, 'a')", "there is no function starts_wiht()", "jmespath.org"),
        ("(" * 5000 + "type" + ")" * 5000, "is nested too deeply", "several rules"),
    ],
)
def test_a_rule_that_cannot_match_as_meant_is_refused_with_its_place(match, words, hint):
    if words is None:
        JmespathRules((rule(match),)).check()
        return
    with pytest.raises(PolicyError) as error:
        JmespathRules((rule(match),))
    assert error.value.message.startswith("guardian.yaml:4: the rule 'mine' ")
    assert words in error.value.message
    assert "\n" not in error.value.message
    assert hint in error.value.hint


@pytest.mark.parametrize(
    ("match", "words"),
    [
        ("contains(after.name, 'x')", "contains() was given null, and takes array or string"),
        ("length(after.size) > `1`", "length() was given number, and takes "),
        ("abs(after.size, after.size)", "Expected 1 argument for function abs(), received 2"),
        ("sum(after.tags)", "sum() was given object, and takes array-number"),
    ],
)
def test_a_rule_that_fails_over_a_change_names_both_and_no_value(match, words):
    engine = JmespathRules((rule(match),))
    one = {**ONE, "address": NASTY, "after": {"size": 123456, "tags": {"a": "value"}}}
    with pytest.raises(PolicyError) as error:
        engine.judge([one])
    assert f"the rule 'mine' cannot be evaluated for {NASTY}: {words}" in error.value.message
    assert "value" not in error.value.message
    assert "123456" not in error.value.message


def test_all_rules_are_held_against_each_change():
    engine = JmespathRules((rule("type"), rule("name", name="other", effect=Effect.WARN)))
    assert engine.summary == "2 rules in JMESPath"
    assert [(each.rule, each.denies) for each in engine.judge([ONE, ONE])] == [
        ("mine", True),
        ("other", False),
    ] * 2
