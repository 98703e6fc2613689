"""Each value comes from where it should, and knows from where it came."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from guardian.errors import SettingsError
from guardian.settings import KEYS, Settings, load_settings

# For each key a value that is not its default.
KMS = "arn:aws:kms:eu-central-1:123456789012:"
TEXTS = {
    "project": "shop",
    "store": "s3://bucket/prefix",
    "engine": "tofu",
    "on_failure": "hold",
    "encryption.kms_keys": f"{KMS}key/a,{KMS}alias/b",
    "encryption.key_file": "/keys/raw",
    "capture.max_file_bytes": "11",
    "capture.max_files": "12",
    "capture.max_total_bytes": "13",
    "capture.include": "../a/**,b",
    "lease.ttl_s": "14",
    "lease.renew_s": "6",
    "interrupt.grace_s": "7",
    "orphans.look_again_s": "10",
    "drift.connections": "8",
    "drift.timeout_s": "9",
    "drift.names": "shop-*,shared",
    "policy.rego": "/policies/a.rego,/policies/b",
    "policy.timeout_s": "15",
    "policy.override_hours": "16",
    "review.most_deletions": "17",
    "review.most_deletions_percent": "18",
    "review.backup_hours": "19",
    "approval.required": "true",
    "approval.expires_hours": "20",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = tmp_path / "repository/root"
    found.mkdir(parents=True)
    return found


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def load(root: Path, /, environment: dict[str, str] | None = None, **flags: str | None) -> Settings:
    return load_settings(root, flags=flags, environment=environment or {})


def value(settings: Settings, name: str) -> object:
    found: object = settings
    for part in name.split("."):
        found = getattr(found, part)
    return found


def as_text(found: object) -> str:
    if isinstance(found, bool):
        return str(found).lower()
    return ",".join(map(str, found)) if isinstance(found, tuple) else str(found)


def test_without_anything_there_are_the_defaults(root):
    settings = load(root)
    assert settings.store == str(root / ".guardian")
    assert (settings.project, settings.engine, settings.on_failure) == (None, "auto", None)
    assert (settings.encryption.kms_keys, settings.encryption.key_file) == ((), None)
    assert settings.lease.ttl_s == 60
    assert settings.retry == ()
    assert settings.file is None
    assert {str(source) for source in settings.sources.values()} == {"default"}
    assert set(settings.sources) == {*TEXTS, "retry", "drift.ignore", "drift.tags", "policy.rules"}
    assert {key.name for key in KEYS} == set(TEXTS)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_each_key_can_be_set_by_its_variable(root, key):
    settings = load(root, {key.environment: TEXTS[key.name]})
    assert as_text(value(settings, key.name)) == TEXTS[key.name]
    assert str(settings.sources[key.name]) == f"environment {key.environment}"


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_each_key_can_be_set_in_the_file(root, key):
    text = TEXTS[key.name]
    written = f"[{text}]" if isinstance(key.default, tuple) else text
    group, _, leaf = key.name.rpartition(".")
    file = write(root / "guardian.yaml", f"{group}: {{{leaf}: {written}}}" if group else f"{leaf}: {written}")
    settings = load(root)
    assert as_text(value(settings, key.name)) == text
    assert str(settings.sources[key.name]) == f"file {file}"
    assert settings.file == file


def test_flags_win_over_the_environment_and_that_over_the_file(root):
    write(root / "guardian.yaml", "on_failure: ask\nproject: file\nengine: tofu\n")
    environment = {"GUARDIAN_ON_FAILURE": "hold", "GUARDIAN_PROJECT": "environment"}
    settings = load(root, environment, on_failure="restore", project=None)
    assert (settings.on_failure, settings.project, settings.engine) == ("restore", "environment", "tofu")
    assert str(settings.sources["on_failure"]) == "flag --on-failure"


def test_relative_paths_start_at_the_file_or_at_the_current_directory(root, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    write(
        root.parent / "guardian.yaml",
        "store: ../store\nengine: bin/terraform\nencryption: {key_file: ~/raw}\npolicy: {rego: [./a, ~/b]}\n",
    )
    settings = load(root)
    assert settings.store == str(tmp_path / "store")
    assert settings.engine == str(root.parent / "bin/terraform")
    assert settings.encryption.key_file == Path("/home/somebody/raw")
    assert settings.policy.rego == (root.parent / "a", Path("/home/somebody/b"))
    monkeypatch.chdir(root)
    assert load(root, {"GUARDIAN_STORE": "x"}).store == str(root / "x")
    assert load(root, store="../y").store == str(root.parent / "y")


def test_an_empty_variable_counts_as_not_set(root):
    assert load(root, {"GUARDIAN_STORE": "", "GUARDIAN_ANYTHING": ""}) == load(root)


@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing\n", "---\n", "encryption:\n#  key_file: x\n", "project:\n"]
)
def test_a_file_that_says_nothing_leaves_the_defaults(root, text):
    write(root / "guardian.yaml", text)
    settings = load(root)
    assert settings.file == root / "guardian.yaml"
    assert {str(source) for source in settings.sources.values()} == {"default"}


@pytest.mark.parametrize("name", ["guardian.yaml", ".guardian.yaml"])
def test_the_nearest_file_upwards_is_read(root, name):
    write(root.parent / name, "project: above\n")
    write(root.parent.parent / name, "project: far above\n")
    assert load(root).project == "above"


def test_the_search_ends_at_the_top_of_the_checkout(root):
    write(root.parent.parent / "guardian.yaml", "project: another\n")
    (root.parent / ".git").mkdir()
    assert load(root).project is None
    write(root.parent / "guardian.yaml", "project: mine\n")
    assert load(root).project == "mine"


def test_two_files_in_one_directory_are_refused(root):
    write(root / "guardian.yaml", "")
    write(root / ".guardian.yaml", "")
    with pytest.raises(SettingsError, match="both there"):
        load(root)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a file of another user")
def test_a_file_that_somebody_else_left_in_a_common_directory_is_refused(root):
    file = write(root.parent / "guardian.yaml", "engine: ./evil\n")
    os.chown(file, 12345, 12345)
    assert load(root).engine.endswith("/evil")
    root.parent.chmod(0o1777)
    with pytest.raises(SettingsError, match="belongs to another user"):
        load(root)


def test_nothing_is_loaded_that_is_not_needed(root):
    program = (
        "import sys; from pathlib import Path; from guardian.settings import load_settings;"
        f"load_settings(Path({str(root)!r}), flags={{}}, environment={{'GUARDIAN_LEASE__TTL_S': '9'}});"
        "print(*sorted({'yaml', 'jsonschema', 'difflib', 'json'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "\n"


def test_the_documentation_lists_every_key_with_its_variable_and_default():
    page = Path(__file__).parents[2].joinpath("docs/settings.md").read_text()
    rows = re.findall(r"^\| `(\S+)` \| `(GUARDIAN_\S+)` \| (.*?) \|", page, re.MULTILINE)
    assert [(name, variable) for name, variable, _ in rows] == [(key.name, key.environment) for key in KEYS]
    for key, (_, _, default) in zip(KEYS, rows, strict=True):
        if key.default == ():
            assert default == "none"
        elif key.default is not None:
            assert default.startswith(f"`{as_text(key.default)}`")


def test_the_examples_of_the_documentation_are_settings_files(root):
    page = Path(__file__).parents[2].joinpath("docs/settings.md").read_text()
    whole, drift, policy, retry = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    write(root / "guardian.yaml", whole)
    assert load(root).project == "shop-production"
    write(root / "guardian.yaml", drift)
    assert [bool(each.until) for each in load(root).drift.ignore] == [False, True]
    write(root / "guardian.yaml", policy)
    found = load(root).policy
    assert ([each.name for each in found.rules], found.rego) == (
        ["no-deleted-database"],
        (root / "policies",),
    )
    write(root / "guardian.yaml", retry)
    assert [each.name for each in load(root).retry] == ["throttled", "locked"]
