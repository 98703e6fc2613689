"""docs/reversibility.md lists every rule of undo with its source. UPDATE_GOLDENS=1 writes them."""

import os
import re
from pathlib import Path

import pytest

from guardian.domain.oneway import RULES, rules_of
from guardian.domain.plan import Action
from guardian.domain.review.undo.rule import UndoRule, listed
from guardian.domain.review.undo.rules import UNDO_RULES
from guardian.domain.review.undo.traces import TRACES

PAGE = Path(__file__).parents[2] / "docs" / "reversibility.md"


def rules() -> list[str]:
    types = {rule.resource_type for rule in RULES}
    return [
        f"{len(UNDO_RULES)} types, and {len(RULES)} one-way rules of {len(types)} of them:",
        "",
        "| type | its deletion, undone, gives | goes one way | source |",
        "| --- | --- | --- | --- |",
        *(
            f"| `{name}` | {gives(rule)} | {one_way(name)} | [page]({rule.source}) |"
            for name, rule in sorted(UNDO_RULES.items())
        ),
    ]


def gives(rule: UndoRule) -> str:
    if rule.same_by:
        return f"the same object, known by {listed(coded(rule.same_by))}"
    other = f"a new object: another {listed(coded(rule.other))}" if rule.other else "a new object"
    return other + (f"; gone: {listed(rule.gone)}" if rule.gone else "")


def one_way(resource_type: str) -> str:
    return "; ".join(
        f"{f'`{rule.attribute}`' if rule.attribute else '(all of it)'}: [{rule.words}]({rule.source})"
        for rule in rules_of(resource_type)
    )


def coded(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"`{name}`" for name in names)


def traces() -> list[str]:
    return [
        "| type | when | what stays | verdict |",
        "| --- | --- | --- | --- |",
        *(
            f"| `{each.resource_type}` | {when} | [{each.words}]({each.source}) | {each.undo} |"
            for each in sorted(TRACES, key=lambda each: (each.resource_type, each.action, each.attribute))
            for when in ("created" if each.action is Action.CREATE else f"`{each.attribute}` updated",)
        ),
    ]


@pytest.mark.parametrize("table", [rules, traces])
def test_every_rule_is_listed_with_its_source(table):
    name = table.__name__
    part = re.compile(rf"(<!-- {name}: [^\n]*-->\n)(.*)(<!-- end of {name} -->)", re.DOTALL)
    written = "\n" + "\n".join(table()) + "\n\n"
    page = PAGE.read_text()
    if os.environ.get("UPDATE_GOLDENS"):
        page = part.sub(lambda found: found[1] + written + found[3], page)
        PAGE.write_text(page)
    found = part.search(page)
    assert found
    assert found[2] == written
