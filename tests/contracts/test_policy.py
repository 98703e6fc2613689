"""What every policy engine must do, the fake included; and Rego, whatever it does."""

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from guardian.adapters.policy import policy_engines
from guardian.adapters.policy.rego import EVALUATE, RegoPolicy
from guardian.adapters.policy.rego_files import read_modules
from guardian.adapters.policy.rules import JmespathRules
from guardian.domain.plan import Action
from guardian.domain.redaction import MASK
from guardian.domain.review.policy import Effect
from guardian.errors import PolicyError
from guardian.ports.policy import PolicyEngine
from guardian.settings import load_settings
from tests.fakes.policy import FakePolicy
from tests.support.policies import NASTY, change, rego, rule, seen

EACH = "some change in input.changes"
DELETED = f"""
deny contains {{"msg": "no", "address": change.address, "rule": "mine"}} if {{
  {EACH}
  change.action == "delete"
  startswith(change.before.name, "a")
}}
"""

Another = Callable[[], PolicyEngine]


def policy(path: Path, *, timeout_s: int = 60, **rest: object) -> RegoPolicy:
    return RegoPolicy(read_modules((path,)), timeout_s=timeout_s, **rest)  # type: ignore[arg-type]


@pytest.fixture(params=["fake", "jmespath", "rego"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> PolicyEngine:
    """Return an engine that denies deletions of what has a name with an a, and fails where it is no text."""
    if request.param == "fake":
        return FakePolicy(
            lambda each: each["action"] == "delete" and str.startswith(each["before"]["name"], "a"),
            rule="mine",
        )
    if request.param == "jmespath":
        return JmespathRules((rule("action == 'delete' && starts_with(before.name, 'a')"),))
    return policy(rego(tmp_path, DELETED))


def test_each_match_is_told_with_rule_effect_address_and_message(engine):
    documents = [
        seen(change(address, action, before={"name": name}))
        for address, action, name in [
            ("aws_s3_bucket.one", Action.DELETE, "ab"),
            ("aws_s3_bucket.two", Action.UPDATE, "ab"),
            (NASTY, Action.DELETE, "ab"),
            ("aws_s3_bucket.three", Action.DELETE, "ba"),
        ]
    ]
    engine.check()
    found = engine.judge(iter(documents))
    assert {each.address for each in found} == {"aws_s3_bucket.one", NASTY}
    assert {(each.rule, each.effect, each.message, each.override) for each in found} == {
        ("mine", Effect.DENY, "no", None)
    }


def test_no_change_is_no_match(engine):
    assert engine.judge(()) == ()


def test_what_cannot_be_evaluated_is_an_error_and_no_pass(engine):
    with pytest.raises(PolicyError, match="cannot be evaluated"):
        engine.judge([seen(change(before={"name": 3}))])


def test_texts_objects_packages_and_libraries(tmp_path):
    rego(tmp_path, 'import data.lib\nwarn contains "plain" if lib.many(input.changes)')
    rego(tmp_path, "many(x) if count(x) > 1", name="lib.rego", package="lib")
    rego(
        tmp_path,
        'deny contains {"msg": "one"}\nwarn contains {"msg": "two", "rule": "named", "address": "a.b"}',
        name="net.rego",
        package="guardian.net",
    )
    found = policy(tmp_path).judge([seen(change())] * 2)
    assert [(each.rule, str(each.effect), each.address, each.message) for each in found] == [
        ("guardian", "warn", "", "plain"),
        ("guardian.net", "deny", "", "one"),
        ("named", "warn", "a.b", "two"),
    ]


@pytest.mark.parametrize(
    "name", ['"', "\\", "\n", "é💥", "\u202e", "\x1b[31m", "$(x) {{}} `", "\u2028", "\x7f"]
)
def test_hostile_text_arrives_as_it_is_and_comes_back(tmp_path, name):
    body = f'deny contains {{"msg": change.name, "address": change.address}} if {EACH}'
    (found,) = policy(rego(tmp_path, body)).judge([{"name": f"x{name}x", "address": f"a.b{name}c"}])
    assert (found.message, found.address) == (" ".join(f"x{name}x".split()), f"a.b{name}c")


def test_a_message_holds_no_secret(tmp_path):
    body = f'deny contains sprintf("is %v and %v", [change.after.a, change.after.b]) if {EACH}'
    key = "AKIA" + "Z3" * 8
    one = change(after={"a": "pass phrase", "b": key}, sensitive_after={"a": True})
    (found,) = policy(rego(tmp_path, body)).judge([seen(one)])
    assert found.message == f"is {MASK} and {MASK}"


def test_rego_sees_no_environment_and_what_it_prints_is_no_answer(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    body = 'deny contains x if { print("hello"); x := sprintf("%v", [opa.runtime().env]) }'
    (found,) = policy(rego(tmp_path, body)).judge([seen(change())])
    assert "hidden" not in found.message


def test_the_examples_of_the_documentation_judge_as_they_say(tmp_path):
    page = Path(__file__).parents[2].joinpath("docs/policy.md").read_text()
    (tmp_path / "guardian.yaml").write_text(*re.findall(r"```yaml\n(.*?)```", page, re.DOTALL))
    (tmp_path / "policy.rego").write_text(*re.findall(r"```rego\n(.*?)```", page, re.DOTALL))
    rules = load_settings(tmp_path, flags={}, environment={}).policy.rules
    changes = [
        seen(
            change(
                "aws_s3_bucket_acl.a", Action.CREATE, after={"acl": "public-read", "tags": {"owner": "me"}}
            )
        ),
        seen(change("aws_s3_bucket_acl.b", Action.CREATE, after={})),
        *[seen(change(f"aws_db_{kind}.a", Action.DELETE)) for kind in ("instance", "snapshot")],
        *[seen(change(f"aws_vpc.a[{number}]", Action.DELETE)) for number in range(4)],
    ]
    engines = policy_engines(rules, [tmp_path], timeout_s=60)
    found = [(each.rule, each.address) for engine in engines for each in engine.judge(changes)]
    assert found == [
        ("no-public-bucket", "aws_s3_bucket_acl.a"),
        ("tagged", "aws_s3_bucket_acl.b"),
        ("guardian", ""),
        ("keep-snapshots", "aws_db_instance.a"),
    ]


def test_functions_see_quotes_and_backslashes_escaped_as_documented(tmp_path):
    body = f'deny contains sprintf("%d", [count(change.name)]) if {{ {EACH}; change.name == "a\\"b" }}'
    (found,) = policy(rego(tmp_path, body)).judge([{"name": 'a"b'}])
    assert found.message == "4"


BROKEN = {
    "no Rego": ("deny contains x if { x := }", r"policy\.rego:3: is not Rego: Invalid assignment operator"),
    "an unknown function": (
        "deny contains x if { x := nope(1) }",
        r"guardian\.deny cannot be evaluated: Function not found: nope",
    ),
    "a function that fails": (
        'deny contains x if { x := to_number("a") }',
        r"guardian\.deny cannot be evaluated: a function is given",
    ),
    "a function that reaches out": (
        'deny contains "x" if not http.send({"url": "http://127.0.0.1"})',
        r"guardian\.deny cannot be evaluated: a function is given",
    ),
    "rules that clash": (
        'a := 1\na := 2\ndeny contains "x" if a',
        r"cannot be evaluated: .* or two rules clash",
    ),
    "no set": ("deny := 3", r"guardian\.deny is no set"),
    "the old syntax": ('deny[x] { x := "old" }', r"guardian\.deny is no set"),
    "numbers": ("deny contains 3", "neither text nor an object of texts"),
    "no message": ('deny contains {"address": "a.b"}', "neither text nor an object of texts"),
    "no text": ('deny contains {"msg": "a", "rule": 3}', "neither text nor an object of texts"),
    "no rule": ("allow := true", "neither `deny` nor `warn` is in it"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_rego_that_cannot_be_evaluated_is_an_error_that_names_its_file(tmp_path, kind):
    body, words = BROKEN[kind]
    path = rego(tmp_path, body)
    with pytest.raises(PolicyError, match=words) as error:
        policy(path).judge([seen(change())])
    assert str(path) in error.value.message
    assert "\n" not in error.value.message


def test_rego_that_never_ends_is_ended(tmp_path):
    loops = "; ".join(f"some x{number} in numbers.range(1, 300)" for number in range(5))
    path = rego(tmp_path, f'deny contains "x" if {{ {loops}; x0 + x1 + x2 + x3 + x4 < 0 }}')
    started = time.monotonic()
    with pytest.raises(PolicyError, match=r"policy\.rego did not end within 2 s"):
        policy(path, timeout_s=2).judge([])
    assert time.monotonic() - started < 20


def test_rego_that_takes_too_much_memory_is_ended(tmp_path):
    path = rego(tmp_path, 'deny contains "x" if count(numbers.range(1, 3000000)) < 0')
    with pytest.raises(PolicyError, match=r"policy\.rego took more than 64 MiB of memory"):
        policy(path, memory_bytes=64 * 1024**2).judge([])


WITHOUT_REGOPY = """\
import sys
from guardian.adapters.policy.evaluate import main

sys.modules["regopy"] = None
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("print('nonsense')", "the evaluation ended with code 0, without an answer"),
        ("import os; os.kill(os.getpid(), 11)", "the evaluation ended by signal 11, without an answer"),
        (WITHOUT_REGOPY, "is Rego, and regopy is not installed"),
    ],
)
def test_a_library_that_is_missing_or_crashes_is_an_error(tmp_path, program, words):
    path = rego(tmp_path, 'deny contains "x"')
    with pytest.raises(PolicyError, match=words) as error:
        policy(path, program=(sys.executable, "-c", program)).check()
    assert str(path) in error.value.message
    assert error.value.hint == ("pip install 'guardian[policy]'" if "installed" in words else "")


def test_nothing_of_the_plan_is_in_the_arguments():
    assert EVALUATE[1:] == ("-P", "-m", "guardian.adapters.policy.evaluate")
