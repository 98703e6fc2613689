"""Whatever is wrong with a setting is said once: where, which key, what, and what would be right."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.errors import SettingsError
from guardian.settings import KEYS, load_settings
from guardian.settings.keys import RESERVED
from guardian.settings.validation import SCHEMA

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]\n"
    for below, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def refusal(directory: Path, text: str | bytes) -> tuple[str, str]:
    """Return message and hint for a file, the message without the file's path."""
    file = directory / "guardian.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SettingsError) as refused:
        load_settings(directory, flags={}, environment={})
    assert refused.value.message.startswith(str(file))
    assert "\n" not in refused.value.message
    return refused.value.message.removeprefix(str(file)), refused.value.hint


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("project: a\non_falure: ask", ":2: unknown key `on_falure`", "did you mean `on_failure`?"),
        ("stroe:", ":1: unknown key `stroe`", "did you mean `store`?"),
        (
            "encryption:\n  keyfile: x",
            ":2: unknown key `encryption.keyfile`",
            "did you mean `encryption.key_file`?",
        ),
        ("key_file: x", ":1: unknown key `key_file`", "did you mean `encryption.key_file`?"),
        ("<<: {project: x}", ":1: unknown key `<<`", "known: project, store, engine"),
        ("on_failure: panic", ":1: `on_failure`: 'panic' is not allowed", "allowed: ask, hold, restore"),
        ("on_failure: no", ":1: `on_failure` must be text, is true or false", "put it in quotes"),
        ("project: 12", ":1: `project` must be text, is a whole number", "put it in quotes"),
        ("project: [a]", ":1: `project` must be text, is a list", ""),
        ("project: ''", ":1: `project` is empty", "give it a value"),
        ('project: "a\\eb"', ":1: `project`: holds a character that cannot be printed", ""),
        ("capture: 3", ":1: `capture` must be a group of keys, is a whole number", ""),
        ("capture:\n  max_files: '3'", ":2: `capture.max_files` must be a whole number, is text", ""),
        ("capture:\n  max_files: 1.5", ":2: `capture.max_files` must be a whole number, is a number", ""),
        (
            "capture:\n  max_files: true",
            ":2: `capture.max_files` must be a whole number, is true or false",
            "",
        ),
        ("capture:\n  max_files: 0", ":2: `capture.max_files` must be at least 1, is 0", ""),
        ("capture:\n  include:\n    - a\n    -", ":4: `capture.include[1]` must be text, is empty", ""),
        ("capture: {include: a}", ":1: `capture.include` must be a list, is text", ""),
        ("encryption: {kms_keys: [x]}", ":1: `encryption.kms_keys[0]`: 'x' is not of the form ^arn:", ""),
        (
            "store: https://user:secret@host",
            ":1: `store`: no store of the form https://",
            "s3://bucket/prefix",
        ),
        ("store: s3://", ":1: `store`: no store of the form s3://", "s3://bucket/prefix"),
        ("engine: tofoo", ":1: `engine`: unknown engine 'tofoo'", "for instance ./tofoo"),
        ("project: a\nproject: b", ":2: the key `project` is given twice", ""),
        (
            "approval: {required: 'no'}",
            ":1: `approval.required` must be true or false, is text",
            "",
        ),
        ("approval: {expires_hours: 721}", ":1: `approval.expires_hours` must be at most 720, is 721", ""),
        (
            "review: {most_deletions_percent: 101}",
            ":1: `review.most_deletions_percent` must be at most 100",
            "",
        ),
        ("a: [", ":1: not valid YAML", ""),
        ("a: b: c", ":1: not valid YAML", ""),
        ("a\n\tb: c", ":2: not valid YAML", ""),
        (b"a: \x01", ": not valid YAML", ""),
        (b"\xff", ": not UTF-8 text", ""),
        ("- a", ": must be keys and values", ""),
        ("just text", ": must be keys and values", ""),
        ("--- {}\n--- {}", ":2: more than one document", ""),
        ("? [a]\n: b", ":1: a key must be plain text", ""),
        ("a: !!python/object/apply:os.system [x]", ":1: the tag `tag:yaml.org,2002:python/", ""),
        ("a: !vault x", ":1: the tag `!vault` is not allowed", ""),
        ("a: !!binary aGk=", ":1: the tag `tag:yaml.org,2002:binary` is not allowed", ""),
        ("a: !!int x", ":1: not a value of type int", ""),
        (f"a: {'9' * 5000}", ":1: not a value of type int", ""),
        ("a: &a [*a]", ":1: the alias `*a` has no anchor before it", ""),
        ("a: *b", ":1: the alias `*b` has no anchor before it", ""),
        ("a: &a x\nb: [" + "*a, " * 51 + "]", ":2: more than 50 aliases", ""),
        (BOMB, ":5: more than 10000 values, aliases counted each time", ""),
        ("a: [" + "x, " * 10_001 + "]", ":1: more than 10000 values", ""),
        ("a: " + "[" * 100_000, ":1: nested deeper than 16 levels", ""),
        ("#" + "x" * 1024 * 1024, ": larger than 1048576 bytes", ""),
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_file_is_refused_with_its_line_and_the_reason(tmp_path, text, message, hint):
    started = time.monotonic()
    found = refusal(tmp_path, text)
    assert found[0].startswith(message)
    assert hint in found[1]
    assert bool(hint) == bool(found[1])
    assert "secret" not in found[0] + found[1]
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("key", RESERVED)
def test_keys_of_later_versions_are_refused_as_such(tmp_path, key):
    assert (
        refusal(tmp_path, f"{key}: {{a: 1}}")[0]
        == f":1: `{key}` is not supported by this version of guardian"
    )
    with pytest.raises(SettingsError, match="is not supported by this version"):
        load_settings(tmp_path / "x", flags={}, environment={f"GUARDIAN_{key.upper()}__A": "1"})


def test_the_first_of_several_faults_is_named(tmp_path):
    assert refusal(tmp_path, "a: 1\nproject: 2\nb: 3\n")[0].startswith(":1: unknown key `a`")


def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "guardian.yaml")
    with pytest.raises(SettingsError, match="not a regular file"):
        load_settings(tmp_path, flags={}, environment={})


def test_a_link_to_nowhere_is_refused(tmp_path):
    (tmp_path / "guardian.yaml").symlink_to("nowhere")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path, flags={}, environment={})


@pytest.mark.parametrize(
    ("variable", "text", "message", "hint"),
    [
        (
            "GUARDIAN_STOER",
            "x",
            "GUARDIAN_STOER is not a setting of guardian",
            "did you mean `GUARDIAN_STORE`?",
        ),
        ("GUARDIAN_ENCRYPTION", "x", "GUARDIAN_ENCRYPTION is not a setting", "GUARDIAN_ENCRYPTION__K"),
        ("GUARDIAN_ON_FAILURE", "panic", "GUARDIAN_ON_FAILURE: 'panic' is not allowed", "ask, hold, restore"),
        ("GUARDIAN_LEASE__TTL_S", "1m", "GUARDIAN_LEASE__TTL_S: must be a whole number, is '1m'", ""),
        ("GUARDIAN_LEASE__TTL_S", "1", "GUARDIAN_LEASE__TTL_S: must be at least 5, is 1", ""),
        ("GUARDIAN_APPROVAL__REQUIRED", "yes", "GUARDIAN_APPROVAL__REQUIRED: 'yes' is not", "true, false"),
        ("GUARDIAN_PROJECT", " ", "GUARDIAN_PROJECT: is empty", "leave it out"),
        ("GUARDIAN_PROJECT", "a\x1bb", "GUARDIAN_PROJECT: holds a character", ""),
        ("GUARDIAN_ENCRYPTION__KMS_KEYS", "x", "GUARDIAN_ENCRYPTION__KMS_KEYS: 'x' is not of the form", ""),
        ("GUARDIAN_STORE", "gs://a:b@c", "GUARDIAN_STORE: no store of the form gs://", "s3://bucket/prefix"),
    ],
)
def test_a_variable_is_refused_with_its_name(tmp_path, variable, text, message, hint):
    with pytest.raises(SettingsError) as refused:
        load_settings(tmp_path, flags={}, environment={variable: text})
    assert refused.value.message.startswith(message)
    assert hint in refused.value.hint


def test_a_flag_is_refused_with_its_name(tmp_path):
    with pytest.raises(SettingsError, match="--on-failure: 'panic' is not allowed"):
        load_settings(tmp_path, flags={"on_failure": "panic"}, environment={})
    with pytest.raises(SettingsError, match="--store: is empty"):
        load_settings(tmp_path, flags={"store": ""}, environment={})


@pytest.mark.parametrize("variable", ["GUARDIAN_EXE", "GUARDIAN_PROVIDER_MIRROR", "GUARDIANS", "OTHER"])
def test_variables_of_others_are_left_alone(tmp_path, variable):
    load_settings(tmp_path, flags={}, environment={variable: "x"})


@given(text=st.text(st.sampled_from("ab:&*!|>-[]{}, \n#\"'?%@`<~0.é\t"), max_size=60))
def test_no_text_makes_anything_but_settings_or_a_settings_error(tmp_path_factory, text):
    directory = tmp_path_factory.getbasetemp() / "fuzz"
    directory.mkdir(exist_ok=True)
    (directory / "guardian.yaml").write_text(text)
    try:
        where = str(load_settings(directory, flags={}, environment={}).file)
    except SettingsError as error:
        where = error.message
    assert where.startswith(str(directory))


def test_the_schema_and_the_table_of_keys_say_the_same():
    schema = json.loads(SCHEMA.read_bytes())
    del schema["properties"]["retry"]  # its names are free: tests/unit/test_settings_retry.py
    del schema["properties"]["drift"]["properties"]["tags"]  # so are these
    del schema["properties"]["drift"]["properties"]["ignore"]  # tests/unit/test_settings_drift.py
    del schema["properties"]["policy"]["properties"]["rules"]  # tests/unit/test_settings_policy.py
    found = dict(leaves(schema, ""))
    assert list(found) == [key.name for key in KEYS]
    for key in KEYS:
        leaf = found[key.name]
        assert leaf["description"]
        assert tuple(leaf.get("enum", ())) == key.choices
        assert leaf.get("minimum", 1) == key.minimum
        assert leaf.get("items", {}).get("pattern", "") == key.pattern
        in_words = {None, ".guardian"}
        if key.default not in in_words:
            assert leaf["default"] == (list(key.default) if isinstance(key.default, tuple) else key.default)


def leaves(schema: dict[str, Any], above: str) -> list[tuple[str, dict[str, Any]]]:
    assert schema["additionalProperties"] is False
    found: list[tuple[str, dict[str, Any]]] = []
    for name, each in schema["properties"].items():
        found += leaves(each, f"{above}{name}.") if each["type"] == "object" else [(f"{above}{name}", each)]
    return found


def test_the_schema_is_a_valid_schema():
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(json.loads(SCHEMA.read_bytes()))
