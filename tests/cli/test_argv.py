"""Terraform's option syntax, before Typer sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.cli.argv import OptionSpec, asks_for, normalise
from guardian.errors import ExitCode, UsageError

SPECS = (
    OptionSpec(name="-var", takes_value=True),
    OptionSpec(name="-var-file", takes_value=True),
    OptionSpec(name="--project", takes_value=True),
    OptionSpec(name="-auto-approve", takes_value=False),
    OptionSpec(name="-refresh", takes_value=False, off="-no-refresh"),
)


def plain(*argv: str, **more: bool) -> list[str]:
    return normalise(argv, SPECS, command="guardian apply", **more)


@pytest.mark.parametrize("typed", [["-var=a=1"], ["--var=a=1"], ["-var", "a=1"], ["--var", "a=1"]])
def test_every_spelling_of_a_value_is_the_same(typed):
    assert plain(*typed) == ["-var=a=1"]


@pytest.mark.parametrize("typed", [["-project=x"], ["--project", "x"], ["-project", "x"], ["--project=x"]])
def test_guardians_own_options_take_both_dashes_too(typed):
    assert plain(*typed) == ["--project=x"]


@given(st.text(), st.sampled_from(["-var", "--var"]), st.booleans())
def test_any_value_survives_as_it_is(text, spelling, joined):
    typed = [f"{spelling}={text}"] if joined else [spelling, text]
    assert plain(*typed) == [f"-var={text}"]


@pytest.mark.parametrize("text", ["-1", "--", "-auto-approve", "-x=-y", "-", ""])
def test_what_follows_an_option_is_its_value_whatever_it_looks_like(text):
    assert plain("-var", text, "plan.out") == [f"-var={text}", "--", "plan.out"]


def test_repeated_values_keep_their_order():
    assert plain("-var=a=1", "f", "--var", "b=2", "-var=a=3") == [
        "-var=a=1",
        "-var=b=2",
        "-var=a=3",
        "--",
        "f",
    ]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["-refresh=false"], ["-no-refresh"]),
        (["--refresh=F"], ["-no-refresh"]),
        (["-refresh"], ["-refresh"]),
        (["-refresh=true"], ["-refresh"]),
        (["-refresh=false", "-refresh=1"], ["-refresh"]),
        (["-auto-approve"], ["-auto-approve"]),
        (["-auto-approve=true"], ["-auto-approve"]),
        (["-auto-approve", "-auto-approve=false"], []),
        (["-auto-approve=0"], []),
    ],
)
def test_booleans_are_read_as_terraform_reads_them(typed, expected):
    assert plain(*typed) == expected


def test_a_boolean_takes_no_separate_value():
    assert plain("-refresh", "false") == ["-refresh", "--", "false"]


def test_options_may_follow_the_positional():
    assert plain("tfplan", "-auto-approve") == ["-auto-approve", "--", "tfplan"]


def test_two_dashes_end_the_options():
    assert plain("-auto-approve", "--", "-var", "--x") == ["-auto-approve", "--", "-var", "--x"]


def test_a_lone_dash_is_a_positional():
    assert plain("-") == ["--", "-"]


@pytest.mark.parametrize("typed", ["-h", "-help", "--help", "--h"])
def test_help_wins(typed):
    assert plain("-var", "x", typed, "y") == ["-help"]


def test_help_can_be_a_value():
    assert plain("-var", "-help") == ["-var=-help"]


@pytest.mark.parametrize(
    ("typed", "message", "hint"),
    [
        (["-auto-aprove"], "unknown option -auto-aprove", "did you mean -auto-approve?"),
        (["--projekt=x"], "unknown option --projekt", "did you mean --project?"),
        (["-zzz"], "unknown option -zzz", "`guardian apply -help` lists the options"),
        (["-var"], "-var needs a value", "`guardian apply -help`"),
        (["-refresh=maybe"], "-refresh takes true or false, not 'maybe'", "-refresh=false"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_what_to_type(typed, message, hint):
    with pytest.raises(UsageError) as caught:
        plain("plan.out", *typed)
    assert caught.value.message == message
    assert hint in caught.value.hint
    assert caught.value.exit_code is ExitCode.ERROR


def test_a_value_of_an_unknown_option_is_not_repeated():
    with pytest.raises(UsageError) as caught:
        plain("--pasword=hunter2")
    assert "hunter2" not in caught.value.message + caught.value.hint


def test_before_a_subcommand_the_rest_stays_as_it_is():
    assert plain("--project", "x", "apply", "-var", "a", before_subcommand=True) == [
        "--project=x",
        "apply",
        "-var",
        "a",
    ]


def test_half_a_line_is_no_error_while_completing():
    assert plain("-zzz", "-refresh=maybe", "-auto-approve", "-var", lenient=True) == ["-auto-approve"]


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["apply", "-json"], True),
        (["apply", "--json"], True),
        (["apply", "--json=true", "-zzz"], True),
        (["apply", "-json=false"], False),
        (["apply", "--", "-json"], False),
        (["apply", "json"], False),
    ],
)
def test_json_is_recognised_in_a_line_that_cannot_be_parsed(argv, expected):
    assert asks_for(argv, "json") is expected
