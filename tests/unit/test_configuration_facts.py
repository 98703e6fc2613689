"""What a configuration says about protection and destroy-time provisioners is read as Terraform merges it."""

import json
from pathlib import Path

import pytest

from guardian.adapters.configuration import DiskConfiguration
from guardian.domain.configuration import ConfigurationFacts
from guardian.errors import ConfigurationError

PROTECTED = 'resource "aws_x" "%s" {\n  lifecycle {\n    prevent_destroy = %s\n  }\n}\n'
PROVISIONED = 'resource "aws_x" "%s" {\n  provisioner "local-exec" {\n    %s\n    command = "x"\n  }\n}\n'


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def manifest(root: Path, **directories: str) -> None:
    modules = [{"Key": key.replace("_", "."), "Dir": where} for key, where in directories.items()]
    write(root / ".terraform/modules/modules.json", json.dumps({"Modules": modules}))


def facts(root: Path) -> ConfigurationFacts:
    return DiskConfiguration().facts(root)


@pytest.mark.parametrize(
    ("said", "is_protected"),
    [("true", True), ('"true"', True), ("(true)", True), ("false", False), ("var.guard", False)],
)
def test_only_a_literal_true_protects(tmp_path, said, is_protected):
    write(tmp_path / "main.tf", PROTECTED % ("y", said))
    assert ("aws_x.y" in facts(tmp_path).prevent_destroy) is is_protected


def test_resources_of_modules_are_spelled_without_keys(tmp_path):
    root = tmp_path / "live/root"
    manifest(root, app="../../shared", app_db=".terraform/modules/app.db", other="../../shared")
    write(root / "main.tf", PROTECTED % ("y", "true"))
    write(tmp_path / "shared/main.tf", PROTECTED % ("y", "true") + PROVISIONED % ("z", "when = destroy"))
    write(root / ".terraform/modules/app.db/main.tf", PROTECTED % ("y", "true"))
    assert facts(root) == ConfigurationFacts(
        prevent_destroy=frozenset(
            {"aws_x.y", "module.app.aws_x.y", "module.app.module.db.aws_x.y", "module.other.aws_x.y"}
        ),
        destroy_provisioners=frozenset({"module.app.aws_x.z", "module.other.aws_x.z"}),
    )


@pytest.mark.parametrize(
    ("before", "after", "is_protected"), [("true", "false", False), ("false", "true", True)]
)
@pytest.mark.parametrize("name", ["override.tf", "a_override.tf"])
def test_an_override_file_has_the_last_word_on_protection(tmp_path, name, before, after, is_protected):
    write(tmp_path / "main.tf", PROTECTED % ("y", before))
    write(tmp_path / name, PROTECTED % ("y", after))
    assert ("aws_x.y" in facts(tmp_path).prevent_destroy) is is_protected


def test_a_lifecycle_of_an_override_file_that_says_nothing_changes_nothing(tmp_path):
    write(tmp_path / "main.tf", PROTECTED % ("y", "true"))
    other = "lifecycle {\n    ignore_changes = [tags] # not prevent_destroy\n  }"
    write(tmp_path / "override.tf", f'resource "aws_x" "y" {{\n  {other}\n}}\n')
    assert facts(tmp_path).prevent_destroy == {"aws_x.y"}


@pytest.mark.parametrize(
    ("when", "runs"),
    [("when = destroy", True), ('when = "destroy"', True), ("when = create", False), ("", False)],
)
def test_provisioners_count_when_they_run_at_destruction(tmp_path, when, runs):
    write(tmp_path / "main.tf", PROVISIONED % ("y", when))
    assert ("aws_x.y" in facts(tmp_path).destroy_provisioners) is runs


def test_provisioners_of_an_override_file_replace_all_others(tmp_path):
    write(tmp_path / "main.tf", PROVISIONED % ("y", "when = destroy"))
    write(tmp_path / "override.tf", PROVISIONED % ("y", ""))
    assert facts(tmp_path).destroy_provisioners == frozenset()


def test_one_of_two_blocks_is_enough(tmp_path):
    body = (PROVISIONED % ("y", "when = destroy")).splitlines()
    write(tmp_path / "main.tf", "\n".join([*body[:-1], *(PROVISIONED % ("y", "")).splitlines()[1:]]) + "\n")
    assert facts(tmp_path).destroy_provisioners == {"aws_x.y"}


@pytest.mark.parametrize("wrap", [lambda body: body, lambda body: [body]], ids=["object", "list"])
def test_json_says_the_same(tmp_path, wrap):
    protected = {"lifecycle": wrap({"prevent_destroy": True})}
    provisioned = {"provisioner": wrap({"local-exec": wrap({"when": "destroy", "command": "x"})})}
    document = {"resource": wrap({"aws_x": wrap({"y": wrap(protected), "z": wrap(provisioned)})})}
    write(tmp_path / "main.tf.json", json.dumps(document))
    assert facts(tmp_path) == ConfigurationFacts(
        prevent_destroy=frozenset({"aws_x.y"}), destroy_provisioners=frozenset({"aws_x.z"})
    )


def test_what_cannot_be_parsed_is_named_from_the_root_module(tmp_path):
    root = tmp_path / "root"
    manifest(root, app="../app", gone="../gone")
    write(root / "main.tf", PROTECTED % ("y", "true"))
    write(root / "broken.tf", "resource {{ prevent_destroy")
    write(root / "odd.tf.json", "[1]")
    write(tmp_path / "app/bad.tf", 'resource "a" "b" {\n  provisioner {')
    found = facts(root)
    assert found.unreadable == ("../app/bad.tf", "../gone", "broken.tf", "odd.tf.json")
    assert found.prevent_destroy == {"aws_x.y"}


def test_a_file_that_can_say_nothing_about_it_is_not_parsed(tmp_path):
    write(tmp_path / "main.tf", "this is no Terraform {{{")
    assert facts(tmp_path) == ConfigurationFacts()


def test_a_broken_module_manifest_is_refused(tmp_path):
    write(tmp_path / ".terraform/modules/modules.json", "{")
    with pytest.raises(ConfigurationError, match=r"modules\.json"):
        facts(tmp_path)


def test_moves_are_told_by_where_they_lead(tmp_path):
    write(
        tmp_path / "main.tf",
        'moved {\n  from = aws_x.a["k x"]\n  to   = aws_x.b # here\n}\n'
        "moved {\n  from = module.old[0].aws_x.z\n  to   = module.new.aws_x.z\n}\n",
    )
    write(tmp_path / "more.tf.json", json.dumps({"moved": [{"from": "aws_y.a", "to": "aws_y.b"}]}))
    write(tmp_path / "app/main.tf", "moved {\n  from = aws_x.c\n  to = aws_x.d\n}\n")
    manifest(tmp_path, app="app")
    assert facts(tmp_path).moved == {
        "aws_x.b": 'aws_x.a["k x"]',
        "module.new.aws_x.z": "module.old[0].aws_x.z",
        "aws_y.b": "aws_y.a",
        "module.app.aws_x.d": "module.app.aws_x.c",
    }
