"""What a configuration names outside its own directories is found; what cannot be told is listed by line."""

import json
from pathlib import Path

import pytest

from guardian.adapters.configuration import DiskConfiguration
from guardian.domain.configuration import CapturedConfiguration, CaptureLimits

# Below this lie the root module (live/root), a module and everything that the cases name.
OUTSIDE = (
    "templates/a.tpl",
    "templates/sub/b.tpl",
    "policies/x.json",
    "policies/y.txt",
    "lambda/code.zip",
    "lambda/other.zip",
    "scripts/run.sh",
    "top.txt",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in OUTSIDE:
        write(tmp_path / "repository" / name)
    return tmp_path / "repository/live/root"


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def capture(root: Path, *var_files: str) -> CapturedConfiguration:
    return DiskConfiguration().capture(
        root, data_dir=root / ".terraform", var_files=var_files, limits=CaptureLimits(), exclude=()
    )


def named(captured: CapturedConfiguration, root: Path) -> set[str]:
    """Return what was captured of the files outside, by path below the repository."""
    base = root if captured.root == "." else Path(str(root).removesuffix(captured.root))
    found = {str((base / each.path).relative_to(root.parent.parent)) for each in captured.files}
    return found & set(OUTSIDE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('x = file("../../top.txt")', {"top.txt"}),
        ('x = file("${path.module}/../../top.txt")', {"top.txt"}),
        ('x = file("${path.root}/../../top.txt")', {"top.txt"}),
        ('x = file("${path.cwd}/../../top.txt")', {"top.txt"}),
        ('x = file(abspath("../../top.txt"))', {"top.txt"}),
        ('x = file(join("/", [path.module, "..", "..", "top.txt"]))', {"top.txt"}),
        ('x = file(format("%s/../../%s.txt", path.module, "top"))', {"top.txt"}),
        ('x = file(true ? "../../top.txt" : "../../scripts/run.sh")', {"top.txt", "scripts/run.sh"}),
        ('x = try(file("../../top.txt"), "")', {"top.txt"}),
        ('x = file(coalesce("../../top.txt", "x"))', {"top.txt"}),
        ('x = file("${dirname("../../scripts/none")}/../top.txt")', {"top.txt"}),
        ('x = templatefile(\n  "../../templates/a.tpl",\n  { a = "}" },\n)', {"templates/a.tpl"}),
        ('x = jsonencode({ a = [filebase64sha256("../../lambda/code.zip")] })', {"lambda/code.zip"}),
        ('x = fileexists("../../top.txt")', {"top.txt"}),
        ('x = fileset("../../policies", "*.json")', {"policies/x.json", "policies/y.txt"}),
        ('x = fileset(path.module, "../../policies/*.json")', {"policies/x.json", "policies/y.txt"}),
        ('x = [for n in ["x"] : file("../../policies/${n}.json")]', {"policies/x.json", "policies/y.txt"}),
        ('x = file("../../templates/${each.key}/b.tpl")', {"templates/a.tpl", "templates/sub/b.tpl"}),
        ('x = <<-EOT\n  "quoted" ${file("../../top.txt")} }\nEOT', {"top.txt"}),
        ('x = <<EOT\n${jsonencode({ a = "}" })}\n${file("../../top.txt")}\nEOT', {"top.txt"}),
        ('x = "%{ if fileexists("../../top.txt") }yes%{ endif }"', {"top.txt"}),
        ('x = "$${file(var.x)}"', set()),
        ("x = <<EOT\n$${file(var.x)}\nEOT", set()),
        ("x = <<EOT\nsh ../../scripts/run.sh\nEOT", {"scripts/run.sh"}),
        ('# file("../../top.txt")', set()),
        ('x = "waiting...\\nfor ../../elsewhere"', set()),
        ('source = "../../lambda/code.zip"', {"lambda/code.zip"}),
        ('source_dir = "${path.module}/../../lambda"', {"lambda/code.zip", "lambda/other.zip"}),
        ('command = "sh -e ${path.module}/../../scripts/run.sh --to=x"', {"scripts/run.sh"}),
        ('program = ["python3", "${path.module}/../../scripts/run.sh"]', {"scripts/run.sh"}),
        ('source = "../../lambda/${each.key}.zip"', {"lambda/code.zip", "lambda/other.zip"}),
    ],
)
def test_what_is_named_outside_is_captured(root, text, expected):
    write(root / "main.tf", f'resource "a" "b" {{\n{text}\n}}\n')
    captured = capture(root)
    assert named(captured, root) == expected
    assert captured.left_out == ()


@pytest.mark.parametrize(
    ("declarations", "expression"),
    [
        ('locals {\n  dir = "../../scripts"\n}', "${local.dir}/run.sh"),
        ('locals {\n  up = "${path.module}/../.."\n  dir = "${local.up}/scripts"\n}', "${local.dir}/run.sh"),
        ('variable "dir" {\n  default = "../../scripts"\n}', "${var.dir}/run.sh"),
    ],
)
@pytest.mark.parametrize("attribute", ['x = file("{}")', 'source = "{}"'])
def test_locals_and_defaults_of_other_files_are_looked_up(root, declarations, expression, attribute):
    write(root / "declarations.tf", declarations)
    write(root / "main.tf", f'resource "a" "b" {{\n  {attribute.replace("{}", expression)}\n}}\n')
    captured = capture(root)
    assert named(captured, root) == {"scripts/run.sh"}
    assert captured.left_out == ()


def test_variable_files_and_module_arguments_are_looked_up(root):
    write(root / "main.tf", 'variable "top" {}\nmodule "m" {\n  source = "../m"\n  path = var.top\n}\n')
    write(root / "x.auto.tfvars", 'top = "../../top.txt"\n')
    write(root.parent / "m/main.tf", 'variable "path" {}\noutput "x" {\n  value = file(var.path)\n}\n')
    manifest = {"Modules": [{"Key": "", "Dir": "."}, {"Key": "m", "Source": "../m", "Dir": "../m"}]}
    write(root / ".terraform/modules/modules.json", json.dumps(manifest))
    captured = capture(root)
    assert named(captured, root) == {"top.txt"}
    assert captured.left_out == ()


def test_a_path_of_a_module_is_relative_to_the_module(root):
    write(root / "main.tf", "")
    module = 'output "x" {\n  value = file("${path.module}/../top.txt")\n}\n'
    write(root.parent.parent / "m/main.tf", module)
    write(root / ".terraform/modules/modules.json", '{"Modules":[{"Key":"m","Dir":"../../m"}]}')
    assert named(capture(root), root) == {"top.txt"}


def test_json_syntax_is_followed_too(root):
    configuration = {
        "//": 'file("../../no")',
        "locals": {"dir": "${path.module}/../../scripts"},
        "resource": {"a": {"b": {"x": '${file("../../top.txt")}', "source": "${local.dir}/run.sh"}}},
    }
    write(root / "main.tf.json", json.dumps(configuration))
    assert named(capture(root), root) == {"top.txt", "scripts/run.sh"}


def test_files_that_a_template_reads_are_captured(root):
    write(root.parent.parent / "templates/a.tpl", 'first ${name}\n${file("../../top.txt")}\n')
    write(
        root / "main.tf", 'output "x" {\n  value = templatefile("../../templates/a.tpl", { name = 1 })\n}\n'
    )
    assert named(capture(root), root) == {"templates/a.tpl", "top.txt"}


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("x = file(var.given)", "main.tf:2: file(var.given)"),
        ("x = templatefile(each.value.path,\n  {})", "main.tf:2: templatefile(each.value.path, …)"),
        ('x = file("${data.a.b.c}/x")', 'main.tf:2: file("${data.a.b.c}/x")'),
    ],
)
def test_what_cannot_be_told_is_listed_with_its_line(root, text, detail):
    write(root / "main.tf", f'resource "a" "b" {{\n{text}\n}}\n')
    (only,) = capture(root).left_out
    assert (only.path, only.reason, only.detail) == ("main.tf", "unresolved", detail)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('x = file("/etc/hostname")', "/etc/hostname"),
        ('x = file(pathexpand("~/.ssh/id_rsa.pub"))', "~/.ssh/id_rsa.pub"),
        ('x = file("/etc/${var.x}")', "/etc/…"),
        ('source = "/etc/hostname"', "/etc/hostname"),
    ],
)
def test_what_lies_at_a_fixed_place_of_the_machine_is_listed_as_outside(root, text, path):
    write(root / "main.tf", f'resource "a" "b" {{\n{text}\n}}\n')
    (only,) = capture(root).left_out
    assert (only.path, only.reason) == (path, "outside")
    assert only.detail.startswith("main.tf:2: ")


def test_a_directory_that_holds_the_root_module_is_not_taken_whole(root):
    write(root / "main.tf", 'data "archive_file" "x" {\n  source_dir = "../.."\n}\n')
    captured = capture(root)
    assert named(captured, root) == set()
    (only,) = captured.left_out
    assert only.reason == "unresolved"
    assert only.detail.startswith("main.tf:2: ../..: ")


def test_a_state_that_the_configuration_names_is_not_taken_for_configuration(root):
    write(root.parent / "other/terraform.tfstate", "{}")
    write(root / "main.tf", 'x = file("../other/terraform.tfstate")\n')
    captured = capture(root)
    assert [each.path for each in captured.files] == ["main.tf"]
    assert [each.reason for each in captured.left_out] == ["unresolved"]


def test_a_backend_names_no_file_that_a_plan_reads(root):
    write(root.parent / "other/state.json", "{}")
    write(root / "main.tf", 'terraform {\n  backend "local" {\n    path = "../other/state.json"\n  }\n}\n')
    assert [each.path for each in capture(root).files] == ["main.tf"]


@pytest.mark.parametrize("text", ["resource {{{ file(", "x = " + "[" * 20_000 + ' file("../x")'])
def test_a_file_that_cannot_be_parsed_is_listed_and_still_captured(root, text):
    write(root / "main.tf", text)
    captured = capture(root)
    assert [each.path for each in captured.files] == ["main.tf"]
    assert [each.reason for each in captured.left_out] == ["unresolved"]
    assert "cannot be parsed" in captured.left_out[0].detail


def test_locals_that_name_each_other_in_a_circle_end(root):
    write(root / "main.tf", 'locals {\n  a = "${local.b}/../x"\n  b = "${local.a}/y"\n}\nx = file(local.a)\n')
    assert [each.reason for each in capture(root).left_out] == ["unresolved"]


@pytest.mark.parametrize(
    "text",
    [
        'file("${path.module}/a.txt") templatefile("b/c.tpl", {}) filemd5( "${path.root}/d e" )',
        'source = "../m"',
        "merge(values(x)...) # and so on...",
        'path = "/health"',
    ],
)
def test_files_that_stay_inside_are_not_even_parsed(root, text):
    write(root.parent / "m/main.tf")
    write(root / ".terraform/modules/modules.json", '{"Modules":[{"Key":"m","Dir":"../m"}]}')
    # Not HCL: the parser would list it.
    write(root / "main.tf", f"x = = {text}\n")
    assert capture(root).left_out == ()
