"""Retry blocks as somebody writes them: read as meant, or refused with the line and the reason."""

import json
import warnings
from pathlib import Path

import pytest

from guardian.domain.transient import BUILT_IN, RetryBlock
from guardian.errors import SettingsError
from guardian.settings import Settings, load_settings
from guardian.settings.retries import ATTEMPTS, INTERVAL
from guardian.settings.validation import SCHEMA

ONE = "retry: {mine: {retryable_errors: [x]}}"


def load(directory: Path, text: str, environment: dict[str, str] | None = None) -> Settings:
    (directory / "guardian.yaml").write_text(text)
    return load_settings(directory, flags={}, environment=environment or {})


def test_blocks_are_read_in_order_with_defaults(tmp_path):
    text = """\
retry:
  throttled:
    retryable_errors: ["ThrottlingException", '(?s).*try again.*']
    max_attempts: 4
    sleep_interval_sec: 0.5
  another one:
    retryable_errors: [x]
"""
    settings = load(tmp_path, text)
    assert settings.retry == (
        RetryBlock(
            name="throttled",
            retryable_errors=("ThrottlingException", "(?s).*try again.*"),
            max_attempts=4,
            sleep_interval_s=0.5,
        ),
        RetryBlock(name="another one", retryable_errors=("x",), max_attempts=3, sleep_interval_s=5.0),
    )
    assert str(settings.sources["retry"]) == f"file {tmp_path / 'guardian.yaml'}"


@pytest.mark.parametrize("text", ["retry:", "retry: {}", "project: a"])
def test_no_block_is_no_error(tmp_path, text):
    settings = load(tmp_path, text)
    assert settings.retry == ()
    assert str(settings.sources["retry"]) == "default"


def test_the_environment_gives_numbers_to_every_block_the_built_in_one_too(tmp_path):
    settings = load(tmp_path, ONE, {"GUARDIAN_RETRY__MAX_ATTEMPTS": "7"})
    assert [(each.name, each.max_attempts, each.sleep_interval_s) for each in settings.retry] == [
        ("mine", 7, 5.0),
        (BUILT_IN.name, 7, BUILT_IN.sleep_interval_s),
    ]
    assert settings.retry[1].retryable_errors == BUILT_IN.retryable_errors
    assert str(settings.sources["retry"]) == "environment GUARDIAN_RETRY__MAX_ATTEMPTS"
    settings = load(tmp_path, ONE, {"GUARDIAN_RETRY__SLEEP_INTERVAL_SEC": "0"})
    assert [(each.max_attempts, each.sleep_interval_s) for each in settings.retry] == [
        (3, 0.0),
        (BUILT_IN.max_attempts, 0.0),
    ]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("retry: 3", ":1: `retry` must be a group of keys, is a whole number", ""),
        ("retry:\n  a: x", ":2: `retry.a` must be a group of keys, is text", ""),
        ("retry:\n  a:", ":2: `retry.a` must be a group of keys, is empty", ""),
        ("retry:\n  a: {max_attempts: 2}", ":2: `retry.a` has no `retryable_errors`", "add it"),
        ("retry:\n  a:\n    retryable_errors: x", ":3: `retry.a.retryable_errors` must be a list", ""),
        ("retry:\n  a:\n    retryable_errors: []", ":3: `retry.a.retryable_errors` is empty", "a value"),
        ("retry:\n  a:\n    retryable_errors: ['']", ":3: `retry.a.retryable_errors[0]` is empty", "a value"),
        (
            "retry:\n  a:\n    retryable_errors:\n      - x\n      - '(x'",
            ":5: `retry.a.retryable_errors[1]`: '(x' is not a regular expression: missing )",
            "a backslash",
        ),
        (
            "retry:\n  a:\n    retryable_errors: ['x{99999999999}']",
            ":3: `retry.a.retryable_errors[0]`: 'x{99999999999}' is not a regular expression",
            "a backslash",
        ),
        (
            'retry:\n  a:\n    retryable_errors: ["a\\eb"]',
            ":3: `retry.a.retryable_errors[0]`: holds a character that cannot be printed",
            "",
        ),
        ("retry:\n  '': {retryable_errors: [x]}", ":2: the name of a retry block is empty", ""),
        (f"{ONE[:-2]}, max_attempts: 0}}}}", ":1: `retry.mine.max_attempts` must be at least 1, is 0", ""),
        (f"{ONE[:-2]}, max_attempts: 101}}}}", ":1: `retry.mine.max_attempts` must be at most 100", ""),
        (f"{ONE[:-2]}, max_attempts: 1.5}}}}", ":1: `retry.mine.max_attempts` must be a whole number", ""),
        (
            f"{ONE[:-2]}, sleep_interval_sec: -1}}}}",
            ":1: `retry.mine.sleep_interval_sec` must be at least",
            "",
        ),
        (
            f"{ONE[:-2]}, sleep_interval_sec: .inf}}}}",
            ":1: `retry.mine.sleep_interval_sec` must be at mo",
            "",
        ),
        (f"{ONE[:-2]}, sleep_interval_sec: .nan}}}}", ":1: `retry.mine.sleep_interval_sec` is not a num", ""),
        (
            f"{ONE[:-2]}, sleep_interval_sec: 5s}}}}",
            ":1: `retry.mine.sleep_interval_sec` must be a number",
            "",
        ),
        (
            f"{ONE[:-2]}, max_attempt: 2}}}}",
            ":1: unknown key `retry.mine.max_attempt`",
            "did you mean `retry.mine.max_attempts`?",
        ),
    ],
)
def test_a_block_is_refused_with_its_line_and_the_reason(tmp_path, text, message, hint):
    with pytest.raises(SettingsError) as refused:
        load(tmp_path, text)
    assert refused.value.message.removeprefix(str(tmp_path / "guardian.yaml")).startswith(message)
    assert "\n" not in refused.value.message
    assert hint in refused.value.hint
    assert bool(hint) == bool(refused.value.hint)


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [
        ("GUARDIAN_RETRY__MAX_ATTEMPTS", "0", "must be at least 1, is 0"),
        ("GUARDIAN_RETRY__MAX_ATTEMPTS", "101", "must be at most 100, is 101"),
        ("GUARDIAN_RETRY__MAX_ATTEMPTS", "two", "must be a whole number, is 'two'"),
        ("GUARDIAN_RETRY__SLEEP_INTERVAL_SEC", "-1", "must be a whole number, is '-1'"),
        ("GUARDIAN_RETRY__SLEEP_INTERVAL_SEC", " ", "must be a whole number"),
    ],
)
def test_a_variable_is_refused_with_its_name(tmp_path, variable, text, message):
    with pytest.raises(SettingsError, match=message) as refused:
        load(tmp_path, ONE, {variable: text})
    assert refused.value.message.startswith(variable)


def test_a_variable_of_a_block_is_no_variable(tmp_path):
    with pytest.raises(SettingsError, match="is not a setting of guardian") as refused:
        load(tmp_path, ONE, {"GUARDIAN_RETRY__MAX_ATEMPTS": "1"})
    assert refused.value.hint == "did you mean `GUARDIAN_RETRY__MAX_ATTEMPTS`?"


def test_an_expression_of_doubtful_syntax_warns_nobody(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load(tmp_path, "retry: {a: {retryable_errors: ['[[a]']}}").retry[0].retryable_errors == (
            "[[a]",
        )


def test_the_schema_has_the_bounds_and_defaults_of_the_code():
    block = json.loads(SCHEMA.read_bytes())["properties"]["retry"]["additionalProperties"]["properties"]
    default = RetryBlock(name="", retryable_errors=())
    attempts, interval = block["max_attempts"], block["sleep_interval_sec"]
    assert attempts["default"] == default.max_attempts
    assert interval["default"] == default.sleep_interval_s
    assert (attempts["minimum"], attempts["maximum"]) == (ATTEMPTS.minimum, ATTEMPTS.maximum)
    assert (interval["minimum"], interval["maximum"]) == (INTERVAL.minimum, INTERVAL.maximum)
