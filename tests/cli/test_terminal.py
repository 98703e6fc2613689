"""The encoder of the terminal, and what it must never let through."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.cli.views.terminal import (
    PLAIN,
    SHOWN_CHARACTERS,
    SHOWN_LINES,
    Paint,
    by_address,
    rendered,
    shortened,
    visible,
    visible_lines,
)


@given(st.text())
def test_nothing_that_cannot_be_seen_comes_through(text):
    shown = visible(text)
    assert shown.isprintable()
    assert not {unicodedata.category(each) for each in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text())
def test_lines_keep_line_ends_and_tabs_alone(text):
    assert all(each.isprintable() or each in "\n\t" for each in visible_lines(text))


@given(st.text())
def test_a_rendering_keeps_colours_alone(text):
    shown = rendered(text, color=False)
    assert all(each.isprintable() or each in "\n\t" for each in shown)


@pytest.mark.parametrize(
    "address",
    [
        'aws_vpc.main["é"]',
        'terraform_data.x["${a}"]',
        'module.m["a.b[0]"].aws_s3_bucket.logs',
        'x.y["日本 \\"quoted\\""]',
    ],
)
def test_addresses_stay_readable(address):
    assert visible(address) == address


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u2066b", "a\\u2066b"),
        ("a\rb", "a\\rb"),
        ("a\nb", "a\\nb"),
        ("a\u200bb", "a\\u200bb"),
        ("\udcff", "\\udcff"),
        ("a\u00a0b", "a\\xa0b"),
    ],
)
def test_what_deceives_is_written_out(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", "\\x3a:error::x"),
        (" \t::stop-commands::x", " \t\\x3a:stop-commands::x"),
        ("a ##[error]x", "a \\x23#[error]x"),
        ("###[error]x", "#\\x23#[error]x"),
        ("x ##vso[task.complete]", "x \\x23#vso[task.complete]"),
        (":\x1b[1m:error::x", "\\x3a:error::x"),
        ("arn:aws:s3:::logs", "arn:aws:s3:::logs"),
        ("## a #[1]", "## a #[1]"),
    ],
)
def test_no_line_commands_the_runner_of_a_job(text, shown):
    assert rendered(text, color=False) == shown


def test_terraforms_colours_survive_where_colours_are_wanted():
    text = "\x1b[1m# x\x1b[0m will be \x1b[32mcreated\x1b[0m\x1b[2J"
    assert rendered(text, color=True) == "\x1b[1m# x\x1b[0m will be \x1b[32mcreated\x1b[0m\\x1b[2J"
    assert rendered(text, color=False) == "# x will be created\\x1b[2J"


def test_paint_is_nothing_when_it_is_off():
    assert PLAIN.red("x") == "x"
    assert Paint(on=True).red("x") == "\x1b[31mx\x1b[0m"


@given(st.text())
def test_what_fits_a_screen_is_shown_whole_and_more_is_said(text):
    shown = shortened(text, rest="--json")
    if len(text) <= SHOWN_CHARACTERS and text.count("\n") < SHOWN_LINES:
        assert shown == text
    else:
        note, _, end = shown.partition("\n")
        assert text.endswith(end)
        assert note == f"[{len(text) - len(end)} characters left out; --json has them]"


@pytest.mark.parametrize("text", ["x" * 5000, "line\n" * 100])
def test_a_flood_is_cut_to_its_end(text):
    note, _, end = shortened(text, rest="--json").partition("\n")
    assert "left out" in note
    assert len(end) <= SHOWN_CHARACTERS
    assert end.count("\n") < SHOWN_LINES


@given(st.text(), st.integers(min_value=0, max_value=10**15), st.integers(min_value=1, max_value=10**15))
def test_addresses_are_sorted_by_their_numbers(text, low, more):
    assert by_address(f"{text}[{low}]") < by_address(f"{text}[{low + more}]")


def test_addresses_are_sorted_by_their_names():
    addresses = ["p[10]", 'p["b"]', "p[2]", "a", 'p["a"]', "9" * 5000]
    assert sorted(addresses, key=by_address)[1:] == ["a", "p[2]", "p[10]", 'p["a"]', 'p["b"]']
