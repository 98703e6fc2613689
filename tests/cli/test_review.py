"""`guardian review` of a plan's JSON, in process: its forms, its exit codes, and what it refuses."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from guardian.cli.app import main

PLANS = Path(__file__).parents[2] / "fixtures" / "plans"
OPENED = PLANS / "group-opened" / "plan.json"
NOTHING = PLANS / "nothing-changes" / "plan.json"
DENYING = """
policy:
  rules:
    - name: no-ssh
      match: "type == 'aws_security_group_rule'"
      message: nobody opens a group by hand
      severity: deny
    - name: told
      match: "type == 'aws_security_group'"
      message: have a look
      severity: warn
"""


def said(capsys: pytest.CaptureFixture[str], *argv: str, exit_code: int = 0) -> tuple[str, str]:
    assert main(["review", *argv]) == exit_code
    captured = capsys.readouterr()
    return captured.out, captured.err


def lines(capsys: pytest.CaptureFixture[str], *argv: str, exit_code: int = 0) -> list[dict[str, Any]]:
    return [json.loads(each) for each in said(capsys, *argv, exit_code=exit_code)[0].splitlines()]


def test_the_text_begins_with_the_verdict(capsys):
    out, err = said(capsys, str(OPENED))
    assert out.startswith("Plan: ")
    assert "opened-to-the-world" in out
    assert err == ""


def test_json_is_one_form_under_two_names(capsys):
    by_format, by_flag = lines(capsys, str(OPENED), "--format", "json"), lines(capsys, str(OPENED), "--json")
    assert by_format == by_flag
    assert by_format[0]["type"] == "version"
    assert by_format[-1]["type"] == "result"
    assert by_format[-1]["command"] == "review"
    assert by_format[-1]["red"] == sum(
        each["type"] == "risk" and each["severity"] == "red" for each in by_format
    )


def test_sarif_and_junit_stand_alone_on_stdout(capsys):
    assert json.loads(said(capsys, str(OPENED), "--format", "sarif")[0])["version"] == "2.1.0"
    suites = ET.fromstring(said(capsys, str(OPENED), "--format", "junit")[0])  # noqa: S314 - our own
    assert suites.find(".//failure") is not None


def test_annotations_are_commands_of_the_job(capsys):
    out, _ = said(capsys, str(OPENED), "--format", "github")
    assert out
    assert all(each.startswith(("::error ", "::warning ", "::notice ")) for each in out.splitlines())


def test_markdown_fits_the_host(capsys):
    github = said(capsys, str(OPENED), "--format", "markdown")[0]
    bitbucket = said(capsys, str(OPENED), "--format", "markdown", "--host", "bitbucket")[0]
    assert github.startswith("<!-- guardian-review: ")
    assert bitbucket.startswith("[//]: # (guardian-review: ")
    assert "<details>" not in bitbucket


def test_values_are_shown_when_asked_for(capsys):
    assert "0.0.0.0/0" not in said(capsys, str(OPENED), "--json")[0]
    assert "0.0.0.0/0" in said(capsys, str(OPENED), "--json", "--values")[0]


def test_nothing_to_apply(capsys):
    assert said(capsys, str(NOTHING), "--format", "markdown", "-detailed-exitcode")[0].strip() == ""
    assert lines(capsys, str(NOTHING), "--json")[-1]["outcome"] == "no_changes"


def test_detailed_exitcode(capsys):
    assert (
        lines(capsys, str(OPENED), "--json", "-detailed-exitcode", exit_code=2)[-1]["outcome"]
        == "differences"
    )


def test_policy_denies(capsys, tmp_path):
    Path("guardian.yaml").write_text(DENYING)
    *told, result = lines(capsys, str(OPENED), "--json", exit_code=4)
    findings = {(each["rule"], each["effect"]) for each in told if each["type"] == "policy"}
    assert findings == {("no-ssh", "deny"), ("told", "warn")}
    assert result["outcome"] == "refused"
    assert result["error"]["code"] == "policy"
    assert "nobody opens a group by hand" in result["error"]["message"]
    assert "guardian approve" in result["error"]["hint"]


def test_a_rule_that_fails_is_no_pass(capsys):
    Path("guardian.yaml").write_text(DENYING.replace("type == 'aws_security_group_rule'", "sum(type) > `1`"))
    result = lines(capsys, str(OPENED), "--json", exit_code=1)[-1]
    assert result["error"]["code"] == "policy_broken"


def test_rego_beside_the_settings(capsys, tmp_path):
    rego = tmp_path / "rules"
    rego.mkdir()
    (rego / "a.rego").write_text(
        'package guardian\n\ndeny contains {"msg": "never", "address": each.address} if {\n'
        "  some each in input.changes\n}\n"
    )
    result = lines(capsys, str(OPENED), "--json", "--policy", str(rego), exit_code=4)[-1]
    assert "never" in result["error"]["message"]


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("empty.json", b"", "empty"),
        ("cut.json", b'{"format_version": "1.2", "resource_changes": [', "cut off"),
        ("text.json", b"hello", "not JSON"),
        ("two.json", b'{"format_version": "2.0", "resource_changes": []}', "2.0"),
        ("state.json", b'{"format_version": "1.0", "values": {}}', "state"),
        ("list.json", b"[]", "not of a plan"),
    ],
)
def test_what_is_no_plan_is_one_clear_error(capsys, name, body, words):
    Path(name).write_bytes(body)
    out, err = said(capsys, name, exit_code=1)
    assert out == ""
    assert words in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there(capsys):
    assert "cannot read the plan" in said(capsys, "none.json", exit_code=1)[1]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--json", "--format", "sarif"], "two forms"),
        (["--base", "", str(OPENED)], "--base is empty"),
        (["--rehearse", str(OPENED)], "the saved plan itself"),
        (["--base", "main", str(OPENED)], "the saved plan itself"),
        (["--format", "xml"], "is not one of"),
        (["--host", "sourceforge"], "is not one of"),
    ],
)
def test_what_does_not_fit_together_is_refused(capsys, argv, words):
    _, err = said(capsys, *argv, exit_code=1)
    assert words in err


def test_without_a_plan_and_a_configuration(capsys):
    assert "no Terraform configuration" in said(capsys, exit_code=1)[1]


def test_a_comment_that_cannot_be_posted_leaves_the_review(capsys):
    out, err = said(capsys, str(OPENED), "--post", exit_code=7)
    assert "opened-to-the-world" in out
    assert "no comment can be posted" in err


def test_a_store_that_is_not_there_is_said_and_no_error(capsys):
    Path("guardian.yaml").write_text("project: shop\nstore: nowhere\n")
    Path("main.tf").write_text("")
    notes = lines(capsys, str(OPENED), "--json")[1]["notes"]
    assert any("no baseline" in each for each in notes)
    assert not Path("nowhere").exists()
