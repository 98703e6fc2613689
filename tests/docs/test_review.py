"""The README shows the beginning of a comment as a review makes it."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_comment_in_the_readme_is_the_beginning_of_the_example():
    quoted = [
        line.removeprefix(">").removeprefix(" ")
        for line in (ROOT / "README.md").read_text("utf-8").splitlines()
        if line.startswith(">")
    ]
    example = (ROOT / "docs" / "review-example.md").read_text("utf-8").splitlines()
    start = example.index(quoted[0])
    assert len(quoted) > 20
    assert example[start : start + len(quoted)] == quoted
