"""docs/risks.md lists every risk, every weakened protection and every backup. UPDATE_GOLDENS=1 writes it."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from guardian.adapters.aws.backups import BACKUPS
from guardian.domain.data_holders import DATA_HOLDERS
from guardian.domain.difference import dotted
from guardian.domain.review.risks.codes import DANGERS
from guardian.domain.review.risks.guards import GUARDS
from guardian.domain.review.risks.weakened import WEAKENINGS

PAGE = Path(__file__).parents[2] / "docs" / "risks.md"


def table(*head: str, rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n" + "\n".join(f"| {' | '.join(each)} |" for each in lines) + "\n\n"


def codes() -> str:
    return table(
        "code",
        "severity",
        "meaning",
        "source",
        rows=(
            (f"`{each.code}`", " or ".join(each.severities), each.meaning, f"[page]({each.source})")
            for each in DANGERS
        ),
    )


def protections() -> str:
    return table(
        "type",
        "attribute",
        "code",
        "severity",
        "when",
        rows=(
            (
                f"`{each.resource_type}`",
                f"`{dotted(each.attribute)}`",
                f"`{each.danger.code}`",
                str(each.severity),
                f"[{each.words}]({each.source})",
            )
            for each in sorted(WEAKENINGS, key=lambda each: (each.resource_type, each.attribute, each.words))
        ),
    )


def guards() -> str:
    return table(
        "type",
        "code",
        "severity",
        "when it is deleted",
        rows=(
            (f"`{name}`", f"`{each.danger.code}`", str(each.severity), f"[{each.words}]({each.source})")
            for name, each in sorted(GUARDS.items())
        ),
    )


def backups() -> str:
    return table(
        "type that holds data",
        "calls",
        rows=(
            (
                f"`{name}`",
                ", ".join(f"`{BACKUPS[name].service} {call}`" for call in sorted(BACKUPS[name].calls)),
            )
            if name in BACKUPS
            else (f"`{name}`", "none: nothing that outlives it can be asked for")
            for name in sorted(DATA_HOLDERS)
        ),
    )


@pytest.mark.parametrize("written", [codes, protections, guards, backups])
def test_the_page_says_what_the_code_says(written: Callable[[], str]):
    name = written.__name__
    found = re.compile(rf"(<!-- {name}: [^\n]*-->\n)(.*?)(<!-- end of {name} -->)", re.DOTALL)
    page = PAGE.read_text()
    if os.environ.get("UPDATE_GOLDENS"):
        page = found.sub(lambda match: match[1] + written() + match[3], page)
        PAGE.write_text(page)
    match = found.search(page)
    assert match
    assert match[2] == written()
