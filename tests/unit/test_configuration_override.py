"""Override files of a private copy pin what can be said, lift protection, and name what they cannot say."""

import json
from pathlib import Path
from typing import Any

import pytest

from guardian.adapters.configuration import DiskConfiguration
from guardian.domain.configuration import Override
from guardian.errors import ConfigurationError

FILE = "zz_guardian_pins_override.tf.json"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def manifest(root: Path, **directories: str) -> None:
    modules = [{"Key": key.replace("_", "."), "Dir": where} for key, where in directories.items()]
    write(root / ".terraform/modules/modules.json", json.dumps({"Modules": modules}))


def override(root: Path, *overrides: Override) -> tuple[Override, ...]:
    return DiskConfiguration().override(root, overrides)


def pin(address: str = "aws_x.y", **arguments: Any) -> Override:
    return Override(address=address, arguments=arguments)


def said(directory: Path, name: str = FILE) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((directory / name).read_text())["resource"]
    return found


def test_arguments_and_protection_go_into_the_directory_of_the_module_for_its_owner_alone(tmp_path):
    root = tmp_path / "live/root"
    manifest(root, app="../../shared", app_db=".terraform/modules/app.db")
    write(root / "main.tf", 'resource "aws_x" "y" {}\nmodule "app" {\n  source = "../../shared"\n}\n')
    write(tmp_path / "shared/main.tf", 'resource "aws_x" "y" {}\nmodule "db" {\n  source = "x"\n}\n')
    write(root / ".terraform/modules/app.db/main.tf.json", '{"resource": {"aws_x": {"y": {}}}}')
    protected = Override(address="module.app.aws_x.y", allow_destroy=True)
    assert override(root, pin(size=1), protected, pin("module.app.module.db.aws_x.y", size=3)) == ()
    assert said(root) == {"aws_x": {"y": {"size": 1}}}
    assert said(tmp_path / "shared") == {"aws_x": {"y": {"lifecycle": {"prevent_destroy": False}}}}
    assert said(root / ".terraform/modules/app.db") == {"aws_x": {"y": {"size": 3}}}
    assert (root / FILE).stat().st_mode & 0o777 == 0o600


def test_what_is_taken_as_it_is_found_is_not_changed(tmp_path):
    write(tmp_path / "main.tf", 'resource "aws_x" "y" {}\nresource "aws_x" "z" {}\n')
    override(
        tmp_path,
        Override(address="aws_x.y", as_found=True),
        Override(address="aws_x.z", as_found=True, allow_destroy=True),
    )
    found = said(tmp_path)["aws_x"]
    assert found["y"] == {"lifecycle": {"ignore_changes": "all"}}
    assert found["z"] == {"lifecycle": {"prevent_destroy": False, "ignore_changes": "all"}}


def test_a_later_word_adds_to_the_earlier_and_replaces_it(tmp_path):
    write(tmp_path / "main.tf", 'resource "aws_x" "y" {}\nresource "aws_x" "z" {}\n')
    override(tmp_path, pin(size=1, name="a"), pin("aws_x.z", size=5))
    override(tmp_path, pin(size=2), Override(address="aws_x.y", allow_destroy=True))
    assert said(tmp_path) == {
        "aws_x": {
            "y": {"size": 2, "name": "a", "lifecycle": {"prevent_destroy": False}},
            "z": {"size": 5},
        }
    }


def test_texts_and_keys_are_written_so_that_nothing_in_them_is_a_template(tmp_path):
    write(tmp_path / "main.tf", 'resource "aws_x" "y" {}\n')
    override(tmp_path, pin(name="${a}", tags={"%{b}": "$${c}"}, names=["$", "%d"]))
    assert said(tmp_path)["aws_x"]["y"] == {
        "name": "$${a}",
        "tags": {"%%{b}": "$$${c}"},
        "names": ["$", "%d"],
    }


def test_nothing_is_written_for_nothing(tmp_path):
    write(tmp_path / "main.tf", 'resource "aws_x" "y" {}\n')
    assert override(tmp_path) == ()
    assert [each.name for each in tmp_path.iterdir()] == ["main.tf"]


REPEATED = [
    ("count = 2", False),
    ("count = var.n", False),
    ("count = 1", True),
    ("count = var.on ? 1 : 0", True),
    ("count = var.on ? 2 : 0", False),
    ('for_each = toset(["a"])', True),
    ('for_each = toset(["a", "b"])', False),
    ("for_each = { a = 1 }", True),
    ("for_each = { a = 1, b = 2 }", False),
    ("for_each = { for k, v in var.x : k => v }", False),
    ("for_each = var.x", False),
]


@pytest.mark.parametrize(("repeated", "can"), REPEATED)
def test_a_pin_wants_a_text_that_stands_for_one_instance(tmp_path, repeated, can):
    write(tmp_path / "main.tf", f'resource "aws_x" "y" {{\n  {repeated}\n}}\n')
    wanted = Override(address='aws_x.y["a.b[0]"]', arguments={"size": 1}, allow_destroy=True)
    rest = Override(address=wanted.address, arguments={"size": 1})
    assert override(tmp_path, wanted) == (() if can else (rest,))
    body = said(tmp_path)["aws_x"]["y"]
    assert body["lifecycle"] == {"prevent_destroy": False}
    assert ("size" in body) is can


@pytest.mark.parametrize(("repeated", "can"), REPEATED)
@pytest.mark.parametrize("level", ["app", "db"])
def test_so_does_every_call_above_it(tmp_path, level, repeated, can):
    manifest(tmp_path, app="app", app_db="db")
    calls = {name: f"  {repeated}\n" if name == level else "" for name in ("app", "db")}
    write(tmp_path / "main.tf", f'module "app" {{\n  source = "./app"\n{calls["app"]}}}\n')
    write(tmp_path / "app/main.tf", f'module "db" {{\n  source = "../db"\n{calls["db"]}}}\n')
    write(tmp_path / "db/main.tf", 'resource "aws_x" "y" {}\n')
    wanted = pin("module.app[0].module.db.aws_x.y", size=1)
    assert override(tmp_path, wanted) == (() if can else (wanted,))


def test_a_directory_that_two_calls_share_takes_no_pin_but_lifts_protection(tmp_path):
    manifest(tmp_path, a="shared", b="shared")
    write(tmp_path / "main.tf", "".join(f'module "{each}" {{\n  source = "./shared"\n}}\n' for each in "ab"))
    write(tmp_path / "shared/main.tf", 'resource "aws_x" "y" {}\n')
    wanted = pin("module.a.aws_x.y", size=1)
    lifted = Override(address="module.b.aws_x.y", allow_destroy=True)
    assert override(tmp_path, wanted, lifted) == (wanted,)
    assert said(tmp_path / "shared") == {"aws_x": {"y": {"lifecycle": {"prevent_destroy": False}}}}


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("nested", "x"),
        ("repeated", []),
        ("later", 1),
        ("objects", [{"a": 1}]),
        ("deep", {"a": {"b": 1}}),
        ("lists", [["a"]]),
        ("block.size", 1),
        ("count", 1),
        ("lifecycle", {"prevent_destroy": False}),
    ],
)
def test_only_arguments_with_plain_values_can_be_pinned(tmp_path, argument, value):
    blocks = '  nested {\n    a = 1\n  }\n  dynamic "repeated" {\n    for_each = []\n    content {}\n  }\n'
    write(tmp_path / "main.tf", f'resource "aws_x" "y" {{\n{blocks}}}\n')
    write(tmp_path / "a_override.tf", 'resource "aws_x" "y" {\n  later {}\n}\n')
    assert override(tmp_path, pin(**{argument: value, "size": 1})) == (pin(**{argument: value}),)
    assert said(tmp_path) == {"aws_x": {"y": {"size": 1}}}


def test_in_json_a_block_is_told_from_a_map(tmp_path):
    body = {"tags": {"a": "b"}, "nested": {"x": {"y": 1}}, "several": [{"x": 1}], "dynamic": {"d": {}}}
    write(tmp_path / "main.tf.json", json.dumps({"resource": {"aws_x": {"y": body}}}))
    wanted: dict[str, Any] = {"tags": {"c": "d"}, "nested": {}, "several": [], "d": "e"}
    assert override(tmp_path, pin(**wanted)) == (pin(nested={}, several=[], d="e"),)


@pytest.mark.parametrize(
    "address",
    ["aws_x.z", "aws_z.y", "data.aws_x.y", "module.gone.aws_x.y", "module.app.aws_x.y", "aws_x", ""],
)
def test_what_the_configuration_does_not_hold_comes_back_whole(tmp_path, address):
    manifest(tmp_path, app="app")
    write(tmp_path / "main.tf", 'resource "aws_x" "y" {}\ndata "aws_x" "y" {}\n')
    wanted = Override(address=address, arguments={"size": 1}, allow_destroy=True)
    assert override(tmp_path, wanted) == (wanted,)
    assert not (tmp_path / FILE).exists()


def test_the_directory_of_an_absolute_path_is_somebodys_own_and_is_not_written_to(tmp_path):
    root, own = tmp_path / "root", tmp_path / "own"
    manifest(root, app=str(own))
    write(root / "main.tf", f'module "app" {{\n  source = "{own}"\n}}\n')
    write(own / "main.tf", 'resource "aws_x" "y" {}\n')
    wanted = Override(address="module.app.aws_x.y", allow_destroy=True)
    assert override(root, wanted) == (wanted,)
    assert [each.name for each in own.iterdir()] == ["main.tf"]


@pytest.mark.parametrize(
    "other", ["zzz_override.tf", "zz_guardian_z_override.tf.json", "~_override.tf", "é_override.tf"]
)
def test_the_file_sorts_after_every_other_override(tmp_path, other):
    write(tmp_path / "main.tf", 'resource "aws_x" "y" {}\n')
    write(tmp_path / other, "{}" if other.endswith("json") else "")
    override(tmp_path, pin(size=1))
    override(tmp_path, pin(name="a"))
    (written,) = [each.name for each in tmp_path.iterdir() if each.name.endswith(FILE)]
    assert written > other
    assert said(tmp_path, written) == {"aws_x": {"y": {"size": 1, "name": "a"}}}


def test_the_copy_is_not_written_through_a_link(tmp_path):
    write(tmp_path / "root/main.tf", 'resource "aws_x" "y" {}\n')
    (tmp_path / "root" / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError):
        override(tmp_path / "root", pin(size=1))
    assert not (tmp_path / "elsewhere").exists()
