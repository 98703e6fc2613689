"""`guardian init`."""

import json
from pathlib import Path

import pytest
import yaml

from guardian.cli.app import main
from guardian.cli.commands.init import document
from guardian.settings import load_settings


def test_the_file_it_writes_says_the_defaults(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    before = load_settings(tmp_path, flags={}, environment={})
    assert main(["init"]) == 0
    after = load_settings(tmp_path, flags={}, environment={})
    assert after.file == tmp_path / "guardian.yaml"
    assert (after.store, after.engine, after.on_failure, after.project) == (
        before.store,
        before.engine,
        before.on_failure,
        before.project,
    )


def test_each_example_in_it_is_a_setting_that_can_be_used(tmp_path):
    text = "\n".join(
        line.removeprefix("# ") if ": " in line and line.split(": ")[0].removeprefix("# ").islower() else line
        for line in document({}).splitlines()
        if not line.startswith("# yaml-")
    )
    (tmp_path / "guardian.yaml").write_text(text)
    read = load_settings(tmp_path, flags={}, environment={})
    assert read.store == "s3://my-bucket/guardian"
    assert (read.engine, read.on_failure, read.project) == ("terraform", "hold", "network-production")


def test_given_values_are_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--project", 'a: "b" #é', "-store=s3://bucket/prefix"]) == 0
    read = load_settings(tmp_path, flags={}, environment={})
    assert (read.project, read.store) == ('a: "b" #é', "s3://bucket/prefix")


def test_the_schema_that_the_file_names_is_there(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    first = (tmp_path / "guardian.yaml").read_text().splitlines()[0]
    name = first.removeprefix("# yaml-language-server: $schema=")
    assert json.loads((tmp_path / name).read_text())["title"] == "guardian.yaml"
    assert yaml.safe_load((tmp_path / "guardian.yaml").read_text()) is None


@pytest.mark.parametrize("name", ["guardian.yaml", ".guardian.yaml"])
def test_nothing_is_overwritten(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    Path(name).write_text("engine: tofu\n")
    assert main(["init", "--json"]) == 1
    assert Path(name).read_text() == "engine: tofu\n"
    assert [each.name for each in tmp_path.iterdir()] == [name]
    error = json.loads(capsys.readouterr().out.splitlines()[-1])["error"]
    assert error["code"] == "usage"
    assert name in error["message"]


def test_a_value_that_cannot_be_used_writes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--store=ftp://x"]) == 1
    assert list(tmp_path.iterdir()) == []
