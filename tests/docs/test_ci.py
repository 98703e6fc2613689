"""The pipelines that `guardian ci` prints, and the Action: what the systems take, and safe."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from guardian.cli.app import main
from guardian.cli.commands.ci import PIPELINES as KNOWN
from tests.docs.reference import commands
from tests.support.pipelines import ACTION, ALL, FILES, PIPELINES, ROOT, document

BIN = Path(sys.executable).parent
# Braces and double brackets everywhere; statuses that a condition takes; variables that the system sets.
TASTE = "SC2250,SC2292,SC2310,SC2312,SC2154"
SCHEMAS = {
    "github.yml": ("vendor.github-workflows",),
    "gitlab.yml": ("vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
    "azure.yml": (
        *("vendor.azure-pipelines", "--data-transform", "azure-pipelines"),
        # Its patterns are none of the stricter kind.
        *("--regex-variant", "nonunicode"),
    ),
    "action.yml": ("vendor.github-actions",),
}
YAMLLINT = """
extends: default
rules:
  document-start: disable
  truthy: {check-keys: false}
  line-length: {max: 120}
  comments: {min-spaces-from-content: 1}
"""
EACH_FILE = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
EACH_BLOCK = pytest.mark.parametrize(
    ("path", "block"), ALL, ids=[f"{path.stem} {block.where}" for path, block in ALL]
)


@EACH_FILE
def test_it_is_tidy_yaml(path):
    ran = subprocess.run(
        [BIN / "yamllint", "--strict", "-d", YAMLLINT, path], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_what_the_system_takes(tmp_path, name):
    path = ACTION if name == "action.yml" else PIPELINES / name
    if name == "azure.yml":
        path = tmp_path / name
        path.write_text(yaml.safe_dump(_without_extensions(document(PIPELINES / name)), sort_keys=False))
    argv = [str(BIN / "check-jsonschema"), "--builtin-schema", *SCHEMAS[name], str(path)]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def _without_extensions(part: Any) -> Any:
    """Put a script in place of the tasks that are not Microsoft's own: the schema knows those alone."""
    if isinstance(part, list):
        return [_without_extensions(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("task") == "AWSShellScript@1":
        assert set(part) == {"task", "displayName", "inputs"}
        assert set(part["inputs"]) == {"awsCredentials", "regionName", "scriptType", "inlineScript"}
        return {"bash": part["inputs"]["inlineScript"]}
    return {name: _without_extensions(each) for name, each in part.items()}


def test_atlantis_takes_it():
    parsed = document(PIPELINES / "atlantis.yaml")
    schema = json.loads((ROOT / "tests" / "support" / "atlantis.schema.json").read_text())
    jsonschema.validate(parsed, schema)
    assert {each["workflow"] for each in parsed["projects"]} == set(parsed["workflows"])


def test_azure_knows_no_anchors():
    # https://learn.microsoft.com/en-us/azure/devops/pipelines/yaml-schema: unsupported features
    text = (PIPELINES / "azure.yml").read_text()
    assert not re.search(r"^\s*(?:- |\w+: )[&*]\w+\s*$|^\s*<<:", text, re.MULTILINE)


def test_every_file_has_shell_that_is_looked_at():
    found = {path.stem: sum(each == path for each, _ in ALL) for path in FILES}
    text = {path.stem: path.read_text() for path in FILES}
    assert found == {
        "github": len(re.findall(r"^ +(?:- )?run: ", text["github"], re.MULTILINE)),
        "gitlab": len(re.findall(r"^ +\w*script:$", text["gitlab"], re.MULTILINE)),
        "azure": len(re.findall(r"^ +- bash: |inlineScript: ", text["azure"], re.MULTILINE)),
        "atlantis": len(re.findall(r"^ +- run: ", text["atlantis"], re.MULTILINE)),
        "action": len(re.findall(r"^ +run: ", text["action"], re.MULTILINE)),
    }


@EACH_BLOCK
def test_the_shell_parses_and_shellcheck_finds_nothing(path, block):
    shell = block.shell[0]
    # The options that the system's own argv sets are part of what is read.
    script = "set -eo pipefail\n" * ("pipefail" in block.shell) + block.script
    parsed = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
    assert parsed.returncode == 0, parsed.stderr
    argv = [str(BIN / "shellcheck"), f"--shell={shell}", f"--exclude={TASTE}", "--enable=all", "-"]
    checked = subprocess.run(argv, input=script, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@EACH_BLOCK
def test_nothing_is_put_into_shell_by_the_system(path, block):
    # A branch or a title is what anybody likes: only variables may carry it.
    assert "${{" not in block.script
    # Azure's macros are put in the same way; `$(` with a lower-case word and a space runs a command.
    assert not re.search(r"\$\([A-Za-z_.]+\)", block.script)
    assert not re.search(r"\beval\b", block.script)


@EACH_BLOCK
def test_what_changes_infrastructure_replaces_its_shell(path, block):
    lines = [line.strip().removeprefix("- ") for line in block.script.splitlines()]
    for line in lines:
        if re.search(r"\bguardian (?:apply|restore)\b", line) and "--dry-run" not in line:
            assert line.startswith("exec guardian ")
    for number, line in enumerate(lines):
        if line.startswith(("exec guardian restore", "exec guardian apply")):
            assert set(lines[number + 1 :]) <= {"", "fi"}


@EACH_BLOCK
def test_every_command_and_option_in_it_exists(path, block):
    known = {name.removeprefix("guardian "): command for name, command in commands()}
    for name, rest in re.findall(r"(?:^|exec |if |\s)guardian ([a-z]+)((?:[^|\n]|\\\n)*)", block.script):
        options = re.findall(r"(?<=\s)-{1,2}([a-z][a-z-]*)", rest)
        spelled = {each.lstrip("-") for param in known[name].params for each in getattr(param, "opts", [])}
        assert set(options) <= spelled, f"guardian {name}"


def test_actions_are_pinned_to_commits():
    for path in (PIPELINES / "github.yml", ACTION):
        for line in re.findall(r"uses: (.*)", path.read_text()):
            assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # v[\d.]+|OWNER/guardian@COMMIT", line), line


def test_jobs_of_github_get_no_more_than_they_need():
    parsed = document(PIPELINES / "github.yml")
    assert parsed["permissions"] == {}
    read = {"contents": "read", "id-token": "write"}
    for name, job in parsed["jobs"].items():
        more = {"pull-requests": "write", "security-events": "write"} if name == "review" else {}
        assert job["permissions"] == read | more
        assert job["timeout-minutes"]
        checkout = next(step for step in job["steps"] if "checkout" in step.get("uses", ""))
        assert checkout["with"]["persist-credentials"] is False
        role = next(step["with"]["role-to-assume"] for step in job["steps"] if "aws" in step.get("uses", ""))
        assert role.endswith("guardian-review" if name == "review" else "guardian-apply")
    assert True in parsed  # `on`, as YAML 1.1 reads it
    assert set(parsed[True]) == {"pull_request", "push", "workflow_dispatch"}


def test_an_apply_is_never_cut_off_by_the_next():
    parsed = document(PIPELINES / "github.yml")
    groups = {name: job["concurrency"] for name, job in parsed["jobs"].items()}
    assert groups["apply"] == groups["rollback"]
    assert [name for name, each in groups.items() if each["cancel-in-progress"]] == ["review"]
    gitlab = document(PIPELINES / "gitlab.yml")
    applying = [gitlab[name] for name in ("apply", "rollback", "rollback-on-failure")]
    assert len({each["resource_group"] for each in applying}) == 1
    assert not any(each["interruptible"] for each in applying)


def test_a_person_can_start_the_rollback_and_a_failure_does():
    github = document(PIPELINES / "github.yml")["jobs"]["rollback"]
    assert "workflow_dispatch" in github["if"]
    assert "needs.apply.outputs.held == 'true'" in github["if"]
    gitlab = document(PIPELINES / "gitlab.yml")
    assert gitlab["rollback"]["rules"][0]["when"] == "manual"
    assert gitlab["rollback-on-failure"]["rules"][0]["when"] == "on_failure"


def test_nothing_is_let_go_unless_somebody_types_it():
    inputs = document(PIPELINES / "github.yml")[True]["workflow_dispatch"]["inputs"]
    typed = {"allow_delete", "allow_replace", "override", "reason"}
    assert {name: each.get("default", "") for name, each in inputs.items()} == {
        "action": "rollback",
        **dict.fromkeys(typed, ""),
    }
    variables = document(PIPELINES / "gitlab.yml")["variables"]
    asked = {name: each["value"] for name, each in variables.items() if isinstance(each, dict)}
    assert asked == {"ACTION": "rollback", **dict.fromkeys([each.upper() for each in typed], "")}
    parameters = document(PIPELINES / "azure.yml")["parameters"]
    assert [each["default"] for each in parameters] == ["deploy", "", "", "", ""]


def test_a_deploy_by_hand_is_of_the_default_branch():
    github = document(PIPELINES / "github.yml")["jobs"]
    assert "inputs.action == 'deploy' && github.ref == 'refs/heads/main'" in github["plan"]["if"]
    assert "inputs.action == 'rollback'" in github["rollback"]["if"]
    gitlab = document(PIPELINES / "gitlab.yml")
    for name in ("plan", "apply", "rollback-on-failure"):
        by_hand = gitlab[name]["rules"][-1]
        assert "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" in by_hand["if"]
        assert '"web" && $ACTION == "deploy"' in by_hand["if"]
        assert by_hand.get("when") == gitlab[name]["rules"][0].get("when")


def test_each_is_printed_as_it_is(capsys):
    for system, each in KNOWN.items():
        assert main(["ci", system]) == 0
        assert capsys.readouterr().out == (PIPELINES / each.template).read_text()


def test_they_are_listed(capsys):
    assert main(["ci"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(KNOWN)
    assert all(each.path in line for line, each in zip(listed, KNOWN.values(), strict=True))
    assert {each.template for each in KNOWN.values()} == {each.name for each in PIPELINES.iterdir()}


def test_json_holds_the_text(capsys):
    assert main(["ci", "gitlab", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["type"] for line in lines] == ["version", "pipeline", "result"]
    assert lines[1]["text"] == (PIPELINES / "gitlab.yml").read_text()
    assert lines[1]["path"] == ".gitlab-ci.yml"


def test_another_system_is_refused(capsys):
    assert main(["ci", "jenkins"]) == 1
    assert "github, gitlab, azure, atlantis" in capsys.readouterr().err


def test_the_names_of_the_environments_are_documented():
    page = (ROOT / "docs" / "ci.md").read_text()
    for name in ("production", "production-rollback", "guardian-review", "guardian-apply", "GITLAB_TOKEN"):
        assert f"`{name}`" in page
