"""The `policy.rules` setting: rules with a name of their own, an expression, words and a severity."""

import subprocess
import sys
from pathlib import Path

import pytest

from guardian.domain.review.policy import Effect, PolicyRule
from guardian.errors import SettingsError
from guardian.settings import Settings, load_settings

RULES = """\
policy:
  rules:
    - name: no-public-bucket
      match: |
        type == 'aws_s3_bucket'
        && after.acl == 'public-read'
      message: >
        a bucket is private,
        whatever it holds
      severity: deny
    - {name: b, match: "!!", message: c, severity: warn}
"""


def load(root: Path, text: str) -> Settings:
    (root / "guardian.yaml").write_text(text)
    return load_settings(root, flags={}, environment={})


def test_rules_keep_their_order_and_place_and_are_not_compiled(tmp_path):
    settings = load(tmp_path, RULES)
    file = tmp_path / "guardian.yaml"
    assert settings.policy.rules == (
        PolicyRule(
            name="no-public-bucket",
            match="type == 'aws_s3_bucket'\n&& after.acl == 'public-read'\n",
            message="a bucket is private, whatever it holds",
            effect=Effect.DENY,
            place=f"{file}:4",
        ),
        PolicyRule(name="b", match="!!", message="c", effect=Effect.WARN, place=f"{file}:11"),
    )
    assert str(settings.sources["policy.rules"]) == f"file {file}"


@pytest.mark.parametrize("text", ["policy:", "policy: {}", "policy: {rules: []}", "policy:\n  rules:\n"])
def test_no_rule_is_no_error(tmp_path, text):
    assert load(tmp_path, text).policy.rules == ()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{name: a, match: b, message: c}", "`policy.rules[0]` has no `severity`"),
        ("{name: a, match: b, severity: deny}", "has no `message`"),
        ("{name: a, match: b, message: c, severity: error}", "'error' is not allowed"),
        ("{name: '', match: b, message: c, severity: deny}", "`policy.rules[0].name` is empty"),
        ("{name: a, match: '', message: c, severity: deny}", "`policy.rules[0].match` is empty"),
        ("{name: 3, match: b, message: c, severity: deny}", "must be text, is a whole number"),
        ("{name: a, when: b, message: c, severity: deny}", "unknown key `policy.rules[0].when`"),
        ('{name: a, match: b, message: "c\\e[0m", severity: deny}', "`policy.rules[0].message` holds a char"),
        ('{name: "a\\nb", match: b, message: c, severity: deny}', "`policy.rules[0].name` holds a char"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_with_its_line(tmp_path, rule, message):
    with pytest.raises(SettingsError) as error:
        load(tmp_path, f"policy:\n  rules:\n    - {rule}\n")
    assert message in error.value.message
    assert "guardian.yaml:3: " in error.value.message


def test_two_rules_of_one_name_are_refused_with_both_lines(tmp_path):
    rule = "    - {name: a, match: b, message: c, severity: deny}\n"
    with pytest.raises(SettingsError) as error:
        load(tmp_path, f"policy:\n  rules:\n{rule}{rule}")
    file = tmp_path / "guardian.yaml"
    assert error.value.message == f"{file}:4: a rule named 'a' stands at {file}:3 already"


def test_neither_language_is_loaded_with_the_settings(tmp_path):
    (tmp_path / "guardian.yaml").write_text(RULES + "  rego: [policies]\n")
    program = (
        "import sys; from pathlib import Path; from guardian.settings import load_settings;"
        f"load_settings(Path({str(tmp_path)!r}), flags={{}}, environment={{}});"
        "print(*sorted({'jmespath', 'regopy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "\n"
