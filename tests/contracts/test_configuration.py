"""What every ConfigurationSource owes: all that is read, nothing that is Terraform's own, and no way out."""

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.adapters.configuration import DiskConfiguration
from guardian.domain.configuration import CapturedConfiguration, CaptureLimits, ConfigurationFile, Place
from guardian.errors import ConfigurationError, StoreCorruptError
from guardian.ports.configuration import ConfigurationSource

SOURCES: list[Callable[[], ConfigurationSource]] = [DiskConfiguration]


@pytest.fixture(params=SOURCES, ids=lambda each: each.__name__)
def source(request: pytest.FixtureRequest) -> ConfigurationSource:
    found: ConfigurationSource = request.param()
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = tmp_path / "repository/root"
    write(found / "main.tf")
    return found


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def capture(
    source: ConfigurationSource,
    root: Path,
    *var_files: str,
    limits: CaptureLimits | None = None,
    exclude: tuple[Path, ...] = (),
) -> CapturedConfiguration:
    return source.capture(
        root,
        data_dir=root / ".terraform",
        var_files=var_files,
        limits=limits or CaptureLimits(),
        exclude=exclude,
    )


def paths(captured: CapturedConfiguration) -> list[str]:
    return [each.path for each in captured.files]


def left(captured: CapturedConfiguration) -> set[tuple[str, str]]:
    return {(each.path, each.reason) for each in captured.left_out}


def test_everything_below_the_root_module_is_taken_whatever_its_name(source, root):
    names = ["a.auto.tfvars", ".terraform.lock.hcl", "deep/er/x.zip", "with space", "é", "new\nline", "-rf"]
    for name in names:
        write(root / name)
    captured = capture(source, root)
    assert paths(captured) == sorted([*names, "main.tf"])
    assert captured.root == "."
    assert captured.lock_file
    assert captured.left_out == ()


@pytest.mark.parametrize(
    "name",
    [
        ".git/config",
        ".terraform/providers/x",
        ".terraform/terraform.tfstate",
        ".guardian/config.json",
        "nested/.terraform/modules/x.tf",
        "terraform.tfstate",
        "terraform.tfstate.backup",
        "terraform.tfstate.1700000000.backup",
        "other.tfstate.backup",
        "terraform.tfstate.d/prod/terraform.tfstate",
        "errored.tfstate",
        "crash.log",
        ".terraform.tfstate.lock.info",
    ],
)
def test_what_is_terraforms_gits_or_guardians_own_is_not_taken(source, root, name):
    write(root / name)
    captured = capture(source, root)
    assert paths(captured) == ["main.tf"]
    assert captured.left_out == ()


def test_what_the_caller_excludes_is_not_taken(source, root):
    write(root / "states/here.tfstate")
    write(root / "store/objects/x")
    captured = capture(source, root, exclude=(root / "states/here.tfstate", root / "store"))
    assert paths(captured) == ["main.tf"]


def test_fetched_modules_are_taken_without_their_git_directories(source, root):
    manifest = '{"Modules":[{"Key":"x","Source":"git::x","Dir":".terraform/modules/x"}]}'
    write(root / ".terraform/modules/modules.json", manifest)
    write(root / ".terraform/modules/x/main.tf")
    write(root / ".terraform/modules/x/.git/HEAD")
    captured = capture(source, root)
    assert paths(captured) == [".terraform/modules/modules.json", ".terraform/modules/x/main.tf", "main.tf"]


@pytest.mark.parametrize("given", ["relative", "here", "linked"])
def test_fetched_modules_are_found_however_the_root_module_is_named(source, root, monkeypatch, given):
    write(root / ".terraform/modules/modules.json", '{"Modules":[{"Key":"x","Dir":".terraform/modules/x"}]}')
    write(root / ".terraform/modules/x/main.tf")
    (root.parent / "link").symlink_to("root")
    monkeypatch.chdir(root if given == "here" else root.parent)
    named = {"relative": Path("root"), "here": Path(), "linked": root.parent / "link"}[given]
    assert paths(capture(source, named)) == [
        ".terraform/modules/modules.json",
        ".terraform/modules/x/main.tf",
        "main.tf",
    ]


def test_local_modules_are_taken_wherever_they_lie(source, root):
    manifest = '{"Modules":[{"Key":"x","Source":"../modules/x","Dir":"../modules/x"}]}'
    write(root / ".terraform/modules/modules.json", manifest)
    write(root.parent / "modules/x/main.tf")
    write(root.parent / "modules/x/files/policy.json")
    write(root.parent / "modules/y/main.tf")
    captured = capture(source, root)
    assert captured.root == "root"
    assert paths(captured) == [
        "modules/x/files/policy.json",
        "modules/x/main.tf",
        "root/.terraform/modules/modules.json",
        "root/main.tf",
    ]


def test_a_broken_module_manifest_is_refused(source, root):
    write(root / ".terraform/modules/modules.json", '{"Modules":[{"Key":1}]}')
    with pytest.raises(ConfigurationError, match=r"modules\.json cannot be read"):
        capture(source, root)


def test_variable_files_are_named_in_the_order_of_their_options(source, root):
    write(root.parent / "vars/b.tfvars", "b = 1")
    write(root / "a.tfvars", "a = 1")
    captured = capture(source, root, "../vars/b.tfvars", "a.tfvars", "missing.tfvars")
    assert captured.var_files == ("vars/b.tfvars", "root/a.tfvars")
    assert left(captured) == {("root/missing.tfvars", "unreadable")}


def test_a_variable_file_behind_a_link_is_read_through(source, root):
    write(root.parent / "vars/real.tfvars", "b = 1")
    (root.parent / "vars/link.tfvars").symlink_to("real.tfvars")
    assert capture(source, root, "../vars/link.tfvars").var_files == ("vars/real.tfvars",)


def test_links_and_special_files_are_listed_and_not_followed(source, root):
    write(root.parent / "outside/secret")
    (root / "file-link").symlink_to("main.tf")
    (root / "directory-link").symlink_to("../outside")
    (root / "dangling").symlink_to("nowhere")
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(root / "socket"))
        captured = capture(source, root)
    assert paths(captured) == ["main.tf"]
    assert left(captured) == {
        ("file-link", "symlink"),
        ("directory-link", "symlink"),
        ("dangling", "symlink"),
        ("pipe", "special"),
        ("socket", "special"),
    }


def test_a_module_behind_a_link_is_listed_and_not_followed(source, root):
    write(root.parent / "real/main.tf")
    (root.parent / "modules").symlink_to("real")
    write(root / ".terraform/modules/modules.json", '{"Modules":[{"Key":"x","Dir":"../modules"}]}')
    captured = capture(source, root)
    assert left(captured) == {(str(root.parent / "modules"), "symlink")}
    assert not [each for each in paths(captured) if "real" in each]


def test_a_name_that_is_not_text_is_listed(source, root):
    (root / os.fsdecode(b"\xff.txt")).touch()
    captured = capture(source, root)
    assert left(captured) == {("\\xff.txt", "special")}
    assert paths(captured) == ["main.tf"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_listed(source, root):
    write(root / "secret")
    (root / "secret").chmod(0)
    assert left(capture(source, root)) == {("secret", "unreadable")}


def test_a_file_over_its_limit_is_listed_with_both_sizes(source, root):
    write(root / "large.bin", "x" * 11)
    captured = capture(source, root, limits=CaptureLimits(max_file_bytes=10))
    assert paths(captured) == ["main.tf"]
    assert [(each.path, each.reason) for each in captured.left_out] == [("large.bin", "too_large")]
    assert "11 bytes, the limit is 10" in captured.left_out[0].detail


@pytest.mark.parametrize("limits", [CaptureLimits(max_files=2), CaptureLimits(max_total_bytes=9)])
def test_totals_over_the_limits_are_an_error_that_names_the_place(source, root, limits):
    for name in ("a", "b", "c"):
        write(root / "heap" / name, "1234")
    with pytest.raises(ConfigurationError, match=r"repository/root/heap") as refused:
        capture(source, root, limits=limits)
    assert "capture.max_" in refused.value.hint


def test_globs_add_files_but_nothing_of_terraforms_own(source, root):
    write(root.parent / "policies/a/x.json")
    write(root.parent / "policies/.terraform/y.json")
    limits = CaptureLimits(include=("../policies/**/*.json", "../nothing/*", "/etc/hosts"))
    captured = capture(source, root, limits=limits)
    assert paths(captured) == ["policies/a/x.json", "root/main.tf"]
    assert left(captured) == {("../nothing/*", "unresolved"), ("/etc/hosts", "outside")}


@pytest.mark.parametrize("name", ["main.tf", "main.tf.json", "main.tofu"])
def test_any_of_terraforms_files_makes_a_root_module(source, tmp_path, name):
    write(tmp_path / "module" / name, "{}" if name.endswith("json") else "")
    assert paths(capture(source, tmp_path / "module")) == [name]


def test_a_directory_without_configuration_is_refused_with_a_way_out(source, tmp_path):
    with pytest.raises(ConfigurationError, match="no Terraform configuration") as refused:
        capture(source, tmp_path)
    assert "-chdir=DIR" in refused.value.hint


def test_a_directory_that_is_not_there_is_refused(source, tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        capture(source, tmp_path / "nowhere")


def test_locked_provider_versions_come_along(source, root):
    address = "registry.terraform.io/hashicorp/aws"
    write(
        root / ".terraform.lock.hcl",
        f'provider "{address}" {{\n  version = "5.100.0"\n  hashes = ["h"]\n}}\n',
    )
    assert capture(source, root).providers == {address: "5.100.0"}


def test_laid_out_files_hold_the_same_bytes_and_are_private(source, root, tmp_path):
    write(root / "run.sh", "#!/bin/sh")
    (root / "run.sh").chmod(0o755)
    (root / "odd").mkdir()
    (root / "odd/bytes").write_bytes(bytes(range(256)))
    there = tmp_path / "there"
    source.lay_out(capture(source, root).files, there)
    assert (there / "odd/bytes").read_bytes() == bytes(range(256))
    modes = {each.name: each.stat().st_mode & 0o777 for each in there.rglob("*")}
    assert modes == {"main.tf": 0o600, "run.sh": 0o700, "odd": 0o700, "bytes": 0o600}


def file(path: str) -> ConfigurationFile:
    return ConfigurationFile(path=path, executable=False, size_bytes=1, read=lambda: b"x")


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x", "a//x", "./x", "", "a/", "a\0b"])
def test_a_path_that_leads_out_is_refused(source, tmp_path, path):
    with pytest.raises(StoreCorruptError, match="leave the directory"):
        source.lay_out([file(path)], tmp_path / "there")
    assert not [each for each in tmp_path.rglob("*") if each.is_file()]


@pytest.mark.parametrize("second", ["a", "a/b"])
def test_a_path_that_is_taken_is_refused(source, tmp_path, second):
    with pytest.raises(StoreCorruptError, match="taken"):
        source.lay_out([file("a"), file(second)], tmp_path / "there")


@pytest.mark.parametrize("link", ["a", "a/b"])
def test_a_link_that_appears_meanwhile_is_not_written_through(source, tmp_path, link):
    there, elsewhere = tmp_path / "there", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (there / link).parent.mkdir(parents=True, exist_ok=True)
    (there / link).symlink_to(elsewhere)
    with pytest.raises(StoreCorruptError):
        source.lay_out([file("a/b/c")], there)
    assert list(elsewhere.iterdir()) == []


@given(parts=st.lists(st.sampled_from(["..", ".", "a", "b", "", "/", "a\0", "..\\"]), max_size=6))
def test_no_list_of_parts_is_written_outside(tmp_path_factory, parts):
    top = tmp_path_factory.mktemp("law")
    with contextlib.suppress(StoreCorruptError):
        DiskConfiguration().lay_out([file("/".join(parts))], top / "there")
    written = [each for each in top.rglob("*") if each.is_file()]
    assert all(each.is_relative_to(top / "there") for each in written)
    assert not (top.parent / "a").exists()


def test_places_name_file_and_line_of_each_resource(source: ConfigurationSource, root: Path) -> None:
    write(root / "main.tf", 'module "app" {\n  source = "./app"\n}\n\nresource "terraform_data" "a" {\n}\n')
    write(root / "app/x.tf", '\nresource "terraform_data" "b" {\n  for_each = {}\n}\n')
    write(
        root / ".terraform/modules/modules.json",
        '{"Modules": [{"Key": "app", "Source": "./app", "Dir": "app"}]}',
    )
    found = source.places(
        root, ["terraform_data.a", "module.app.terraform_data.b", "terraform_data.none", "module.no.x.y"]
    )
    assert found == {
        "terraform_data.a": Place(file="main.tf", line=5),
        "module.app.terraform_data.b": Place(file="app/x.tf", line=2),
    }


def test_places_leave_fetched_modules_out(source: ConfigurationSource, root: Path) -> None:
    write(root / ".terraform/modules/app/x.tf", 'resource "terraform_data" "b" {}\n')
    manifest = '{"Modules": [{"Key": "app", "Source": "git::x", "Dir": ".terraform/modules/app"}]}'
    write(root / ".terraform/modules/modules.json", manifest)
    assert source.places(root, ["module.app.terraform_data.b"]) == {}


def test_versions_are_locked_ones_of_providers_and_written_ones_of_modules(
    source: ConfigurationSource, root: Path
) -> None:
    write(
        root / "main.tf",
        'module "net" {\n  source  = "terraform-aws-modules/vpc/aws"\n  version = "~> 5.1"\n}\n'
        'module "tagged" {\n  source = "git::https://example.invalid/m.git?ref=v1.2.0"\n}\n'
        'module "local" {\n  source = "./x"\n}\n',
    )
    write(
        root / ".terraform.lock.hcl",
        'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.100.0"\n}\n',
    )
    assert source.versions(root) == {
        "registry.terraform.io/hashicorp/aws": "5.100.0",
        "module.net": "~> 5.1",
        "module.tagged": "v1.2.0",
    }
    write(root / ".terraform.lock.hcl", "{{{")
    assert "registry.terraform.io/hashicorp/aws" not in source.versions(root)
