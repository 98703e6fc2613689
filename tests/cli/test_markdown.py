"""The encoder of Markdown: sentences, cells and blocks whose words others chose."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from guardian.cli.views.markdown import cell, code, fenced, prose
from guardian.cli.views.terminal import visible

RENDERER = MarkdownIt("gfm-like", {"linkify": False})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("it waits to be deleted, for 30 days", "it waits to be deleted, for 30 days"),
        ("port 22 is open to 0.0.0.0/0, it was not", "port 22 is open to `0.0.0.0/0`, it was not"),
        ("see aws_vpc.a aws_vpc.b: both", "see `aws_vpc.a aws_vpc.b`: both"),
        ("@everyone closes #1 and GH-2", "`@everyone` closes `#1` and `GH-2`"),
        ("www.evil.example or ann@evil.example", "`www.evil.example` or `ann@evil.example`"),
        ("as of deadbeef", "as of `deadbeef`"),
        ("1. first", "`1`. first"),
        ("- a * b", "`-` a `*` b"),
        ("", ""),
    ],
)
def test_a_sentence_keeps_its_plain_words(text, shown):
    assert prose(text) == shown


@given(st.text() | st.from_regex(r"[@#<>`|*_:/.!\\[\\]()A-Za-z0-9 \\n-]{1,40}", fullmatch=True))
@example("](x) ![y](http://z) <img src=x>")
@example("``` ```` a `b")
@example(":smile: ~~x~~ **y** _z_")
def test_a_sentence_is_words_and_code_and_says_all_of_it(text):
    """Whatever is not in a code span is letters, numbers and what ends a sentence."""
    [paragraph] = [each for each in RENDERER.parse(f"- `x`: {prose(text)}") if each.type == "inline"]
    parts = (paragraph.children or [])[1:]
    assert {each.type for each in parts} <= {"text", "code_inline"}
    for each in parts:
        assert each.type == "code_inline" or re.fullmatch(r"[A-Za-z0-9 ,;:.?()%'-]*", each.content)
    assert "".join(each.content for each in parts)[2:].split() == visible(text).split()


@given(st.text())
@example("|")
@example("\\|")
@example("a\\\\|b`|`")
def test_a_cell_shows_exactly_what_it_holds(text):
    table = f"| a | b |\n| --- | --- |\n| {cell(code(text))} | x |\n"
    cells = [each for each in RENDERER.parse(table) if each.type == "inline"][2:]
    assert [each.content for each in cells][1:] == ["x"]
    [span] = cells[0].children or []
    shown = visible(text)
    assert span.content == (shown if shown.strip(" ") else "(empty)")


@given(st.lists(st.text().map(visible) | st.sampled_from(["```", "`````", "~~~", "</details>"]), min_size=1))
def test_a_block_holds_its_lines_whatever_they_are(lines):
    [block, _, _] = RENDERER.parse(fenced(lines, language="text") + "\n\nafter")[:3]
    assert (block.type, block.content) == ("fence", "\n".join(lines) + "\n")
